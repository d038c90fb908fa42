"""The rules for a movement whose id the wallet has seen: replays, conflicts, and what was lost or refused before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.ledger.answers import (
    Possible,
    Readings,
    cached_or_current,
    first_of_another,
    remembered,
    same_id_again,
    unless_reused,
)
from harness.ledger.book import Book, Entry, Fate, Key, change_of, key_of, particulars
from harness.ledger.fresh import fresh
from harness.ledger.terms import Terms
from harness.model import Bet, Movement, Situation, Unsettle

_REFUSED_AGAIN: Readings = (("replay_of_refused", "refused"),)


def resent(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    """Every answer to a movement whose id is known."""
    if entry.fate is Fate.OPEN:
        answers = _of_open if entry.change == change_of(item) else _conflict_with_open
        yield from answers(book, item, key, entry, terms)
    elif entry.fate is Fate.REFUSED:
        yield from _of_refused(book, item, key, entry, terms)
    elif entry.change != change_of(item):
        yield from same_id_again(book, entry, _conflict(entry), "conflict", terms)
    elif not entry.agrees_with(item):
        yield from same_id_again(book, entry, Situation.REUSED_ID, "reused_id", terms)
    else:
        yield from cached_or_current(book, entry, replay_situation(entry, terms), terms)
        if isinstance(item, Bet) and item.id in book.rolled_back and terms.reads("late_bet", "refused"):
            yield Possible(Situation.LATE, False, book, readings=(("late_bet", "refused"),))


def replay_situation(entry: Entry, terms: Terms) -> Situation:
    """What a replay is called: inside a batch, through the same operation, or through another one."""
    if terms.duplicate_in_batch:
        return Situation.DUPLICATE_IN_BATCH
    return Situation.REPLAY if entry.operation == terms.operation else Situation.CROSS_REPLAY


def _conflict(entry: Entry) -> Situation:
    return Situation.CONFLICT if entry.change else Situation.CONFLICT_WITH_ZERO


def _of_refused(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    """Still refused, or judged afresh; with another amount or bet too, since nothing moved under this id."""
    if isinstance(item, Bet) and item.id in book.rolled_back:
        yield from fresh(book, item, key, terms)
        yield from first_of_another(book, item, key, terms)
        return
    situation = Situation.DUPLICATE_IN_BATCH if terms.duplicate_in_batch else Situation.REPLAY_OF_REFUSED
    if entry.change != change_of(item):
        situation = _conflict(entry)
    elif not entry.agrees_with(item):
        situation = Situation.REUSED_ID
    if terms.reads("replay_of_refused", "refused") or situation in {Situation.CONFLICT, Situation.CONFLICT_WITH_ZERO}:
        yield Possible(situation, False, book, readings=_REFUSED_AGAIN)
    if terms.reads("replay_of_refused", "afresh"):
        for possible in unless_reused(book, item, key, fresh(book, item, key, terms), terms):
            if possible.accepted:
                readings = (("replay_of_refused", "afresh"), *possible.readings)
                yield replace(possible, situation=situation, readings=readings)
            else:
                yield replace(possible, situation=situation, book=possible.book.record(key, entry))
    yield from first_of_another(book, item, key, terms)


# --------------------------------------------------------------------------------------------------------------------
# The answer was lost


def _of_open(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    """It was applied then, is applied now, or is refused: for lack of money, or because it was refused then."""
    agrees = entry.agrees_with(item)
    situation = replay_situation(entry, terms) if agrees else Situation.REUSED_ID
    # With other content, either of the two requests may have come first.
    other = replace(entry, bet=item.bet, particulars=particulars(item))
    for first in (entry,) if agrees else (entry, other):
        for after in _closed(remembered(book, item, first.bet), key, first):
            yield Possible(situation, True, after, (after.balance,), first=key)
            yield _shown_then(book, after, situation, key, entry)
    if not agrees:
        yield Possible(situation, False, book, readings=(("reused_id", "refused"),))
    if not book.spare(entry.change):
        return
    absent = _absent(book, key, entry)
    # In a race the lost request may come after the refused one.
    dropped = book.doubt(key) if terms.racing else absent
    readings = _refusal_of_open(book, absent, item, entry, terms)
    if readings is None and (book.known_as(item.id, but=key[0]) is not None or terms.known_elsewhere):
        readings = (("reused_id", "refused"),)
    if readings is not None:
        yield Possible(situation, False, dropped, readings=readings)
    yield from first_of_another(dropped, item, key, terms)


def _absent(book: Book, key: Key, entry: Entry) -> Book:
    """The book in which an open transaction did not come, and is refused."""
    return book.close(key, replace(entry, fate=Fate.REFUSED, doubted=False), was_taken=False)


def _closed(book: Book, key: Key, entry: Entry) -> Iterator[Book]:
    """The books in which an open transaction is applied: the balance held it already, or it is moved now."""
    settled = replace(entry, fate=Fate.APPLIED, doubted=False)
    if book.taken.get(entry.change, 0):
        yield book.close(key, settled, was_taken=True)
    if book.spare(entry.change):
        after = book.close(key, settled, was_taken=False, moved=entry.change)
        if after.balance >= 0:
            yield after
        elif after.span()[1] >= 0:
            yield from (each for each in after.unfold() if each.balance >= 0)


def _shown_then(book: Book, after: Book, situation: Situation, key: Key, entry: Entry) -> Possible:
    """The lost answer once more: it showed a balance that stood some time after the request was sent."""
    if _nothing_else_is_open(book, entry) and not book.blurred:
        shown = tuple(sorted(each + entry.change for each in book.trail if each + entry.change >= 0))
        return Possible(situation, True, after, shown, first=key)
    low, high = book.stood_between(key)
    return Possible(situation, True, after, between=(max(low + entry.change, 0), high + entry.change), first=key)


def _nothing_else_is_open(book: Book, entry: Entry) -> bool:
    return len(book.open) == 1 and len(book.open[entry.change]) == 1


def _refusal_of_open(book: Book, absent: Book, item: Movement, entry: Entry, terms: Terms) -> Readings | None:
    """Why a transaction that did not get into the books may be refused now, or None.

    `absent` is the book without it: what it would take itself is no reason.
    """
    key = key_of(item)
    for possible in fresh(absent, item, key, terms):
        if not possible.accepted:
            return possible.readings
    if not terms.reads(*_REFUSED_AGAIN[0]):
        return None
    was_uncovered = isinstance(item, Bet | Unsettle) and book.stood_between(key)[0] < item.amount
    return _REFUSED_AGAIN if entry.doubted or was_uncovered else None


def _conflict_with_open(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    """Either of the two amounts may have come first; the other one then moves nothing."""
    situation = _conflict(entry)
    yield Possible(situation, False, book, readings=(("conflict", "refused"),))
    if terms.reads("conflict", "first_result"):
        for after in _closed(remembered(book, item, entry.bet), key, entry):
            yield Possible(situation, True, after, None, (("conflict", "first_result"),), first=key)
    if book.spare(entry.change):
        for each in fresh(_absent(book, key, entry), item, key, terms):
            after = each.book if each.accepted else book.doubt(key)
            yield replace(each, situation=situation, book=after)
