"""The rules for a movement that is new to the wallet: debits are covered or refused, credits are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

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
    only_refused = _refuses_every_such_debit(book, item, terms)
    for state in _unfolded_for(book, item.amount):
        if state.balance < item.amount:
            yield Possible(Situation.UNCOVERED, False, refuse(state, item, key, terms))
        elif not only_refused:
            yield applied(state, item, key, situation, terms)
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
    if policy := _refusable_for_its_bet(book, item, terms):
        yield ((policy, "refused"),)
    policy = "unsettlement_beyond_payout"
    if terms.reads(policy, "refused") and item.amount > _paid_at_least(book, item.bet):
        yield ((policy, "refused"),)


def _refuses_every_such_debit(book: Book, item: Bet | Unsettle, terms: Terms) -> bool:
    """Whether a policy was pinned to a refusal, and it is certain that this debit falls under it."""
    if isinstance(item, Bet):
        return not item.amount and terms.only("zero_bet", "refused")
    if not item.amount:
        return False
    if terms.only("deduction", "unsupported") or _refuses_its_bet(book, item, terms):
        return True
    return terms.only("unsettlement_beyond_payout", "refused") and item.amount > _paid_at_most(book, item.bet)


def _paid_at_least(book: Book, bet: str) -> Amount:
    """What a bet has certainly been paid and has not been taken back. No document says that more may be deducted."""
    return _sum(book, bet, {Family.CREDIT: {Fate.APPLIED}, Family.UNSETTLEMENT: {Fate.APPLIED, Fate.OPEN}})


def _paid_at_most(book: Book, bet: str) -> Amount:
    """What a bet may have been paid and may still have, when lost credits arrived and lost deductions did not."""
    return _sum(book, bet, {Family.CREDIT: {Fate.APPLIED, Fate.OPEN}, Family.UNSETTLEMENT: {Fate.APPLIED}})


def _sum(book: Book, bet: str, counted: Mapping[Family, AbstractSet[Fate]]) -> Amount:
    """The changes of balance by a bet's transactions of these families and fates."""
    return sum(
        entry.change
        for (kind, _), entry in book.entries.items()
        if entry.bet == bet and entry.fate in counted.get(kind, ())
    )


def _credit(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    situation = Situation.NEW if item.amount else Situation.ZERO
    if terms.duplicate_in_batch:
        situation = Situation.DUPLICATE_IN_BATCH
    if not (isinstance(item, Payout) and _refuses_its_bet(book, item, terms)):
        yield applied(book, item, key, situation, terms)
    if isinstance(item, Payout) and (policy := _refusable_for_its_bet(book, item, terms)):
        known = terms.duplicate_in_batch or not item.bet
        refusal = situation if known else Situation.UNKNOWN_BET
        yield Possible(refusal, False, refuse(book, item, key, terms), readings=((policy, "refused"),))


def _policies_about_its_bet(book: Book, item: Movement) -> tuple[str, ...]:
    """The policies that a credit or a deduction falls under for the bet that it names."""
    policies = () if item.bet in book.bets else ("unknown_bet",)
    return (*policies, "returned_bet") if item.bet in book.returned else policies


def _refusable_for_its_bet(book: Book, item: Movement, terms: Terms) -> str:
    """The policy under which it may be refused for the bet that it names, or nothing."""
    policies = _policies_about_its_bet(book, item)
    return next((each for each in policies if terms.reads(each, "refused")), "")


def _refuses_its_bet(book: Book, item: Movement, terms: Terms) -> bool:
    """Whether every such policy was pinned to the refusal, and it is certain that the bet falls under it."""
    policies = _policies_about_its_bet(book, item)
    if not item.bet or not policies or not all(terms.only(each, "refused") for each in policies):
        return False
    return item.bet not in book.settled and (item.bet in book.bets or not book.may_have_taken(item.bet))
