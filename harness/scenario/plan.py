"""Turns a scenario into a plan: every request with its ids, before anything is sent.

The same label means the same transaction id. A transaction without a label gets a new id at every sending. Some wallets
pay only known bets, so the runner first places a bet for each credit that names none. The plan lists these bets, so
that the player can receive their stakes in addition to the scenario's funds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from harness.contracts import Contract
from harness.model import Draft, Limits, Scenario, Step
from harness.scenario.dialect import dialect_of
from harness.scenario.faults import PlannedFault, faults_of
from harness.scenario.identities import Identities
from harness.scenario.shapes import render_id
from harness.scenario.words import BETS, CREDITS, OF_A_BET, UNKNOWN, WITHOUT_CONTENT


@dataclass(frozen=True, slots=True)
class Bound:
    """One draft with its ids. `bet` is what a credit's bet field holds, `original` a bet's transaction id.

    For the rollback of a win, `original` is the win's transaction id.
    """

    draft: Draft
    id: str
    bet: str = ""
    original: str = ""
    round: str = ""
    of_win: bool = False


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request: the step it comes from and its transactions."""

    step: Step
    index: int
    """Index of the step in the scenario."""
    word: str
    bound: tuple[Bound, ...]
    batch: bool
    fault: PlannedFault | None = None
    """The case of the step's family of faults."""


@dataclass(frozen=True, slots=True)
class Group:
    """Requests that are sent one after the other, or released together."""

    sends: tuple[PlannedRequest, ...]
    at_once: bool = False
    restarts: bool = False
    """True if the wallet is restarted here, where that is possible. Such a group has no requests."""


MOST_SINGLE_BETS = 50
"""The most preparatory bets that are placed one by one. More are placed in batches, because each request takes time."""
BETS_IN_A_BATCH = 100
"""The number of bets in a preparatory batch, far below what a nightly batch must hold."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A bet that the runner places before the first step.

    If `settles` is true, the runner also settles it with amount zero, so that an unsettlement can follow.
    """

    role: str
    id: str
    bet: str
    settles: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """All requests that will be sent, and the bets that are placed before them."""

    groups: tuple[Group, ...]
    bets: tuple[Placed, ...]

    @property
    def roles(self) -> frozenset[str]:
        """The roles that take part, besides the scenario's own player."""
        return frozenset(
            bound.draft.player for group in self.groups for send in group.sends for bound in send.bound
        ) - {"", UNKNOWN}

    @property
    def families(self) -> bool:
        """True if a step is sent once for each case of a family of faults."""
        return any(send.fault for group in self.groups for send in group.sends)

    @property
    def races(self) -> bool:
        """True if any requests are released together."""
        return any(group.at_once for group in self.groups)


def plan(scenario: Scenario, contract: Contract, limits: Limits, identities: Identities) -> Plan:
    """The plan of one run of a scenario. Each call makes new ids."""
    planner = _Planner(contract, limits, identities)
    groups = tuple(planner.groups(enumerate(scenario.steps), {}))
    return Plan(groups, tuple(planner.placed.values()))


