"""`allowed`: every answer that a sound wallet may give, with the book that it leaves. This file is the whole law.

It reads from top to bottom: what surrounds a request, new movements, known ids, rollbacks, ids that something else has.
A document leaves freedom as a *policy* with named readings. An answer that rests on a reading names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from harness.model import Amount, Bet, GetBalance, Movement, Payout, Rollback, Single, Situation, Unsettle
from harness.oracle.book import Book, Entry, EntryState, Family, key_of, undone_by
from harness.oracle.naming import CONFLICTS, replay, situation_of_known, situation_of_new
from harness.oracle.possible import Possible, Readings, applied, entry_of, refused, reversed_by
from harness.oracle.terms import Terms


def allowed(book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
    """Every answer to `item` that a sound wallet with this book may give, the most ordinary one first."""
    if terms.disbelieved is not None:
        yield Possible(terms.disbelieved, False, book)
        return
    pinned = terms.must_refuse and _is_new(book, item, terms)
    ordinary: Situation | None = None
    is_refusable = True
    for each in _answers(book, item, terms):
        ordinary = ordinary or each.situation
        is_refusable = is_refusable and each.accepted
        if each.accepted and pinned:
            continue
        if terms.doubtful is None:
            yield each
        else:  # The refusal of a malformed or stale request is no reading of a document.
            yield replace(each, situation=terms.doubtful, readings=each.readings if each.accepted else ())
    if is_refusable and ordinary is not None:
        yield from _refusals(book, item, ordinary, terms)


def _answers(book: Book, item: Single, terms: Terms) -> Iterator[Possible]:
    match item:
        case GetBalance():
            yield Possible(Situation.READ, True, book, (book.balance,))
        case Rollback():
            yield from _rollback(book, item, terms)
        case Movement():
            yield from _movement(book, item, terms)


# --------------------------------------------------------------------------------------------------------------------
# What surrounds a request


def _is_new(book: Book, item: Single, terms: Terms) -> bool:
    """Whether the wallet has not met the request's id. What it has answered before, it may answer again."""
    if isinstance(item, GetBalance):
        return True
    return book.known_as(item.id) is None and not terms.known_elsewhere and item.id not in book.rolled_back


def _refusals(book: Book, item: Single, situation: Situation, terms: Terms) -> Iterator[Possible]:
    """The refusal of what the rules accept: of a malformed request, by a policy, or under contention."""
    after = refused(book, item, terms)
    if terms.doubtful is not None:
        yield Possible(terms.doubtful, False, after)
    elif policy := terms.refusable_by:
        yield Possible(situation, False, after, readings=((policy, "refused"),))
    elif terms.contested:
        yield Possible(situation, False, after, spontaneous=True)


# --------------------------------------------------------------------------------------------------------------------
# Movements: a new one moves its amount once, and a known id moves nothing


def _movement(book: Book, item: Movement, terms: Terms) -> Iterator[Possible]:
    entry = book.entries.get(key_of(item))
    if entry is None:
        yield from _with_its_id(book, item, _new(book, item, terms), terms)
        return
    situation = situation_of_known(entry, item, terms)
    if not entry.is_done:
        yield from _refused_before(book, item, situation, terms)
    elif situation in CONFLICTS:
        yield from _other_content(book, entry, situation, "conflict", terms)
    elif situation is Situation.REUSED_ID:
        yield from _other_content(book, entry, situation, "reused_id", terms)
    else:
        yield from _first_result(book, entry, situation, terms)
        if _is_late(book, item) and terms.reads("late_bet", "refused"):
            yield Possible(Situation.LATE, False, book, readings=(("late_bet", "refused"),))


def _new(book: Book, item: Movement, terms: Terms) -> Iterator[Possible]:
    if _is_late(book, item):
        yield from _late_bet(book, item, terms)
    elif isinstance(item, Bet | Unsettle):
        yield from _debit(book, item, terms)
    else:
        yield from _credit(book, item, terms)


def _is_late(book: Book, item: Movement) -> bool:
    return isinstance(item, Bet) and item.id in book.rolled_back


def _late_bet(book: Book, item: Movement, terms: Terms) -> Iterator[Possible]:
    """A bet whose rollback came first must never be debited, whatever is answered."""
    if terms.reads("late_bet", "refused"):
        yield Possible(Situation.LATE, False, refused(book, item, terms), readings=(("late_bet", "refused"),))
    if terms.reads("late_bet", "ok_without_effect"):
        after = book.record(key_of(item), entry_of(item, terms, EntryState.WITHOUT_EFFECT, book.balance))
        readings = (("late_bet", "ok_without_effect"),)
        yield Possible(Situation.LATE, True, after, (book.balance,), readings, first=key_of(item))


