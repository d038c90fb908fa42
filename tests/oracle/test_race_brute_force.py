"""The judgement of money in a race against its definition: every order, with the true balance."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from race_definition import believed, every_end, may_come
from random_races import KINDS, Race, race

from harness.oracle.events import Belief, Event
from harness.oracle.race import Money, money

RACES = 40


def judged(given: Race) -> Money:
    return money(Belief(given.book, given.lost), given.events, contention=given.contention)


@pytest.mark.parametrize("name", KINDS)
def test_a_race_is_possible_and_ends_as_some_order_says(name: str) -> None:
    impossible = 0
    for seed in range(RACES):
        given = race(Random(f"{name}{seed}"), name)
        ends = every_end(given.book, given.lost, given.events, contention=given.contention)
        judgement = judged(given)
        assert judgement.known
        assert judgement.possible is bool(ends), seed
        impossible += not ends
        if ends:
            everything = may_come(ends)
            assert believed(judgement.beliefs) == everything, seed
        else:
            assert judgement.accused is not None
            assert judgement.beliefs == ()
    assert 0 < impossible < RACES


@pytest.mark.parametrize("name", [name for name in KINDS if "lost" in name or name == "everything"])
def test_what_is_left_of_one_race_is_what_the_next_one_starts_from(name: str) -> None:
    """Requests that are lost in the first window may be carried out in the second one."""
    compared = 0
    for seed in range(RACES // 2):
        random = Random(f"{name} twice {seed}")
        first, second = race(random, name), race(random, name)
        later = [_later(each) for each in second.events]
        if not any(each.accepted for each in later):
            continue  # Whether a refusal is excused would depend on requests that can do nothing any more.
        beliefs = judged(first).beliefs
        states = every_end(first.book, first.lost, first.events, contention=first.contention)
        found = [money(belief, later) for belief in beliefs]
        ends = [end for state in states for end in every_end(state.book, state.lost, later)]
        compared += bool(states)
        assert any(each.possible for each in found) is bool(ends), seed
        assert believed(left for each in found for left in each.beliefs) == may_come(ends), seed
    assert compared


def _later(event: Event) -> Event:
    return replace(event, start=event.start + 100, end=None if event.end is None else event.end + 100)