@dataclass(slots=True)
class _Planner:
    contract: Contract
    limits: Limits
    identities: Identities
    placed: dict[str, Placed] = field(default_factory=dict)
    _by_label: dict[str, PlannedRequest] = field(default_factory=dict)
    _fresh: int = 0

    def groups(self, steps: Iterator[tuple[int, Step]], labels: dict[str, str]) -> Iterator[Group]:
        for index, step in steps:
            if step.word == "repeat":
                for _ in range(self.limits.number(step.times)):
                    yield from self.groups(((index, inner) for inner in step.steps), dict(labels))
            elif step.word in WITHOUT_CONTENT:
                yield Group((), restarts=step.word == "restart")
            elif step.word == "at_once":
                inner = (send for each in step.steps for send in self._sends(index, each, labels))
                yield Group(tuple(inner), at_once=True)
            else:
                yield Group(tuple(self._sends(index, step, labels)), step.at_once)

    def _family(self, index: int, step: Step, labels: dict[str, str]) -> Iterator[PlannedRequest]:
        """One request for each case of a family of faults.

        The cases that must or should be refused share a bet, which nothing settles. Each other case has its own.
        """
        for fault in faults_of(dialect_of(self.contract), step.word, step.faults):
            shared = f"family of line {step.line}" if fault.case.refusal is not None else ""
            bound = (self._bind(step.word, step.drafts[0], labels, shared),)
            yield PlannedRequest(step, index, step.word, bound, self._is_batch(step), fault)

    def _sends(self, index: int, step: Step, labels: dict[str, str]) -> Iterator[PlannedRequest]:
        if step.faults:
            yield from self._family(index, step, labels)
            return
        for _ in range(self.limits.number(step.times) if step.times else 1):
            if step.word == "resend":
                first = self._by_label[self._id(step.label, "", labels)]
                yield PlannedRequest(step, index, first.word, first.bound, first.batch)
                continue
            bound = tuple(self._bind(step.word, draft, labels) for draft in self._grown(step))
            send = PlannedRequest(step, index, step.word, bound, self._is_batch(step))
            for each in bound:
                self._by_label.setdefault(each.id, send)
                self._by_label.setdefault(labels.get(each.draft.id, ""), send)
            yield send

    def _is_batch(self, step: Step) -> bool:
        name = self.contract.words[step.word]
        return self.contract.specs[name].batch

    def _grown(self, step: Step) -> tuple[Draft, ...]:
        if not step.size:
            return step.drafts
        size = self.limits.number(step.size)
        return tuple(step.drafts[i % len(step.drafts)] for i in range(size))

    def _id(self, label: str, shape: str, labels: dict[str, str]) -> str:
        fresh = self.identities.transaction_id()
        return render_id(shape, labels.setdefault(label, fresh) if label else fresh)

    def _bind(self, word: str, draft: Draft, labels: dict[str, str], shared: str = "") -> Bound:
        transaction_id = self._id(draft.id, draft.shape, labels)
        if word in BETS:
            own = self._bet_id(transaction_id)
            return Bound(draft, transaction_id, own, transaction_id, self._round(draft, own, labels))
        if word in OF_A_BET:
            original = self._bet_of(word, draft, shared or transaction_id, labels)
            own = self._bet_id(original)
            reference = self.contract.bet_reference(original, own)
            return Bound(draft, transaction_id, reference, original, self._round(draft, own, labels))
        if word == "rollback":
            original = self._named_bet(draft, labels)
            win = self._win(original)
            own = self._bet_id(original) if win is None else win.bet
            if draft.transaction == UNKNOWN:
                original = self.identities.transaction_id()
            return Bound(draft, transaction_id, own, original, of_win=win is not None)
        pot = self._id(draft.pot, "", labels) if draft.pot else transaction_id
        return Bound(draft, transaction_id, self._bet_id(pot))

    def _named_bet(self, draft: Draft, labels: dict[str, str]) -> str:
        """The transaction id of the bet that a draft names, in the given shape, or in that in which it was sent."""
        label = draft.bet
        if draft.bet_shape:
            return self._id(label, draft.bet_shape, labels)
        plain = self.identities.transaction_id() if label == UNKNOWN else self._id(label, "", labels)
        sent = self._by_label.get(plain)
        return next((bound.id for bound in sent.bound if bound.draft.id == label), plain) if sent else plain

    def _win(self, transaction_id: str) -> Bound | None:
        """The credit with that id, if it is one and the contract rolls credits back. A bet may have the id, too."""
        sent = self._by_label.get(transaction_id) if self.contract.rolls_back_wins else None
        paid = sent.bound if sent is not None and sent.word in CREDITS else ()
        return next((bound for bound in paid if bound.id == transaction_id), None)

    def _round(self, draft: Draft, bet: str, labels: dict[str, str]) -> str:
        if draft.round == "none":
            return ""
        if draft.round == "non_ascii":
            return f"runde-\N{LATIN SMALL LETTER U WITH DIAERESIS}\N{GAME DIE}-{bet}"
        return f"round-{self._id(draft.round, '', labels) if draft.round else bet}"

    def _bet_id(self, transaction_id: str) -> str:
        return f"bet-{transaction_id.strip()[:64]}"

    def _bet_of(self, word: str, draft: Draft, owner: str, labels: dict[str, str]) -> str:
        """The transaction id of the bet that a credit or an unsettlement belongs to.

        Transactions with the same `owner` belong to the same bet. It is the transaction's own id, or a family's name.
        """
        if draft.bet:
            return self._named_bet(draft, labels)
        # The credits of a player whose id is written almost right are refused, so one bet serves all of them.
        key = f"{word if draft.spelled else owner}/{draft.player}"
        if draft.player != UNKNOWN and key not in self.placed:
            bet = self.identities.transaction_id()
            self.placed[key] = Placed(draft.player, bet, self._bet_id(bet), settles=word == "unsettle")
        return self.placed[key].id if key in self.placed else self.identities.transaction_id()


def bets_by_role(bets: tuple[Placed, ...]) -> Mapping[str, int]:
    """How many bets the runner places for each role. Each stake is one wire unit."""
    return Counter(bet.role for bet in bets)
