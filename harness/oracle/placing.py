"""When the moves of money happened: is there a moment for each, so that the balance never falls below zero?

Credits come as early as they can, and debits as late. If an effect has a debit before a credit, the two form a block at
one moment: the first covered moment if they bring money, the last covered moment if they take some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from harness.model import Amount
from harness.oracle.effects import Move, Moves
from harness.oracle.events import Floors

MOST_PLACINGS = 4_096
"""Ways to place debits that come before credits. Past them nothing is said against the race."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Moves of one effect at one moment. They need `need` in the balance, and change it by `net`."""

    time: int
    need: Amount
    net: Amount
    event: int

    @property
    def order(self) -> tuple[int, bool, Amount]:
        """The best order: what brings money by rising need, then what takes money by falling rest."""
        return (self.time, self.net < 0, self.need if self.net >= 0 else -self.need - self.net)


@dataclass(frozen=True, slots=True)
class Short:
    """An event that lacks money wherever it is placed, and the balance that it found."""

    event: int
    balance: Amount
    time: int


@dataclass(frozen=True, slots=True)
class Placement:
    """The result: alternatives for what the loose credits must have brought. Without any, `short` says why."""

    floors: tuple[Floors, ...]
    short: Short | None = None


class Placing:
    """The moves of several effects, to be placed from one balance on.

    A loose credit arrives after its release, or never. `floors` come from earlier windows; this one begins at `since`.
    """

    def __init__(
        self, balance: Amount, effects: Iterable[Moves], loose: Iterable[Move], floors: Floors, since: int
    ) -> None:
        """Take the effects apart into moves that are free, and chains that begin with a debit and end with a credit."""
        parts = [part for moves in effects for part in _parts_of(moves)]
        self._balance = balance
        self._since = since
        self._loose = sorted((move for move in loose if move.change > 0), key=lambda move: move.release)
        self._free = [_alone(part[0]) for part in parts if len(part) == 1]
        self._blocks = [part for part in parts if len(part) == 2]
        self._chains = [part for part in parts if len(part) > 2]
        self._before = [
            (moment, need - sum(each.net for each in self._free if each.time <= moment)) for moment, need in floors
        ]
        self._moments = self._all_moments() if self._blocks or self._chains else []

    def result(self) -> Placement:
        """Place everything, without loose credits if that is possible."""
        helped = [Segment(move.release, 0, move.change, move.event) for move in self._loose]
        alone = self._attempt([])
        short = self._attempt(helped) if alone is not None and helped else alone
        if short is not None or any(need > self._brought(moment) for moment, need in self._before):
            return Placement((), short)
        return Placement((self._normal(self._before),) if alone is None else self._floors_of_all())

    def _all_moments(self) -> list[int]:
        moments = {segment.time for segment in self._free} | {move.release for move in self._loose} | {self._since}
        moves = [move for part in (*self._blocks, *self._chains) for move in part]
        moments |= {move.release for move in moves} | {move.due for move in moves}
        return sorted(moment for moment in moments if moment >= self._since)

    def _attempt(self, helped: Sequence[Segment]) -> Short | None:
        """None if some placing is covered; else the event that came furthest in any of them."""
        furthest: Short | None = None
        for number, chains in enumerate(product(*(list(self._placings(chain)) for chain in self._chains))):
            if number == MOST_PLACINGS:
                return None
            short = self._settle([*self._free, *helped, *(segment for chain in chains for segment in chain)])
            if short is None:
                return None
            furthest = short if furthest is None or short.time > furthest.time else furthest
        return furthest

    # ------------------------------------------------------------------------------------------------------------
    # Blocks of a debit and a credit

    def _settle(self, fixed: Sequence[Segment]) -> Short | None:
        """Place the blocks: gains are moved later and losses earlier until each is covered, or has left its window."""
        blocks = [(_joined(block, 0), self._window_of(block)) for block in self._blocks]
        moving = [(block, window) for block, window in blocks if block.net]
        at = [0 if block.net > 0 else len(window) - 1 for block, window in moving]
        while True:
            placed = [replace(block, time=window[place]) for (block, window), place in zip(moving, at, strict=True)]
            levels = _levels(self._balance, [*fixed, *placed])
            bare = next((i for i, each in enumerate(placed) if levels[id(each)] < each.need), None)
            if bare is None:
                break
            at[bare] += 1 if placed[bare].net > 0 else -1
            if not 0 <= at[bare] < len(moving[bare][1]):
                return Short(placed[bare].event, levels[id(placed[bare])], placed[bare].time)
        everything = sorted([*fixed, *placed], key=lambda each: each.order)
        for each in everything:
            if 0 < each.need > levels[id(each)]:
                return Short(each.event, levels[id(each)], each.time)
        for block, window in blocks:
            found = max(_level(self._balance, everything, moment) for moment in window)
            if not block.net and found < block.need:
                return Short(block.event, found, window[-1])
        return None

    def _window_of(self, block: Moves) -> list[int]:
        first = max(block[1].release, self._since)
        return [moment for moment in self._moments if first <= moment <= block[0].due] or [first]

    # ------------------------------------------------------------------------------------------------------------
    # Longer chains, and everything if loose credits are needed: all placings

    def _placings(self, chain: Moves) -> Iterator[list[Segment]]:
        """All ways to give each debit of a chain a moment; a credit comes as early as the debits before it allow."""
        for times in self._times(chain, 0, self._since):
            parts: list[list[Move]] = []
            for index, move in enumerate(chain):
                if index and times[index] == times[index - 1]:
                    parts[-1].append(move)
                else:
                    parts.append([move])
            moments = list(dict.fromkeys(times))
            yield [_joined(part, moment) for part, moment in zip(parts, moments, strict=True)]

    def _times(self, chain: Moves, index: int, earliest: int) -> Iterator[tuple[int, ...]]:
        if index == len(chain):
            yield ()
            return
        move = chain[index]
        first = max(earliest, move.release)
        if move.change < 0:
            following = next((each.release for each in chain[index:] if each.change > 0), first)
            candidates = [moment for moment in self._moments if max(first, following) <= moment <= move.due]
        else:
            candidates = [first] if first <= move.due else []
        for moment in candidates:
            yield from ((moment, *rest) for rest in self._times(chain, index + 1, moment))

    def _floors_of_all(self) -> tuple[Floors, ...]:
        """What the loose credits must have brought, for every placing for which they can have brought it."""
        found: set[Floors] = set()
        chains = [list(self._placings(chain)) for chain in (*self._blocks, *self._chains)]
        for number, placed in enumerate(product(*chains)):
            if number == MOST_PLACINGS:
                return (self._normal(self._before),)
            segments = [*self._free, *(segment for chain in placed for segment in chain)]
            levels = _levels(self._balance, segments)
            floors = [(each.time, each.need - levels[id(each)]) for each in segments if each.need]
            if all(need <= self._brought(moment) for moment, need in floors):
                found.add(self._normal([*self._before, *floors]))
        return tuple(each for each in found if not any(other != each and is_weaker(other, each) for other in found))

    def _brought(self, moment: int) -> Amount:
        """What the loose credits can have brought by a moment."""
        return sum(move.change for move in self._loose if move.release <= moment)

    def _normal(self, floors: Iterable[tuple[int, Amount]]) -> Floors:
        """The floors that say something, each at the last release of a loose credit before it."""
        kept: list[tuple[int, Amount]] = []
        for moment, need in sorted(floors):
            release = max((move.release for move in self._loose if move.release <= moment), default=moment)
            if need > (kept[-1][1] if kept else 0):
                kept = [each for each in kept if each[0] < release]
                kept.append((release, need))
        return tuple(kept)


