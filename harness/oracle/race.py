"""Money in a race: could all these answers have been given, and which books can be left?

The events are taken apart into groups that share nothing but the balance. Each group has its effects. A race is
possible if one effect of each group can be chosen so that every debit is covered when it happens.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from harness.model import Amount, Bet, Rollback, Unsettle
from harness.oracle.book import Book
from harness.oracle.effects import Effects, GroupOutcome, Move, Moves, Search, TooLarge, plain
from harness.oracle.events import Belief, Event, Floors, are_single
from harness.oracle.groups import cut_out, groups_of, united
from harness.oracle.placing import Placement, highest, is_weaker, place

MOST_BELIEFS = 256
"""Different beliefs that a race may leave. Past them the books after it are not known."""

MOST_COMBINATIONS = 4_096
"""Combinations of effects that are tried. Past them only what no combination could explain is impossible."""


@dataclass(frozen=True, slots=True)
class Money:
    """What a race did to the money."""

    possible: bool
    known: bool = True
    """Whether the search came to its end. Without it no beliefs are listed."""
    beliefs: tuple[Belief, ...] = ()
    """What is left; empty if the race is impossible or not known."""
    accused: int | None = None
    """If it is impossible: index of the event that no sound wallet answers so."""
    stuck: Book | None = None
    """The book in which it cannot be answered so."""


_UNKNOWN = Money(possible=True, known=False)


def money(belief: Belief, events: Sequence[Event], *, contention: bool = True) -> Money:
    """Judge the money of concurrent events from one belief on. Events without an end are lost as well.

    Without `contention`, the events are the items of one batch, and refusals have to be explained. If nothing else
    moved, that of a debit needs a balance that is too low.
    """
    return _Race(belief, events, contention=contention).judge()


class _Race:
    """One judgement: events, groups, one effect of each, and what they leave."""

    def __init__(self, belief: Belief, events: Sequence[Event], *, contention: bool) -> None:
        self._belief = belief
        self._book = belief.book
        self._since = min((event.start for event in events), default=0)
        self._before = len(belief.lost)
        self._given = [*belief.lost, *events]
        self._is_excused = _excused(self._given, contention=contention)
        self._groups: list[dict[Moves, list[GroupOutcome]]] = []
        """For each group its outcomes, by the moves that they make."""
        self._loose: list[Move] = []
        self._placed: dict[tuple[Moves, ...], Placement] = {}

    def judge(self) -> Money:
        """Group by group, then all together."""
        for index, event in enumerate(self._given):
            if event.terms.disbelieved is not None and event.accepted and not event.is_lost:
                return self._impossible(index, self._book)
        is_known = True
        for members in self._members():
            try:
                effects = self._effects_of(members)
            except TooLarge:
                is_known = False
                continue
            if effects.stuck is not None:
                stuck = united(self._book, [effects.stuck.part], _net(effects.stuck.moves))
                return self._impossible(effects.stuck.event, stuck)
            outcomes: dict[Moves, list[GroupOutcome]] = {}
            for outcome in effects.outcomes:
                outcomes.setdefault(outcome.moves, []).append(outcome)
            self._groups.append(outcomes)
            self._loose += [effects.loose] if effects.loose is not None else []
        # What has only one outcome is accused before what has several.
        self._groups.sort(key=lambda group: sum(map(len, group.values())) > 1)
        return self._together() if is_known else _UNKNOWN

    def _impossible(self, index: int, stuck: Book) -> Money:
        """No sound wallet answers so; of a lost event nothing can be said, and the first success is accused."""
        if index < self._before or self._given[index].is_lost:
            index = next((i for i, event in enumerate(self._given) if event.accepted and not event.is_lost), index)
        return Money(possible=False, accused=max(index - self._before, 0), stuck=stuck)

    # ------------------------------------------------------------------------------------------------------------
    # Groups and their effects

    def _members(self) -> Iterator[dict[int, Event]]:
        """The events of each group, by their indices. Reads, and refusals of what nobody must believe, say nothing."""
        candidates = {
            index: event
            for index, event in enumerate(self._given)
            if event.terms.disbelieved is None and (event.id or not (event.accepted or self._is_excused[index]))
        }
        indices = list(candidates)
        for members in groups_of(list(candidates.values()), self._book):
            yield {indices[member]: candidates[indices[member]] for member in members}

    def _effects_of(self, events: Mapping[int, Event]) -> Effects:
        """The outcomes of a group. Raises TooLarge."""
        is_excused = all(self._is_excused[i] or each.accepted or each.is_lost for i, each in events.items())
        effects = plain(events, self._book) if is_excused else None
        if effects is not None:
            return effects
        contested = {
            index: replace(event, terms=replace(event.terms, contested=self._is_excused[index]))
            for index, event in events.items()
        }
        return Search(contested, self._part(contested.values())).run()

    def _part(self, events: Collection[Event]) -> Book:
        """What the book knows of a group. If money can move, it has enough for all that the group can do."""
        part = cut_out(self._book, events)
        if not any(event.accepted or event.is_lost for event in self._given):
            return part
        changes = [event.change for event in events]
        changes += [entry.change for entry in part.entries.values()]
        return replace(part, balance=1 + sum(max(change, -change) for change in changes))

    # ------------------------------------------------------------------------------------------------------------
    # One effect of each group

    def _together(self) -> Money:
        if prod(map(len, self._groups)) > MOST_COMBINATIONS:
            return self._roughly()
        beliefs: dict[object, Belief] = {}
        short = None
        is_possible = False
        for combination in product(*self._groups):
            placed = self._place(combination)
            if placed.short is not None and (short is None or placed.short.time > short.time):
                short = placed.short
            for floors in placed.floors:
                is_possible = True
                for left in self._left_by(combination, floors):
                    beliefs[left.book.key(), frozenset(map(id, left.lost)), floors] = left
                    if len(beliefs) > MOST_BELIEFS:
                        return _UNKNOWN
        if is_possible:
            return Money(possible=True, beliefs=tuple(beliefs.values()))
        index = short.event if short is not None else self._before
        return self._impossible(index, replace(self._book, balance=short.balance if short else 0))

    def _place(self, effects: tuple[Moves, ...]) -> Placement:
        if effects not in self._placed:
            floors = self._belief.floors
            self._placed[effects] = place(self._book.balance, effects, self._loose, floors, self._since)
        return self._placed[effects]

    def _roughly(self) -> Money:
        """Too many combinations: impossible only if the best of each group at each moment is too little."""
        debits = [move for group in self._groups for moves in group for move in moves if move.change < 0]
        for debit in sorted(debits, key=lambda move: move.due):
            loose = (move for move in self._loose if move.change > 0 and move.release <= debit.due)
            level = self._book.balance + _net(loose)
            level += sum(max(highest(moves, debit.due) for moves in group) for group in self._groups)
            if level < 0:
                return self._impossible(debit.event, replace(self._book, balance=level))
        return _UNKNOWN

    # ------------------------------------------------------------------------------------------------------------
    # What is left

    def _left_by(self, combination: tuple[Moves, ...], floors: Floors) -> Iterator[Belief]:
        """What a combination leaves, except where lost events can come after the race as well."""
        kept: list[list[GroupOutcome]] = []
        for number, moves in enumerate(combination):
            outcomes = self._groups[number][moves]
            kept.append([each for each in outcomes if not self._may_come_later(combination, number, each, floors)])
        moved = sum(map(_net, combination))
        for chosen in product(*kept):
            still_open = {index for outcome in chosen for index in outcome.open}
            yield replace(
                self._belief,
                book=united(self._book, [outcome.part for outcome in chosen], moved),
                lost=tuple(event for index, event in enumerate(self._given) if index in still_open),
                floors=floors,
            )

    def _may_come_later(
        self, combination: tuple[Moves, ...], number: int, outcome: GroupOutcome, floors: Floors
    ) -> bool:
        if outcome.base is None:
            return False
        earlier = (*combination[:number], outcome.base, *combination[number + 1 :])
        return any(is_weaker(each, floors) for each in self._place(earlier).floors)


def _excused(events: Sequence[Event], *, contention: bool) -> list[bool]:
    """Whether the refusal of each event needs no reason. Lost events are excused like others.

    In a race it needs none if anything was accepted, or may have been, or if no other request sends the same
    transaction. Without contention, only a debit may lack the money that something else took.
    """
    is_busy = any(event.accepted or event.is_lost for event in events)
    if not contention:
        return [is_busy and isinstance(event.item, Bet | Unsettle | Rollback) for event in events]
    return [is_busy or each for each in are_single(events)]


def _net(moves: Iterable[Move]) -> Amount:
    return sum(move.change for move in moves)
