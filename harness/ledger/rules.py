"""`allowed`: every answer that a sound wallet may give, with the book that it leaves. The specification of a wallet.

Freedom that a document leaves is a *policy* with named readings; each possibility that rests on one says so, and the
report shows which was seen. The rules are in `fresh`, `resent` and `rollbacks`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.ledger.answers import Possible, denied, entry_of, unless_reused
from harness.ledger.book import Book, Fate, InFlight, change_of, key_of
from harness.ledger.fresh import fresh
from harness.ledger.resent import resent
from harness.ledger.rollbacks import rollback
from harness.ledger.terms import Terms
from harness.model import Bet, GetBalance, Movement, Rollback, Single, Situation, Unsettle


def allowed(book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
    """Every answer to `item` that a sound wallet whose books are `book` may give, most ordinary first."""
    if terms.disbelieved is not None:
        yield Possible(terms.disbelieved, False, book)
        return
    situation, refused = Situation.NEW, False
    only_refused = terms.must_refuse and _is_unheard(book, item, terms)
    for count, possible in enumerate(_of_kind(book, item, terms)):
        situation = situation if count else possible.situation
        refused = refused or not possible.accepted
        if not (possible.accepted and only_refused):
            yield _in_doubt(possible, terms.doubtful) if terms.doubtful else possible
    if refused:
        return
    if terms.doubtful is not None:
        yield Possible(terms.doubtful, False, denied(book, item, terms))
    elif policy := terms.refusable_by:
        yield Possible(situation, False, denied(book, item, terms), readings=((policy, "refused"),))
    elif terms.contested:
        yield Possible(situation, False, denied(book, item, terms), spontaneous=True)


def _in_doubt(possible: Possible, why: Situation) -> Possible:
    """An answer to a request that may be refused whatever it says: then its refusal is no reading of a document."""
    return replace(possible, situation=why, readings=possible.readings if possible.accepted else ())


def _is_unheard(book: Book, item: Single, terms: Terms) -> bool:
    """Whether a request means nothing to the wallet yet: what it has answered before may be answered so again."""
    if isinstance(item, GetBalance):
        return True
    return book.known_as(item.id) is None and not terms.known_elsewhere and item.id not in book.rolled_back


def _of_kind(book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
    match item:
        case GetBalance():
            yield Possible(Situation.READ, True, book, (book.balance,))
        case Rollback():
            yield from rollback(book, item, terms)
        case Movement():
            yield from _movement(book, item, terms)


def _movement(book: Book, item: Movement, terms: Terms) -> Iterator[Possible]:
    key = key_of(item)
    entry = book.entries.get(key)
    if entry is not None:
        yield from resent(book, item, key, entry, terms)
    else:
        yield from unless_reused(book, item, key, fresh(book, item, key, terms), terms)


# --------------------------------------------------------------------------------------------------------------------
# Lost answers


def lose(book: Book, item: Single, terms: Terms) -> Book:
    """The book after the answer to `item` was lost: it may have been acted on, or not, or will be.

    Raises BudgetExceeded.
    """
    if terms.disbelieved is not None or isinstance(item, GetBalance):
        return book
    quiet = replace(terms, contested=False)
    key = key_of(item)
    entry = book.entries.get(key)
    if isinstance(item, Movement):
        is_late = isinstance(item, Bet) and item.id in book.rolled_back
        if not is_late and not terms.known_elsewhere and book.known_as(item.id) is None:
            doubted = _may_be_refused(book, item, quiet)
            return book.leave_open(key, replace(entry_of(item, terms, Fate.OPEN), doubted=doubted))
        if entry is not None and entry.fate is Fate.OPEN and entry.change == change_of(item):
            return book
    is_done = entry is not None and entry.fate in {Fate.APPLIED, Fate.WITHOUT_EFFECT}
    return book if is_done else book.send(InFlight(key, item, quiet))


def _may_be_refused(book: Book, item: Single, terms: Terms) -> bool:
    # Among many open transactions it costs too much to ask which of them would leave too little.
    if isinstance(item, Bet | Unsettle) and book.span()[0] < item.amount:
        return True
    return any(not each.accepted for each in allowed(book, item, terms))


def landings(book: Book) -> Iterator[Book]:
    """The books after one of the requests in flight was acted on. Nobody saw the balance that it was answered with."""
    for flying in book.in_flight:
        sky = book.without(flying)
        for possible in allowed(sky, flying.item, flying.terms):
            if possible.book is not sky:
                hides = possible.first if sky.open else None
                yield possible.book.showing(hides, None) if hides else possible.book
