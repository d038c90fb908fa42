"""The pattern of a run: which scenarios are red and by which marks, and which are green."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.model import Status, Verdict
from harness.verdict.dictionary.known import Mark
from harness.verdict.result import RED, ScenarioResult


@dataclass(frozen=True, slots=True)
class Pattern:
    """The judged scenarios of a run on one contract. Skipped and undecided ones stand on neither side."""

    red: Mapping[str, frozenset[Mark]]
    green: frozenset[str]
    raced: frozenset[str] = frozenset()
    """The scenarios with a race, in which a bug shows by chance."""


def pattern_of(results: Iterable[ScenarioResult]) -> Pattern:
    """The pattern of the results of one contract."""
    red, green, raced = {}, set(), set()
    for each in results:
        marks = frozenset(mark_of(verdict) for verdict in each.verdicts if verdict.status in RED)
        if marks:
            red[each.scenario] = marks
        elif each.status is Status.PASS:
            green.add(each.scenario)
        if each.spread_microseconds is not None:
            raced.add(each.scenario)
    return Pattern(red, frozenset(green), frozenset(raced))


def mark_of(verdict: Verdict) -> Mark:
    """The mark of a finding."""
    undecided = "?" if verdict.status is Status.UNKNOWN else ""
    return Mark(verdict.requirement, f"{verdict.check}{undecided}", verdict.cause)
