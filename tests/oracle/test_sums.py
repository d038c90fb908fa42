"""Which open transactions are in a balance: every combination with the right sum, none twice, or "not known".

Classes are given as (change, number): so many transactions of that change may be in the balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model import Amount
from harness.oracle.sums import LARGEST_SUM, MOST_CLASSES, BudgetExceeded, combinations

CLASSES = st.dictionaries(st.integers(-6, 6).filter(bool), st.integers(1, 3), max_size=4)


def taken(classes: Sequence[tuple[Amount, int]], target: Amount | None) -> list[frozenset[tuple[Amount, int]]]:
    return [frozenset(each.items()) for each in combinations(classes, target)]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(CLASSES, st.one_of(st.none(), st.integers(-20, 20)))
def test_every_combination_with_the_right_sum_is_found_once(classes: dict[Amount, int], target: int | None) -> None:
    every = [dict(zip(classes, counts, strict=True)) for counts in product(*(range(n + 1) for n in classes.values()))]
    fitting = [each for each in every if target is None or sum(c * n for c, n in each.items()) == target]
    found = taken(list(classes.items()), target)
    assert len(found) == len(set(found))
    assert set(found) == {frozenset((c, n) for c, n in each.items() if n) for each in fitting}


def test_the_empty_combination_comes_first() -> None:
    assert next(combinations([(5, 1), (-5, 2)], None)) == {}
    assert next(combinations([(5, 1), (-5, 2)], 0)) == {}


@pytest.mark.parametrize("sign", [1, -1], ids=["credits", "debits"])
def test_twenty_four_different_amounts_are_told_apart(sign: int) -> None:
    wanted = 0b1010_1100_0101_1110_0110_1001
    (found,) = combinations([(sign * 2**n, 1) for n in range(24)], sign * wanted)
    assert found == {sign * 2**n: 1 for n in range(24) if wanted >> n & 1}


def test_a_remainder_that_cannot_be_reached_is_not_looked_at_twice() -> None:
    even = [(2 * n, 1) for n in range(1, 25)]
    assert 2 ** len(even) > LARGEST_SUM
    assert taken(even, 301) == []


def test_how_many_of_the_last_class_are_taken_is_not_tried_but_divided() -> None:
    assert taken([(3, 4 * LARGEST_SUM)], 3 * 2 * LARGEST_SUM) == [frozenset({(3, 2 * LARGEST_SUM)})]


@pytest.mark.parametrize(
    ("classes", "target"),
    [
        pytest.param([(5, 1), (3, 1)], 9, id="above all credits"),
        pytest.param([(5, 1), (3, 1)], -1, id="below all credits"),
        pytest.param([(-5, 2), (-3, 1)], -14, id="below all debits"),
        pytest.param([(-5, 2), (-3, 1)], 1, id="above all debits"),
        pytest.param([(5, 2), (-3, 1)], 11, id="above both"),
        pytest.param([(5, 1), (-3, 2)], -7, id="below both"),
        pytest.param([], 1, id="nothing open"),
    ],
)
def test_a_sum_out_of_reach_costs_one_question(
    monkeypatch: pytest.MonkeyPatch, classes: list[tuple[Amount, int]], target: Amount
) -> None:
    monkeypatch.setattr("harness.oracle.sums.LARGEST_SUM", 1)
    assert taken(classes, target) == []


def test_as_many_questions_are_asked_as_are_allowed_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.oracle.sums.LARGEST_SUM", 7)  # One at the top, two below, and four leaves.
    assert len(taken([(5, 1), (3, 1)], None)) == 4
    monkeypatch.setattr("harness.oracle.sums.LARGEST_SUM", 6)
    with pytest.raises(BudgetExceeded):
        taken([(5, 1), (3, 1)], None)


def test_more_classes_than_are_worth_a_search_are_not_known() -> None:
    many = [(n, 1) for n in range(1, MOST_CLASSES + 2)]
    assert taken(many[:-1], sum(range(MOST_CLASSES + 1))) == [frozenset(many[:-1])]
    with pytest.raises(BudgetExceeded):
        taken(many, 1)
