"""Finds the cause of a balance that is right only some time after the booking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Aspect
from harness.verdict.causes.by_situation import STALE_READ
from harness.verdict.causes.case import Case, Cause
from harness.verdict.causes.unreadable_answers import READ_AFTER_THE_LOCK
from harness.verdict.causes.wrong_balances import BELOW_A_CENT, NEVER_BOOKED, SHOWN_TOO_EARLY
from harness.verdict.checks.late_balances import lateness_ms

LATE_BALANCE = "late_balance"

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    LATE_BALANCE: frozenset(
        {LATE_BALANCE, NEVER_BOOKED.id, BELOW_A_CENT.id, SHOWN_TOO_EARLY.id, STALE_READ.id, READ_AFTER_THE_LOCK.id}
    )
}
"""A late balance explains itself, too: its sentence has another number where the wallet was slower."""


def diagnoses(case: Case) -> Iterator[Cause]:
    """The cause of a late balance, with the time by which it is late."""
    verdict = case.verdict
    if verdict.aspect is not Aspect.LATE or verdict.accused is None or verdict.exchange is None:
        return
    yield Cause(
        LATE_BALANCE,
        f"the balance is late by about {lateness_ms(case.history, verdict.accused, verdict.exchange)} ms: the bookings "
        "are right, and a reading directly after one shows the balance before it",
        "read balances where the booking writes them, not from a replica or a cache, and book before the answer is "
        "sent",
    )
