"""Finds the known bugs that together explain the pattern of a run.

Each step compares every row of the dictionary with what is not explained yet, takes the most alike, and removes what it
explains. This is the greedy set cover, which needs no search over sets of bugs.

Likeness is Ochiai's coefficient: confirmed / sqrt((confirmed + refuted) * (confirmed + left over)). It falls with each
prediction that the wallet refutes, and with each finding that a row leaves over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import sqrt
from types import MappingProxyType
from typing import TypeAlias

from harness.verdict.causes import CERTAIN, EXACT
from harness.verdict.dictionary.known import FaultDictionary, KnownRow, Mark
from harness.verdict.dictionary.pattern import Pattern

Marks: TypeAlias = Mapping[str, frozenset[Mark]]
"""By scenario: marks."""
Coefficient: TypeAlias = Callable[[float, float, float], float]
"""Of what is confirmed, refuted and left over, each a sum of weights: how alike they are. More is more alike."""

LEAST_LIKENESS = 0.5
"""A row that is less alike than this to what is unexplained explains nothing."""
LEAST_CONFIRMED = 0.8
"""The least share of the predicted scenarios with a decision that have to be red as predicted.

Only scenarios with a race may miss: who wins a race is chance. Any other predicted scenario that passed refutes a row.
"""
MOST_ROWS = 12
"""How many rows explain one run at most."""
_OTHER_EVIDENCE = 0.2
"""The weight of a finding by the predicted requirement and check whose step suggests another cause.

Findings of this kind alone never reach `LEAST_LIKENESS`, because the square root of the weight is below it.
"""
LEAST_EVIDENCE = 0.5
"""The least share of the explained marks with the predicted evidence, and of the findings with that evidence that a row
explains.

Below, the steps themselves say something else than the row, or the row is only a part of what they say.
"""
_HIDDEN = 0.25
"""The weight of a predicted scenario that is red by other marks alone: another bug may have ended its judgement."""


def ochiai(confirmed: float, refuted: float, left_over: float) -> float:
    """Ochiai's coefficient, between 0 and 1: the cosine of the angle between prediction and pattern."""
    return confirmed / sqrt((confirmed + refuted) * (confirmed + left_over)) if confirmed else 0.0


def dstar(confirmed: float, refuted: float, left_over: float) -> float:
    """DStar with the usual exponent 2, as a share of itself and 1, so that a perfect likeness is 1 and not infinite."""
    return confirmed**2 / (confirmed**2 + refuted + left_over) if confirmed else 0.0


@dataclass(frozen=True, slots=True)
class Match:
    """A known row that explains a part of a run, with the rows that this run does not distinguish from it.

    The numbers count scenarios.
    """

    rows: tuple[KnownRow, ...]
    likeness: float
    predicted: int
    """How many of the scenarios that were run the row predicts to be red."""
    confirmed: int
    """How many of these are red by a predicted mark."""
    refuted: int
    """How many of these passed."""
    explained: Marks
    """The marks of the run that the row explains, and no earlier one."""

    @property
    def violated(self) -> frozenset[tuple[str, str]]:
        """The requirements that the rows violate anywhere, each with the check that finds it."""
        every = (mark for row in self.rows for marks in row.red.values() for mark in marks)
        return frozenset((mark.requirement, mark.check) for mark in every)

    @property
    def evidence(self) -> frozenset[str]:
        """The ids of the causes that the steps of the rows suggest anywhere."""
        return frozenset(mark.evidence for row in self.rows for marks in row.red.values() for mark in marks)


def cover(
    pattern: Pattern, dictionary: FaultDictionary, coefficient: Coefficient = ochiai, least: float = LEAST_LIKENESS
) -> tuple[Match, ...]:
    """The rows that explain a pattern, in the order in which they are found: the most alike first.

    `coefficient` and `least` are for measuring other ones.
    """
    left: Marks = {name: marks for name, marks in pattern.red.items() if name in dictionary.scenarios}
    found: list[Match] = []
    while left and len(found) < MOST_ROWS:
        matches = (_match(pattern, row, left, coefficient) for row in dictionary.rows)
        believed = [each for each in matches if each is not None and _is_believed(each, pattern, least, left)]
        if not believed:
            break
        best = max(believed, key=_order)
        alike = [row for each in believed if not _is_distinct_from(best, each) for row in each.rows]
        found.append(replace(best, rows=tuple(alike)))
        left = _without(left, best.explained)
    return tuple(found)


