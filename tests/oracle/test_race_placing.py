"""Moments for moves of money, against a search over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from random import Random

import pytest

from harness.model import Amount
from harness.oracle.effects import ENDLESS, Move, Moves
from harness.oracle.placing import highest, is_weaker, place

PROBLEMS = 400


def is_covered(balance: Amount, effects: Sequence[Moves]) -> bool:
    """Whether all moves can be made, each in its window and after the one before it, without a balance below zero."""
    edges = {moment for moves in effects for move in moves for moment in (move.release, move.due)}
    moments = sorted(edges - {ENDLESS}) or [0]
    waiting = [(0, balance, (0,) * len(effects))]
    met = set(waiting)
    while waiting:
        at, level, done = waiting.pop()
        if all(count == len(moves) for count, moves in zip(done, effects, strict=True)):
            return True
        following = [(at + 1, level, done)] if at + 1 < len(moments) else []
        for number, moves in enumerate(effects):
            move = moves[done[number]] if done[number] < len(moves) else None
            if move is not None and move.release <= moments[at] <= move.due and level + move.change >= 0:
                further = tuple(count + (i == number) for i, count in enumerate(done))
                following.append((at, level + move.change, further))
        waiting += [each for each in following if each not in met]
        met.update(following)
    return False


def effect(random: Random, longest: int) -> Moves:
    """A sequence of moves whose windows begin and end in its order."""
    length = random.randrange(1, longest + 1)
    starts = sorted(random.randrange(12) for _ in range(length))
    ends = sorted(random.randrange(14) for _ in range(length))
    windows = [(start, max(start, end)) for start, end in zip(starts, ends, strict=True)]
    if random.random() < 0.2:
        windows[-1] = (windows[-1][0], ENDLESS)
    return tuple(
        Move(random.choice([-20, -10, -10, 10, 10, 20, 30]), start, end, number)
        for number, (start, end) in enumerate(windows)
    )


def problems(longest: int) -> Iterator[tuple[Random, Amount, list[Moves]]]:
    for seed in range(PROBLEMS):
        random = Random(f"{longest}{seed}")
        effects = [effect(random, longest) for _ in range(random.randrange(1, 5 if longest < 3 else 4))]
        yield random, random.choice([0, 0, 10, 20]), effects


@pytest.mark.parametrize("longest", [1, 2, 4])
def test_moves_are_placed_if_some_moments_cover_them(longest: int) -> None:
    covered = 0
    for _, balance, effects in problems(longest):
        placed = place(balance, effects, [])
        expected = is_covered(balance, effects)
        assert bool(placed.floors) is expected, effects
        assert (placed.short is None) is expected
        covered += expected
    assert 0 < covered < PROBLEMS


@pytest.mark.parametrize("longest", [1, 2, 3])
def test_the_floors_say_which_lost_credits_must_have_arrived(longest: int) -> None:
    needed = 0
    for random, balance, effects in problems(longest):
        number = random.randrange(1, 4)
        loose = [Move(random.choice([10, 20]), random.randrange(-3, 12), ENDLESS, 9) for _ in range(number)]
        placed = place(balance, effects, loose)
        for count in range(number + 1):
            for arrived in combinations(loose, count):
                expected = is_covered(balance, [*effects, *((move,) for move in arrived)])
                assert any(_keep(floors, arrived) for floors in placed.floors) is expected, (effects, arrived)
        needed += any(placed.floors)
    assert needed


def _keep(floors: Sequence[tuple[int, Amount]], arrived: Sequence[Move]) -> bool:
    return all(sum(move.change for move in arrived if move.release <= moment) >= need for moment, need in floors)


def test_floors_of_before_count_what_came_before_and_nothing_later() -> None:
    loose = [Move(10, 0, ENDLESS, 0), Move(20, 5, ENDLESS, 1)]
    assert place(0, [], loose, ((0, 10),), 50).floors == (((0, 10),),)
    assert place(0, [], loose, ((0, 20),), 50).floors == ()
    came = (Move(10, 0, 60, 2),)
    assert place(0, [came], loose[1:], ((0, 10),), 50).floors == ((),)
    later = (Move(10, 55, 60, 2),)
    assert place(0, [later], loose[1:], ((0, 10),), 50).floors == ()


def test_weaker_floors_ask_for_less_or_later() -> None:
    assert is_weaker((), ((3, 10),))
    assert is_weaker(((5, 10),), ((3, 10),))
    assert is_weaker(((5, 10),), ((3, 20), (9, 30)))
    assert not is_weaker(((3, 10),), ((5, 10),))
    assert not is_weaker(((5, 20),), ((3, 10),))


def test_the_most_that_an_effect_can_have_added() -> None:
    refund = (Move(-10, 0, 9, 0), Move(10, 2, 9, 1))
    assert [highest(refund, moment) for moment in (0, 2, 9)] == [0, 0, 0]
    loss = (Move(-10, 0, 4, 0), Move(5, 2, 9, 1))
    assert [highest(loss, moment) for moment in (0, 4, 9)] == [0, -5, -5]
