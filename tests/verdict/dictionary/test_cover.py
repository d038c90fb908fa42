"""The known bugs that the cover names for a pattern of red and green scenarios, and those that it never names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from harness.verdict.causes import CERTAIN
from harness.verdict.dictionary.cover import LEAST_LIKENESS, Match, cover, dstar, ochiai
from harness.verdict.dictionary.known import FaultDictionary, Harm, KnownBug, KnownRow, Mark, row_of
from harness.verdict.dictionary.pattern import Pattern

A, B, C = (Mark(f"REQ-{each}", "oracle", f"because_of_{each}") for each in "ABC")
TRIED = frozenset(f"s/{number}" for number in range(20))


def row(name: str, red: Mapping[str, Mark], skipped: tuple[str, ...] = ()) -> KnownRow:
    bug = KnownBug(name, f"does {name}", f"undo {name}", Harm.MONEY)
    return row_of((bug,), {scenario: {mark} for scenario, mark in red.items()}, skipped)


def over(mark: Mark, *numbers: int) -> dict[str, Mark]:
    return {f"s/{number}": mark for number in numbers}


def ran(*parts: Mapping[str, Mark], green: frozenset[str] = TRIED) -> Pattern:
    red: dict[str, frozenset[Mark]] = {}
    for part in parts:
        for scenario, mark in part.items():
            red[scenario] = red.get(scenario, frozenset()) | {mark}
    return Pattern(red, green - red.keys())


def told(pattern: Pattern, *rows: KnownRow) -> list[list[str]]:
    return [names(each) for each in cover(pattern, FaultDictionary("casino", TRIED, rows))]


def names(match: Match) -> list[str]:
    return [bug.name for each in match.rows for bug in each.bugs]


MANY, FEW = over(A, *range(10)), over(B, 15, 16)


def test_a_wallet_that_is_right_has_no_cause() -> None:
    assert told(ran(), row("many", MANY)) == []


def test_a_pattern_is_told_by_the_row_that_equals_it() -> None:
    assert told(ran(MANY), row("few", FEW), row("many", MANY), row("more", over(A, *range(14)))) == [["many"]]


def test_a_cause_that_its_own_scenarios_refute_is_never_told() -> None:
    """Its red cells are all there, and three times as many of its predictions passed, or a single one."""
    assert told(ran(over(A, 1, 2, 3)), row("many", MANY)) == []
    assert told(ran(over(A, *range(9))), row("many", MANY)) == []


def test_a_race_that_passed_refutes_a_cause_only_beside_many_others() -> None:
    known, races = FaultDictionary("casino", TRIED, (row("many", MANY),)), frozenset({"s/7", "s/8", "s/9"})
    (match,) = cover(replace(ran(over(A, *range(8))), raced=races), known)
    assert (match.predicted, match.confirmed, match.refuted) == (10, 8, 2)
    assert cover(replace(ran(over(A, *range(7))), raced=races), known) == ()


def test_two_bugs_are_told_both_the_one_that_explains_more_first() -> None:
    assert told(ran(MANY, FEW), row("few", FEW), row("many", MANY)) == [["many"], ["few"]]


def test_a_bug_is_told_although_another_one_hides_a_part_of_it() -> None:
    """Of its three scenarios one is red by the other bug alone, because that one ended the judgement."""
    hidden = row("hidden", {**over(B, 3), **FEW})
    assert told(ran(MANY, FEW), row("many", MANY), hidden) == [["many"], ["hidden"]]


def test_a_row_that_explains_a_small_part_of_a_strange_wallet_is_not_told() -> None:
    strange = over(C, *range(19))
    assert told(ran(strange, over(B, 1)), row("small", over(B, 1))) == []


def test_scenarios_that_were_not_run_or_were_skipped_count_on_neither_side() -> None:
    (match,) = cover(
        Pattern({"s/1": frozenset({A}), "s/2": frozenset({A})}, frozenset({"s/15"})),
        FaultDictionary("casino", TRIED, (row("many", MANY), row("other", over(A, 1, 15), ("s/2",)))),
    )
    assert names(match) == ["many"]
    assert (match.predicted, match.confirmed, match.refuted) == (2, 2, 0)


def test_findings_of_scenarios_that_the_dictionary_does_not_know_are_left_over() -> None:
    own = {"own/scenario": A}
    (match,) = cover(ran(MANY, own), FaultDictionary("casino", TRIED, (row("many", MANY),)))
    assert "own/scenario" not in match.explained


def test_rows_that_a_part_of_the_suite_cannot_tell_apart_are_told_together() -> None:
    part = Pattern({"s/1": frozenset({A})}, frozenset({"s/15"}))
    both = cover(part, FaultDictionary("casino", TRIED, (row("many", MANY), row("other", over(A, 1, 12)))))
    assert [names(each) for each in both] == [["many", "other"]]


def test_the_evidence_of_the_step_decides_between_equal_patterns() -> None:
    other = Mark(A.requirement, A.check, "because_of_something_else")
    mine, others = row("mine", MANY), row("other", over(other, *range(10)))
    assert told(ran(MANY), others, mine) == [["mine"]]
    assert told(ran(over(other, *range(10))), mine, others) == [["other"]]


def test_a_pattern_whose_every_step_suggests_something_else_is_not_believed() -> None:
    other = Mark(A.requirement, A.check, "because_of_something_else")
    assert told(ran(over(other, *range(10)), over(C, 17)), row("many", MANY)) == []


def test_a_row_is_not_believed_when_most_steps_suggest_something_else() -> None:
    other = Mark(A.requirement, A.check, "because_of_something_else")
    known = row("many", MANY)
    assert told(ran(over(A, *range(5)), over(other, *range(5, 10))), known) == [["many"]]
    assert told(ran(over(A, *range(4)), over(other, *range(4, 10))), known) == []


def test_a_row_is_not_believed_when_most_steps_with_its_evidence_lie_outside_it() -> None:
    """The wallet has a wider bug of the same kind, of which the step's evidence says more than the row."""
    known = row("few", over(A, 0, 1, 2, 3))
    assert told(ran(over(A, *range(8))), known) == [["few"]]
    assert told(ran(over(A, *range(9))), known) == []


@pytest.mark.parametrize("evidence", sorted(CERTAIN))
def test_what_the_evidence_proves_is_only_explained_by_a_bug_that_shows_the_same(evidence: str) -> None:
    late = Mark(A.requirement, A.check, evidence)
    assert told(ran(over(late, *range(10))), row("many", MANY)) == []
    assert told(ran(over(late, *range(10))), row("late", over(late, *range(10)))) == [["late"]]


def test_the_coefficients_agree_on_what_is_perfect_and_what_is_nothing() -> None:
    for coefficient in (ochiai, dstar):
        assert coefficient(10, 0, 0) == 1
        assert coefficient(0, 3, 3) == 0
        assert coefficient(10, 1, 0) > coefficient(10, 2, 0) > coefficient(10, 2, 2)
    assert ochiai(1, 0, 3) == LEAST_LIKENESS, "a quarter of what is left, and nothing refuted"
