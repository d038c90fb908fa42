"""Judges a history with the oracle, window by window, and turns its findings into verdicts.

A window is one exchange, or all exchanges of one race. For each player the oracle removes the beliefs that contradict
the answers. If none is left, that is a finding: it violates one requirement, and the player is not judged further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.contracts import Contract
from harness.model import (
    Amount,
    Authenticate,
    Exchange,
    GetBalance,
    History,
    Level,
    Loss,
    Movement,
    Outcome,
    Overlaps,
    Policy,
    Requirement,
    Single,
    Situation,
    Verdict,
    Wrong,
    id_of,
)
from harness.oracle import (
    Belief,
    Book,
    BudgetExceeded,
    Event,
    Finding,
    Terms,
    change_of,
    judge,
    situation_of_known,
)
from harness.verdict.checks import sentences
from harness.verdict.checks.blame import Scene, Suspect, blame
from harness.verdict.checks.charges import charge, undecided
from harness.verdict.checks.contention import overlap_verdicts, race_verdicts
from harness.verdict.checks.facts import Known, Part, currency_of, is_of_a_stranger, parts_of, session_of, terms_of
from harness.verdict.checks.judged_parts import JudgedPart, Standing, standings
from harness.verdict.checks.narrowing import Narrowing, race_kind
from harness.verdict.checks.on_the_wire import BodyAsSent, Ways, inexact, is_beyond_exact, judge_as_sent, lost_as_sent
from harness.verdict.checks.several_reasons import has_several_reasons
from harness.verdict.checks.tracked_account import Account
from harness.verdict.checks.windows import exchanged, windows

_HAS_NO_REASON = frozenset({Situation.MISSING_HEADER, Situation.TAMPERED, Situation.STALE, Situation.LATE})
"""Situations that stay what they are if the transaction was refused before."""


@dataclass(slots=True)
class HistoryJudge:
    """Judges one history. `run` fills `verdicts`, `seen` and `course`."""

    history: History
    contract: Contract
    policy: Policy
    carried: Mapping[str, Sequence[Belief]] = field(default_factory=dict)
    """By player: the beliefs from an earlier history. Without any, the player's balance is all that is known."""
    unread: Collection[tuple[int, str]] = ()
    """Pairs of an exchange's index and a player: the balance that it shows for the player is not judged."""
    excused: frozenset[str] = frozenset()
    """Players about whom there is a finding already, so that scenarios' expectations do not count for them."""
    accounts: dict[str, Account] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    seen: list[JudgedPart] = field(default_factory=list)
    course: list[Standing] = field(default_factory=list)
    overlaps: Overlaps = field(default_factory=Overlaps)
    """The refusals of transactions whose first sending may still have run. They count as lost answers."""
    inexact: frozenset[int] = frozenset()
    """The exchanges whose amount is beyond 2^53 units, and of which another amount was moved."""
    _known: Known = field(default_factory=Known)
    _narrowing: Narrowing = field(init=False)
    _situations: dict[int, str] = field(default_factory=dict)
    """By the `id()` of a part in `seen`: its situation."""
    _seen_as: dict[tuple[int, str], list[JudgedPart]] = field(default_factory=dict)
    """By exchange and transaction id: the parts in `seen`."""

    def __post_init__(self) -> None:
        """Read the history once for the narrowing of situations."""
        self._narrowing = Narrowing(self.history, self.contract)
        for index, exchange in enumerate(self.history.exchanges):
            self.overlaps.add(index, exchange)

    def run(self, *, only_of: str = "") -> None:
        """Judge every window in order. With a player in `only_of`: until there is a finding about that player."""
        for player in self.history.players:
            if player.balance is not None:
                unknown = (Belief(Book(player.balance, bets=frozenset(player.bets))),)
                self.accounts[player.id] = Account(player, tuple(self.carried.get(player.id, unknown)))
            self._known.sessions[player.id] = {player.session}
        for window in windows(self.history.exchanges):
            if only_of and only_of in self.dead:
                break
            self._judge(window)
        self.verdicts += [each for account in self.accounts.values() if not account.dead for each in account.warnings]

    @property
    def dead(self) -> frozenset[str]:
        """The ids of the players that are not judged any more."""
        return self.excused | {player for player, account in self.accounts.items() if account.dead}

    def _judge(self, window: Sequence[tuple[int, Exchange]]) -> None:
        answered: dict[str, list[tuple[Part, Ways]]] = defaultdict(list)
        unanswered: dict[str, list[Ways]] = defaultdict(list)
        parts = {index: parts_of(index, exchange) for index, exchange in window}
        if len(window) > 1:
            # In a race, an id that two players share counts as known for both, because either may come first.
            self._known.add_ids(part.item for found in parts.values() for part in found)
        for index, exchange in window:
            if exchange.absent or (exchange.transmission.failure and exchange.transmission.failure.never_sent):
                continue
            body = BodyAsSent(exchange, self.contract)
            for place, part in enumerate(parts[index] or self._read_by(index, exchange)):
                self._enter(part, body.ways(part.item, place), exchange, answered, unanswered)
        for player, ways in unanswered.items():
            self._lose(self.accounts[player], ways, racing=len(window) > 1)
        for player, parted in answered.items():
            self._judge_player(self.accounts[player], parted, racing=window[0][1].race is not None)
        for index, exchange in window:
            found = parts[index]
            self._known.add(exchange, [part.item for part in found if not is_of_a_stranger(part, self.history)])
            self._known.settle_fates(found, exchange, self.history, self.contract)

    def _read_by(self, index: int, exchange: Exchange) -> tuple[Part, ...]:
        """A successful `authenticate` as a read of its balance; empty for any other exchange."""
        reply = exchange.reply
        if not isinstance(exchange.operation, Authenticate):
            return ()
        if reply is None or not reply.accepted or reply.session is None or reply.session.player not in self.accounts:
            return ()
        answer = next(iter(reply.items), None)
        name = reply.session.player or ""
        # A login needs no session. What it shows is judged as a read in the session that the player had.
        held = next((each.session for each in self.history.players if each.id == name), "")
        return (Part(item=GetBalance(player=name, session=held), exchange=index, answer=answer),)

    def _enter(
        self,
        part: Part,
        items: Sequence[Single],
        exchange: Exchange,
        answered: dict[str, list[tuple[Part, Ways]]],
        unanswered: dict[str, list[Ways]],
    ) -> None:
        """Add one transaction to those with an answer, or to those without. `items` is what it may be to a wallet."""
        if part.dropped:
            return
        terms = terms_of(part, exchange, self.history, self.contract, self.policy, self._known)
        event = self._event(part, exchange, terms)
        ways = tuple(replace(event, item=each) for each in items)
        account = self.accounts.get(part.item.player)
        if account is None:
            self._stranger(part, exchange, terms)
        elif part.answer is None or self.overlaps.has(part.exchange, id_of(part.item)):
            if self._may_have_acted(account, event, exchange):
                if exchange.line and self.overlaps.has(event.exchange, event.id):
                    account.warnings += overlap_verdicts(
                        account.beliefs, event, self.history.exchanges, self._attribute
                    )
                unanswered[part.item.player].append(ways)
        elif part.answer.outcome is Outcome.OK:
            answered[part.item.player].append((part, ways))
        else:  # A refusal is the same, however the request was understood.
            answered[part.item.player].append((part, ways[:1]))

    def _event(self, part: Part, exchange: Exchange, terms: Terms) -> Event:
        answer = part.answer
        accepted = answer is not None and answer.outcome is Outcome.OK
        is_unread = (part.exchange, part.item.player) in self.unread
        return Event(
            item=part.item,
            terms=terms,
            accepted=accepted,
            balance=answer.balance if answer is not None and accepted and not is_unread else None,
            start=exchange.transmission.started_ns,
            end=exchange.transmission.finished_ns,
            exchange=part.exchange,
        )

    def _may_have_acted(self, account: Account, event: Event, exchange: Exchange) -> bool:
        """Make a request without an answer a suspect. False if it cannot have an effect because it was cut in half."""
        is_cut = exchange.loss is Loss.HALF_REQUEST
        if not account.dead:
            known = _situation_of_known(account.beliefs[0].book, event)
            plain = str(event.terms.disbelieved or known or Situation.NEW)
            situation = f"{Situation.NEW}.cut_off" if is_cut else plain
            account.suspects.append(Suspect(exchange.name, situation, event.exchange, _change(event.item)))
        return not account.dead and not is_cut

    def _lose(self, account: Account, ways: Sequence[Ways], *, racing: bool) -> None:
        """Extend the beliefs by requests without an answer. The wallet may have booked them, or may do so later."""
        try:
            account.beliefs = lost_as_sent(account.beliefs, ways, racing=racing)
        except BudgetExceeded:
            first = ways[0][0]
            self._undecided(account, str(first.terms.disbelieved or Situation.NEW), first.exchange)

    def _stranger(self, part: Part, exchange: Exchange, terms: Terms) -> None:
        """Judge a transaction of an unknown player, or of one whose first balance could not be read."""
        narrow = self._situation(part, terms.disbelieved or Situation.UNKNOWN_PLAYER)
        near = self.accounts.get(self._narrowing.nearest_player(part.item.player))
        if near is not None and not near.dead:
            near.suspects.append(Suspect(exchange.name, narrow, part.exchange, _change(part.item)))
        if part.answer is None:
            return
        accepted = part.answer.outcome is Outcome.OK
        unknown = all(player.id != part.item.player for player in self.history.players)
        wrong = accepted and (unknown or terms.disbelieved is not None)
        self._see(JudgedPart(part=part, situation=narrow, readings=frozenset(), impossible=wrong))
        if wrong:
            if near is not None:
                near.dead = True
            requirement = self._attribute(part.exchange, narrow, Wrong.ACCEPTED)
            self._charge(requirement, part, narrow, Wrong.ACCEPTED, ("a refusal",))

    def _judge_player(self, account: Account, parted: Sequence[tuple[Part, Ways]], *, racing: bool) -> None:
        if account.dead:
            return
        choices = [ways for _, ways in parted]
        judgement, events = judge_as_sent(account.beliefs, choices, racing=racing and len(choices) > 1)
        self.inexact |= inexact(choices, events) if judgement.finding is None else frozenset()
        pairs: Sequence[tuple[Part, Event]] = [(part, event) for (part, _), event in zip(parted, events, strict=True)]
        if judgement.finding is not None and not racing and (other := exchanged(pairs)):
            # The batch has one id twice, and the wallet may answer in its own order: each answer may belong to either.
            again = judge(account.beliefs, [event for _, event in other])
            if again.finding is None and not again.undecided:
                pairs, events, judgement = other, tuple(event for _, event in other), again
        kind = race_kind(events) if racing and len(events) > 1 else None
        for (part, event), plain in zip(pairs, judgement.situations, strict=True):
            situation = self._situation(part, plain)
            bad = judgement.finding is not None and judgement.finding.event is event
            readings = judgement.readings if len(events) == 1 else frozenset()
            several = not bad and len(events) == 1
            several = several and has_several_reasons(account.beliefs, event, readings, self.contract)
            self._see(JudgedPart(part=part, situation=situation, readings=readings, impossible=bad, ambiguous=several))
        if judgement.undecided:
            self._undecided(account, kind or Situation.NEW, events[0].exchange)
        elif judgement.finding is not None:
            self._found(account, judgement.finding, {id(event): (part, event) for part, event in pairs}, kind)
        else:
            if kind is not None:
                found = race_verdicts(account.beliefs, judgement, events, kind, self.history.exchanges, self._attribute)
                self.verdicts += [each for each in found if each.level is Level.MUST]
                account.warnings += [each for each in found if each.level is not Level.MUST]
            answered = [(event, self._suspect(part, event, kind)) for part, event in pairs]
            account.follow(judgement, answered, racing=kind is not None)
        self.course += standings(account, pairs, judgement, self._situations)

    def _see(self, seen: JudgedPart) -> None:
        self.seen.append(seen)
        self._situations[id(seen.part)] = seen.situation
        self._seen_as.setdefault((seen.part.exchange, id_of(seen.part.item)), []).append(seen)

    def judged_part(self, part: Part) -> JudgedPart | None:
        """The judgement of an answered transaction, the first of several equal ones. None if it was not judged."""
        same = self._seen_as.get((part.exchange, id_of(part.item)), ())
        return next((each for each in same if each.part == part), None)

    def session_of(self, item: Single) -> str:
        """The state of a transaction's session: `live`, `expired` or `unknown`. Empty for an unknown player."""
        player = next((each for each in self.history.players if each.id == item.player), None)
        return "" if player is None else session_of(item, player, self._known)

    def _suspect(self, part: Part, event: Event, kind: str | None) -> Suspect:
        return Suspect(self._name(event), kind or self._situations[id(part)], event.exchange, _change(part.item))

    def _situation(self, part: Part, plain: Situation) -> str:
        exchange = self.history.exchanges[part.exchange]
        if plain is Situation.FORGED:
            return self._forgery(exchange, plain)
        if plain not in _HAS_NO_REASON and (reason := self._known.refused_for(part.item)):
            return f"{Situation.REPLAY_OF_REFUSED}.{reason}"
        return self._narrowing.of(plain, part)

    def _forgery(self, exchange: Exchange, situation: str) -> str:
        forged = situation == Situation.FORGED
        return f"{situation}.{exchange.alteration.forged}" if forged and exchange.alteration.forged else situation

    def _name(self, event: Event) -> str:
        return self.history.exchanges[event.exchange].name

    def _found(
        self,
        account: Account,
        finding: Finding,
        pairs: Mapping[int, tuple[Part, Event]],
        kind: str | None,
    ) -> None:
        account.dead = True
        part, event = pairs[id(finding.event)]
        if finding.wrong is Wrong.BALANCE and is_beyond_exact(event):
            self.inexact |= {event.exchange}
            return
        possible = sentences.could(finding.possible, account.player.currency)
        situation, wrong = kind or self._situation(part, finding.situation), finding.wrong
        alteration = self.history.exchanges[event.exchange].alteration
        altered = alteration.spoils_content
        if event.accepted and alteration.case is not None and alteration.case.refusal is Level.MUST:
            wrong, possible = Wrong.ACCEPTED, ("a refusal",)
        if wrong is Wrong.BALANCE and kind is None and not altered:
            scene = self._scene(account, finding, pairs)
            if (blamed := blame(scene, self.contract, self._own)) is not None:
                requirement, suspect = blamed
                situation = str(Situation.READ) if suspect is None else suspect.situation
                accused = None if suspect is None else suspect.exchange
                self._charge(requirement, part, situation, Wrong.MOVED, possible, accused)
                return
            if scene.shows_no_effect and self._is_first(part, finding.situation):
                situation = str(Situation.NEW)
        requirement = self._attribute(event.exchange, situation, Wrong.MOVED if kind else wrong)
        self._charge(requirement, part, situation, wrong, possible)

    def _charge(
        self,
        requirement: Requirement,
        part: Part,
        situation: str,
        wrong: Wrong,
        possible: tuple[str, ...],
        accused: int | None = None,
    ) -> None:
        verdict = charge(
            requirement,
            part,
            self.history.exchanges,
            situation=situation,
            wrong=wrong,
            possible=possible,
            currency=currency_of(part.item, self.history.players),
            accused=accused,
        )
        self.verdicts.append(verdict)

    def _scene(self, account: Account, finding: Finding, pairs: Mapping[int, tuple[Part, Event]]) -> Scene:
        _, event = pairs[id(finding.event)]
        exchange = self.history.exchanges[event.exchange]
        shown = event.balance or 0
        reads = isinstance(event.item, GetBalance)
        return Scene(
            suspects=account.suspects,
            off=frozenset(shown - value for each in finding.possible for value in each.balances or ()),
            shows=None if reads or exchange.step < -1 else _change(event.item),
            beside=[self._suspect(*pair, None) for key, pair in pairs.items() if key != id(finding.event)],
            reads=exchange.name if reads else "",
            acted=exchange.step >= 0
            or any(
                each.player == account.player.id and self.history.exchanges[each.exchange].step >= 0
                for each in self.course
            ),
        )

    def _is_first(self, part: Part, situation: Situation) -> bool:
        """True if a repeated transaction has its first answer here."""
        if self.carried:  # The first answer is in an earlier history.
            return False
        if situation not in {Situation.REPLAY, Situation.CROSS_REPLAY, Situation.DUPLICATE_IN_BATCH}:
            return False
        before = (each for each in self.seen if each.part.exchange < part.exchange)
        return not any(isinstance(each.part.item, Movement) and each.part.item.id == part.item.id for each in before)  # type: ignore[union-attr]

    @property
    def _own(self) -> str:
        """The id of the scenario's requirement."""
        return self.history.scenario.requirements[self.contract.name]

    def _attribute(self, index: int, situation: str, wrong: str) -> Requirement:
        """The requirement that a finding in an exchange violates. For preparation it is not the scenario's own."""
        exchange = self.history.exchanges[index]
        return self.contract.attribute(exchange.name, situation, wrong, "" if exchange.step == -1 else self._own)

    def _undecided(self, account: Account, situation: str, exchange: int) -> None:
        account.dead = True
        requirement = self._attribute(exchange, situation, Wrong.MOVED)
        self.verdicts.append(undecided(requirement, exchange, self.history.exchanges[exchange], account.player.id))


def _change(item: Single) -> Amount:
    return change_of(item) if isinstance(item, Movement) else 0


def _situation_of_known(book: Book, event: Event) -> Situation | None:
    """What a request without an answer is to the wallet if its id is that of a transaction that was applied."""
    entry = event.entry_in(book)
    if entry is None or not entry.is_done or not isinstance(event.item, Movement):
        return None
    return situation_of_known(entry, event.item, event.terms)
