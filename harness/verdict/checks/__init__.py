"""Judges a history and returns verdicts. Sends no requests.

Every history has four main checks:

* `expectation`: do the answers match the expectations of the scenario?
* `schema`: does every answer match its schema?
* `oracle`: could a sound wallet have given this answer?
* `conservation`: does the balance agree with the answers before it?

Smaller checks are in `harness.verdict.checks.answer_form`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from harness.contracts import Contract
from harness.model import History, Level, Movement, Outcome, Policy, Status, Verdict, id_of, transactions
from harness.oracle import Belief
from harness.verdict.checks.answer_form import (
    completeness_verdicts,
    delivery_verdicts,
    format_verdicts,
    reference_verdicts,
)
from harness.verdict.checks.batch_readings import batch_readings, batch_verdicts
from harness.verdict.checks.believed import with_unbelieved
from harness.verdict.checks.expectations import (
    code_verdicts,
    expectation_verdicts,
    has_the_code_in_question,
    step_of,
)
from harness.verdict.checks.fault_cases import CaseRow, case_rows, fault_verdicts
from harness.verdict.checks.history_judge import HistoryJudge
from harness.verdict.checks.judged_parts import JudgedPart, Standing
from harness.verdict.checks.late_balances import doubted, judge_history
from harness.verdict.checks.recommended import recommendation_verdicts
from harness.verdict.checks.spent_tokens import token_verdicts

__all__ = ["Judge", "Judged", "JudgedPart", "Standing", "doubted", "examine"]

_AVOIDED = {
    ("deduction", "unsupported"): "the wallet refuses to deduct",
    ("unknown_bet", "refused"): "the wallet insists on bets that it knows",
    ("returned_bet", "refused"): "the wallet pays nothing for a bet that was rolled back",
    ("unknown_game", "refused"): "the wallet insists on games that it knows",
    ("zero_bet", "refused"): "the wallet takes no bet of 0",
    ("ended_session_bet", "refused"): "the wallet takes no bet of an ended session",
    ("ended_session_credit", "refused"): "the wallet credits nothing to an ended session",
    ("unsettlement_beyond_payout", "refused"): "the wallet deducts no more than a bet was paid",
}
_ENDED_SESSION = ("ended_session_bet", "refused")
_ORDINARY = ("new", "zero", "exact", "unknown_bet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The judgement of one history."""

    verdicts: tuple[Verdict, ...]
    readings: tuple[tuple[str, str], ...]
    avoided: str = ""
    """The permitted reading because of which the scenario could not judge its requirement; empty if there is none."""
    avoided_by: tuple[str, ...] = ()
    """The readings that explain it, each as `policy: reading`. Several may explain the same refusal."""
    core_money_moved: bool = False
    seen: tuple[JudgedPart, ...] = ()
    """Every answered transaction with its situation, in the order of judging."""
    course: tuple[Standing, ...] = ()
    """The expected and shown balances of every player, from exchange to exchange."""
    beliefs: Mapping[str, tuple[Belief, ...]] = field(default_factory=dict)
    """By player: what may be in the account at the end. Players that are not judged any more are left out."""
    cases: tuple[CaseRow, ...] = ()
    """The cases of the scenario's families of faults."""


Judge: TypeAlias = Callable[[History, Contract, Policy], Judged]
"""Judges one history by a contract and by its policy, narrowed to the known readings of the wallet."""


def examine(
    history: History,
    contract: Contract,
    policy: Policy,
    carried: Mapping[str, Sequence[Belief]] = MappingProxyType({}),
) -> Judged:
    """Judge one history. `policy` is the contract's policy, narrowed to the known readings of this wallet.

    `carried` has the beliefs about players from earlier histories.
    """
    judge = judge_history(history, contract, policy, carried)
    verdicts = with_unbelieved(judge, contract, list(_found_by(judge)))
    red = any(each.status in {Status.FAIL, Status.UNKNOWN} for each in verdicts)
    own = contract.requirements[history.scenario.requirements[contract.name]]
    violated = red or any(each.requirement == own.id for each in verdicts)
    avoided = [] if violated or own.level is Level.MAY else _avoided(judge)
    readings = {reading for seen in judge.seen for reading in seen.readings}
    return Judged(
        verdicts=_deduplicated(verdicts),
        readings=tuple(sorted(readings | {reading for _, reading in batch_readings(history, judge.overlaps)})),
        avoided=f"{_AVOIDED[avoided[0]]}, which the document permits ({': '.join(avoided[0])})" if avoided else "",
        avoided_by=tuple(map(": ".join, avoided)),
        core_money_moved=not red and _moved_core_money(history, contract),
        seen=tuple(judge.seen),
        course=tuple(judge.course),
        beliefs={player: each.beliefs for player, each in judge.accounts.items() if not each.dead},
        cases=tuple(case_rows(judge, verdicts)),
    )


def _found_by(judge: HistoryJudge) -> Iterator[Verdict]:
    """The verdicts of all checks. Of several about one requirement and one exchange the first counts."""
    history, contract = judge.history, judge.contract
    yield from judge.verdicts
    yield from format_verdicts(history, contract, judge.overlaps)
    yield from completeness_verdicts(history, contract)
    yield from batch_verdicts(history, contract, judge.policy, judge.overlaps)
    for check in (code_verdicts, reference_verdicts, expectation_verdicts, fault_verdicts, recommendation_verdicts):
        yield from check(judge)
    yield from delivery_verdicts(history, contract, judge.overlaps)
    yield from token_verdicts(history, contract)


def _deduplicated(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts with at most one for each requirement and exchange, the first of several."""
    first: dict[tuple[str, int | None], Verdict] = {}
    for verdict in verdicts:
        first.setdefault((verdict.requirement, verdict.exchange), verdict)
    return tuple(first.values())


def _avoided(judge: HistoryJudge) -> list[tuple[str, str]]:
    """The policies with the permitted readings that explain the first refusal of what the scenario needs.

    None if the scenario's own requirement is about the code of that refusal, because then it was judged.
    """
    last = {
        id_of(seen.part.item): seen.part.exchange for seen in sorted(judge.seen, key=lambda each: each.part.exchange)
    }
    for seen in judge.seen:
        exchange = judge.history.exchanges[seen.part.exchange]
        step = step_of(judge.history, exchange)
        if step is None or not exchange.alteration.is_none or "ok" not in (*(step.expect or ("ok",)), *step.should):
            continue
        if seen.situation.partition(".")[0] not in _ORDINARY or (step.should and "ok" not in step.should):
            continue
        # If the transaction is sent again later, then its refusal is the point of the scenario.
        comes_again = last[id_of(seen.part.item)] > seen.part.exchange
        again = {_ENDED_SESSION} if comes_again else set()
        if found := sorted(seen.readings & _AVOIDED.keys() - again):
            return [] if has_the_code_in_question(judge, seen) else found
    return []


def _moved_core_money(history: History, contract: Contract) -> bool:
    for exchange in history.exchanges:
        if not contract.specs[exchange.name].core or exchange.reply is None or exchange.alteration.spoils_content:
            continue
        if exchange.late is not None:  # It has moved its money before.
            continue
        items = transactions(exchange.operation)
        paid = {item.id for item in items if isinstance(item, Movement) and item.amount}
        answered = exchange.reply.items
        if len(items) == 1 and paid and answered and answered[0].outcome is Outcome.OK:
            return True
        if any(answer.outcome is Outcome.OK and answer.id in paid for answer in answered):
            return True
    return False
