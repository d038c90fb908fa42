"""Puts a history before the oracle, window by window, and turns what it finds into verdicts.

A window is one exchange, or all exchanges of one race. Per player, the oracle filters the books; when none is left the
finding is attributed to one requirement and that player is judged no further.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.checks import words
from harness.checks.accounts import Account, Suspect, blame
from harness.checks.facts import Known, Part, parts_of, session_of, terms_of
from harness.checks.situations import narrowed, race_kind
from harness.contracts import Contract
from harness.ledger import Book, BudgetExceeded, Event, Finding, Judgement, Terms, balances, judge, lost
from harness.model import (
    Amount,
    Authenticate,
    Bet,
    Exchange,
    GetBalance,
    History,
    ItemReply,
    Level,
    Loss,
    Movement,
    Outcome,
    Policy,
    Requirement,
    Situation,
    Status,
    Verdict,
    Wrong,
)

_MOST_CHARTED = 8
"""Balances that one point of a chart shows."""

_STATUS = {Level.MUST: Status.FAIL, Level.SHOULD: Status.WARN, Level.MAY: Status.PASS}


def status_of(level: Level) -> Status:
    """What the violation of a requirement of that level is."""
    return _STATUS[level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the oracle made of one answered transaction."""

    part: Part
    situation: str
    readings: frozenset[tuple[str, str]]
    impossible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One player's balance at one exchange: those that a sound wallet could have, and the one that was shown.

    Amounts are in hundred-thousandths. `expected` is empty once the player is judged no further.
    """

    exchange: int
    player: str
    situation: str
    expected: tuple[Amount, ...]
    shown: Amount | None


@dataclass(slots=True)
class Trial:
    """The judgement of one history, while it lasts."""

    history: History
    contract: Contract
    policy: Policy
    accounts: dict[str, Account] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    course: list[Standing] = field(default_factory=list)
    _ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _bets: dict[str, str] = field(default_factory=dict)
    _sessions: dict[str, set[str]] = field(default_factory=dict)

    def hold(self) -> None:
        """Judge every window in turn."""
        for player in self.history.players:
            if player.balance is not None:
                self.accounts[player.id] = Account(player, (Book(player.balance, bets=frozenset(player.bets)),))
            self._sessions[player.id] = {player.session} - {""}
        for window in _windows(self.history.exchanges):
            self._judge(window)

    @property
    def dead(self) -> frozenset[str]:
        """The players about whom something impossible was found."""
        return frozenset(player for player, account in self.accounts.items() if account.dead)

    def _judge(self, window: Sequence[tuple[int, Exchange]]) -> None:
        answered: dict[str, list[tuple[Part, Event]]] = defaultdict(list)
        if len(window) > 1:
            self._note_ids(window)
        for index, exchange in window:
            if exchange.absent or (exchange.transmission.failure and exchange.transmission.failure.never_sent):
                continue
            for part in self._parts(index, exchange):
                self._enter(part, exchange, answered)
        for player, pairs in answered.items():
            self._judge_player(self.accounts[player], pairs, racing=window[0][1].race is not None)
        for index, exchange in window:
            self._remember(exchange, parts_of(index, exchange))

    def _parts(self, index: int, exchange: Exchange) -> tuple[Part, ...]:
        """The exchange's transactions; a successful `authenticate` is a read of the balance that it shows."""
        reply = exchange.reply
        if not isinstance(exchange.operation, Authenticate):
            return parts_of(index, exchange)
        if reply is None or not reply.accepted or reply.session is None or reply.session.player not in self.accounts:
            return ()
        answer = next(iter(reply.items), None)
        return (Part(item=GetBalance(player=reply.session.player or ""), exchange=index, answer=answer),)

    def _enter(self, part: Part, exchange: Exchange, answered: dict[str, list[tuple[Part, Event]]]) -> None:
        """Sort one transaction: its answer goes before the oracle, or its fate stays open."""
        if part.dropped:
            return
        terms = terms_of(part, exchange, self.history, self.contract, self.policy, self._known())
        event = self._event(part, exchange, terms)
        account = self.accounts.get(part.item.player)
        if account is None:
            self._stranger(part, exchange, terms)
        elif part.answer is None:
            self._lose(account, event, exchange)
        elif part.answer.outcome is Outcome.OK or part.item.player in self.accounts:
            answered[part.item.player].append((part, event))

    def _event(self, part: Part, exchange: Exchange, terms: Terms) -> Event:
        answer = part.answer
        return Event(
            item=part.item,
            terms=terms,
            accepted=answer is not None and answer.outcome is Outcome.OK,
            balance=answer.balance if answer is not None and answer.outcome is Outcome.OK else None,
            start=exchange.transmission.started_ns,
            end=exchange.transmission.finished_ns,
            exchange=part.exchange,
        )

    def _known(self) -> Known:
        return Known(ids=self._ids, bets=self._bets, sessions=self._sessions)

    def _lose(self, account: Account, event: Event, exchange: Exchange) -> None:
        """A lost answer is not a refusal. A request that was cut in half, or must be disbelieved, has no effect."""
        if account.dead:
            return
        situation = event.terms.disbelieved or Situation.NEW
        account.suspects.append(Suspect(exchange.name, situation, event.exchange))
        if exchange.loss is Loss.HALF_REQUEST:
            return
        try:
            account.books = lost(account.books, event)
        except BudgetExceeded:
            self._undecided(account, exchange.name, situation, event.exchange)

    def _stranger(self, part: Part, exchange: Exchange, terms: Terms) -> None:
        """A player whom the wallet cannot know, or one whose balance nobody could read."""
        situation = str(terms.disbelieved or Situation.UNKNOWN_PLAYER)
        if part.answer is None:
            return
        accepted = part.answer.outcome is Outcome.OK
        unknown = all(player.id != part.item.player for player in self.history.players)
        wrong = accepted and (unknown or terms.disbelieved is not None)
        self.seen.append(Seen(part=part, situation=situation, readings=frozenset(), impossible=wrong))
        if wrong:
            narrow = self._forgery(exchange, situation)
            requirement = self.contract.attribute(exchange.name, narrow, Wrong.ACCEPTED)
            about = (narrow, Wrong.ACCEPTED)
            self._fail(requirement, exchange, part, _SUMMARY[Wrong.ACCEPTED], ("a refusal",), about=about)

    def _judge_player(self, account: Account, pairs: Sequence[tuple[Part, Event]], *, racing: bool) -> None:
        if account.dead:
            return
        events = [event for _, event in pairs]
        judgement = judge(account.books, events, racing=racing and len(events) > 1)
        kind = race_kind(events) if racing and len(events) > 1 else None
        for (part, event), plain in zip(pairs, judgement.situations, strict=True):
            situation = self._situation(part, plain)
            bad = judgement.finding is not None and judgement.finding.event is event
            readings = judgement.readings if len(events) == 1 else frozenset()
            self.seen.append(Seen(part=part, situation=situation, readings=readings, impossible=bad))
        if judgement.undecided:
            self._undecided(account, self._name(events[0]), kind or Situation.NEW, events[0].exchange)
        elif judgement.finding is not None:
            self._found(account, judgement.finding, dict(zip(map(id, events), pairs, strict=True)), kind)
        else:
            self._lenient(judgement, events, kind)
            account.follow(judgement, events, [self._suspect(part, event, kind) for part, event in pairs])
        self._chart(account, pairs, judgement)

    def _chart(self, account: Account, pairs: Sequence[tuple[Part, Event]], judgement: Judgement) -> None:
        """Keep what the balance should have been and was, for the reader of a report."""
        finding = judgement.finding
        left = () if account.dead else balances(account.books)[:_MOST_CHARTED]
        for part, event in pairs:
            expected = left
            if finding is not None and finding.event is event:
                told = [value for each in finding.possible for value in each.balances or ()]
                expected = tuple(dict.fromkeys(told))[:_MOST_CHARTED]
            situation = next(seen.situation for seen in reversed(self.seen) if seen.part is part)
            self.course.append(
                Standing(
                    exchange=part.exchange,
                    player=account.player.id,
                    situation=situation,
                    expected=expected,
                    shown=event.balance,
                )
            )

    def _suspect(self, part: Part, event: Event, kind: Situation | None) -> Suspect:
        own = next(seen.situation for seen in reversed(self.seen) if seen.part is part)
        return Suspect(self._name(event), str(kind or own), event.exchange)

    def _situation(self, part: Part, plain: Situation) -> str:
        exchange = self.history.exchanges[part.exchange]
        if plain is Situation.FORGED:
            return self._forgery(exchange, plain)
        return narrowed(plain, part, self.history)

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
        kind: Situation | None,
    ) -> None:
        account.dead = True
        part, event = pairs[id(finding.event)]
        exchange = self.history.exchanges[event.exchange]
        own = self.history.scenario.requirements[self.contract.name]
        currency = account.player.currency
        possible = words.could(finding.possible, currency)
        reads = isinstance(event.item, GetBalance) or exchange.step < -1
        unconfirmed = [each for each in account.suspects if each.peculiar]
        if finding.wrong is Wrong.BALANCE and kind is None and (reads or unconfirmed):
            requirement, suspect = blame(account, self.contract, own, closing=exchange.step < -1)
            accused = self.history.exchanges[suspect.exchange] if suspect is not None else exchange
            summary = "the balance does not agree with the answers before it"
            about = (suspect.situation if suspect is not None else str(Situation.READ), Wrong.MOVED)
            self._fail(
                requirement, exchange, part, summary, possible, check="conservation", accused=accused, about=about
            )
            return
        own_situation = str(kind) if kind else self._situation(part, finding.situation)
        wrong = Wrong.MOVED if kind else finding.wrong
        requirement = self.contract.attribute(exchange.name, own_situation, wrong)
        about = (own_situation, finding.wrong)
        self._fail(requirement, exchange, part, _SUMMARY[finding.wrong], possible, about=about)

    def _lenient(self, judgement: Judgement, events: Sequence[Event], kind: Situation | None) -> None:
        if kind is None:
            return
        name = self._name(events[0])
        if judgement.leniency.refusals:
            requirement = self.contract.attribute(name, f"{kind}.contention", Wrong.REFUSED)
            self._race_warning(requirement, events, "some of the concurrent requests were refused without need")
        if judgement.leniency.balances:
            requirement = self.contract.attribute(name, str(kind), Wrong.BALANCE)
            summary = "no order of the concurrent requests explains the balances that were shown"
            self._race_warning(requirement, events, summary)

    def _race_warning(self, requirement: Requirement, events: Sequence[Event], summary: str) -> None:
        if requirement.level is Level.MUST:
            return
        exchange = self.history.exchanges[events[0].exchange]
        self.verdicts.append(
            Verdict(
                check="oracle",
                requirement=requirement.id,
                level=requirement.level,
                status=status_of(requirement.level),
                summary=summary,
                sent=f"{len(events)} requests at once: {words.sent(exchange.name, exchange.operation)}, ...",
                exchange=events[0].exchange,
                line=exchange.line,
            )
        )

    def _undecided(self, account: Account, name: str, situation: str, exchange: int) -> None:
        account.dead = True
        requirement = self.contract.attribute(name, situation, Wrong.MOVED)
        self.verdicts.append(
            Verdict(
                check="oracle",
                requirement=requirement.id,
                level=requirement.level,
                status=Status.UNKNOWN,
                summary="there are too many orders of these requests to decide whether one explains the answers",
                exchange=exchange,
                player=account.player.id,
                line=self.history.exchanges[exchange].line,
            )
        )

    def _fail(
        self,
        requirement: Requirement,
        exchange: Exchange,
        part: Part,
        summary: str,
        possible: tuple[str, ...],
        *,
        about: tuple[str, Wrong],
        check: str = "oracle",
        accused: Exchange | None = None,
    ) -> None:
        guilty = accused or exchange
        currency = getattr(part.item, "currency", "")
        sent = words.sent(guilty.name, part.item if guilty is exchange else guilty.operation, guilty)
        self.verdicts.append(
            Verdict(
                check=check,
                requirement=requirement.id,
                level=requirement.level,
                status=status_of(requirement.level),
                summary=summary,
                sent=sent,
                said=words.said(part.answer, currency),
                possible=possible,
                exchange=part.exchange,
                player=part.item.player,
                line=guilty.line,
                situation=about[0],
                wrong=str(about[1]),
                accused=self._index(guilty) if guilty is not exchange else None,
            )
        )

    def _index(self, exchange: Exchange) -> int:
        return next(index for index, each in enumerate(self.history.exchanges) if each is exchange)

    def _note_ids(self, window: Sequence[tuple[int, Exchange]]) -> None:
        """In a race, an id that two players share is known for the other one whichever comes first."""
        for index, exchange in window:
            for part in parts_of(index, exchange):
                if isinstance(part.item, Movement):
                    self._ids[part.item.id].add(part.item.player)

    def _remember(self, exchange: Exchange, parts: Sequence[Part]) -> None:
        for part in parts:
            if isinstance(part.item, Movement):
                self._ids[part.item.id].add(part.item.player)
            if isinstance(part.item, Bet):
                self._bets.setdefault(part.item.id, part.item.player)
        reply = exchange.reply
        if reply is not None and reply.session is not None and reply.session.session and reply.session.player:
            self._sessions.setdefault(reply.session.player, set()).add(reply.session.session)


_SUMMARY = {
    Wrong.ACCEPTED: "accepted, though a sound wallet must refuse it",
    Wrong.REFUSED: "refused, though a sound wallet must accept it",
    Wrong.BALANCE: "shows a balance that no sound wallet could show",
}


def _windows(exchanges: Sequence[Exchange]) -> Iterator[list[tuple[int, Exchange]]]:
    """Exchanges one by one, those of a race together."""
    window: list[tuple[int, Exchange]] = []
    for index, exchange in enumerate(exchanges):
        if window and (exchange.race is None or exchange.race != window[-1][1].race):
            yield window
            window = []
        window.append((index, exchange))
    if window:
        yield window


__all__ = ["ItemReply", "Seen", "Trial", "session_of", "status_of"]
