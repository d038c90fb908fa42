"""How late repetitions were tried, in words and as the most of a run."""

from __future__ import annotations

from collections.abc import Iterable

from harness.model import Lateness

_LONG_MS = 10_000
"""From this many milliseconds on, tenths of a second are left out."""


def lateness(late: Lateness) -> str:
    """How late a repetition was: `4.1 s, 5,100 transactions and 0 restarts later`."""
    seconds = f"{late.milliseconds // 1000:,}" if late.milliseconds >= _LONG_MS else f"{late.milliseconds / 1000:.1f}"
    transactions = f"{late.transactions:,} transaction{'' if late.transactions == 1 else 's'}"
    restarts = f"{late.restarts} restart{'' if late.restarts == 1 else 's'}"
    return f"{seconds} s, {transactions} and {restarts} later"


def latest(found: Iterable[Lateness | None]) -> Lateness | None:
    """The most milliseconds, transactions and restarts of several repetitions, each for itself."""
    known = [each for each in found if each is not None]
    if not known:
        return None
    return Lateness(
        milliseconds=max(each.milliseconds for each in known),
        transactions=max(each.transactions for each in known),
        restarts=max(each.restarts for each in known),
    )


def tried(late: Lateness | None) -> str:
    """The sentence for reports: how late repetitions were tried."""
    return "repeats were not tried late" if late is None else f"repeats were tried up to {lateness(late)}"
