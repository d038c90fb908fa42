"""The same request again, after its answer was lost: what the second answer is called, and which balance it may show.

The lost answer showed the balance of its own moment. Nobody knows that moment, only between which balances the account
has stood since the request was sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.model import Amount, Bet, GetBalance, Movement, Rollback, Situation
from harness.oracle.book import EntryState, Key, change_of, key_of, undone_by
from harness.oracle.events import Belief, Event
from harness.oracle.naming import situation_of_known
from harness.oracle.possible import Possible, entry_of
from harness.oracle.rules import allowed


def as_repeat(belief: Belief, covered: Belief, event: Event, possible: Possible) -> Possible | None:
    """What an answer is called, and may show, where the answer to the same request was lost before.

    None where the possibility is the same as another one: a lost request came just before it was sent again.
    """
    item = event.item
    if not belief.lost or isinstance(item, GetBalance):
        return possible
    if possible.situation in {Situation.ROLLBACK_OF_UNKNOWN, Situation.ROLLBACK_OF_REFUSED}:
        undone = undone_by(item) if isinstance(item, Rollback) else None
        is_lost = any(key_at(each) == undone for each in belief.lost)
        possible = replace(possible, situation=Situation.ROLLBACK) if is_lost else possible
    first = next((each for each in belief.lost if key_at(each) == key_at(event)), None)
    if first is None or key_of(item) in belief.book.entries:
        return possible
    known = covered.book.entries.get(key_of(item))
    if known is not None and known.is_done:
        # Nobody knows whether the balance is that of the first answer: no reading of a replay is seen.
        readings = tuple(each for each in possible.readings if each[0] != "replay_balance")
        between = stood_after(belief, event, known.change) if possible.balances is None else None
        key = key_of(item) if possible.accepted else None
        possible = replace(possible, readings=readings, between=between, first=key)
    if not isinstance(item, Movement) or not isinstance(first.item, Movement):
        return possible
    lost = entry_of(first.item, first.terms, EntryState.APPLIED)
    applies = is_same_request(first, event) and possible.first is not None and (known is None or not known.is_done)
    if applies and any(each.first is not None for each in allowed(covered.book, first.item, first.terms)):
        return None
    if possible.situation in {Situation.REUSED_ID, Situation.LATE}:
        return possible
    return replace(possible, situation=situation_of_known(lost, item, event.terms))


def is_same_request(first: Event, again: Event) -> bool:
    """Whether two events are sendings of one request, with the same amount and content."""
    if first.item == again.item:
        return True
    if not isinstance(first.item, Movement) or not isinstance(again.item, Movement) or key_at(first) != key_at(again):
        return False
    entry = entry_of(first.item, first.terms, EntryState.APPLIED)
    return entry.change == change_of(again.item) and entry.agrees_with(again.item)


def refused_again(belief: Belief, events: Sequence[Event]) -> Belief:
    """The belief after refusals: each shows that an earlier sending of the same request has no effect any more."""
    refused = {event.id: event for event in events if not event.accepted}
    if refused.keys().isdisjoint(each.id for each in belief.lost):
        return belief
    left = (each for each in belief.lost if each.id not in refused or not is_same_request(each, refused[each.id]))
    return replace(belief, lost=tuple(left))


def rolled_back(before: Belief, after: Belief, event: Event) -> Belief:
    """The belief after the rollback of a lost bet. Whether the bet came before makes no difference any more.

    It is not debited again, and nobody knows which balance its answer showed.
    """
    item = event.item
    if not isinstance(item, Rollback) or item.of_win or item.original not in after.book.rolled_back:
        return after
    lost = next((each for each in before.lost if key_at(each) == undone_by(item)), None)
    if lost is None or not isinstance(lost.item, Bet) or key_of(item) not in after.book.entries:
        return after
    bet = entry_of(lost.item, lost.terms, EntryState.WITHOUT_EFFECT)
    own = replace(after.book.entries[key_of(item)], change=0, fate=EntryState.WITHOUT_EFFECT)
    book = after.book.record_all({undone_by(item): bet, key_of(item): own})
    return replace(after, book=replace(book, bets=before.book.bets))


def blurred(before: Belief, after: Belief, events: Sequence[Event]) -> Belief:
    """The belief after concurrent events: the account may have stood between any of the balances in between."""
    if not after.lost:
        return replace(after, stood=(0, 0), doubted=frozenset())
    changes = [change_of(each.item) for each in events if isinstance(each.item, Movement)]
    for each in events:
        if isinstance(each.item, Rollback):
            undone = before.book.entries.get(undone_by(each.item))
            stakes = [e.item.amount for e in events if isinstance(e.item, Bet) and e.id == each.item.original]
            changes.append(-undone.change if undone is not None else max(stakes, default=0))
    (low, high), now = before.stood, certain(before)
    low = min(low, now + sum(min(each, 0) for each in changes), certain(after))
    return replace(after, stood=(low, max(high, now + sum(max(each, 0) for each in changes), certain(after))))


def stood_after(belief: Belief, event: Event, own: Amount) -> tuple[Amount, Amount]:
    """Between which balances the account can have stood after a lost request that moved `own` and is sent again."""
    changes = [change_of(e.item) for e in belief.lost if isinstance(e.item, Movement) and key_at(e) != key_at(event)]
    low, high = belief.stood
    return max(low + sum(min(c, 0) for c in changes) + own, 0), high + sum(max(c, 0) for c in changes) + own


def widened(belief: Belief) -> Belief:
    """The belief that remembers between which balances the account has stood."""
    if not belief.lost:
        return replace(belief, stood=(0, 0), arrived={}, doubted=frozenset())
    (low, high), now = belief.stood, certain(belief)
    return replace(belief, stood=(min(low, now), max(high, now)))


def certain(belief: Belief) -> Amount:
    """The balance without what lost movements have done to it."""
    return belief.book.balance - sum(change * number for change, number in belief.arrived.items())


def key_at(event: Event) -> Key | None:
    """Where a book keeps the transaction of an event, None for a read."""
    return None if isinstance(event.item, GetBalance) else key_of(event.item)
