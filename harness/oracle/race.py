"""Money in a race: could all these answers have been given, and which balances and books can be left?

The events are taken apart into groups that share nothing but the balance. Each group has its effects. A race is
possible if one effect of each group can be chosen so that every debit is covered when it happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from harness.model import Amount, Bet, Movement, Rollback, Unsettle
from harness.oracle.book import Book, change_of
from harness.oracle.effects import Effects, Move, Moves, Outcome, Search, Stuck, TooLarge, plain
from harness.oracle.events import Belief, Event, Floors
from harness.oracle.groups import Choice, cut_out, groups_of, names_in, references_of, united
from harness.oracle.placing import Placed, Placing, highest, is_free, is_weaker

MOST_BELIEFS = 256
"""Different beliefs that a race may leave. Past them the books after it are not known."""

MOST_ENDS = 256
"""Different balances that are listed. Past them only the lowest and the highest one are known."""

MOST_COMBINATIONS = 4_096
"""Combinations of effects that are tried. Past them only what no combination could explain is impossible."""

MOST_ALTERNATIVES = 64
"""Combinations of what is undecided before a race, for one group. Past them the group is not known."""


@dataclass(frozen=True, slots=True)
class Span:
    """Balances from the lowest to the highest one: not all of them need be possible."""

    low: Amount
    high: Amount


Ends = frozenset[Amount] | Span


@dataclass(frozen=True, slots=True)
class Money:
    """What a race did to the money. If it is not `known`, nothing else here says anything."""

    possible: bool
    known: bool = True
    ends: Ends = frozenset()
    """The balances that may stand at the end, with whatever lost requests have done."""
    beliefs: tuple[Belief, ...] = ()
    """What is left; empty if it is impossible, or more than `MOST_BELIEFS`."""
    accused: int | None = None
    """If it is impossible: index of the event that no sound wallet answers so."""
    stuck: Book | None = None
    """The book in which it cannot be answered so."""


def money(belief: Belief, events: Sequence[Event], *, contention: bool = True) -> Money:
    """Judge the money of concurrent events from one belief on. Events without an end are lost as well.

    Without `contention`, a refusal has to be explained: that of a debit by the balance if nothing else moved.
    """
    return _Race(belief, events, contention=contention).judge()


# --------------------------------------------------------------------------------------------------------------------
# Groups and their options


@dataclass(frozen=True, slots=True, eq=False)
class _Option:
    """Moves of a group, with the outcomes that they stand for. Other outcomes of the same net are never better."""

    moves: Moves
    outcomes: tuple[Outcome, ...]

    @property
    def net(self) -> Amount:
        return sum(move.change for move in self.moves)


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
        self._options: list[list[_Option]] = []
        self._loose: list[Move] = []
        self._touched: set[int] = set()
        self._passing: dict[_Combination, tuple[Floors, ...]] = {}
        self._placed: dict[tuple[Moves, ...], Placed] = {}

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
            if isinstance(effects, Stuck):
                moved = sum(move.change for move in effects.moves)
                return self._impossible(effects.event, united(self._book, [effects.part], moved))
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
        for members in groups_of(list(telling.values()), self._book, self._belief.choices):
            yield {indices[member]: telling[indices[member]] for member in members}

    def _effects_of(self, events: Mapping[int, Event]) -> Effects | Stuck:
        """The outcomes of a group, whichever alternatives of what is undecided are true. Raises TooLarge."""
        choices = self._choices_of(events.values())
        is_excused = all(self._is_excused[index] or event.accepted for index, event in events.items())
        effects = plain(events, self._book) if is_excused and not choices else None
        if effects is not None:
            return effects
        events = {
            index: replace(event, terms=replace(event.terms, contested=self._is_excused[index]))
            for index, event in events.items()
        }
        found: list[Outcome] = []
        stuck: Stuck | None = None
        if prod(map(len, choices)) > MOST_ALTERNATIVES:
            raise TooLarge
        for parts in product(*choices):
            effects = Search(events, self._part(events.values(), parts)).run()
            found += [replace(each, part=united(Book(0), [*parts, each.part])) for each in effects.outcomes]
            if effects.stuck is not None:
                stuck = replace(effects.stuck, part=united(Book(0), [*parts, effects.stuck.part]))
        return Effects(tuple(found)) if found or stuck is None else stuck

    def _choices_of(self, events: Iterable[Event]) -> list[Choice]:
        if not self._belief.choices:
            return []
        books = (self._book, *(part for choice in self._belief.choices for part in choice))
        names = {name for event in events for name in references_of(event.item, books)}
        touched = [i for i, choice in enumerate(self._belief.choices) if names & names_in(choice)]
        self._touched.update(touched)
        return [self._belief.choices[i] for i in touched]

    def _part(self, events: Iterable[Event], parts: Sequence[Book]) -> Book:
        """What the book knows of a group. It has money enough for all that the group can do."""
        events = list(events)
        book = united(self._book, parts)
        names = {name for event in events for name in references_of(event.item, (book,))}
        part = cut_out(book, events, names, 0)
        if self._is_constant:
            return replace(part, balance=self._book.balance)
        changes = [change_of(event.item) for event in events if isinstance(event.item, Movement)]
        changes += [entry.change for entry in part.entries.values()]
        return replace(part, balance=1 + sum(max(change, -change) for change in changes))

    # ------------------------------------------------------------------------------------------------------------
    # One option of each group

    def _together(self) -> Money:
        if not self._loose or prod(map(len, self._options)) > MOST_ALTERNATIVES:
            self._options = [_undominated(options) for options in self._options]
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
        return Money(possible=True, ends=self._ends(), beliefs=self._beliefs())

    def _place(self, effects: Sequence[Moves]) -> Placed:
        key = tuple(effects)
        if key not in self._placed:
            floors = self._belief.floors
            self._placed[key] = Placing(self._book.balance, effects, self._loose, floors, self._since).result()
        return self._placed[key]

    def _roughly(self) -> Money:
        """Too many combinations: impossible only if the best of each group at each moment is too little."""
        moves = [move for options in self._options for option in options for move in option.moves]
        for moment in sorted({move.due for move in moves if move.change < 0}):
            level = self._book.balance + sum(
                each.change for each in self._loose if each.change > 0 and each.release <= moment
            )
            for options in self._options:
                level += max(highest(option.moves, moment, after=True) for option in options)
            if level < 0:
                accused = next(move.event for move in moves if move.change < 0 and move.due == moment)
                return self._impossible(accused, replace(self._book, balance=level))
        nets = [sorted(option.net for option in options) for options in self._options]
        low = self._book.balance + sum(each[0] for each in nets) + sum(min(each.change, 0) for each in self._loose)
        high = self._book.balance + sum(each[-1] for each in nets) + sum(max(each.change, 0) for each in self._loose)
        return Money(possible=True, ends=Span(max(low, 0), max(high, 0)))

    # ------------------------------------------------------------------------------------------------------------
    # What is left

    def _ends(self) -> Ends:
        ends: set[Amount] = set()
        low, high = [], []
        for combination, alternatives in self._passing.items():
            balance = self._book.balance + sum(option.net for option in combination)
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

    def _beliefs(self) -> tuple[Belief, ...]:
        beliefs: dict[object, Belief] = {}
        for combination, alternatives in self._passing.items():
            for floors in alternatives:
                by_group = [self._states(combination, number, floors) for number in range(len(combination))]
                if prod(map(len, by_group)) > MOST_BELIEFS:
                    return ()
                for states in product(*(list(each.items()) for each in by_group)):
                    belief = self._left(states, sum(option.net for option in combination), floors)
                    beliefs[_key(belief)] = belief
                    if len(beliefs) > MOST_BELIEFS:
                        return ()
        return tuple(beliefs.values())

    def _states(
        self, combination: _Combination, number: int, floors: Floors
    ) -> dict[frozenset[int], dict[object, Book]]:
        """What one group may leave: for each set of requests that are still lost, the parts of the book."""
        states: dict[frozenset[int], dict[object, Book]] = {}
        option = combination[number]
        for outcome in option.outcomes:
            if outcome.moves != option.moves and not self._instead(combination, number, outcome.moves):
                continue
            later = () if outcome.base is None else self._instead(combination, number, outcome.base)
            if not any(is_weaker(each, floors) for each in later):
                states.setdefault(outcome.open, {})[outcome.part.key()] = outcome.part
        return states

    def _instead(self, combination: _Combination, number: int, moves: Moves) -> tuple[Floors, ...]:
        """The floors of a combination with other moves of one group; none if these moves are impossible."""
        effects = [option.moves for option in combination]
        effects[number] = moves
        return self._place(effects).floors

    def _left(
        self, states: Iterable[tuple[frozenset[int], Mapping[object, Book]]], moved: Amount, floors: Floors
    ) -> Belief:
        still_open: set[int] = set()
        certain: list[Book] = []
        choices = [choice for i, choice in enumerate(self._belief.choices) if i not in self._touched]
        for lost, parts in states:
            still_open |= lost
            if len(parts) == 1:
                certain += parts.values()
            else:
                choices.append(tuple(parts.values()))
        return replace(
            self._belief,
            book=united(self._book, certain, moved),
            lost=tuple(event for index, event in enumerate(self._given) if index in still_open),
            floors=floors,
            choices=tuple(choices),
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


def _options(outcomes: Iterable[Outcome]) -> list[_Option]:
    by_moves: dict[Moves, list[Outcome]] = {}
    for outcome in outcomes:
        by_moves.setdefault(outcome.moves, []).append(outcome)
    return [_Option(moves, tuple(same)) for moves, same in by_moves.items()]


def _undominated(options: Sequence[_Option]) -> list[_Option]:
    """The options without those that another one of the same net outdoes at every moment, and stands for."""
    kept: list[_Option] = []
    for option in sorted(options, key=lambda each: not is_free(each.moves)):
        better = next((i for i, each in enumerate(kept) if _outdoes(each, option)), None)
        if better is None:
            kept.append(option)
        else:
            kept[better] = _Option(kept[better].moves, (*kept[better].outcomes, *option.outcomes))
    return kept


def _outdoes(one: _Option, other: _Option) -> bool:
    if one.net != other.net or not is_free(one.moves):
        return False
    moments = {moment for option in (one, other) for move in option.moves for moment in (move.release, move.due)}
    return all(
        highest(one.moves, moment, after=is_after) >= highest(other.moves, moment, after=is_after)
        for moment in moments
        for is_after in (False, True)
    )


def _reached(balance: Amount, loose: Sequence[Move], floors: Floors) -> Ends:
    """The balances that loose requests may have led to, with floors for the credits among them."""
    low = balance + sum(move.change for move in loose if move.change < 0)
    high = balance + sum(move.change for move in loose if move.change > 0)
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


def _key(belief: Belief) -> object:
    choices = frozenset(frozenset(part.key() for part in choice) for choice in belief.choices)
    return belief.book.key(), frozenset(map(id, belief.lost)), belief.floors, choices
