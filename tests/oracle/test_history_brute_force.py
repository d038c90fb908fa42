"""Histories of windows with lost answers, against the definition: no window is accused that some order explains."""

from __future__ import annotations

from random import Random

import pytest
from random_windows import Past, classes, first_impossible, past

from harness.oracle import Belief, BudgetExceeded, judge, lost

HISTORIES = 8


def first_accused(given: Past) -> int | None:
    """The first window that the oracle accuses, None without one or where it is not known."""
    beliefs: tuple[Belief, ...] = (Belief(given.book),)
    for number, window in enumerate(given.windows):
        open_ones = [each for each in window.events if each.is_lost]
        beliefs = lost(beliefs, *open_ones, racing=window.is_race) if open_ones else beliefs
        answered = [each for each in window.events if not each.is_lost]
        judgement = judge(beliefs, answered, racing=window.is_race) if answered else None
        if judgement is not None and (judgement.undecided or judgement.finding is not None):
            return number if judgement.finding is not None else None
        beliefs = judgement.beliefs if judgement is not None else beliefs
    return None


def is_true(name: str, seed: int) -> bool:
    """Whether the oracle accuses no window before the first that is impossible."""
    given = past(Random(f"{name}{seed}"), name)
    try:
        accused = first_accused(given)
    except BudgetExceeded:
        return True
    expected = first_impossible(given)
    return accused is None or (expected is not None and accused >= expected)


def is_refused_again(given: Past) -> bool:
    """Whether a lost request is refused later: by decision its first sending has no effect then."""
    ids = {each.id for window in given.windows for each in window.events if each.is_lost}
    alone = [each for window in given.windows if not window.is_race for each in window.events]
    return any(each.id in ids and not each.accepted and not each.is_lost for each in alone)


@pytest.mark.parametrize("name", classes())
def test_no_window_is_accused_that_some_order_explains(name: str) -> None:
    seeds = [seed for seed in range(HISTORIES) if not is_refused_again(past(Random(f"{name}{seed}"), name))]
    assert len(seeds) > HISTORIES // 4
    assert [seed for seed in seeds if not is_true(name, seed)] == []


@pytest.mark.parametrize(("name", "seed"), [("identical twins, refusals are final", 287), ("lost before", 196)])
def test_a_request_that_is_lost_in_a_race_may_have_been_refused_for_contention(name: str, seed: int) -> None:
    assert is_true(name, seed)
