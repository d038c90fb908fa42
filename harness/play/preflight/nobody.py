"""Asks for a player who does not exist, after everything else: a wallet may break down at one."""

from __future__ import annotations

from harness.model import Exchange, Player
from harness.play.preflight.asking import Asking
from harness.play.preflight.findings import StageLog
from harness.play.recovery import Recovery

STRANGER = "stranger"


def unknown_player(asking: Asking, known: Player, stages: StageLog) -> tuple[Exchange, ...]:
    """Ask for a player who does not exist. A wallet that gives no answer twice is a finding of `asking`.

    Returns the calls that prove it if the wallet stayed away afterwards, so that no scenario can run.
    """
    first = asking.ask(asking.zero(asking.stranger()))
    if first.transmission.received is not None:
        stages.passed(STRANGER, f"{first.name} is answered with HTTP {first.transmission.received.status}")
        return ()
    if not _is_back(asking, known):
        return (first,)
    again = asking.ask(asking.zero(asking.stranger()))
    if again.transmission.received is not None:
        stages.passed(STRANGER, "answered", f"one {first.name} of a player who does not exist got no answer")
        return ()
    if not _is_back(asking, known):
        return (first, again)
    asking.findings.append((first, again))
    stages.passed(STRANGER, "not answered", f"{first.name} of a player who does not exist gets no answer")
    return ()


def _is_back(asking: Asking, known: Player) -> bool:
    """True if the wallet answers for a known player again, within the time for a recovery."""
    operation = asking.reading(known) if asking.has("balance") else asking.zero(known)
    waited = Recovery(asking.wallet.recovery_seconds).wait(lambda seconds: asking.in_time(operation, seconds))
    return waited is not None
