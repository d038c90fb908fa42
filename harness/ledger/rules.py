"""`allowed`: every answer that a sound wallet may give, with the book that it leaves. The specification of a wallet.

Freedom that a document leaves is a *policy* with named readings; each possibility that rests on one says so, and the
report shows which was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.ledger.book import Book, Entry, Family, Fate, Key, change_of, family
from harness.model import (
    Amount,
    Bet,
    GetBalance,
    Movement,
    Payout,
    Policy,
    Rollback,
    Single,
    Situation,
    Unsettle,
)

READINGS: dict[str, tuple[str, ...]] = {
    "replay_balance": ("original", "current"),
    "replay_of_refused": ("refused", "afresh"),
    "conflict": ("refused", "first_result"),
    "reused_id": ("refused", "first_result", "new"),
    "unknown_bet": ("applied", "refused"),
    "late_bet": ("ok_without_effect", "refused"),
    "rollback_of_unknown": ("ok", "refused"),
    "rollback_again": ("ok", "refused"),
    "rollback_of_refused": ("ok", "refused"),
    "rollback_of_settled": ("refunded", "kept", "refused"),
    "rollback_of_foreign": ("ok_without_effect", "refused", "refunded"),
    "batch_balance": ("after_item", "after_batch"),
    "deduction": ("supported", "unsupported"),
    "zero_bet": ("accepted", "refused"),
    "ended_session_bet": ("refused", "accepted"),
    "ended_session_credit": ("accepted", "refused"),
    "ended_session_rollback": ("ok", "refused"),
    "ended_session_read": ("ok", "refused"),
    "win_against_amount": ("accepted", "refused"),
    "unknown_game": ("accepted", "refused"),
    "empty_batch": ("ok", "refused"),
    "batch_with_no_valid_item": ("refused", "answered"),
}
"""Every policy, and all the readings that it may have; the first is the ordinary one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the oracle is told about a request besides its operation: the facts that decide whether it must be believed.

    `refusable` names the policies (`unknown_game`, ...) under which a wallet may refuse what its rules would accept.
    """

    policy: Policy
    operation: str
    disbelieved: Situation | None = None
    """Why the request must be refused whatever it says: forged, stale, malformed, unknown player, wrong currency."""
    doubtful: Situation | None = None
    """Why it may be refused, although it may also be obeyed exactly: altered content."""
    refusable: tuple[str, ...] = ()
    batch: bool = False
    duplicate_in_batch: bool = False
    known_elsewhere: bool = False
    """The id is known for another player."""
    foreign_bet: bool = False
    """The bet that a rollback names is another player's."""
    contested: bool = False
    """Other requests were in flight: a refusal without effect breaks no MUST."""

    def reads(self, policy: str, reading: str) -> bool:
        """Whether a reading of a policy is accepted; a policy that is not mentioned accepts all its readings."""
        return reading in self.policy.get(policy, frozenset(READINGS[policy]))


@dataclass(frozen=True, slots=True)
class Possible:
    """One answer that a sound wallet may give. `balances` are those it may show, None where any would do."""

    situation: Situation
    accepted: bool
    book: Book
    balances: tuple[Amount, ...] | None = None
    readings: tuple[tuple[str, str], ...] = ()
    spontaneous: bool = False
    """The refusal rests on contention alone."""