def is_weaker(floors: Floors, others: Floors) -> bool:
    """Whether whatever satisfies the other floors satisfies these."""
    return all(any(time <= moment and needed >= need for time, needed in others) for moment, need in floors)


def highest(moves: Moves, moment: int, *, after: bool) -> Amount:
    """The most that an effect can have added by a moment, before or after the debits that are due at it."""
    total: Amount = 0
    sums: list[Amount] = []
    forced = sum(move.due < moment or (after and move.due == moment) for move in moves)
    for count in range(len(moves) + 1):
        if count >= forced and all(move.release <= moment for move in moves[forced:count]):
            sums.append(total)
        if count < len(moves):
            total += moves[count].change
    return max(sums)


# --------------------------------------------------------------------------------------------------------------------


def _parts_of(moves: Moves) -> list[Moves]:
    """An effect, cut wherever a credit can only come after the debits before it are due."""
    cuts = set(range(1, len(moves)))
    for later, credit in enumerate(moves):
        if credit.change > 0:
            first = next((i for i in range(later) if moves[i].change < 0 and moves[i].due >= credit.release), later)
            cuts -= set(range(first + 1, later + 1))
    edges = [0, *sorted(cuts), len(moves)]
    return [moves[start:end] for start, end in pairwise(edges) if start < end]


def _alone(move: Move) -> Segment:
    """A free move: a credit as early as it can be, a debit as late."""
    return _joined((move,), move.release if move.change > 0 else move.due)


def _joined(moves: Sequence[Move], time: int) -> Segment:
    """Moves at one moment: what they need, and what they change. The first debit speaks for them."""
    need: Amount = 0
    net: Amount = 0
    for move in moves:
        net += move.change
        need = max(need, -net)
    return Segment(time, need, net, next((move.event for move in moves if move.change < 0), moves[0].event))


def _levels(balance: Amount, segments: Sequence[Segment]) -> dict[int, Amount]:
    """The balance that each segment finds, by the identity of the segment."""
    levels: dict[int, Amount] = {}
    for each in sorted(segments, key=lambda one: one.order):
        levels[id(each)] = balance
        balance += each.net
    return levels


def _level(balance: Amount, placed: Iterable[Segment], moment: int) -> Amount:
    """The balance at a moment after its credits and gains, before its losses and debits."""
    return balance + sum(each.net for each in placed if (each.time, each.net < 0) <= (moment, False))