def _debit(book: Book, item: Bet | Unsettle, terms: Terms) -> Iterator[Possible]:
    """A debit is made if the balance covers it, and is refused otherwise."""
    reasons = tuple(_reasons_against(book, item, terms))
    situation = situation_of_new(book, item, terms)
    if book.balance < item.amount and _names_an_unknown_bet(book, item) and terms.only("unknown_bet", "refused"):
        yield Possible(situation, False, refused(book, item, terms), readings=(("unknown_bet", "refused"),))
        return
    if book.balance < item.amount:
        yield Possible(Situation.UNCOVERED, False, refused(book, item, terms))
    elif not any(is_certain for _, is_certain in reasons):
        yield applied(book, item, situation, terms)
    for reading, _ in reasons:
        yield Possible(situation, False, refused(book, item, terms), readings=(reading,))


def _reasons_against(book: Book, item: Bet | Unsettle, terms: Terms) -> Iterator[tuple[tuple[str, str], bool]]:
    """The readings under which a covered debit may be refused, and whether it then must be."""
    if isinstance(item, Bet):
        if not item.amount:
            yield from _reason("zero_bet", "refused", terms)
    elif item.amount:
        yield from _reason("deduction", "unsupported", terms)
        yield from _reasons_of_its_bet(book, item, terms)
        if item.amount > _paid(book, item.bet):
            yield from _reason("unsettlement_beyond_payout", "refused", terms)
    elif _names_an_unknown_bet(book, item) and terms.reads("unknown_bet", "refused"):
        yield ("unknown_bet", "refused"), False


def _names_an_unknown_bet(book: Book, item: Bet | Unsettle) -> bool:
    """True if a deduction names a bet that the wallet does not know.

    A wallet that pays only bets that it knows may look for the bet before it looks at the amount and the balance.
    """
    return isinstance(item, Unsettle) and item.bet != "" and item.bet not in book.bets


def _reason(policy: str, reading: str, terms: Terms) -> Iterator[tuple[tuple[str, str], bool]]:
    if terms.reads(policy, reading):
        yield (policy, reading), terms.only(policy, reading)


def _reasons_of_its_bet(book: Book, item: Movement, terms: Terms) -> Iterator[tuple[tuple[str, str], bool]]:
    """The reading under which a credit or a deduction may be refused for the bet that it names.

    What is known of credits for returned bets says nothing of deductions. It says nothing of a bet that still stands,
    which a rollback has named beside a transaction that was never sent.
    """
    policies = [] if item.bet in book.bets else ["unknown_bet"]
    policies += ["returned_bet"] if item.bet in book.returned else []
    refusing = [each for each in policies if terms.reads(each, "refused")]
    is_certain = (
        item.bet not in book.settled and item.bet != "" and all(terms.only(each, "refused") for each in policies)
    )
    if is_certain and "returned_bet" in policies:
        is_certain = not isinstance(item, Unsettle) and not _stands(book, item.bet)
    if refusing:
        yield (refusing[0], "refused"), is_certain


def _stands(book: Book, bet: str) -> bool:
    """True if an applied bet with this id or bet id was not rolled back."""
    return any(
        kind is Family.BET and entry.fate is EntryState.APPLIED and bet in {id_, entry.bet} - book.rolled_back
        for (kind, id_), entry in book.entries.items()
        if id_ not in book.rolled_back
    )


def _paid(book: Book, bet: str) -> Amount:
    """What a bet has been paid and still has."""
    kinds = {Family.CREDIT, Family.UNSETTLEMENT}
    entries = (entry for (kind, _), entry in book.entries.items() if kind in kinds and entry.bet == bet)
    return sum(entry.change for entry in entries if entry.fate is EntryState.APPLIED)


def _credit(book: Book, item: Movement, terms: Terms) -> Iterator[Possible]:
    """A credit is given. A payout may be refused for the bet that it names."""
    situation = situation_of_new(book, item, terms)
    reasons = tuple(_reasons_of_its_bet(book, item, terms)) if isinstance(item, Payout) else ()
    if not any(is_certain for _, is_certain in reasons):
        yield applied(book, item, situation, terms)
    for reading, _ in reasons:
        refusal = Situation.UNKNOWN_BET if item.bet and not terms.duplicate_in_batch else situation
        yield Possible(refusal, False, refused(book, item, terms), readings=(reading,))


# --------------------------------------------------------------------------------------------------------------------
# Known ids


def _first_result(
    book: Book, entry: Entry, situation: Situation, terms: Terms, readings: Readings = ()
) -> Iterator[Possible]:
    """Success without effect. It shows the balance of the first answer, or the one that stands now."""
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


def _other_content(book: Book, entry: Entry, situation: Situation, policy: str, terms: Terms) -> Iterator[Possible]:
    """A known id with other content is refused, or answered as the first one was. Nothing moves.

    `reused_id: new` says nothing here: only the ids of different operations can be separate.
    """
    is_silent = not any(terms.reads(policy, each) for each in ("refused", "first_result"))
    if is_silent or terms.reads(policy, "refused"):
        yield Possible(situation, False, book, readings=((policy, "refused"),))
    if is_silent or terms.reads(policy, "first_result"):
        yield from _first_result(book, entry, situation, terms, ((policy, "first_result"),))