def allowed(book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
    """Every answer to `item` that a sound wallet whose books are `book` may give, most ordinary first."""
    if terms.disbelieved is not None:
        yield Possible(terms.disbelieved, False, book)
        return
    situation, refused = Situation.NEW, False
    for count, possible in enumerate(_of_kind(book, item, terms)):
        if possible.spontaneous and not terms.contested:
            continue
        situation = situation if count else possible.situation
        refused = refused or not possible.accepted
        yield possible
    if refused:
        return
    if terms.doubtful is not None:
        yield Possible(terms.doubtful, False, book)
    elif policy := next((each for each in terms.refusable if terms.reads(each, "refused")), None):
        yield Possible(situation, False, book, readings=((policy, "refused"),))
    elif terms.contested:
        yield Possible(situation, False, book, spontaneous=True)


def _of_kind(book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
    match item:
        case GetBalance():
            yield Possible(Situation.READ, True, book, (book.balance,))
        case Rollback():
            yield from _rollback(book, item, terms)
        case Movement():
            yield from _movement(book, item, terms)


def _movement(book: Book, item: Movement, terms: Terms) -> Iterator[Possible]:
    key = (family(item), item.id)
    entry = book.entries.get(key)
    if entry is None:
        if terms.known_elsewhere or book.known_as(item.id) is not None:
            yield from _reused(book, item, key, terms)
        else:
            yield from _fresh(book, item, key, terms)
    elif entry.fate is Fate.OPEN:
        yield from _resend_of_open(book, item, key, entry, terms)
    elif entry.change != change_of(item):
        yield from _conflict(book, item, key, entry, terms)
    elif entry.bet != item.bet:
        yield from _same_id_again(book, entry, Situation.REUSED_ID, "reused_id", terms)
    elif entry.fate is Fate.REFUSED:
        yield from _resend_of_refused(book, item, key, terms)
    else:
        yield from _replay(book, entry, terms)


# --------------------------------------------------------------------------------------------------------------------
# A transaction that is new to the wallet


def _fresh(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    if isinstance(item, Bet) and item.id in book.rolled_back:
        yield from _late(book, item, key, terms)
    elif isinstance(item, Bet | Unsettle):
        yield from _debit(book, item, key, terms)
    else:
        yield from _credit(book, item, key, terms)


def _late(book: Book, item: Bet, key: Key, terms: Terms) -> Iterator[Possible]:
    """A bet whose rollback came first must never be debited, whatever is answered."""
    entry = Entry(terms.operation, change_of(item), item.bet, Fate.WITHOUT_EFFECT, book.balance)
    if terms.reads("late_bet", "refused"):
        yield Possible(Situation.LATE, False, book, readings=(("late_bet", "refused"),))
    if terms.reads("late_bet", "ok_without_effect"):
        after = book.record(key, entry)
        yield Possible(Situation.LATE, True, after, (book.balance,), (("late_bet", "ok_without_effect"),))


def _debit(book: Book, item: Bet | Unsettle, key: Key, terms: Terms) -> Iterator[Possible]:
    situation = _situation_of_debit(book, item, terms)
    for state in book.unfold() if book.open else (book,):
        if state.balance >= item.amount:
            yield _applied(state, item, key, situation, terms)
        else:
            yield Possible(Situation.UNCOVERED, False, _refuse(state, item, key, terms))
    if not item.amount and isinstance(item, Bet) and terms.reads("zero_bet", "refused"):
        yield Possible(situation, False, _refuse(book, item, key, terms), readings=(("zero_bet", "refused"),))
    if item.amount and isinstance(item, Unsettle):
        if terms.reads("deduction", "unsupported"):
            refused = _refuse(book, item, key, terms)
            yield Possible(situation, False, refused, readings=(("deduction", "unsupported"),))
        yield from _refusal_for_unknown_bet(book, item, key, situation, terms)


def _situation_of_debit(book: Book, item: Bet | Unsettle, terms: Terms) -> Situation:
    if terms.duplicate_in_batch:
        return Situation.DUPLICATE_IN_BATCH
    if not item.amount:
        return Situation.ZERO
    if book.balance < item.amount:
        return Situation.UNCOVERED
    return Situation.EXACT if book.balance == item.amount else Situation.NEW


def _credit(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    unknown_bet = isinstance(item, Payout) and item.bet not in book.bets
    situation = Situation.NEW if item.amount else Situation.ZERO
    if terms.duplicate_in_batch:
        situation = Situation.DUPLICATE_IN_BATCH
    elif unknown_bet and item.bet:
        situation = Situation.UNKNOWN_BET
    yield _applied(book, item, key, situation, terms)
    yield from _refusal_for_unknown_bet(book, item, key, situation, terms)


def _refusal_for_unknown_bet(
    book: Book, item: Movement, key: Key, situation: Situation, terms: Terms
) -> Iterator[Possible]:
    if not isinstance(item, Payout | Unsettle) or item.bet in book.bets or not terms.reads("unknown_bet", "refused"):
        return
    yield Possible(situation, False, _refuse(book, item, key, terms), readings=(("unknown_bet", "refused"),))


def _applied(book: Book, item: Movement, key: Key, situation: Situation, terms: Terms) -> Possible:
    change = change_of(item)
    entry = Entry(terms.operation, change, item.bet, Fate.APPLIED, book.balance + change)
    after = book.record(key, entry, moved=change)
    if isinstance(item, Bet):
        after = after.accept_bet(item)
    elif isinstance(item, Payout):
        after = replace(after, settled=after.settled | {item.bet})
    return Possible(situation, True, after, (after.balance,))


def _refuse(book: Book, item: Movement, key: Key, terms: Terms) -> Book:
    return book.record(key, Entry(terms.operation, change_of(item), item.bet, Fate.REFUSED))


# --------------------------------------------------------------------------------------------------------------------
# A transaction whose id the wallet has seen


def _replay(book: Book, entry: Entry, terms: Terms) -> Iterator[Possible]:
    situation = Situation.REPLAY if entry.operation == terms.operation else Situation.CROSS_REPLAY
    if terms.duplicate_in_batch:
        situation = Situation.DUPLICATE_IN_BATCH
    yield from _cached_or_current(book, entry, situation)
    if entry.fate is Fate.WITHOUT_EFFECT:
        yield Possible(Situation.LATE, False, book)


def _cached_or_current(
    book: Book, entry: Entry, situation: Situation, reading: tuple[tuple[str, str], ...] = ()
) -> Iterator[Possible]:
    if entry.shown == book.balance:
        yield Possible(situation, True, book, (book.balance,), reading)
        return
    yield Possible(situation, True, book, (book.balance,), (*reading, ("replay_balance", "current")))
    if entry.shown is None:
        yield Possible(situation, True, book, None, reading)
    else:
        yield Possible(situation, True, book, (entry.shown,), (*reading, ("replay_balance", "original")))


def _resend_of_refused(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    situation = Situation.DUPLICATE_IN_BATCH if terms.duplicate_in_batch else Situation.REPLAY_OF_REFUSED
    if terms.reads("replay_of_refused", "refused"):
        yield Possible(situation, False, book, readings=(("replay_of_refused", "refused"),))
    if terms.reads("replay_of_refused", "afresh"):
        for possible in _fresh(book, item, key, terms):
            readings = (("replay_of_refused", "afresh"),) if possible.accepted else ()
            yield replace(possible, situation=situation, readings=(*readings, *possible.readings))


def _conflict(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    situation = Situation.CONFLICT if entry.change else Situation.CONFLICT_WITH_ZERO
    if entry.fate is Fate.REFUSED:
        for possible in _fresh(book, item, key, terms):
            yield replace(possible, situation=situation)
        yield Possible(situation, False, book)
        return
    yield from _same_id_again(book, entry, situation, "conflict", terms)


def _same_id_again(book: Book, entry: Entry, situation: Situation, policy: str, terms: Terms) -> Iterator[Possible]:
    if terms.reads(policy, "refused"):
        yield Possible(situation, False, book, readings=((policy, "refused"),))
    if terms.reads(policy, "first_result"):
        yield from _cached_or_current(book, entry, situation, ((policy, "first_result"),))


def _reused(book: Book, item: Movement, key: Key, terms: Terms) -> Iterator[Possible]:
    """An id of another operation or another player: refused, answered as if it were that one, or a new transaction."""
    if terms.reads("reused_id", "new"):
        for possible in _fresh(book, item, key, terms):
            yield replace(possible, situation=Situation.REUSED_ID, readings=(("reused_id", "new"), *possible.readings))
    if terms.reads("reused_id", "refused"):
        yield Possible(Situation.REUSED_ID, False, book, readings=(("reused_id", "refused"),))
    if terms.reads("reused_id", "first_result"):
        yield Possible(Situation.REUSED_ID, True, book, None, (("reused_id", "first_result"),))


def _resend_of_open(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    """The first answer was lost: it was applied then, is applied now, or (a debit) finds no money."""
    if entry.change != change_of(item):
        yield from _conflict_with_open(book, item, key, entry, terms)
        return
    settled = replace(entry, fate=Fate.APPLIED)
    known = replace(book, settled=book.settled | {item.bet}) if isinstance(item, Payout) else book
    if isinstance(item, Bet):
        known = known.accept_bet(item)
    if book.taken.get(entry.change, 0) or not entry.change:
        after = known.close(key, settled, was_taken=bool(entry.change))
        yield Possible(Situation.REPLAY, True, after, (after.balance,))
        yield Possible(Situation.REPLAY, True, after, None if entry.shown is None else (entry.shown,))
    if book.spare(entry.change) and entry.change:
        after = known.close(key, settled, was_taken=False, moved=entry.change)
        if after.balance >= 0:
            yield Possible(Situation.REPLAY, True, after, (after.balance,))
            yield Possible(Situation.REPLAY, True, after, None if entry.shown is None else (entry.shown,))
        elif after.span()[1] >= 0:
            yield from (Possible(Situation.REPLAY, True, each, (each.balance,)) for each in _afforded(after))
        for possible in _fresh(book, item, key, terms):
            if not possible.accepted:
                refused = book.close(key, replace(entry, fate=Fate.REFUSED), was_taken=False)
                yield Possible(Situation.REPLAY, False, refused, None, possible.readings)
                break
        yield Possible(Situation.REPLAY, False, book, spontaneous=True)


def _afforded(book: Book) -> Iterator[Book]:
    return (each for each in book.unfold() if each.balance >= 0)


def _conflict_with_open(book: Book, item: Movement, key: Key, entry: Entry, terms: Terms) -> Iterator[Possible]:
    """Either of the two amounts may have come first; the other one then moves nothing."""
    situation = Situation.CONFLICT
    yield Possible(situation, False, book)
    yield Possible(situation, True, book, None, (("conflict", "first_result"),))
    dropped = book.close(key, replace(entry, fate=Fate.REFUSED), was_taken=False) if book.spare(entry.change) else None
    if dropped is not None:
        yield from (replace(each, situation=situation) for each in _fresh(dropped, item, key, terms) if each.accepted)


# --------------------------------------------------------------------------------------------------------------------
# Rollbacks


def _rollback(book: Book, item: Rollback, terms: Terms) -> Iterator[Possible]:
    key = (Family.ROLLBACK, item.id)
    bet = book.entries.get((Family.BET, item.original))
    if (entry := book.entries.get(key)) is not None:
        yield from _replay(book, entry, terms)
    elif terms.foreign_bet:
        yield from _without_refund(book, item, key, Situation.ROLLBACK_OF_FOREIGN, "rollback_of_foreign", terms)
    elif item.original in book.rolled_back:
        yield from _without_refund(book, item, key, Situation.ROLLBACK_AGAIN, "rollback_again", terms)
    elif bet is None:
        situation = Situation.ROLLBACK_OF_UNKNOWN
        yield from _without_refund(book, item, key, situation, "rollback_of_unknown", terms)
    elif bet.fate is Fate.OPEN:
        yield from _rollback_of_open(book, item, key, bet, terms)
    elif bet.fate is not Fate.APPLIED:
        situation = Situation.ROLLBACK_OF_REFUSED
        yield from _without_refund(book, item, key, situation, "rollback_of_refused", terms)
    elif book.settled & {item.bet, item.original}:
        yield from _rollback_of_settled(book, item, key, bet, terms)
    else:
        yield _refunded(book, item, key, bet, Situation.ROLLBACK, terms)


def _refunded(book: Book, item: Rollback, key: Key, bet: Entry, situation: Situation, terms: Terms) -> Possible:
    refund = -bet.change
    entry = Entry(terms.operation, refund, item.original, Fate.APPLIED, book.balance + refund)
    after = replace(book.record(key, entry, moved=refund), rolled_back=book.rolled_back | {item.original})
    return Possible(situation, True, after, (after.balance,))


def _without_refund(
    book: Book, item: Rollback, key: Key, situation: Situation, policy: str, terms: Terms
) -> Iterator[Possible]:
    """A rollback that has nothing to give back; success leaves a tombstone, so that the late bet is not debited."""
    for reading in ("ok", "ok_without_effect", "kept"):
        if reading in READINGS[policy] and terms.reads(policy, reading):
            entry = Entry(terms.operation, 0, item.original, Fate.WITHOUT_EFFECT, book.balance)
            after = book.record(key, entry)
            if policy != "rollback_of_foreign":
                after = replace(after, rolled_back=book.rolled_back | {item.original})
            yield Possible(situation, True, after, (book.balance,), ((policy, reading),))
    if terms.reads(policy, "refused"):
        yield Possible(situation, False, book, readings=((policy, "refused"),))


def _rollback_of_settled(book: Book, item: Rollback, key: Key, bet: Entry, terms: Terms) -> Iterator[Possible]:
    situation, policy = Situation.ROLLBACK_OF_SETTLED, "rollback_of_settled"
    if terms.reads(policy, "refunded"):
        yield replace(_refunded(book, item, key, bet, situation, terms), readings=((policy, "refunded"),))
    yield from _without_refund(book, item, key, situation, policy, terms)


def _rollback_of_open(book: Book, item: Rollback, key: Key, bet: Entry, terms: Terms) -> Iterator[Possible]:
    """The bet's answer was lost: whether it had been debited or not, after its rollback it is not."""
    bet_key = (Family.BET, item.original)
    gone = replace(bet, fate=Fate.WITHOUT_EFFECT)
    for was_taken in (True, False):
        there = book.taken.get(bet.change, 0) if was_taken else book.spare(bet.change) or not bet.change
        if there:
            moved = -bet.change if was_taken else 0
            after = book.close(bet_key, gone, was_taken=was_taken, moved=moved)
            entry = Entry(terms.operation, moved, item.original, Fate.APPLIED, after.balance)
            after = replace(after.record(key, entry), rolled_back=book.rolled_back | {item.original})
            yield Possible(Situation.ROLLBACK, True, after, (after.balance,))
    yield Possible(Situation.ROLLBACK, False, book, spontaneous=True)


def lose(book: Book, item: Single, terms: Terms) -> Iterator[Book]:
    """Every book that may be after the answer to `item` was lost: it may have been acted on, or not, or will be."""
    if terms.disbelieved is not None or isinstance(item, GetBalance):
        yield book
        return
    is_fresh = isinstance(item, Movement) and (family(item), item.id) not in book.entries
    if isinstance(item, Movement) and is_fresh and item.id not in book.rolled_back:
        yield from _lost_fresh(book, item, terms)
        return
    yield book
    for possible in allowed(book, item, replace(terms, contested=False)):
        if possible.book is not book:
            yield possible.book


def _lost_fresh(book: Book, item: Movement, terms: Terms) -> Iterator[Book]:
    change = change_of(item)
    shown = None if terms.batch else book.balance + change
    yield book.leave_open((family(item), item.id), Entry(terms.operation, change, item.bet, Fate.OPEN, shown))
