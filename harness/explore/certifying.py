"""The pairs of a contract as one item of a certification, with one result."""

from __future__ import annotations

import time
from itertools import takewhile

from harness.examine import Examiner
from harness.explore.exploration import Bounds, Exploration, explore, pairs
from harness.explore.explored_findings import file_text
from harness.explore.pairs import NoPairs
from harness.explore.playing import Playing
from harness.model import Scenario, Status
from harness.verdict import ScenarioResult

WITH_NAMED_PLAYERS = 300
"""How many requests generated scenarios send for players that the user has named, whose money runs out."""


def explored_pairs(
    examiner: Examiner, scenario: Scenario, most_requests: int, *, first_only: bool = False
) -> ScenarioResult:
    """The common result of the generated scenarios. `most_requests` 0 plays none.

    A finding is shrunk, with at most so many requests in all. With `first_only` the first scenario with a finding is
    played again, is not shrunk, and is the last.
    """
    if not most_requests:
        return examiner.results.skipped(scenario, "limits.explore is 0: no generated scenarios were played")
    started = time.monotonic()
    if examiner.players.named:
        most_requests = min(most_requests, WITH_NAMED_PLAYERS)
    exploration = Exploration(Playing(examiner), most_of_shrinking=0 if first_only else most_requests)
    try:
        wanted = takewhile(lambda _: not (first_only and exploration.findings), pairs(examiner.contract))
        explore(exploration, wanted, Bounds(requests=most_requests))
    except NoPairs as error:
        return examiner.results.skipped(scenario, str(error))
    return common_result(exploration, scenario, f"{time.monotonic() - started:.3f}", 0)


def common_result(exploration: Exploration, scenario: Scenario, seconds: str, seed: int) -> ScenarioResult:
    """The one result of everything that was played. The files of its findings name the seed."""
    examiner, player = exploration.player.examiner, exploration.player
    findings = list(exploration.findings.values())
    fields: dict[str, object] = {"exchanges": player.requests, "seconds": seconds, "ended": player.ended}
    fields["core_money_moved"] = player.core_money_moved
    fields["remarks"] = exploration.remarks
    fields["found"] = tuple(file_text(each, examiner.contract, seed) for each in findings)
    if player.failures:
        fields |= {"status": Status.UNKNOWN, "reason": "walletproof itself failed in a generated scenario"}
    elif player.ended and not findings:
        fields |= {"status": Status.SKIPPED, "reason": player.ended}
    return examiner.results.of_findings(
        scenario, [each.result for each in findings], [each.verdict for each in findings], **fields
    )
