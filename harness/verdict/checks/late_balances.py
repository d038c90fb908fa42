"""Finds out whether a wrong balance is only late.

A wallet may read balances from a replica, or write a booking after its answer. A reading directly after a booking then
shows an old balance, and a later reading the right one. The runner makes such later readings (`SETTLING`). If one of
them agrees with all answers about bookings, only the balance is late, and nothing else is charged to the wallet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from harness import money
from harness.contracts import Contract
from harness.model import (
    CLOSING,
    SETTLING,
    Amount,
    Aspect,
    Authenticate,
    Check,
    Exchange,
    GetBalance,
    History,
    ItemReply,
    Policy,
    Situation,
    Status,
    Verdict,
    Wrong,
    id_of,
    transactions,
)
from harness.oracle import Belief
from harness.verdict.checks import sentences
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.on_exchange import place_in, status_of, verdict_on

SUMMARY = "shows an old balance, which is right when it is read again"
_STEPS_MS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
_BALANCE = frozenset({Wrong.BALANCE, Wrong.MOVED})


@dataclass(frozen=True, slots=True)
class _Late:
    """A late balance: whose it is, the exchange with the old one, the one with the right one, and what is not judged.

    `unread` holds the indices of the exchanges whose balances do not count.
    """

    player: str
    old: int
    right: int
    unread: frozenset[int]


def judge_history(
    history: History, contract: Contract, policy: Policy, carried: Mapping[str, Sequence[Belief]]
) -> HistoryJudge:
    """The finished judge of a history. A late balance is its only finding about a player's balances.

    `carried` has the beliefs about players from earlier histories.
    """
    judging = _Judging(history, contract, policy, carried)
    plain = judging.until(judging.settled_from)
    late: list[_Late] = []
    unread: set[tuple[int, str]] = set()
    for verdict in _blames(plain.verdicts, history):
        found = judging.late(verdict)
        late += [found] if found is not None else []
        left_aside = found.unread if found is not None else judging.outdated(verdict)
        unread |= {(index, verdict.player) for index in left_aside}
    if not unread:
        return plain
    excused = frozenset(each.player for each in late)
    judge = HistoryJudge(history, contract, policy, carried=carried, unread=unread, excused=excused)
    judge.run()
    judge.verdicts[:0] = [_verdict(each, judge) for each in late]
    return judge


def doubted(
    verdicts: Iterable[Verdict],
    history: History,
    contract: Contract,
    policy: Policy,
    carried: Mapping[str, Sequence[Belief]] = MappingProxyType({}),
) -> frozenset[str]:
    """The players with a wrong balance, by a history's verdicts, that a later reading may explain.

    `carried` has the beliefs about players from earlier histories.
    """
    judging = _Judging(history, contract, policy, carried)
    blames = [each for each in _blames(verdicts, history) if each.aspect is not Aspect.LATE]
    return frozenset(each.player for each in blames if any(True for _ in judging.explanations(each)))


def _blames(verdicts: Iterable[Verdict], history: History) -> list[Verdict]:
    """The findings about balances, at most one for each player of the history."""
    playing = {each.id for each in history.players}
    found: dict[str, Verdict] = {}
    for each in verdicts:
        if each.wrong in _BALANCE and each.player in playing and each.status in {Status.FAIL, Status.WARN}:
            found.setdefault(each.player, each)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class _Judging:
    """Judges parts of one history, with some of its balances left aside."""

    history: History
    contract: Contract
    policy: Policy
    carried: Mapping[str, Sequence[Belief]]

    @property
    def settled_from(self) -> int:
        """The index of the first later reading, or the number of exchanges if there is none."""
        steps = [each.step for each in self.history.exchanges]
        return steps.index(SETTLING) if SETTLING in steps else len(steps)

    def until(self, end: int, unread: Collection[tuple[int, str]] = (), *, only_of: str = "") -> HistoryJudge:
        """The judge of the first `end` exchanges, finished, or until there is a finding about the player `only_of`."""
        part = replace(self.history, exchanges=self.history.exchanges[:end])
        judge = HistoryJudge(part, self.contract, self.policy, carried=self.carried, unread=unread)
        judge.run(only_of=only_of)
        return judge

    def late(self, verdict: Verdict) -> _Late | None:
        """The late balance behind a finding, or None if no later reading is right."""
        player, old = verdict.player, verdict.exchange or 0
        settling = {each for each in self._readings(player) if each >= self.settled_from}
        for unread in self.explanations(verdict):
            asked = [each for each in self._readings(player) if each > old]
            aside = unread | set(asked)
            # Without a later reading that is right, nothing depends on the others.
            right = {each for each in asked if each in settling and self._is_right(each, player, aside)}
            if right:
                right |= {each for each in asked if each not in settling and self._is_right(each, player, aside)}
                return _Late(player, old, self._proof(old, sorted(right), player), unread | set(asked) - right)
        return None

    def _proof(self, old: int, right: Sequence[int], player: str) -> int:
        """The first right reading that shows another balance than the old one. Without one: the last.

        A reading with the same balance may be right because another booking has brought the balance back.
        """
        shown = _answer(self.history, old, player).balance
        return next((each for each in right if _answer(self.history, each, player).balance != shown), right[-1])

    def outdated(self, verdict: Verdict) -> frozenset[int]:
        """The readings before the last one, if the balance went on changing and is wrong in the end, too."""
        if not (readings := self._readings(verdict.player)):
            return frozenset()
        *earlier, last = readings
        if verdict.exchange not in earlier or last < self.settled_from:
            return frozenset()
        shown = [_answer(self.history, each, verdict.player).balance for each in (verdict.exchange, last)]
        return frozenset(earlier) if shown[0] != shown[1] else frozenset()

    def explanations(self, verdict: Verdict) -> Iterator[frozenset[int]]:
        """The exchanges whose balances may be late: all readings of the player, or all answers.

        Answers about bookings count as late only if the last reading before the later ones is wrong without them, too.
        """
        player, old = verdict.player, verdict.exchange or 0
        readings = frozenset(each for each in self._readings(player) if each < self.settled_from)
        if old in readings and self._may_be_old(verdict, readings):
            yield readings
        answers = frozenset(
            index
            for index, each in enumerate(self.history.exchanges[: self.settled_from])
            if any(item.player == player for item in transactions(each.operation))
        )
        closing = [each for each in readings if self.history.exchanges[each].step == CLOSING]
        if closing and not self._is_right(max(closing), player, answers | readings):
            yield answers | readings

    def _is_right(self, index: int, player: str, unread: frozenset[int] | set[int]) -> bool:
        """True if a reading agrees with the answers before it, without the balances of the exchanges in `unread`."""
        judge = self.until(index + 1, {(each, player) for each in unread if each != index}, only_of=player)
        return player not in judge.dead

    def _may_be_old(self, verdict: Verdict, readings: frozenset[int]) -> bool:
        """True if the player may have had the balance before. A closing reading needs no such proof."""
        old, player = verdict.exchange or 0, verdict.player
        if self.history.exchanges[old].step == CLOSING:
            return True
        course = self.until(old, {(each, player) for each in readings}).course
        opening = [each.balance for each in self.history.players if each.id == player and each.balance is not None]
        past = [*opening, *(value for each in course if each.player == player for value in each.expected)]
        shown = _answer(self.history, old, player).balance
        raced = any(each.race is not None for each in self.history.exchanges[:old])
        return shown in past or (raced and shown is not None and min(past) <= shown <= max(past))

    def _readings(self, player: str) -> list[int]:
        """The indices of the exchanges that read this player's balance and do nothing else."""
        return [index for index, each in enumerate(self.history.exchanges) if _reads(each, player)]