def _order(match: Match) -> tuple[float, int, int]:
    return match.likeness, len(match.explained), match.confirmed


def _is_distinct_from(best: Match, other: Match) -> bool:
    """True if the run decides between two rows: one of them is more alike, or explains something else."""
    return _order(best) != _order(other) or best.explained != other.explained


def _is_believed(match: Match, pattern: Pattern, least: float, left: Marks) -> bool:
    (row,) = match.rows
    held = match.confirmed >= LEAST_CONFIRMED * (match.confirmed + match.refuted)
    by_chance = row.red.keys() & pattern.green <= pattern.raced
    likely = held and by_chance and match.likeness >= least
    return likely and not _is_contradicted(match, pattern) and _evidence_agrees(match, left)


def _is_contradicted(match: Match, pattern: Pattern) -> bool:
    """True if races alone confirm a row, and another of its scenarios is red by exact evidence of something else."""
    (row,) = match.rows
    alone = match.explained.keys() <= pattern.raced
    others = (mark for name in row.red.keys() - match.explained.keys() for mark in pattern.red.get(name, ()))
    return alone and any(mark.evidence in EXACT for mark in others)


def _evidence_agrees(match: Match, left: Marks) -> bool:
    """True if most of what a match explains has the predicted evidence, and it explains most findings that have it."""
    (row,) = match.rows
    marks = [(mark, mark in row.red[name]) for name, explained in match.explained.items() for mark in explained]
    suggested = {mark.evidence for mark, _ in marks} - {""}
    mine = sum(mark.evidence in suggested for mark, _ in marks)
    alike = sum(mark.evidence in suggested for rest in left.values() for mark in rest)
    predicted = sum(as_predicted for _, as_predicted in marks)
    return predicted >= LEAST_EVIDENCE * len(marks) and mine >= LEAST_EVIDENCE * alike


def _match(pattern: Pattern, row: KnownRow, left: Marks, coefficient: Coefficient) -> Match | None:
    """The comparison of one row with what is left, or None if it explains nothing of it."""
    if not row.red.keys() & left.keys():
        return None
    passed = row.red.keys() & pattern.green
    seen = {name: _common(pattern.red[name], marks) for name, marks in row.red.items() if name in pattern.red}
    confirmed = {name: marks for name, marks in seen.items() if marks}
    explained = {name: mine for name, marks in confirmed.items() if (mine := marks & left.get(name, frozenset()))}
    if not explained:
        return None
    weight = sum(_weight(mark, row.red[name]) for name, marks in explained.items() for mark in marks)
    wrong = len(passed) + _HIDDEN * (len(seen) - len(confirmed))
    likeness = coefficient(weight, wrong, sum(map(len, left.values())) - weight)
    predicted = len(passed) + len(seen)
    return Match((row,), likeness, predicted, len(confirmed), len(passed), MappingProxyType(explained))


def _common(seen: frozenset[Mark], predicted: frozenset[Mark]) -> frozenset[Mark]:
    """The seen marks whose requirement and check are predicted. Certain or exact evidence has to be predicted, too."""
    kinds = {(each.requirement, each.check) for each in predicted}
    return frozenset(
        each
        for each in seen
        if each in predicted or ((each.requirement, each.check) in kinds and each.evidence not in CERTAIN | EXACT)
    )


def _weight(mark: Mark, predicted: frozenset[Mark]) -> float:
    return 1.0 if mark in predicted else _OTHER_EVIDENCE


def _without(left: Marks, explained: Marks) -> Marks:
    return {name: rest for name, marks in left.items() if (rest := marks - explained.get(name, frozenset()))}
