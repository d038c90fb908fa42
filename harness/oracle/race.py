"""Money in a race: could all these answers have been given, and which balances and books can be left?

The events are taken apart into groups that share nothing but the balance. Each group has its effects. A race is
possible if one effect of each group can be chosen so that every debit is covered when it happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from harness.model import Amount, Bet, Movement, Rollback, Unsettle
from harness.oracle.book import Book, change_of
from harness.oracle.effects import Effects, GroupOutcome, Move, Moves, Search, TooLarge, plain
from harness.oracle.events import Belief, Event, Floors
from harness.oracle.groups import cut_out, groups_of, references_of, united
from harness.oracle.placing import Placement, Placing, highest, is_weaker

MOST_BELIEFS = 256
"""Different beliefs that a race may leave. Past them the books after it are not known."""

MOST_ENDS = 256
"""Different balances that are listed. Past them only the lowest and the highest one are known."""

MOST_COMBINATIONS = 4_096
"""Combinations of effects that are tried. Past them only what no combination could explain is impossible."""


@dataclass(frozen=True, slots=True)
class Span:
    """Balances from the lowest to the highest one: not all of them need be possible."""

    low: Amount
    high: Amount


Ends = frozenset[Amount] | Span


@dataclass(frozen=True, slots=True)
class Money:
    """What a race did to the money."""

    possible: bool
    known: bool = True
    """Whether the search came to its end: without, no beliefs are listed, and `ends` only if it is not empty."""
    ends: Ends = frozenset()
    """The balances that may stand at the end, with whatever lost requests have done."""
    beliefs: tuple[Belief, ...] = ()
    """What is left; empty if the race is impossible or not known."""
    accused: int | None = None
    """If it is impossible: index of the event that no sound wallet answers so."""
    stuck: Book | None = None
    """The book in which it cannot be answered so."""


def money(belief: Belief, events: Sequence[Event], *, contention: bool = True) -> Money:
    """Judge the money of concurrent events from one belief on. Events without an end are lost as well.

    Without `contention`, the events are the items of one batch, and refusals have to be explained: that of a debit by
    the balance if nothing else moved.
    """
    return _Race(belief, events, contention=contention).judge()


# --------------------------------------------------------------------------------------------------------------------
# Groups and their options


@dataclass(frozen=True, slots=True, eq=False)
class _Option:
    """Moves of a group, with the outcomes that they stand for."""

    moves: Moves
    outcomes: tuple[GroupOutcome, ...]

    @property
    def net(self) -> Amount:
        return _net(self.moves)


_Combination = tuple[_Option, ...]


class _Race:
    """One judgement: events, groups, combinations of options, and what they leave."""

    def __init__(self, belief: Belief, events: Sequence[Event], *, contention: bool) -> None:
        self._belief = belief
        self._book = belief.book
        self._since = min((event.start for event in events), default=0)
        self._before = len(belief.lost)
        self._given = [*belief.lost, *events]
        self._is_excused = _excused(self._given, contention=contention)
        self._is_constant = not any(event.accepted or event.is_lost for event in self._given)
        self._certain: list[GroupOutcome] = []
        """Outcomes of groups that have no other one."""
        self._options: list[list[_Option]] = []
        self._loose: list[Move] = []
        self._passing: dict[_Combination, tuple[Floors, ...]] = {}
        self._placed: dict[tuple[Moves, ...], Placement] = {}

    def judge(self) -> Money:
        """Group by group, then all together."""
        for index, event in enumerate(self._given):
            if event.terms.disbelieved is not None and event.accepted and not event.is_lost:
                return self._impossible(index, self._book)
        is_known = True
        for members in self._groups():
            try:
                effects = self._effects_of(members)
            except TooLarge:
                is_known = False
                continue
            if effects.stuck is not None:
                stuck = united(self._book, [effects.stuck.part], _net(effects.stuck.moves))
                return self._impossible(effects.stuck.event, stuck)
            if len(effects.outcomes) == 1:
                self._certain += effects.outcomes
            else:
                self._options.append(_options(effects.outcomes))
            self._loose += [effects.loose] if effects.loose is not None else []
        return self._together() if is_known else Money(possible=True, known=False)

    def _impossible(self, index: int, stuck: Book) -> Money:
        """No sound wallet answers so; of a lost event nothing can be said, and the first success is accused."""
        if index < self._before or self._given[index].is_lost:
            index = next((i for i, event in enumerate(self._given) if event.accepted and not event.is_lost), index)
        return Money(possible=False, accused=max(index - self._before, 0), stuck=stuck)

    def _groups(self) -> Iterator[dict[int, Event]]:
        telling = {
            index: event
            for index, event in enumerate(self._given)
            if event.terms.disbelieved is None and (event.id or not (event.accepted or self._is_excused[index]))
        }
        indices = list(telling)
        for members in groups_of(list(telling.values()), self._book):
            yield {indices[member]: telling[indices[member]] for member in members}

    def _effects_of(self, events: Mapping[int, Event]) -> Effects:
        """The outcomes of a group. Raises TooLarge."""
        is_excused = all(self._is_excused[i] or each.accepted or each.is_lost for i, each in events.items())
        effects = plain(events, self._book) if is_excused else None
        if effects is not None:
            return effects
        told = {
            index: replace(event, terms=replace(event.terms, contested=self._is_excused[index]))
            for index, event in events.items()
        }
        return Search(told, self._part(told.values())).run()

    def _part(self, events: Collection[Event]) -> Book:
        """What the book knows of a group. It has money enough for all that the group can do."""
        names = {name for event in events for name in references_of(event.item, self._book)}
        part = cut_out(self._book, events, names)
        if self._is_constant:
            return replace(part, balance=self._book.balance)
        changes = [change_of(event.item) for event in events if isinstance(event.item, Movement)]
        changes += [entry.change for entry in part.entries.values()]
        return replace(part, balance=1 + sum(max(change, -change) for change in changes))

    # ------------------------------------------------------------------------------------------------------------
    # One option of each group

    def _together(self) -> Money:
        if prod(map(len, self._options)) > MOST_COMBINATIONS:
            return self._roughly()
        short = None
        for combination in product(*self._options):
            placed = self._place([option.moves for option in combination])
            if placed.floors:
                self._passing[combination] = placed.floors
            elif placed.short is not None and (short is None or placed.short.time > short.time):
                short = placed.short
        if not self._passing:
            index = short.event if short is not None else self._before
            return self._impossible(index, replace(self._book, balance=short.balance if short else 0))
        beliefs = self._beliefs()
        return Money(possible=True, known=beliefs is not None, ends=self._ends(), beliefs=beliefs or ())

    def _place(self, effects: Sequence[Moves]) -> Placement:
        key = tuple(effects)
        if key not in self._placed:
            every = [*(outcome.moves for outcome in self._certain), *effects]
            floors = self._belief.floors
            self._placed[key] = Placing(self._book.balance, every, self._loose, floors, self._since).result()
        return self._placed[key]

    def _roughly(self) -> Money:
        """Too many combinations: impossible only if the best of each group at each moment is too little."""
        groups = [[outcome.moves] for outcome in self._certain]
        groups += [[option.moves for option in options] for options in self._options]
        incoming = [move for move in self._loose if move.change > 0]
        debits = [move for effects in groups for moves in effects for move in moves if move.change < 0]
        for debit in sorted(debits, key=lambda move: move.due):
            level = self._book.balance + _net(move for move in incoming if move.release <= debit.due)
            level += sum(max(highest(moves, debit.due, after=True) for moves in effects) for effects in groups)
            if level < 0:
                return self._impossible(debit.event, replace(self._book, balance=level))
        low = self._balance(min) + _net(move for move in self._loose if move.change < 0)
        return Money(possible=True, known=False, ends=Span(max(low, 0), max(self._balance(max) + _net(incoming), 0)))

    def _balance(self, chosen: Callable[[list[Amount]], Amount]) -> Amount:
        return self._book.balance + self._moved([]) + sum(chosen([each.net for each in all_]) for all_ in self._options)

    # ------------------------------------------------------------------------------------------------------------
    # What is left

    def _ends(self) -> Ends:
        ends: set[Amount] = set()
        low, high = [], []
        for combination, alternatives in self._passing.items():
            balance = self._book.balance + self._moved(combination)
            for floors in alternatives:
                found = _reached(balance, self._loose, floors)
                if isinstance(found, Span):
                    low.append(found.low)
                    high.append(found.high)
                else:
                    ends |= found
        if low or len(ends) > MOST_ENDS:
            return Span(min([*low, *ends]), max([*high, *ends]))
        return frozenset(ends)

    def _beliefs(self) -> tuple[Belief, ...] | None:
        """The distinct beliefs that are left, None past the number of them."""
        beliefs: dict[object, Belief] = {}
        for combination, alternatives in self._passing.items():
            for floors in alternatives:
                by_group = [self._left_by(combination, number, floors) for number in range(len(combination))]
                for outcomes in product(*by_group):
                    belief = self._left([*self._certain, *outcomes], self._moved(combination), floors)
                    beliefs[belief.book.key(), frozenset(map(id, belief.lost)), floors] = belief
                    if len(beliefs) > MOST_BELIEFS:
                        return None
        return tuple(beliefs.values())

    def _left_by(self, combination: _Combination, number: int, floors: Floors) -> list[GroupOutcome]:
        """The outcomes of one group, without those that can come after the race as well."""
        effects = [option.moves for option in combination]
        kept = []
        for outcome in combination[number].outcomes:
            if outcome.base is not None:
                effects[number] = outcome.base
            if outcome.base is None or not any(is_weaker(each, floors) for each in self._place(effects).floors):
                kept.append(outcome)
        return kept

    def _moved(self, combination: Iterable[_Option]) -> Amount:
        return sum(_net(outcome.moves) for outcome in self._certain) + sum(option.net for option in combination)

    def _left(self, outcomes: Sequence[GroupOutcome], moved: Amount, floors: Floors) -> Belief:
        still_open = {index for outcome in outcomes for index in outcome.open}
        return replace(
            self._belief,
            book=united(self._book, [outcome.part for outcome in outcomes], moved),
            lost=tuple(event for index, event in enumerate(self._given) if index in still_open),
            floors=floors,
        )


def _excused(events: Sequence[Event], *, contention: bool) -> list[bool]:
    """Whether the refusal of each event needs no reason. Lost events are excused like others.

    In a race it needs none if anything was accepted, or may have been, or if no other request has its id. Without
    contention, only a debit may lack the money that something else took.
    """
    is_busy = any(event.accepted or event.is_lost for event in events)
    if not contention:
        return [is_busy and isinstance(event.item, Bet | Unsettle | Rollback) for event in events]
    ids = Counter(event.id for event in events)
    return [is_busy or ids[event.id] == 1 for event in events]


def _options(outcomes: Iterable[GroupOutcome]) -> list[_Option]:
    by_moves: dict[Moves, list[GroupOutcome]] = {}
    for outcome in outcomes:
        by_moves.setdefault(outcome.moves, []).append(outcome)
    return [_Option(moves, tuple(same)) for moves, same in by_moves.items()]


def _net(moves: Iterable[Move]) -> Amount:
    return sum(move.change for move in moves)


def _reached(balance: Amount, loose: Sequence[Move], floors: Floors) -> Ends:
    """The balances that loose requests may have led to, with floors for the credits among them."""
    low = balance + _net(move for move in loose if move.change < 0)
    high = balance + _net(move for move in loose if move.change > 0)
    whole = Span(min(max(low, 0), max(high, 0)), max(high, 0))
    classes = Counter((move.release, move.change) for move in loose if move.change > 0)
    sums: set[Amount] = {0}
    needs = list(floors)
    for (release, change), number in sorted(classes.items()):
        while needs and needs[0][0] < release:
            sums = {each for each in sums if each >= needs[0][1]}
            needs.pop(0)
        sums = {each + change * count for each in sums for count in range(number + 1)}
        if len(sums) > MOST_ENDS:
            return whole
    sums = {balance + each for each in sums if all(each >= need for _, need in needs)}
    for change, number in Counter(move.change for move in loose if move.change < 0).items():
        sums = {each + change * count for each in sums for count in range(number + 1)}
        if len(sums) > MOST_COMBINATIONS:
            return whole
    return frozenset(each for each in sums if each >= 0)
