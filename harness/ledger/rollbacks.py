"""The rules for rollbacks: a stake comes back once, and a bet after its rollback is not debited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.ledger.answers import (
    Possible,
    Readings,
    cached_or_current,
    first_of_another,
    refuse,
    same_id_again,
    unless_reused,
)
from harness.ledger.book import Book, Entry, Family, Fate, Key, key_of
from harness.ledger.resent import replay_situation
from harness.ledger.terms import Terms
from harness.model import Amount, Rollback, Situation

_SUCCESS = {"ok", "ok_without_effect", "kept"}


def rollback(book: Book, item: Rollback, terms: Terms) -> Iterator[Possible]:
    """Every answer to a rollback."""
    key = key_of(item)
    entry = book.entries.get(key)
    if entry is not None and entry.fate is Fate.REFUSED:
        yield from _of_refused(book, item, key, terms)
    elif entry is not None and entry.bet == item.original:
        yield from cached_or_current(book, entry, replay_situation(entry, terms), terms)
    elif entry is not None:
        yield from same_id_again(book, entry, Situation.REUSED_ID, "reused_id", terms)
    else:
        yield from unless_reused(book, item, key, _new(book, item, key, terms), terms)


def _of_refused(book: Book, item: Rollback, key: Key, terms: Terms) -> Iterator[Possible]:
    """Still refused, or judged afresh."""
    if terms.reads("replay_of_refused", "refused"):
        readings: Readings = (("replay_of_refused", "refused"),)
        yield Possible(Situation.REPLAY_OF_REFUSED, False, book, readings=readings)
    if terms.reads("replay_of_refused", "afresh"):
        yield from unless_reused(book, item, key, _new(book, item, key, terms), terms)
    yield from first_of_another(book, item, key, terms)


def _new(book: Book, item: Rollback, key: Key, terms: Terms) -> Iterator[Possible]:
    bet = book.entries.get((Family.BET, item.original))
    if item.of_win:
        yield from _of_win(book, item, key, terms)
    elif terms.foreign_bet:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_OF_FOREIGN, terms)
    elif item.original in book.rolled_back:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_AGAIN, terms)
    elif bet is None:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_OF_UNKNOWN, terms)
    elif bet.fate not in {Fate.APPLIED, Fate.OPEN}:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_OF_REFUSED, terms)
    else:
        yield from _of_placed(book, item, key, bet, terms)


def _of_win(book: Book, item: Rollback, key: Key, terms: Terms) -> Iterator[Possible]:
    """A win is taken back, as far as the balance covers it."""
    win = book.entries.get((Family.CREDIT, item.original))
    if item.original in book.rolled_back:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_AGAIN, terms)
    elif win is None:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_OF_UNKNOWN, terms)
    elif win.fate is not Fate.APPLIED:
        yield from _nothing_to_refund(book, item, key, Situation.ROLLBACK_OF_REFUSED, terms)
    elif book.balance < win.change:
        yield Possible(Situation.UNCOVERED, False, refuse(book, item, key, terms))
    else:
        yield _undone(book, item, key, -win.change, Situation.ROLLBACK, terms)


def _of_placed(book: Book, item: Rollback, key: Key, bet: Entry, terms: Terms) -> Iterator[Possible]:
    references = {item.original, item.bet, bet.bet} - {""}
    was_settled = bool(book.settled & references)
    may_be_settled = was_settled or any(
        kind is Family.CREDIT and book.entries[kind, each].bet in references
        for members in book.open.values()
        for kind, each in members
    )
    situation = Situation.ROLLBACK_OF_SETTLED if was_settled else Situation.ROLLBACK
    if not was_settled:
        yield from _refunds(book, item, key, bet, situation, terms)
    elif terms.reads("rollback_of_settled", "refunded"):
        readings = (("rollback_of_settled", "refunded"),)
        refunds = _refunds(book, item, key, bet, situation, terms)
        yield from (replace(each, readings=readings) for each in refunds if each.accepted)
    if may_be_settled:
        settled = Situation.ROLLBACK_OF_SETTLED
        for state in _resolved(book, item, bet):
            yield from (each for each in _nothing_to_refund(state, item, key, settled, terms) if each.accepted)
        yield from (each for each in _nothing_to_refund(book, item, key, settled, terms) if not each.accepted)


def _resolved(book: Book, item: Rollback, bet: Entry) -> Iterator[Book]:
    """The books that know whether a lost bet had been debited: once it is buried it cannot come any more."""
    bet_key = (Family.BET, item.original)
    if bet.fate is not Fate.OPEN:
        yield book
        return
    if book.taken.get(bet.change, 0):
        yield book.close(bet_key, replace(bet, fate=Fate.APPLIED, doubted=False), was_taken=True)
    if book.spare(bet.change):
        yield book.close(bet_key, replace(bet, fate=Fate.WITHOUT_EFFECT, doubted=False), was_taken=False)


def _refunds(
    book: Book, item: Rollback, key: Key, bet: Entry, situation: Situation, terms: Terms
) -> Iterator[Possible]:
    """The stake comes back; of a bet whose answer was lost, as far as it had been taken."""
    if bet.fate is Fate.APPLIED:
        yield _undone(book, item, key, -bet.change, situation, terms)
        return
    bet_key = (Family.BET, item.original)
    gone = replace(bet, fate=Fate.WITHOUT_EFFECT, doubted=False)
    if book.taken.get(bet.change, 0):
        yield _undone(book.close(bet_key, gone, was_taken=True), item, key, -bet.change, situation, terms)
    if book.spare(bet.change):
        yield _undone(book.close(bet_key, gone, was_taken=False), item, key, 0, situation, terms)
        if policy := _refusable_lost(bet, terms):
            yield Possible(situation, False, refuse(book, item, key, terms), readings=((policy, "refused"),))


def _refusable_lost(bet: Entry, terms: Terms) -> str:
    """The policy under which a rollback of a lost bet may be refused: it never came, or was refused itself."""
    if terms.reads("rollback_of_unknown", "refused"):
        return "rollback_of_unknown"
    return "rollback_of_refused" if bet.doubted and terms.reads("rollback_of_refused", "refused") else ""


def _undone(book: Book, item: Rollback, key: Key, refund: Amount, situation: Situation, terms: Terms) -> Possible:
    after = _buried(book, item, key, refund, Fate.APPLIED, terms)
    return Possible(situation, True, after, (after.balance,), first=key)


def _buried(book: Book, item: Rollback, key: Key, refund: Amount, fate: Fate, terms: Terms) -> Book:
    """The book after a rollback was answered with success: its bet is not debited any more."""
    bet = book.entries.get((Family.BET, item.original))
    entry = Entry(terms.operation, refund, item.original, fate, book.balance + refund)
    after = book.record(key, entry, moved=refund)
    if item.of_win:
        return after.roll_back(item.original)
    return after if terms.foreign_bet else after.roll_back(item.original, item.bet, bet.bet if bet else "")


def _nothing_to_refund(book: Book, item: Rollback, key: Key, situation: Situation, terms: Terms) -> Iterator[Possible]:
    """A rollback without effect; success leaves a tombstone, so that the late bet is not debited."""
    policy = situation.value
    for reading in sorted(_SUCCESS):
        if terms.reads(policy, reading):
            after = _buried(book, item, key, 0, Fate.WITHOUT_EFFECT, terms)
            readings: Readings = ((policy, reading),)
            yield Possible(situation, True, after, (book.balance,), readings, first=key)
    if terms.reads(policy, "refused"):
        yield Possible(situation, False, refuse(book, item, key, terms), readings=((policy, "refused"),))