def _refused_before(book: Book, item: Movement, situation: Situation, terms: Terms) -> Iterator[Possible]:
    """A refused id is refused again, or judged afresh, with another amount or bet too: nothing moved under it."""
    if _is_late(book, item):
        yield from _late_bet(book, item, terms)
    else:
        if situation in CONFLICTS or terms.reads("replay_of_refused", "refused"):
            yield Possible(situation, False, book, readings=(("replay_of_refused", "refused"),))
        if terms.reads("replay_of_refused", "afresh"):
            for each in _with_its_id(book, item, _new(book, item, terms), terms):
                afresh = (("replay_of_refused", "afresh"), *each.readings)
                yield replace(each, situation=situation, readings=afresh if each.accepted else each.readings)
    yield from _result_of_another(book, item, terms)


# --------------------------------------------------------------------------------------------------------------------
# Rollbacks: a stake comes back once, a win is taken back once, and a bet after its rollback is not debited


def _rollback(book: Book, item: Rollback, terms: Terms) -> Iterator[Possible]:
    entry = book.entries.get(key_of(item))
    if entry is None:
        yield from _with_its_id(book, item, _new_rollback(book, item, terms), terms)
    elif not entry.is_done:
        if terms.reads("replay_of_refused", "refused"):
            yield Possible(Situation.REPLAY_OF_REFUSED, False, book, readings=(("replay_of_refused", "refused"),))
        if terms.reads("replay_of_refused", "afresh"):
            yield from _with_its_id(book, item, _new_rollback(book, item, terms), terms)
        yield from _result_of_another(book, item, terms)
    elif entry.bet == item.original:
        yield from _first_result(book, entry, replay(entry, terms), terms)
    else:
        yield from _other_content(book, entry, Situation.REUSED_ID, "reused_id", terms)


def _new_rollback(book: Book, item: Rollback, terms: Terms) -> Iterator[Possible]:
    undone = book.entries.get(undone_by(item))
    if terms.foreign_bet:
        yield from _without_refund(book, item, Situation.ROLLBACK_OF_FOREIGN, terms)
    elif item.original in book.rolled_back:
        yield from _without_refund(book, item, Situation.ROLLBACK_AGAIN, terms)
    elif undone is None:
        yield from _without_refund(book, item, Situation.ROLLBACK_OF_UNKNOWN, terms)
    elif undone.fate is not EntryState.APPLIED:
        yield from _without_refund(book, item, Situation.ROLLBACK_OF_REFUSED, terms)
    elif item.of_win and book.balance < undone.change:
        yield Possible(Situation.UNCOVERED, False, refused(book, item, terms))
    elif item.of_win or not book.settled & {item.original, item.bet, undone.bet} - {""}:
        yield reversed_by(book, item, -undone.change, EntryState.APPLIED, Situation.ROLLBACK, terms)
    else:
        settled = Situation.ROLLBACK_OF_SETTLED
        if terms.reads("rollback_of_settled", "refunded"):
            refund = reversed_by(book, item, -undone.change, EntryState.APPLIED, settled, terms)
            yield replace(refund, readings=(("rollback_of_settled", "refunded"),))
        yield from _without_refund(book, item, settled, terms)


def _without_refund(book: Book, item: Rollback, situation: Situation, terms: Terms) -> Iterator[Possible]:
    """A rollback that moves nothing is accepted or refused. The policy has the name of the situation."""
    policy = situation.value
    for reading in ("kept", "ok", "ok_without_effect"):
        if terms.reads(policy, reading):
            possible = reversed_by(book, item, 0, EntryState.WITHOUT_EFFECT, situation, terms)
            yield replace(possible, readings=((policy, reading),))
    if terms.reads(policy, "refused"):
        yield Possible(situation, False, refused(book, item, terms), readings=((policy, "refused"),))


# --------------------------------------------------------------------------------------------------------------------
# Ids that another operation's or another player's transaction has


def _with_its_id(
    book: Book, item: Movement | Rollback, answers: Iterator[Possible], terms: Terms
) -> Iterator[Possible]:
    """The answers to a new transaction. If its id is another one's already, the wallet may say so."""
    if not terms.known_elsewhere and book.known_as(item.id, but=key_of(item)[0]) is None:
        yield from answers
        return
    if terms.reads("reused_id", "new"):
        for each in answers:
            yield replace(each, situation=Situation.REUSED_ID, readings=(("reused_id", "new"), *each.readings))
    if terms.reads("reused_id", "refused"):
        after = refused(book, item, terms)
        yield Possible(Situation.REUSED_ID, False, after, readings=(("reused_id", "refused"),))
    yield from _result_of_another(book, item, terms)


def _result_of_another(book: Book, item: Movement | Rollback, terms: Terms) -> Iterator[Possible]:
    """The answer that the other transaction of the same id has had. Nothing moves."""
    readings: Readings = (("reused_id", "first_result"),)
    other = book.known_as(item.id, but=key_of(item)[0])
    if not terms.reads(*readings[0]) or (other is None and not terms.known_elsewhere):
        return
    if other is not None and other.is_done:
        yield from _first_result(book, other, Situation.REUSED_ID, terms, readings)
    else:
        yield Possible(Situation.REUSED_ID, True, book, None, readings)
