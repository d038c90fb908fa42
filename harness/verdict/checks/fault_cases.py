"""Judges families of faults: whether each case was refused, and one row for each case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.model import Check, Exchange, FaultCase, Level, Outcome, Requirement, Situation, Status, Verdict, Wrong
from harness.verdict.checks import sentences
from harness.verdict.checks.facts import currency_of, is_beyond_limit, parts_of
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.on_exchange import place_in, sole, status_of, verdict_on


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One case of a family in the report: what was sent, what the wallet answered, and how that is judged.

    `exchange` is the index of its exchange. The status is UNKNOWN for a case after a finding, which is not judged.
    """

    name: str
    exchange: int
    answer: str
    status: Status


def fault_verdicts(judge: HistoryJudge) -> Iterator[Verdict]:
    """The cases that were accepted although a wallet must or should refuse them: one verdict for each requirement."""
    found: dict[tuple[str, Level], list[int]] = {}
    for index, exchange in enumerate(judge.history.exchanges):
        if (level := _violated(judge, index, exchange)) is not None:
            found.setdefault((_requirement(judge, exchange).id, level), []).append(index)
    for (requirement, level), indices in found.items():
        first = judge.history.exchanges[indices[0]]
        names = sentences.few([_case(judge, index).name for index in indices])
        summary = f"accepted with one fault, though it {level} be refused: {names}"
        said = _answer(judge, indices[0], first)
        own = judge.contract.requirements[requirement]
        verdict = verdict_on(Check.EXPECTATION, own, status_of(level), summary, indices[0], first, said)
        yield replace(verdict, level=level, place=place_in(sole(first), "code"))


def case_rows(judge: HistoryJudge, verdicts: Sequence[Verdict]) -> Iterator[CaseRow]:
    """One row for each case, in the order of sending."""
    red: dict[int, Status] = {}
    for verdict in verdicts:
        index = verdict.exchange if verdict.accused is None else verdict.accused
        if index is not None and verdict.status is Status.FAIL:
            red.setdefault(index, verdict.status)
    for index, exchange in enumerate(judge.history.exchanges):
        if (case := exchange.alteration.case) is not None and not exchange.repeated:
            status = red.get(index) or _status(judge, index, exchange, red)
            yield CaseRow(name=case.name, exchange=index, answer=_answer(judge, index, exchange), status=status)


def _status(judge: HistoryJudge, index: int, exchange: Exchange, red: Mapping[int, Status]) -> Status:
    level = _violated(judge, index, exchange)
    if level is not None:
        return status_of(level)
    judged = {seen.part.exchange for seen in judge.seen}
    is_late = bool(parts_of(index, exchange)) and index not in judged and any(each < index for each in red)
    is_unread = exchange.reply is None and not is_beyond_limit(exchange)
    return Status.UNKNOWN if is_late or is_unread else Status.PASS


def _violated(judge: HistoryJudge, index: int, exchange: Exchange) -> Level | None:
    """How binding the refusal is that a case should have had, or None if it was refused or need not be."""
    case = exchange.alteration.case
    if case is None or exchange.reply is None:
        return None
    if index in judge.inexact:
        return Level.SHOULD
    refusal = case.refusal
    if refusal is None or not _accepted(judge, index, exchange):
        return None
    return Level.SHOULD if Level.SHOULD in {refusal, _requirement(judge, exchange).level} else refusal


def _accepted(judge: HistoryJudge, index: int, exchange: Exchange) -> bool:
    """True if the wallet accepted the request. False if the oracle already has a finding about the answer."""
    if any(seen.impossible for seen in judge.seen if seen.part.exchange == index):
        return False
    reply = exchange.reply
    if reply is None or not reply.accepted:
        return False
    parts = parts_of(index, exchange)
    answers = [part.answer for part in parts if part.answer is not None]
    return not answers or any(answer.outcome is Outcome.OK for answer in answers)


def _requirement(judge: HistoryJudge, exchange: Exchange) -> Requirement:
    case = exchange.alteration.case
    sort = case.sort if case is not None else ""
    situation = f"{Situation.MALFORMED}.{sort}" if sort else str(Situation.MALFORMED)
    return judge.contract.attribute(exchange.name, situation, Wrong.ACCEPTED)


def _case(judge: HistoryJudge, index: int) -> FaultCase:
    case = judge.history.exchanges[index].alteration.case
    return FaultCase(name="") if case is None else case


def _answer(judge: HistoryJudge, index: int, exchange: Exchange) -> str:
    if exchange.reply is None:
        failure = exchange.transmission.failure
        received = exchange.transmission.received
        return failure.detail if failure else f"HTTP {received.status if received else 0}, not readable"
    currency = next((currency_of(part.item, judge.history.players) for part in parts_of(index, exchange)), "")
    return sentences.said(exchange.answer, currency)
