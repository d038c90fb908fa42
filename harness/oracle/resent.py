"""The same request again, after its answer was lost: what the second answer is called, and which balance it may show.

The lost answer showed the balance of its own moment. Nobody knows that moment, only between which balances the account
has stood since the request was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.model import Amount, Bet, GetBalance, Movement, Rollback, Situation
from harness.oracle.book import EntryState, key_of, undone_by
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
        is_lost = any(each.key == undone for each in belief.lost)
        possible = replace(possible, situation=Situation.ROLLBACK) if is_lost else possible
    first = next((each for each in belief.lost if each.key == event.key), None)
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
    if not isinstance(first.item, Movement) or not isinstance(again.item, Movement) or first.key != again.key:
        return False
    entry = entry_of(first.item, first.terms, EntryState.APPLIED)
    return entry.change == again.change and entry.agrees_with(again.item)


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
    lost = next((each for each in before.lost if each.key == undone_by(item)), None)
    if lost is None or not isinstance(lost.item, Bet) or key_of(item) not in after.book.entries:
        return after
    bet = entry_of(lost.item, lost.terms, EntryState.WITHOUT_EFFECT)
    own = replace(after.book.entries[key_of(item)], change=0, fate=EntryState.WITHOUT_EFFECT)
    book = after.book.record_all({undone_by(item): bet, key_of(item): own})
    return replace(after, book=replace(book, bets=before.book.bets))


def widened_by(before: Belief, after: Belief, events: Sequence[Event]) -> Belief:
    """The belief after concurrent events: the account may have stood between any of the balances in between."""
    changes = [each.change for each in events]
    for each in events:
        if isinstance(each.item, Rollback):
            undone = before.book.entries.get(undone_by(each.item))
            stakes = [e.item.amount for e in events if isinstance(e.item, Bet) and e.id == each.item.original]
            changes.append(-undone.change if undone is not None else max(stakes, default=0))
    return widened(after, certain(before) + _debits(changes), certain(before) + _credits(changes))


def widened(belief: Belief, *others: Amount) -> Belief:
    """The belief that remembers that the account has stood at its balance, and at others."""
    if not belief.lost:
        return replace(belief, stood=(0, 0), arrived={}, doubted=frozenset())
    all_ = (*belief.stood, certain(belief), *others)
    return replace(belief, stood=(min(all_), max(all_)))


def decided(before: Belief, after: Belief) -> Belief:
    """The belief after an answer that decided some lost requests. They may have moved the money at any time before."""
    left = {id(each) for each in after.lost}
    changes = [each.change for each in before.lost if id(each) not in left]
    low, high = before.stood
    return widened(after, low + _debits(changes), high + _credits(changes))


def stood_after(belief: Belief, event: Event, own: Amount) -> tuple[Amount, Amount]:
    """Between which balances the account can have stood after a lost request that moved `own` and is sent again."""
    changes = [each.change for each in belief.lost if each.key != event.key]
    low, high = belief.stood
    return max(low + _debits(changes) + own, 0), high + _credits(changes) + own


def _debits(changes: Iterable[Amount]) -> Amount:
    return sum(change for change in changes if change < 0)


def _credits(changes: Iterable[Amount]) -> Amount:
    return sum(change for change in changes if change > 0)


def certain(belief: Belief) -> Amount:
    """The balance without what lost movements have done to it."""
    return belief.book.balance - sum(change * number for change, number in belief.arrived.items())
