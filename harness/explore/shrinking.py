"""Shrinks a scenario that has found something to the smallest one that still finds the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.explore.playing import Generated, Key, Playing, findings_in
from harness.explore.reductions import renamed, smaller
from harness.explore.restart_limits import restarts
from harness.files.complaints import ScenarioError
from harness.model import Verdict
from harness.scenario import text_of
from harness.verdict import ScenarioResult

MOST_REQUESTS = 400
"""How many requests the shrinking of one finding may send."""
PLAYS_OF_A_RACE = 3
"""How often a scenario with a race is played before it counts as one that finds nothing. Once if it has a restart."""
CONFIRMATIONS = 3
"""How often the smallest scenario is played again."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The smallest scenario, a verdict of it, and how often it failed when it was played again."""

    generated: Generated
    verdict: Verdict
    result: ScenarioResult
    failed: int
    played: int = CONFIRMATIONS


def shrink(generated: Generated, key: Key, player: Playing, *, most_requests: int = MOST_REQUESTS) -> Shrunk | None:
    """The smallest scenario found that has the finding. None if it never was seen again.

    When the wallet has been restarted often enough, only scenarios without a restart are tried.
    """
    end, limit = player.requests + most_requests, player.restarts.shrinking
    seen = {text_of(generated)}

    def fails(candidate: Generated) -> Verdict | None:
        text = text_of(candidate)
        if text in seen:
            return None
        seen.add(text)
        if restarts(candidate) and not limit.allows(1 + CONFIRMATIONS):
            limit.left_out += 1
            return None
        return found_again(candidate, key, player)

    best = _descended(generated, fails, lambda: player.requests < end and not player.ended)
    named = renamed(best)
    # A finding needs one confirmation, also if it restarts the wallet once more.
    times = 1 if restarts(named) and not limit.allows(CONFIRMATIONS) else CONFIRMATIONS
    results = [player.play(named, limit) for _ in range(times)]
    failing = [(found[key], each) for each in results if each is not None and key in (found := findings_in(each))]
    return Shrunk(named, *failing[0], failed=len(failing), played=times) if failing else None


def _descended(
    generated: Generated, fails: Callable[[Generated], Verdict | None], may_go_on: Callable[[], bool]
) -> Generated:
    """The end of the way down: each step is the first smaller scenario that still fails."""
    best = generated
    while may_go_on():
        for candidate in smaller(best):
            if not may_go_on():
                return best
            if fails(candidate) is not None:
                best = candidate
                break
        else:
            return best
    return best


def found_again(candidate: Generated, key: Key, player: Playing) -> Verdict | None:
    """The verdict of a finding in one of a few plays. None if there is none, or if the scenario cannot be loaded."""
    times = PLAYS_OF_A_RACE if _races(candidate) and not restarts(candidate) else 1
    return next((each for each in (_once(candidate, key, player) for _ in range(times)) if each is not None), None)


def _once(candidate: Generated, key: Key, player: Playing) -> Verdict | None:
    try:
        return findings_in(player.play(candidate, player.restarts.shrinking)).get(key)
    except ScenarioError:
        return None


def _races(candidate: Generated) -> bool:
    return any("at_once" in step for step in candidate["steps"])
