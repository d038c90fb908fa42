"""Requests whose answers were lost, and what each later answer says about them.

A lost request may be carried out once, at any time after it was sent, or never. It is decided only when an answer
depends on it: the answer has its id or its bet, shows a balance, or needs the money. Lost movements with equal changes
are a class. A balance that is shown says how many of a class have arrived, and not which ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations as subsets
from itertools import product
from math import prod

from harness.model import Amount, Bet, GetBalance, Movement, Rollback, Single, Situation, Unsettle
from harness.oracle.book import Book, Fate, Key, change_of, family, key_of, undone_by
from harness.oracle.events import Belief, Event
from harness.oracle.groups import asks_for_its_bet, ids_of, references_of
from harness.oracle.possible import Possible, entry_of, refused, situation_of_known
from harness.oracle.rules import allowed
from harness.oracle.sums import BudgetExceeded, combinations

MOST_LOST = 8
"""Lost requests of no class that are held at once: they are tried in every order."""
MOST_BELIEFS = 256
"""Beliefs that are held at once for one player. A history that leaves more possible is not known."""

MOST_ARRIVALS = 4_096
"""Beliefs that one belief may become, as its lost requests are carried out."""


# --------------------------------------------------------------------------------------------------------------------
# An answer is lost


def lose(belief: Belief, events: Sequence[Event], *, contended: bool) -> Iterator[Belief]:
    """The beliefs after the answers to some requests were lost. Raises BudgetExceeded.

    Under contention, each of them may have been refused.
    """
    for before in _with_ids_decided(belief, {event.id for event in events}):
        sent = {(_key(each), each.item) for each in before.lost}
        lost, doubted = list(before.lost), set(before.doubted)
        for event in sorted(events, key=lambda each: each.start):
            key = _key(event)
            if key is None or event.terms.disbelieved is not None or not _can_act(before.book, event):
                continue
            is_doubted = key not in doubted and (contended or _may_be_refused(before, event))
            if is_doubted or (key, event.item) not in sent:
                sent.add((key, event.item))
                lost.append(event)
            doubted |= {key} if is_doubted else set()
        stood = before.stood if before.lost else (before.book.balance, before.book.balance)
        after = replace(before, lost=tuple(lost), doubted=frozenset(doubted), stood=stood)
        if len(_of_no_class(after)) > MOST_LOST:
            raise BudgetExceeded
        yield after


def _with_ids_decided(belief: Belief, ids: Container[str]) -> list[Belief]:
    """The beliefs that say of each of these ids whether its lost request is among those that have arrived."""
    beliefs = [belief]
    for change, members in classes_of(belief).items() if any(belief.arrived.values()) else ():
        for member in (each for each in members if each.id in ids):
            found = [_identified(each, [member]) for each in beliefs if each.arrived.get(change, 0)]
            others = [each for each in beliefs if each.arrived.get(change, 0) < len(classes_of(each)[change])]
            beliefs = [*found, *others]
    return beliefs


def _can_act(book: Book, event: Event) -> bool:
    """Whether a lost request can still do something: the wallet has not answered its id for good."""
    if isinstance(event.item, GetBalance):
        return False
    entry = book.entries.get(key_of(event.item))
    return entry is None or not (entry.is_done or event.terms.only("replay_of_refused", "refused"))


def _may_be_refused(belief: Belief, event: Event) -> bool:
    low, _ = span(belief)
    if isinstance(event.item, Bet | Unsettle) and low < event.item.amount:
        return True
    rich = replace(belief.book, balance=max(low, 0))
    return any(not each.accepted for each in allowed(rich, event.item, event.terms))


# --------------------------------------------------------------------------------------------------------------------
# Classes of equal changes


def classes_of(belief: Belief) -> dict[Amount, list[Event]]:
    """The lost movements whose effect is their own amount and nothing else, by their change of balance."""
    ids = Counter(event.id for event in belief.lost)
    classes: dict[Amount, list[Event]] = {}
    for event in belief.lost:
        item = event.item
        if isinstance(item, Movement) and ids[item.id] == 1 and _is_plain(belief.book, item, event):
            classes.setdefault(change_of(item), []).append(event)
    return classes


def _is_plain(book: Book, item: Movement, event: Event) -> bool:
    entry, terms = book.entries.get(key_of(item)), event.terms
    is_late = isinstance(item, Bet) and item.id in book.rolled_back
    is_new = entry is None or (not entry.is_done and entry.change == change_of(item))
    if not is_new or is_late or terms.known_elsewhere or book.known_as(item.id, but=family(item)) is not None:
        return False
    return not (terms.must_refuse or asks_for_its_bet(event)) or _may_move(book, event)


def _may_move(book: Book, event: Event) -> bool:
    """Whether a lost request can move money now, if the balance covers it."""
    item = event.item
    if isinstance(item, Rollback):
        return True
    rich = replace(book, balance=max(book.balance, change_of(item) * -1)) if isinstance(item, Movement) else book
    return any(each.book.balance != rich.balance for each in allowed(rich, item, event.terms))


def _of_no_class(belief: Belief) -> list[Event]:
    """The lost requests that can move money now, but not simply their own amount: rollbacks, ids with a past."""
    if not belief.lost:
        return []
    plain = {id(each) for members in classes_of(belief).values() for each in members}
    bets = {name for each in belief.lost if isinstance(each.item, Bet) for name in (each.item.id, each.item.bet)} - {""}
    others = [each for each in belief.lost if id(each) not in plain]
    return [e for e in others if _may_move(belief.book, e) or (isinstance(e.item, Movement) and e.item.bet in bets)]


def _spare(belief: Belief, absent: Container[int] = ()) -> list[tuple[Amount, int]]:
    """By change: how many lost movements may still arrive. Those in `absent`, by identity, have not come yet.

    A negative number says that more of a class have arrived than there are.
    """
    left = []
    for change, members in classes_of(belief).items():
        present = sum(id(each) not in absent for each in members)
        left.append((change, present - belief.arrived.get(change, 0)))
    return [(change, number) for change, number in left if change and number]


def span(belief: Belief, absent: Container[int] = ()) -> tuple[Amount, Amount]:
    """The lowest and the highest balance that lost movements could still bring about."""
    balance, spare = belief.book.balance, _spare(belief, absent)
    low = balance + sum(min(change, 0) * number for change, number in spare)
    high = balance + sum(max(change, 0) * number for change, number in spare)
    return max(low, 0), high


def unfold(belief: Belief, target: Amount | None = None, absent: Container[int] = ()) -> Iterator[Belief]:
    """Every belief in which some more lost movements have arrived. With a target, only those of that balance.

    Raises BudgetExceeded when there are too many combinations to look at.
    """
    needed = max((amount for _, amount in belief.floors), default=0)
    for counts in combinations(_spare(belief, absent), None if target is None else target - belief.book.balance):
        balance = belief.book.balance + sum(change * number for change, number in counts.items())
        arrived = dict(Counter(belief.arrived) + Counter(counts))
        if balance >= 0 and sum(max(change, 0) * number for change, number in arrived.items()) >= needed:
            yield replace(belief, book=replace(belief.book, balance=balance), arrived=arrived, floors=())


def _certain(belief: Belief) -> Amount:
    """The balance without what lost movements have done to it."""
    return belief.book.balance - sum(change * number for change, number in belief.arrived.items())


# --------------------------------------------------------------------------------------------------------------------
# One answer


def step(belief: Belief, event: Event, *, overlook_balance: bool = False) -> Iterator[tuple[Possible, Belief]]:
    """Every possibility that is what an event shows, with the belief that it leaves. Raises BudgetExceeded."""
    shown = None if overlook_balance else event.balance
    for before, absent, possible in _answers(belief, event):
        if possible.accepted is not event.accepted:
            continue
        after = replace(before, book=possible.book)
        if not possible.accepted or shown is None or possible.may_show(shown):
            yield possible, _widened(_settled(after))
        elif possible.balances is not None and possible.book.balance in possible.balances:
            # Other lost requests may have arrived at the same time.
            yield from ((possible, _widened(_settled(each))) for each in unfold(after, shown, absent))


def answers(belief: Belief, event: Event) -> Iterator[Possible]:
    """Every answer to an event that is allowed, whatever has become of the lost requests."""
    return (possible for _, _, possible in _answers(belief, event))


def _answers(belief: Belief, event: Event) -> Iterator[tuple[Belief, Container[int], Possible]]:
    """Every answer that is allowed, the belief before it, and the lost requests that had not been carried out then."""
    for settled in unfold(belief) if belief.floors or belief.book.balance < 0 else (belief,):
        concerned = _concerned(settled, event)
        for arrived in _arrivals(settled, concerned):
            absent = {id(each) for each in concerned} & {id(each) for each in arrived.lost}
            if any(number < 0 for _, number in _spare(arrived, absent)):
                continue
            for covered in _covering(arrived, event.item, absent):
                for possible in allowed(covered.book, event.item, event.terms):
                    if (named := _as_repeat(settled, covered, event, possible)) is not None:
                        yield covered, absent, named


def _settled(belief: Belief) -> Belief:
    """The belief without the lost requests that can do nothing any more."""
    if not belief.lost:
        return belief
    lost = tuple(each for each in belief.lost if _can_act(belief.book, each))
    return replace(belief, lost=lost) if len(lost) < len(belief.lost) else belief


def _widened(belief: Belief) -> Belief:
    """The belief that remembers between which balances the account has stood."""
    if not belief.lost:
        return replace(belief, stood=(0, 0), arrived={}, doubted=frozenset())
    (low, high), now = belief.stood, _certain(belief)
    return replace(belief, stood=(min(low, now), max(high, now)))


def _covering(belief: Belief, item: Single, absent: Container[int] = ()) -> Iterator[Belief]:
    """The beliefs that differ in whether they cover a debit: only then is it asked which lost requests arrived."""
    if isinstance(item, Bet | Unsettle) and item.amount:
        low, high = span(belief, absent)
        if low < item.amount <= high and low < high:
            yield from unfold(belief, absent=absent)
            return
    yield belief


# --------------------------------------------------------------------------------------------------------------------
# Lost requests that matter to an answer


def _concerned(belief: Belief, event: Event) -> tuple[Event, ...]:
    """The lost requests that are decided before an answer: those that matter to it, and those of no class."""
    if not belief.lost:
        return ()
    chosen = _of_no_class(belief)
    left = [each for each in belief.lost if not any(each is other for other in chosen)]
    waiting = [event, *chosen]
    while waiting and left:
        matters = _matters_to(waiting.pop(), belief.book)
        found = [each for each in left if matters(each)]
        if found:
            left = [each for each in left if not matters(each)]
            chosen += found
            waiting += found
    return tuple(chosen)


def _matters_to(event: Event, book: Book) -> Callable[[Event], bool]:
    """Whether the order of an event and a lost one counts: they share an id, or a bet whose fate is asked for."""
    item = event.item
    ids, references = set(ids_of(item)), references_of(item, book)
    asks = asks_for_its_bet(event)

    def matters(lost: Event) -> bool:
        other = lost.item
        if not ids.isdisjoint(ids_of(other)):
            return True
        if isinstance(item, Rollback) or isinstance(other, Rollback):
            return not references.isdisjoint(references_of(other, book))
        deducts = isinstance(item, Unsettle) and not isinstance(other, Bet)
        depends = isinstance(other, Bet) is not isinstance(item, Bet) and (asks or asks_for_its_bet(lost))
        return (deducts or depends) and not references.isdisjoint(references_of(other, book))

    return matters


def _arrivals(belief: Belief, concerned: Iterable[Event]) -> Iterator[Belief]:
    """The belief, and every one in which some of these lost requests were carried out. Raises BudgetExceeded."""
    waiting, seen = [belief], {key(belief)}
    while waiting:
        current = waiting.pop()
        yield current
        for lost in concerned:
            for after in _carried_out(current, lost) if any(each is lost for each in current.lost) else ():
                if (mark := key(after)) not in seen:
                    seen.add(mark)
                    waiting.append(after)
        if len(seen) > MOST_ARRIVALS:
            raise BudgetExceeded


def _carried_out(belief: Belief, lost: Event) -> Iterator[Belief]:
    """The beliefs in which one lost request was carried out: its money was seen already, or it comes now."""
    item, book = lost.item, belief.book
    change = change_of(item) if isinstance(item, Movement) else 0
    members = classes_of(belief).get(change, [])
    number = belief.arrived.get(change, 0) if any(each is lost for each in members) else 0
    if number:
        yield _identified(belief, [lost])
    if number and number == len(members):
        return
    for covered in _covering(_without(belief, [lost]), item):
        for possible in allowed(covered.book, item, lost.terms):
            if possible.book is not covered.book:
                yield _settled(replace(covered, book=_unseen(possible)))
    if not isinstance(item, GetBalance) and key_of(item) in belief.doubted and key_of(item) not in book.entries:
        yield replace(_without(belief, [lost]), book=refused(book, item, lost.terms))


def _without(belief: Belief, gone: Sequence[Event]) -> Belief:
    names = {id(each) for each in gone}
    return replace(belief, lost=tuple(each for each in belief.lost if id(each) not in names))


def _identified(belief: Belief, found: Sequence[Event]) -> Belief:
    """The belief in which these lost movements are among those whose money was seen."""
    changes = Counter(change_of(each.item) for each in found if isinstance(each.item, Movement))
    book, end = belief.book, belief.book.balance
    book = replace(book, balance=end - sum(change * number for change, number in changes.items()))
    for lost in found:
        applied = (each for each in allowed(book, lost.item, lost.terms) if each.accepted)
        book = _unseen(next(applied))
    arrived = {change: number - changes[change] for change, number in belief.arrived.items()}
    return _settled(replace(_without(belief, found), book=book, arrived=arrived))


def _unseen(possible: Possible) -> Book:
    """The book after an answer that did not arrive: the balance that it showed is not known."""
    return possible.book if possible.first is None else possible.book.showing(possible.first, None)


# --------------------------------------------------------------------------------------------------------------------
# The same request again


def _as_repeat(belief: Belief, covered: Belief, event: Event, possible: Possible) -> Possible | None:
    """What an answer is called, and may show, where the answer to the same request was lost before.

    None where the possibility is the same as another one: a lost request came just before it was sent again.
    """
    item = event.item
    if not belief.lost or isinstance(item, GetBalance):
        return possible
    if possible.situation in {Situation.ROLLBACK_OF_UNKNOWN, Situation.ROLLBACK_OF_REFUSED}:
        undone = undone_by(item) if isinstance(item, Rollback) else None
        is_lost = any(_key(each) == undone for each in belief.lost)
        possible = replace(possible, situation=Situation.ROLLBACK) if is_lost else possible
    first = next((each for each in belief.lost if _key(each) == _key(event)), None)
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
    lost = entry_of(first.item, first.terms, Fate.APPLIED)
    is_same = lost.change == change_of(item) and lost.agrees_with(item)
    applies = is_same and possible.first is not None and (known is None or not known.is_done)
    if applies and any(each.first is not None for each in allowed(covered.book, first.item, first.terms)):
        return None
    if possible.situation in {Situation.REUSED_ID, Situation.LATE}:
        return possible
    return replace(possible, situation=situation_of_known(lost, item, event.terms))


def _key(event: Event) -> Key | None:
    return None if isinstance(event.item, GetBalance) else key_of(event.item)


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
    (low, high), now = before.stood, _certain(before)
    low = min(low, now + sum(min(each, 0) for each in changes), _certain(after))
    return replace(after, stood=(low, max(high, now + sum(max(each, 0) for each in changes), _certain(after))))


def stood_after(belief: Belief, event: Event, own: Amount) -> tuple[Amount, Amount]:
    """Between which balances the account can have stood after a lost request that moved `own` and is sent again."""
    changes = [change_of(e.item) for e in belief.lost if isinstance(e.item, Movement) and _key(e) != _key(event)]
    low, high = belief.stood
    return max(low + sum(min(c, 0) for c in changes) + own, 0), high + sum(max(c, 0) for c in changes) + own


# --------------------------------------------------------------------------------------------------------------------
# Several events


Restore = Callable[[Belief], Belief]


def with_lost_ones_named(belief: Belief, events: Sequence[Event]) -> Iterator[tuple[Belief, Restore]]:
    """The beliefs that say which of the lost movements that events name have arrived, and how to undo that for others.

    Raises BudgetExceeded when there are too many.
    """
    seen = {change: number for change, number in belief.arrived.items() if number}
    if not seen:
        yield belief, lambda after: after
        return
    classes = classes_of(belief)
    named = {id(each) for event in events for each in _concerned(belief, event)}
    options = [_choices(classes[change], number, named, events) for change, number in seen.items()]
    if prod(map(len, options)) > MOST_BELIEFS:
        raise BudgetExceeded
    for chosen in product(*options):
        identified = _identified(belief, [each for found in chosen for each in found])
        removed: list[Event] = []
        for change, members in classes.items():
            others = [each for each in members if id(each) not in named]
            removed += others[: identified.arrived.get(change, 0)]
        yield replace(_without(identified, removed), arrived={}), _restoring(removed, identified.arrived)


def _choices(
    members: Sequence[Event], number: int, named: Container[int], events: Sequence[Event]
) -> list[tuple[Event, ...]]:
    """The ways in which some of the named members of a class can be among those that have arrived.

    Of members that are answered alike those come first whose answer ended first: every other choice needs more money.
    """
    mine = [each for each in members if id(each) in named]
    answers_to = {id(each): [event for event in events if event.id == each.id] for each in mine}
    simple = [each for each in mine if all(e.accepted and e.item == each.item for e in answers_to[id(each)])]
    simple.sort(key=lambda each: min((e.end or 0 for e in answers_to[id(each)]), default=0))
    odd = [each for each in mine if not any(each is other for other in simple)]
    if len(odd) > MOST_LOST:
        raise BudgetExceeded
    least, most = max(0, number - (len(members) - len(mine))), min(number, len(mine))
    return [
        (*some, *simple[: count - len(some)])
        for count in range(least, most + 1)
        for size in range(min(count, len(odd)) + 1)
        if count - size <= len(simple)
        for some in subsets(odd, size)
    ]


def _restoring(removed: Sequence[Event], arrived: Mapping[Amount, int]) -> Restore:
    left = {change: number for change, number in arrived.items() if number}
    return lambda after: replace(after, lost=(*after.lost, *removed), arrived=left)


# --------------------------------------------------------------------------------------------------------------------
# Beliefs that are the same


def key(belief: Belief) -> object:
    """What makes two beliefs the same, `stood` left aside. Lost requests are the same if they are the same object."""
    arrived = frozenset((change, number) for change, number in belief.arrived.items() if number)
    return belief.book.key(), frozenset(id(each) for each in belief.lost), belief.floors, arrived


def distinct(beliefs: Iterable[Belief]) -> tuple[Belief, ...]:
    """The beliefs without repetition, and without those that follow from another one. Raises BudgetExceeded."""
    found: dict[object, Belief] = {}
    for belief in beliefs:
        same = found.setdefault(key(belief), belief)
        if same.stood != belief.stood:
            (low, high), (lower, higher) = same.stood, belief.stood
            found[key(belief)] = replace(same, stood=(min(low, lower), max(high, higher)))
    later: set[object] = set()
    for mark, belief in found.items():
        if special := _of_no_class(belief):
            later |= {key(each) for each in _arrivals(belief, special)} - {mark}
    left = tuple(belief for mark, belief in found.items() if mark not in later)
    if len(left) > MOST_BELIEFS:
        raise BudgetExceeded
    return left
