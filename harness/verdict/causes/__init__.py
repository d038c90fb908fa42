"""From a verdict and the history behind it: what is probably wrong in the wallet, and what to change there.

A diagnosis is a guess that the evidence suggests, never a verdict: where nothing fits there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from harness.contracts import Contract
from harness.model import History, Verdict
from harness.verdict.causes import amounts, answers, batches, identifiers, memory, refusals, signatures, situations
from harness.verdict.causes.case import Case, Diagnosis
from harness.verdict.checks import Standing

__all__ = ["Diagnosis", "diagnose", "of_mistake", "roots_of"]

_RULES: tuple[Callable[[Case], Iterator[Diagnosis]], ...] = (
    signatures.diagnoses,
    identifiers.diagnoses,
    batches.diagnoses,
    refusals.diagnoses,
    amounts.scale,
    amounts.someone_elses,
    amounts.shortage,
    memory.diagnoses,
    amounts.diagnoses,
    situations.diagnoses,
    answers.diagnoses,
)
"""From the most telling evidence to the most general; the first that fits is told."""

_CONSEQUENCES = (
    *memory.CONSEQUENCES,
    *amounts.CONSEQUENCES,
    *situations.CONSEQUENCES,
    *signatures.CONSEQUENCES,
)

of_mistake = signatures.of_mistake


def diagnose(verdict: Verdict, history: History, course: Sequence[Standing], contract: Contract) -> Diagnosis | None:
    """The probable cause of a violation, or None. `course` is that of the judgement that the verdict comes from."""
    case = Case(verdict, history, tuple(course), contract)
    return next((found for rule in _RULES for found in rule(case)), None)


def roots_of(cause: str) -> tuple[str, ...]:
    """The beginnings of those causes that would explain this one as well, where they are found in the same wallet.

    A wallet that looks no transactionId up pays everything twice that ever comes again: one thing to repair.
    """
    return tuple(
        root for root, consequences in _CONSEQUENCES if cause.startswith(consequences) and not cause.startswith(root)
    )
