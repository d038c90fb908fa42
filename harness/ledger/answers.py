"""One possible answer, and the building blocks that every rule makes answers from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.ledger.book import Book, Entry, Fate, Key, change_of, key_of, particulars
from harness.ledger.terms import Terms
from harness.model import Amount, Bet, GetBalance, Movement, Payout, Rollback, Situation

Readings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Possible:
    """One answer that a sound wallet may give. `balances` are those it may show, None where any would do."""

    situation: Situation
    accepted: bool
    book: Book
    balances: tuple[Amount, ...] | None = None
    readings: Readings = ()
    spontaneous: bool = False
    """The refusal rests on contention alone."""
    between: tuple[Amount, Amount] | None = None
    """Where `balances` is None: the lowest and the highest balance that may be shown."""
    first: Key | None = None
    """The transaction whose first answer this is: what it shows is what a replay may repeat."""

    def may_show(self, balance: Amount) -> bool:
        """Whether the answer may hold this balance, other open transactions left aside."""
        if self.balances is not None:
            return balance in self.balances
        return self.between is None or self.between[0] <= balance <= self.between[1]


def entry_of(item: Movement, terms: Terms, fate: Fate, shown: Amount | None = None) -> Entry:
    """What the books hold of a movement."""
    return Entry(terms.operation, change_of(item), item.bet, fate, shown, particulars(item))


def remembered(book: Book, item: Movement, bet: str) -> Book:
    """The book with what an accepted movement of that kind and id says of bets; `bet` is the bet that it came with."""
    if isinstance(item, Bet):
        return book.accept_bet(item.id, bet)
    return book.settle(bet) if isinstance(item, Payout) else book


def applied(book: Book, item: Movement, key: Key, situation: Situation, terms: Terms) -> Possible:
    """The movement moves the money, and the answer shows the balance after it."""
    change = change_of(item)
    entry = entry_of(item, terms, Fate.APPLIED, book.balance + change)
    after = remembered(book.record(key, entry, moved=change), item, item.bet)
    return Possible(situation, True, after, (after.balance,), first=key)


def refuse(book: Book, item: Movement | Rollback, key: Key, terms: Terms) -> Book:
    """The book after a refusal: a replay may be refused again, or be judged afresh."""
    if isinstance(item, Rollback):
        return book.record(key, Entry(terms.operation, 0, item.original, Fate.REFUSED))
    return book.record(key, entry_of(item, terms, Fate.REFUSED))


def denied(book: Book, item: Movement | Rollback | GetBalance, terms: Terms) -> Book:
    """The book after a refusal that the item's own rules do not speak for."""
    if isinstance(item, GetBalance):
        return book
    entry = book.entries.get(key_of(item))
    if entry is not None:
        return book.doubt(key_of(item)) if entry.fate is Fate.OPEN else book
    return refuse(book, item, key_of(item), terms)


def cached_or_current(
    book: Book, entry: Entry, situation: Situation, terms: Terms, readings: Readings = ()
) -> Iterator[Possible]:
    """Success without effect, with the balance that was shown first or the one that stands now."""
    if entry.shown == book.balance:
        yield Possible(situation, True, book, (book.balance,), readings)
        return
    if terms.reads("replay_balance", "current"):
        yield Possible(situation, True, book, (book.balance,), (*readings, ("replay_balance", "current")))
    if terms.reads("replay_balance", "original"):
        if entry.shown is None:
            yield Possible(situation, True, book, None, readings)
        else:
            yield Possible(situation, True, book, (entry.shown,), (*readings, ("replay_balance", "original")))


def same_id_again(book: Book, entry: Entry, situation: Situation, policy: str, terms: Terms) -> Iterator[Possible]:
    """A known id that comes with other content: refused, or answered as the first one. Nothing moves.

    A wallet that is said to take such ids for new ones can do so only where the other operation has ids of its own.
    """
    silent = not any(terms.reads(policy, each) for each in ("refused", "first_result"))
    if silent or terms.reads(policy, "refused"):
        yield Possible(situation, False, book, readings=((policy, "refused"),))
    if silent or terms.reads(policy, "first_result"):
        yield from cached_or_current(book, entry, situation, terms, ((policy, "first_result"),))


def unless_reused(
    book: Book, item: Movement | Rollback, key: Key, afresh: Iterator[Possible], terms: Terms
) -> Iterator[Possible]:
    """What may be answered to a new transaction; where its id is another one's already, what may be said of that."""
    if terms.known_elsewhere or book.known_as(item.id, but=key[0]) is not None:
        return reused(book, item, key, afresh, terms)
    return afresh


def reused(
    book: Book, item: Movement | Rollback, key: Key, afresh: Iterator[Possible], terms: Terms
) -> Iterator[Possible]:
    """An id of another operation or another player: a new transaction, refused, or answered as if it were that one."""
    situation, policy = Situation.REUSED_ID, "reused_id"
    if terms.reads(policy, "new"):
        for possible in afresh:
            yield replace(possible, situation=situation, readings=((policy, "new"), *possible.readings))
    if terms.reads(policy, "refused"):
        yield Possible(situation, False, denied(book, item, terms), readings=((policy, "refused"),))
    yield from first_of_another(book, item, key, terms)


def first_of_another(book: Book, item: Movement | Rollback, key: Key, terms: Terms) -> Iterator[Possible]:
    """The answer that another operation's or another player's transaction of the same id has had. Nothing moves."""
    situation, readings = Situation.REUSED_ID, (("reused_id", "first_result"),)
    first = book.known_as(item.id, but=key[0])
    if not terms.reads(*readings[0]) or (first is None and not terms.known_elsewhere):
        return
    if first is not None and first.fate in {Fate.APPLIED, Fate.WITHOUT_EFFECT}:
        yield from cached_or_current(book, first, situation, terms, readings)
    else:
        yield Possible(situation, True, book, None, readings)
