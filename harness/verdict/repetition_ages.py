"""How late repetitions were tried, in words and as the most of a run."""

from __future__ import annotations

from collections.abc import Iterable

from harness.model import Lateness

HOW_TO_RESTART = "hooks.restart in wallet.yaml can name a command that restarts the wallet"
"""What gives a restart, for a run that made none. With the key, a run of a part of the suite may make none, too."""
_LONG_MS = 10_000
"""From this many milliseconds on, tenths of a second are left out."""


def lateness(late: Lateness) -> str:
    """How late a repetition was: `4.1 s, 5,100 transactions and 0 restarts later`."""
    seconds, transactions = _seconds_and_transactions(late)
    restarts = f"{late.restarts} restart{'' if late.restarts == 1 else 's'}"
    return f"{seconds}, {transactions} and {restarts} later"


def _seconds_and_transactions(late: Lateness) -> tuple[str, str]:
    seconds = f"{late.milliseconds // 1000:,}" if late.milliseconds >= _LONG_MS else f"{late.milliseconds / 1000:.1f}"
    return f"{seconds} s", f"{late.transactions:,} transaction{'' if late.transactions == 1 else 's'}"


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


def no_restart_tried(late: Lateness | None) -> bool:
    """True if repetitions were tried late, and none of them after a restart of the wallet."""
    return late is not None and not late.restarts


def tried(late: Lateness | None) -> str:
    """The sentence for reports: how late repetitions were tried, and how a restart is given if none was tried."""
    if late is None:
        return "repeats were not tried late"
    if no_restart_tried(late):
        return (
            f"repeats were tried up to {' and '.join(_seconds_and_transactions(late))} later; "
            f"no restart was tried: {HOW_TO_RESTART}"
        )
    return f"repeats were tried up to {lateness(late)}"
