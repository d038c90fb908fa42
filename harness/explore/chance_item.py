"""Scenarios by chance as one item of a run of pytest, `explored/chance`, which belongs to no certification."""

from __future__ import annotations

import time
from collections.abc import Iterable

from harness.contracts import Contract
from harness.examine import Examiner
from harness.explore.certifying import common_result
from harness.explore.drawing import NoHypothesis
from harness.explore.exploration import Bounds, Exploration, by_chance, explore
from harness.explore.playing import Playing
from harness.model import Scenario, Step
from harness.verdict import ScenarioResult

CHANCE = "explored/chance"
"""The id of the scenario that stands for them."""


def chance_scenario(contracts: Iterable[Contract]) -> Scenario:
    """The scenario that stands for what is drawn by chance on these contracts. No file has it."""
    return Scenario(
        id=CHANCE,
        path=CHANCE,
        title="Whatever is drawn by chance leaves books that agree with the answers",
        requirements={each.name: each.conservation.id for each in contracts},
        steps=(Step(word="pairs"),),
    )


def explored_by_chance(examiner: Examiner, scenario: Scenario, most_requests: int, seed: int) -> ScenarioResult:
    """The common result of scenarios by chance, with at most so many requests. Undecided without Hypothesis."""
    started = time.monotonic()
    exploration = Exploration(Playing(examiner), most_of_shrinking=most_requests)
    try:
        source = by_chance(exploration, seed)
    except NoHypothesis as missing:
        return examiner.results.undecided(scenario, str(missing))
    explore(exploration, source, Bounds(requests=most_requests))
    return common_result(exploration, scenario, f"{time.monotonic() - started:.3f}", seed)
