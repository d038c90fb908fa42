"""Finds the probable cause of a violation in the wallet, and the change that corrects it.

A diagnosis is a guess from the evidence and no verdict. If no rule applies, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.contracts import Contract
from harness.model import History, Verdict
from harness.verdict.causes import (
    broken_answers,
    by_situation,
    confused_batches,
    confused_ids,
    deadlocks,
    forgotten_ids,
    lateness,
    other_movements,
    races,
    signatures,
    unreadable_answers,
    wrong_balances,
    wrong_refusals,
)
from harness.verdict.causes.case import Case, Cause
from harness.verdict.checks import Standing

__all__ = ["CERTAIN", "EXACT", "OF_MONEY", "UNDECIDED", "Cause", "diagnose", "of_mistake", "roots_of"]

_RULES: tuple[Callable[[Case], Iterator[Cause]], ...] = (
    deadlocks.diagnoses,
    unreadable_answers.of_status,
    lateness.diagnoses,
    signatures.diagnoses,
    forgotten_ids.late,
    confused_ids.diagnoses,
    confused_batches.diagnoses,
    broken_answers.diagnoses,
    wrong_refusals.diagnoses,
    by_situation.malformed,
    other_movements.diagnoses,
    races.between_players,
    wrong_balances.scale,
    wrong_balances.unbooked,
    wrong_balances.someone_elses,
    wrong_balances.shortage,
    forgotten_ids.diagnoses,
    wrong_balances.diagnoses,
    by_situation.diagnoses,
    unreadable_answers.diagnoses,
)
"""From the most specific evidence to the most general. The first cause that a rule finds is reported."""

_CONSEQUENCES: Mapping[str, frozenset[str]] = {
    **forgotten_ids.CONSEQUENCES,
    **wrong_balances.CONSEQUENCES,
    **by_situation.CONSEQUENCES,
    **other_movements.CONSEQUENCES,
    **lateness.CONSEQUENCES,
    **broken_answers.CONSEQUENCES,
}
"""By the id of a cause: the ids of the causes that it explains."""

CERTAIN = frozenset({lateness.LATE_BALANCE}) | unreadable_answers.OF_STATUS_ALONE
"""The ids of causes that the evidence proves: a later reading was right, or the HTTP status says it. They are no guess.
"""

EXACT = frozenset(
    {
        *other_movements.EXACT,
        *races.EXACT,
        by_situation.ROLLBACK_UNDONE.id,
        wrong_balances.OVERFLOW,
        wrong_refusals.LOCKED_OUT.id,
    }
)
"""The ids of causes that the amounts or the order of the requests say exactly, so that no other bug explains them."""

OF_MONEY = frozenset({wrong_refusals.BOOKED_AND_REFUSED.id})
"""The ids of causes that say that money has moved, though the finding is another one."""

UNDECIDED = frozenset(
    {
        by_situation.STALE_READ.id,
        unreadable_answers.INCOMPLETE_BATCH_ANSWER.id,
        unreadable_answers.OTHER_IDS_ANSWERED.id,
        wrong_balances.NOT_BOOKED_OR_SHOWN_EARLY.id,
        wrong_balances.LOGIN_MOVES.id,
        other_movements.LESS_BY_THE_STAKE_OR_ROUNDING.id,
    }
)
"""The ids of causes that have several reasons. Another cause of the same run may say which."""

of_mistake = signatures.of_mistake


def diagnose(verdict: Verdict, history: History, course: Sequence[Standing], contract: Contract) -> Cause | None:
    """The probable cause of a violation, or None. `course` holds the balances of the verdict's judgement."""
    case = Case(verdict, history, tuple(course), contract)
    return next((found for rule in _RULES for found in rule(case)), None)


def roots_of(cause: str) -> frozenset[str]:
    """The ids of the causes that explain this one, too, if they are found in the same wallet.

    Example: a wallet that looks up no transactionId books every repetition again. That is one thing to repair.
    """
    found = frozenset(root for root, consequences in _CONSEQUENCES.items() if cause in consequences)
    return found | signatures.roots_of(cause)