def _reads(exchange: Exchange, player: str) -> bool:
    reply = exchange.reply
    if isinstance(exchange.operation, Authenticate):
        return reply is not None and reply.session is not None and reply.session.player == player
    is_reading = exchange.step in {CLOSING, SETTLING} or isinstance(exchange.operation, GetBalance)
    return is_reading and any(item.player == player for item in transactions(exchange.operation))


def _verdict(late: _Late, judge: HistoryJudge) -> Verdict:
    """The finding about a late balance. The exchange with the right balance is its proof."""
    history, contract = judge.history, judge.contract
    exchange, proof = history.exchanges[late.old], history.exchanges[late.right]
    is_read = isinstance(proof.operation, GetBalance)
    requirement = contract.attribute(proof.name, Situation.READ, Wrong.BALANCE) if is_read else contract.conservation
    currency = next(each.currency for each in history.players if each.id == late.player)
    answer = _answer(history, late.old, late.player)
    again = _answer(history, late.right, late.player)
    shown = "" if again.balance is None else money.show(again.balance, again.currency or currency)
    said = f"{sentences.said(answer, currency)}, and {lateness_ms(history, late.old, late.right)} ms later {shown}"
    status = status_of(requirement.level)
    return replace(
        verdict_on(Check.ORACLE, requirement, status, SUMMARY, late.right, exchange, said),
        aspect=Aspect.LATE,
        possible=tuple(f"success, balance {money.show(each, currency)}" for each in _expected(judge, late)),
        player=late.player,
        place=place_in(answer, "balance"),
        situation=str(Situation.READ),
        wrong=str(Wrong.BALANCE),
        accused=late.old,
    )


def lateness_ms(history: History, old: int, right: int) -> int:
    """By about how many milliseconds a balance is late, from the time between an old balance and the right one.

    The time is rounded down to one of `_STEPS_MS`, so that the load on the wallet changes no sentence.
    """
    first, second = (history.exchanges[each].transmission.started_ns for each in (old, right))
    milliseconds = (second - first) // 1_000_000
    return max((each for each in _STEPS_MS if each <= milliseconds), default=_STEPS_MS[0])


def _expected(judge: HistoryJudge, late: _Late) -> Sequence[Amount]:
    here = (each for each in judge.course if (each.exchange, each.player) == (late.old, late.player))
    return next((each.expected for each in here), ())


def _answer(history: History, index: int, player: str) -> ItemReply:
    """The answer for a player in an exchange."""
    exchange = history.exchanges[index]
    items = transactions(exchange.operation)
    replies = exchange.reply.items if exchange.reply is not None else ()
    ids = {id_of(each) for each in items if each.player == player}
    found = next((each for each in replies if each.id in ids), None)
    return found or next(iter(replies), exchange.answer)
