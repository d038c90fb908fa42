"""Requests whose answers were lost, and what each later answer says about them.

A lost request may be carried out once, at any time after it was sent, or never. It is decided only when an answer
depends on it: the answer has its id or its bet, shows a balance, or needs the money. Lost movements with equal changes
are a class. A balance that is shown says how many of a class have arrived, and not which ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace

from harness.model import Amount, Bet, GetBalance, Movement, Payout, Rollback, Single, Situation, Unsettle
from harness.oracle.book import Book, undone_by
from harness.oracle.classes import classes_of, may_move
from harness.oracle.events import Belief, Event
from harness.oracle.groups import asks_for_its_bet, ids_of, references_of
from harness.oracle.possible import Possible, refused
from harness.oracle.resent import as_repeat, decided, refused_again, rolled_back
from harness.oracle.rules import allowed
from harness.oracle.sums import BudgetExceeded, combinations

MOST_LOST = 8
"""Lost requests of no class that are held at once: they are tried in every order."""
MOST_BELIEFS = 4096
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
        sent = {(each.key, each.item) for each in before.lost}
        lost, doubted = list(before.lost), set(before.doubted)
        low = max(span(before)[0], 0)
        poorest = before.book if before.book.balance == low else replace(before.book, balance=low)
        for event in sorted(events, key=lambda each: each.start):
            key = event.key
            if key is None or event.terms.disbelieved is not None or not _can_act(before.book, event):
                continue
            is_doubted = key not in doubted and (contended or _may_be_refused(poorest, event))
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
    entry = event.entry_in(book)
    return entry is None or not (entry.is_done or event.terms.only("replay_of_refused", "refused"))


def _may_be_refused(poorest: Book, event: Event) -> bool:
    if isinstance(event.item, Bet | Unsettle) and poorest.balance < event.item.amount:
        return True
    return any(not each.accepted for each in allowed(poorest, event.item, event.terms))


# --------------------------------------------------------------------------------------------------------------------
# Classes of equal changes


def _of_no_class(belief: Belief) -> list[Event]:
    """The lost requests that can move money now, but not simply their own amount: rollbacks, ids with a past."""
    if not belief.lost:
        return []
    plain = {id(each) for members in classes_of(belief).values() for each in members}
    others = [each for each in belief.lost if id(each) not in plain]
    names = {name for each in belief.lost if isinstance(each.item, Movement) for name in (each.item.id, each.item.bet)}
    return [each for each in others if may_move(belief.book, each) or _waits_for(each.item) & (names - {""})]


def _waits_for(item: Single) -> set[str]:
    """The lost transactions, by id or reference, with which a lost request may move money although it cannot now."""
    match item:
        case Rollback():
            return {item.original}
        case Payout() | Unsettle():
            return {item.bet}
    return set()


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


# --------------------------------------------------------------------------------------------------------------------
# One answer


def step(
    belief: Belief, event: Event, *, overlook_balance: bool = False, racing: bool = False
) -> Iterator[tuple[Possible, Belief]]:
    """Every possibility that is what an event shows, with the belief that it leaves. Raises BudgetExceeded.

    A refusal shows what became of earlier sendings of the same request, except in a race.
    """
    shown = None if overlook_balance else event.balance
    if belief.is_definite:
        for possible in allowed(belief.book, event.item, event.terms):
            if possible.accepted is event.accepted and possible.may_show(shown):
                yield possible, Belief(possible.book)
        return
    for wide in (False, True):
        found: list[tuple[Possible, Belief]] = []
        is_still = False
        for before, absent, possible in _answers(belief, event, wide=wide):
            if possible.accepted is not event.accepted:
                continue
            after = replace(before, book=possible.book)
            after = after if racing else refused_again(after, [event])
            if possible.may_show(shown):
                found.append((possible, decided(belief, _settled(rolled_back(belief, after, event)))))
                is_still = is_still or before.book.balance == belief.book.balance
            elif possible.balances is not None and possible.book.balance in possible.balances:
                # Other lost requests may have arrived at the same time.
                ends = (rolled_back(belief, each, event) for each in unfold(after, shown, absent))
                found += ((possible, decided(belief, _settled(each))) for each in ends)
        if is_still:
            break  # Lost requests that do not matter may as well come later.
    yield from found


def answers(belief: Belief, event: Event) -> Iterator[Possible]:
    """Every answer to an event that is allowed, whatever has become of the lost requests."""
    if belief.is_definite:
        return allowed(belief.book, event.item, event.terms)
    return (possible for _, _, possible in _answers(belief, event, wide=True))


def reasons_of_refusal(beliefs: Iterable[Belief], event: Event) -> frozenset[Situation]:
    """What an event may have been to a wallet that refused it. Beliefs may differ in that. Raises BudgetExceeded."""
    return frozenset(each.situation for belief in beliefs for each in answers(belief, event) if not each.accepted)


def _answers(belief: Belief, event: Event, *, wide: bool) -> Iterator[tuple[Belief, Container[int], Possible]]:
    """Every answer that is allowed, the belief before it, and the lost requests that had not been carried out then.

    Those that matter to the answer may have been carried out; `wide`, also all others that can move money.
    """
    for settled in unfold(belief) if belief.floors or belief.book.balance < 0 else (belief,):
        concerned = _concerned(settled, event, wide=wide)
        for arrived in _arrivals(settled, concerned):
            absent = {id(each) for each in concerned} & {id(each) for each in arrived.lost}
            if arrived.arrived and any(number < 0 for _, number in _spare(arrived, absent)):
                continue
            for covered in _covering(arrived, event.item, absent):
                for possible in allowed(covered.book, event.item, event.terms):
                    if (named := as_repeat(settled, covered, event, possible)) is not None:
                        yield covered, absent, named


def _settled(belief: Belief) -> Belief:
    """The belief without the lost requests that can do nothing any more."""
    if not belief.lost:
        return belief
    lost = tuple(each for each in belief.lost if _can_act(belief.book, each))
    return replace(belief, lost=lost) if len(lost) < len(belief.lost) else belief


def _covering(belief: Belief, item: Single, absent: Container[int] = ()) -> Iterator[Belief]:
    """The beliefs that differ in whether they cover a debit: only then is it asked which lost requests arrived."""
    undone = belief.book.entries.get(undone_by(item)) if isinstance(item, Rollback) and item.of_win else None
    amount = item.amount if isinstance(item, Bet | Unsettle) else undone.change if undone is not None else 0
    if amount:
        low, high = span(belief, absent)
        if low < amount <= high and low < high:
            yield from unfold(belief, absent=absent)
            return
    yield belief


# --------------------------------------------------------------------------------------------------------------------
# Lost requests that matter to an answer


def _concerned(belief: Belief, event: Event, *, wide: bool) -> tuple[Event, ...]:
    """The lost requests that are decided before an answer: those that matter to it, and `wide` those of no class."""
    if not belief.lost:
        return ()
    chosen = _of_no_class(belief) if wide else []
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
    waiting, seen = [belief], {belief.key()}
    while waiting:
        current = waiting.pop()
        yield current
        for lost in concerned:
            for after in _carried_out(current, lost) if any(each is lost for each in current.lost) else ():
                if (mark := after.key()) not in seen:
                    seen.add(mark)
                    waiting.append(after)
        if len(seen) > MOST_ARRIVALS:
            raise BudgetExceeded


def _carried_out(belief: Belief, lost: Event) -> Iterator[Belief]:
    """The beliefs in which one lost request was carried out: its money was seen already, or it comes now."""
    item, book = lost.item, belief.book
    change = lost.change
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
    if lost.key in belief.doubted and lost.entry_in(book) is None:
        yield replace(_without(belief, [lost]), book=refused(book, item, lost.terms))


def _without(belief: Belief, gone: Sequence[Event]) -> Belief:
    names = {id(each) for each in gone}
    return replace(belief, lost=tuple(each for each in belief.lost if id(each) not in names))


def _identified(belief: Belief, found: Sequence[Event]) -> Belief:
    """The belief in which these lost movements are among those whose money was seen."""
    changes = Counter(each.change for each in found)
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
# Several events


Restore = Callable[[Belief], Belief]


def without_arrived(belief: Belief, events: Sequence[Event]) -> tuple[Belief, Restore]:
    """The belief in which no lost movement counts as arrived, to judge several events, and how to undo that.

    Members of a class that no event names keep their money. Of the others it is taken back; their credits become a
    floor. That they were debited already is forgotten, which can only miss an overdraft.
    """
    if not any(belief.arrived.values()):
        return belief, lambda after: after
    named = {id(each) for event in events for each in _concerned(belief, event, wide=False)}
    removed: list[Event] = []
    kept: dict[Amount, int] = {}
    for change, members in classes_of(belief).items():
        others = [each for each in members if id(each) not in named]
        kept[change] = max(belief.arrived.get(change, 0) - (len(members) - len(others)), 0)
        removed += others[: kept[change]]
    back = {change: number - kept.get(change, 0) for change, number in belief.arrived.items()}
    book = replace(belief.book, balance=belief.book.balance - sum(c * number for c, number in back.items()))
    need = sum(max(change, 0) * number for change, number in back.items())
    floors = belief.floors
    if need > max((amount for _, amount in floors), default=0):
        floors = (*floors, (min(event.start for event in events), need))
    bare = replace(_without(belief, removed), book=book, floors=floors, arrived={})
    return bare, lambda after: replace(after, lost=(*after.lost, *removed), arrived=kept)


# --------------------------------------------------------------------------------------------------------------------
# Beliefs that are the same


def distinct(beliefs: Iterable[Belief]) -> tuple[Belief, ...]:
    """The beliefs without repetition, and without those that follow from another one. Raises BudgetExceeded."""
    found: dict[object, Belief] = {}
    for belief in beliefs:
        same = found.setdefault(belief.key(), belief)
        if same.stood != belief.stood:
            (low, high), (lower, higher) = same.stood, belief.stood
            found[belief.key()] = replace(same, stood=(min(low, lower), max(high, higher)))
    later: set[object] = set()
    for mark, belief in found.items() if len(found) > 1 else ():
        if special := _of_no_class(belief):
            later |= {each.key() for each in _arrivals(belief, special)} - {mark}
    left = tuple(belief for mark, belief in found.items() if mark not in later)
    if len(left) > MOST_BELIEFS:
        raise BudgetExceeded
    return left
