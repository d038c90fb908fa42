"""When the moves of money happened: is there a moment for each, so that the balance never falls below zero?

Credits come as early as they can, and debits as late. There is a choice only where an effect has a debit before a
credit. These moves form a chain, and one walk over the moments tries what each chain can have done by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from harness.model import Amount
from harness.oracle.effects import Move, Moves
from harness.oracle.events import Floors

MOST_PLACINGS = 4_096
"""States of all chains at one moment. Past them nothing is said against the race."""


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


def place(
    balance: Amount, effects: Iterable[Moves], loose: Iterable[Move], floors: Floors = (), since: int = 0
) -> Placement:
    """Place the moves of several effects, from one balance on.

    A loose credit arrives after its release, or never. `floors` come from earlier windows; this one begins at `since`.
    """
    return _Walk([part for moves in effects for part in _parts_of(moves)], loose, floors, since).from_balance(balance)


@dataclass(frozen=True, slots=True)
class _Progress:
    """What has happened by a moment: how many moves of each chain, and what the loose credits must have brought."""

    done: tuple[int, ...]
    balance: Amount
    """Loose credits left aside. It can be negative."""
    floors: Floors = ()

    def gains_on(self, other: _Progress) -> bool:
        """Whether this state has no less money than another one, and needs no more of the loose credits."""
        return self.balance >= other.balance and self.floors == other.floors


@dataclass(frozen=True, slots=True)
class _Option:
    """Moves of one chain that can be made at a moment, and the state after them."""

    after: _Progress
    chain: int
    order: tuple[bool, Amount]
    is_due: bool
    """Whether the first of the moves can come no later."""


class _Walk:
    """One walk over all moments."""

    def __init__(self, parts: Sequence[Moves], loose: Iterable[Move], floors: Floors, since: int) -> None:
        self._since = since
        self._loose = sorted((move for move in loose if move.change > 0), key=lambda move: move.release)
        self._chains = [part for part in parts if len(part) > 1]
        self._free: dict[int, list[Move]] = defaultdict(list)
        for part in parts:
            if len(part) == 1:
                self._free[part[0].release if part[0].change > 0 else part[0].due].append(part[0])
        self._before = [(moment, need - self._certain(moment)) for moment, need in floors]
        self._short: Short | None = None

    def from_balance(self, balance: Amount) -> Placement:
        states = [_Progress((0,) * len(self._chains), balance)]
        for moment in self._moments():
            states = self._after(moment, states)
            if not states:
                return Placement((), self._short)
            if len(states) > MOST_PLACINGS:
                states = [_Progress((), balance)]
                break
        if any(need > self._brought(moment) for moment, need in self._before):
            return Placement(())
        found = {self._normal([*self._before, *state.floors]) for state in states}
        return Placement(
            tuple(each for each in found if not any(each != other and is_weaker(other, each) for other in found))
        )

    def _moments(self) -> list[int]:
        moments = {*self._free}
        if self._chains:
            moments |= {self._since, *(move.release for move in self._loose)}
            moments |= {moment for chain in self._chains for move in chain for moment in (move.release, move.due)}
        return sorted(moments)

    def _after(self, moment: int, states: Iterable[_Progress]) -> list[_Progress]:
        """The states after a moment. What brings money, and is covered, is always done at once."""
        came = sum(move.change for move in self._free[moment] if move.change > 0)
        waiting = [replace(state, balance=state.balance + came) if came else state for state in states]
        met: set[_Progress] = set()
        ends: dict[_Progress, None] = {}
        while waiting and len(ends) <= MOST_PLACINGS:
            state = waiting.pop()
            if state in met:
                continue
            met.add(state)
            options = list(self._options(state, moment)) if moment >= self._since else []
            gain = next((each.after for each in options if each.after.gains_on(state)), None)
            first = self._in_best_order(options, state, moment) if gain is None else []
            waiting += [each.after for each in first] if gain is None else [gain]
            is_decided = gain is not None or any(each.is_due for each in first)
            if not is_decided and (end := self._overdue(state, moment)) is not None:
                ends[end] = None
        return list(ends)

    def _in_best_order(self, options: Sequence[_Option], state: _Progress, moment: int) -> list[_Option]:
        """The options that may be next. Money is taken only before a move that can come no later.

        Of what happens at one moment the best order is: what brings money by rising need, then the rest by falling
        rest. So nothing behind the first option that is due comes before it.
        """
        chains = enumerate(self._chains)
        due = {number for number, chain in chains if any(each.due <= moment for each in chain[state.done[number] :])}
        is_hopeless = due - {each.chain for each in options}
        if is_hopeless or not (due or any(move.change < 0 for move in self._free[moment])):
            return []
        ordered = sorted(options, key=lambda each: each.order)
        return ordered[: 1 + next((i for i, each in enumerate(ordered) if each.is_due), len(ordered))]

    def _options(self, state: _Progress, moment: int) -> Iterator[_Option]:
        """Some more moves of one chain, the last of them a credit."""
        for number, chain in enumerate(self._chains):
            left = chain[state.done[number] :]
            current = state
            need: Amount = 0
            for move in left:
                after = self._moved(current, move, moment, number) if move.release <= moment else None
                if after is None:
                    break
                current, need = after, max(need, state.balance - after.balance)
                if move.change > 0:
                    net = after.balance - state.balance
                    order = (net < 0, need if net >= 0 else -need - net)
                    yield _Option(after, number, order, is_due=left[0].due <= moment)

    def _overdue(self, state: _Progress, moment: int) -> _Progress | None:
        """The state after all moves that can come no later. None if one is not covered."""
        due: list[tuple[Move, int | None]] = []
        for number, chain in enumerate(self._chains):
            due += [(move, number) for move in takewhile(lambda each: each.due <= moment, chain[state.done[number] :])]
        due += [(move, None) for move in self._free[moment] if move.change < 0]
        for move, chain_of in due:
            after = self._moved(state, move, moment, chain_of)
            if after is None:
                if self._short is None or moment > self._short.time:
                    self._short = Short(move.event, state.balance + self._brought(moment), moment)
                return None
            state = after
        return state

    def _moved(self, state: _Progress, move: Move, moment: int, chain: int | None = None) -> _Progress | None:
        done, balance, floors = state.done, state.balance + move.change, state.floors
        if chain is not None:
            done = (*done[:chain], done[chain] + 1, *done[chain + 1 :])
        if move.change < 0 and balance < 0:
            if balance + self._brought(moment) < 0:
                return None
            floors = self._normal([*floors, (moment, -balance)])
        return _Progress(done, balance, floors)

    def _certain(self, moment: int) -> Amount:
        return sum(move.change for time, moves in self._free.items() if time <= moment for move in moves)

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


def highest(moves: Moves, moment: int) -> Amount:
    """The most that an effect can have added by a moment, after the debits that are due at it."""
    forced = sum(move.due <= moment for move in moves)
    free = next((i for i, move in enumerate(moves) if i >= forced and move.release > moment), len(moves))
    return max(sum(move.change for move in moves[:count]) for count in range(forced, free + 1))


def _parts_of(moves: Moves) -> list[Moves]:
    """An effect, cut wherever a credit can only come after the debits before it are due."""
    if len(moves) < 2:
        return [moves] if moves else []
    cuts = set(range(1, len(moves)))
    for later, credit in enumerate(moves):
        if credit.change > 0:
            first = next((i for i in range(later) if moves[i].change < 0 and moves[i].due >= credit.release), later)
            cuts -= set(range(first + 1, later + 1))
    edges = [0, *sorted(cuts), len(moves)]
    return [moves[start:end] for start, end in pairwise(edges)]
