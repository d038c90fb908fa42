"""The rules for a movement that is new to the wallet: debits are covered or refused, credits are given."""

from __future__ import annotations

from collections.abc import Iterator

from harness.ledger.answers import Possible, Readings, applied, entry_of, refuse
from harness.ledger.book import Book, Family, Fate, Key
from harness.ledger.terms import Terms
from harness.model import Amount, Bet, Movement, Payout, Situation, Unsettle


def fresh(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    """Every answer to a movement that the wallet has not applied before."""
    if isinstance(item, Bet) and item.id in book.rolled_back:
        yield from _late(book, item, key, terms)
    elif isinstance(item, Bet | Unsettle):
        yield from _debit(book, item, key, terms)
    else:
        yield from _credit(book, item, key, terms)


def _late(book: Book, item: Bet, key: Key, terms: Terms) -> Iterator[Possible]:
    """A bet whose rollback came first must never be debited, whatever is answered."""
    if terms.reads("late_bet", "refused"):
        yield Possible(Situation.LATE, False, refuse(book, item, key, terms), readings=(("late_bet", "refused"),))
    if terms.reads("late_bet", "ok_without_effect"):
        after = book.record(key, entry_of(item, terms, Fate.WITHOUT_EFFECT, book.balance))
        readings = (("late_bet", "ok_without_effect"),)
        yield Possible(Situation.LATE, True, after, (book.balance,), readings, first=key)


def _debit(book: Book, item: Bet | Unsettle, key: Key, terms: Terms) -> Iterator[Possible]:
    situation = _situation_of_debit(book, item, terms)
    for state in _unfolded_for(book, item.amount):
        if state.balance >= item.amount:
            yield applied(state, item, key, situation, terms)
        else:
            yield Possible(Situation.UNCOVERED, False, refuse(state, item, key, terms))
    for readings in _refusals_of_debit(book, item, terms):
        yield Possible(situation, False, refuse(book, item, key, terms), readings=readings)


def _unfolded_for(book: Book, amount: Amount) -> Iterator[Book]:
    """The books that differ in whether they cover an amount: only then is it asked which open ones have arrived."""
    low, high = book.span()
    if low >= amount or high < amount:
        yield book
    else:
        yield from book.unfold()


def _situation_of_debit(book: Book, item: Bet | Unsettle, terms: Terms) -> Situation:
    if terms.duplicate_in_batch:
        return Situation.DUPLICATE_IN_BATCH
    if not item.amount:
        return Situation.ZERO
    if book.balance < item.amount:
        return Situation.UNCOVERED
    return Situation.EXACT if book.balance == item.amount else Situation.NEW


def _refusals_of_debit(book: Book, item: Bet | Unsettle, terms: Terms) -> Iterator[Readings]:
    """The readings under which a debit may be refused although the balance covers it."""
    if isinstance(item, Bet):
        if not item.amount and terms.reads("zero_bet", "refused"):
            yield (("zero_bet", "refused"),)
        return
    if not item.amount:
        return
    if terms.reads("deduction", "unsupported"):
        yield (("deduction", "unsupported"),)
    if not book.stands(item.bet) and terms.reads("unknown_bet", "refused"):
        yield (("unknown_bet", "refused"),)
    policy = "unsettlement_beyond_payout"
    if terms.reads(policy, "refused") and item.amount > _paid_at_least(book, item.bet):
        yield ((policy, "refused"),)


def _paid_at_least(book: Book, bet: str) -> Amount:
    """What a bet has certainly been paid and has not been taken back. No document says that more may be deducted."""
    paid: Amount = 0
    for (kind, _), entry in book.entries.items():
        if entry.bet == bet and (
            (kind is Family.CREDIT and entry.fate is Fate.APPLIED)
            or (kind is Family.UNSETTLEMENT and entry.fate in {Fate.APPLIED, Fate.OPEN})
        ):
            paid += entry.change
    return paid


def _credit(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    situation = Situation.NEW if item.amount else Situation.ZERO
    if terms.duplicate_in_batch:
        situation = Situation.DUPLICATE_IN_BATCH
    yield applied(book, item, key, situation, terms)
    if isinstance(item, Payout) and not book.stands(item.bet) and terms.reads("unknown_bet", "refused"):
        known = terms.duplicate_in_batch or not item.bet
        refusal = situation if known else Situation.UNKNOWN_BET
        readings = (("unknown_bet", "refused"),)
        yield Possible(refusal, False, refuse(book, item, key, terms), readings=readings)
