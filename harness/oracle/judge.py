"""`judge`: the beliefs that are left after some answers, or the reason why none is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from harness.model import Amount, Movement, Situation, Unsettle, Wrong
from harness.oracle.book import Book, EntryState, Family, key_of
from harness.oracle.events import Belief, Event, contended
from harness.oracle.explanation import Found, OrderSearch, is_beyond_budget
from harness.oracle.lost import answers, distinct, lose, span, step, without_arrived
from harness.oracle.naming import situation_of_known
from harness.oracle.possible import Possible, entry_of
from harness.oracle.race import Money, money
from harness.oracle.resent import refused_again, stood_after, widened_by
from harness.oracle.rules import allowed
from harness.oracle.sums import BudgetExceeded

SMALL_BATCH = 8
"""Up to this many items, a batch of which answers were lost is searched item by item."""
MOST_POSSIBLE = 16
"""Possible answers that a finding lists."""

_AFTER_BATCH = ("batch_balance", "after_batch")


@dataclass(frozen=True, slots=True)
class Leniency:
    """What had to be overlooked in a race: the balances that its answers showed, or refusals without a reason."""

    balances: bool = False
    refusals: bool = False


STRICT = Leniency()
MONEY_ONLY = Leniency(balances=True)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why no sound wallet could have answered so: the event, what it was to the wallet, what could have been answered.

    `event` is one of those that were given to `judge`, the very object.
    """

    event: Event
    situation: Situation
    wrong: Wrong
    possible: tuple[Possible, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of the beliefs. Without a finding, `beliefs` is not empty, unless the judgement is undecided."""

    beliefs: tuple[Belief, ...]
    readings: frozenset[tuple[str, str]] = frozenset()
    leniency: Leniency = STRICT
    """What had to be overlooked. Each part of it is a SHOULD."""
    finding: Finding | None = None
    undecided: bool = False
    """The budget ran out before the money was judged."""
    situations: tuple[Situation, ...] = ()
    """What each event was to the wallet, in the order given, by the most ordinary belief."""
    unsure: bool = False
    """The money is right. The budget ran out before it was known what had to be overlooked."""


def lost(beliefs: Iterable[Belief], *events: Event, racing: bool = False) -> tuple[Belief, ...]:
    """The beliefs after the answers to some events were lost. Raises BudgetExceeded.

    Of concurrent events, those whose answers were lost come first. They may be carried out at any time
    after their start.
    """
    gone = [replace(each, end=None, terms=each.terms.alone) for each in events]
    return distinct(after for belief in beliefs for after in lose(belief, gone, contended=racing))


def balances(beliefs: Iterable[Belief]) -> tuple[Amount, ...]:
    """The balances of the beliefs, without repetition, lowest first."""
    return tuple(sorted({max(belief.book.balance, 0) for belief in beliefs}))


def judge(beliefs: Sequence[Belief], events: Sequence[Event], *, racing: bool = False) -> Judgement:
    """Filter the beliefs by events that were answered: one, the items of a batch, or a race (`racing`).

    Several events that do not race are the items of one batch. In a race the money is judged first: it is a MUST. What
    only its balances or its refusals speak against is `leniency`, a SHOULD.
    """
    seen = _knowing_of_deductions(beliefs, events)
    try:
        judge_ = _race if racing else _batch if len(seen) > 1 else _one
        judgement = judge_(beliefs, seen)
        situations = tuple(_situations(beliefs[0], seen))
    except BudgetExceeded:
        return Judgement((), undecided=True, situations=(Situation.NEW,) * len(events))
    finding = judgement.finding
    if finding is not None:
        index = next(index for index, own in enumerate(seen) if own is finding.event)
        finding = replace(finding, event=events[index])
    return replace(judgement, finding=finding, situations=situations)


def _knowing_of_deductions(beliefs: Sequence[Belief], events: Sequence[Event]) -> tuple[Event, ...]:
    """A wallet that has deducted once supports deductions. It may then refuse one only for a better reason."""
    deducts = any(isinstance(event.item, Unsettle) for event in events)
    if not deducts or not all(_has_deducted(belief.book) for belief in beliefs):
        return tuple(events)
    supported = {"deduction": frozenset({"supported"})}
    return tuple(
        replace(event, terms=replace(event.terms, policy={**event.terms.policy, **supported})) for event in events
    )


def _has_deducted(book: Book) -> bool:
    return any(
        kind is Family.UNSETTLEMENT and entry.change and entry.fate is EntryState.APPLIED
        for (kind, _), entry in book.entries.items()
    )


# --------------------------------------------------------------------------------------------------------------------
# One event: each belief keeps the answers that the rules allow and that agree with the one given


def _one(beliefs: Sequence[Belief], events: Sequence[Event]) -> Judgement:
    """What one answer leaves of each belief. It rests on the readings that it needs from every belief."""
    (event,) = events
    left: list[Belief] = []
    readings: list[frozenset[tuple[str, str]]] = []
    try:
        for belief in beliefs:
            found = _agreeing(belief, event)
            left += (after for after, _ in found)
            readings += (noted for _, noted in found)
        if left:
            return Judgement(distinct(left), frozenset.intersection(*readings))
    except BudgetExceeded:
        return Judgement((), undecided=True)
    return Judgement((), finding=_finding_of(event, tuple(answers(beliefs[0], event))))


def _agreeing(belief: Belief, event: Event) -> Collection[tuple[Belief, frozenset[tuple[str, str]]]]:
    """The different beliefs that an answer leaves of one, each with the readings of the most ordinary possibility."""
    found: dict[object, tuple[Belief, frozenset[tuple[str, str]]]] = {}
    for possible, after in step(belief, event):
        shown = after if event.balance is None else after.showing(possible.first, event.balance)
        found.setdefault(shown.key(), (shown, frozenset(possible.readings)))
    return found.values()


# --------------------------------------------------------------------------------------------------------------------
# The items of one batch: every balance and every refusal must be right


def _batch(beliefs: Sequence[Belief], events: Sequence[Event]) -> Judgement:
    lost_ids = {each.id for belief in beliefs for each in belief.lost}
    is_resent = len(lost_ids) > SMALL_BATCH or any(event.id in lost_ids for event in events)
    is_hopeless = any(belief.lost for belief in beliefs) and is_beyond_budget(len(events))
    if len(events) > SMALL_BATCH and (is_resent or is_hopeless):
        return _half_answered_batch(beliefs, events)
    found = _search(beliefs, events)
    if found is not None and found.beliefs:
        return _item_by_item(beliefs, events, found)
    if (whole := _after_whole_batch(beliefs, events)) is not None:
        return whole
    if found is None:
        return Judgement((), undecided=True)
    return Judgement((), finding=_finding(beliefs, found, events))


def _item_by_item(beliefs: Sequence[Belief], events: Sequence[Event], found: Found) -> Judgement:
    """Every balance is the one after its own item. A policy may ask for the one after the batch."""
    if events[0].terms.reads("batch_balance", "after_item"):
        return Judgement(found.beliefs, found.readings)
    if (whole := _after_whole_batch(beliefs, events)) is not None:
        return whole
    end = found.beliefs[0].book
    pairs = list(product(beliefs, found.beliefs))
    event = next((each for each in events if not any(_shows_the_end(*pair, each) for pair in pairs)), None)
    if event is None:
        return Judgement(found.beliefs, found.readings)
    possible = (Possible(Situation.NEW, True, end, (end.balance,), (_AFTER_BATCH,)),)
    return Judgement((), finding=Finding(event, Situation.NEW, Wrong.BALANCE, possible))


def _after_whole_batch(beliefs: Sequence[Belief], events: Sequence[Event]) -> Judgement | None:
    """The reading in which every item shows the balance after the whole batch, or the one it showed the first time."""
    if not events[0].terms.reads(*_AFTER_BATCH):
        return None
    fitting: list[Belief] = []
    readings: list[frozenset[tuple[str, str]]] = []
    for belief in beliefs:
        found = _search((belief,), events, overlook_balances=True)
        if found is None:
            return Judgement((), undecided=True)
        if ends := [end for end in found.beliefs if all(_shows_the_end(belief, end, event) for event in events)]:
            fitting += ends
            readings.append(found.readings)
    return Judgement(distinct(fitting), frozenset.intersection(*readings) | {_AFTER_BATCH}) if fitting else None


def _shows_the_end(before: Belief, after: Belief, event: Event) -> bool:
    if not event.accepted or event.balance is None or event.balance == after.book.balance:
        return True
    if not isinstance(event.item, Movement):
        return False
    if _lost_before(before, event):
        low, high = stood_after(before, event, event.change)
        return low <= event.balance <= high
    known = event.entry_in(before.book)
    return known is not None and known.is_done and known.shown in {None, event.balance}


def _lost_before(belief: Belief, event: Event) -> bool:
    """Whether the answer to the same transaction was lost, and nothing has shown its fate."""
    return any(each.id == event.id and isinstance(each.item, type(event.item)) for each in belief.lost)


def _half_answered_batch(beliefs: Sequence[Belief], events: Sequence[Event]) -> Judgement:
    """A large batch of which answers were lost, now or before: what is accepted has moved its money, at any time.

    So is one after another lost answer, if it is too large to try its items in every place. When each item was applied
    is not worth a search. Each balance shown must lie between those before and after. Before is the time at which the
    first answer was lost.
    """
    found = _money(beliefs, events, contention=False)
    if isinstance(found, Judgement):
        return found
    ends = [edge for belief in (*beliefs, *found) for edge in span(belief)]
    ends += [edge for belief in beliefs if belief.lost for edge in belief.stood]
    for event in events:
        if event.accepted and event.balance is not None and not min(ends) <= event.balance <= max(ends):
            possible = tuple(allowed(found[0].book, event.item, event.terms))
            return Judgement((), finding=Finding(event, Situation.REPLAY, Wrong.BALANCE, possible))
    return Judgement(tuple(refused_again(belief, events) for belief in found))


# --------------------------------------------------------------------------------------------------------------------
# A race: the money must be right, the balances and refusals should be


def _race(beliefs: Sequence[Belief], events: Sequence[Event]) -> Judgement:
    found = _money(beliefs, events, contention=True)
    if isinstance(found, Judgement):
        return found
    unsure = False
    for view in _views(events):
        explained = _explains(beliefs, view)
        if explained:
            return Judgement(found, view.readings, view.leniency, unsure=unsure)
        unsure = unsure or explained is None
    return Judgement(found, leniency=Leniency(balances=True, refusals=_needs_reasons(events)), unsure=unsure)


@dataclass(frozen=True, slots=True)
class _View:
    """One way to look at a race. `ends` are batches that are taken to be worked in one go, and the balance after."""

    leniency: Leniency
    events: tuple[Event, ...]
    readings: frozenset[tuple[str, str]] = frozenset()
    ends: Mapping[int, Amount] = field(default_factory=dict)


def _views(events: Sequence[Event]) -> Iterator[_View]:
    """The ways to look at a race, the strictest first. The last one, which overlooks everything, is about money."""
    ends = _ends_of_batches(events)
    whole = tuple(
        replace(event, balance=None) if event.terms.batch and event.exchange in ends else event for event in events
    )
    after_batch = frozenset({_AFTER_BATCH}) if ends else frozenset()
    if not ends or all(event.terms.reads("batch_balance", "after_item") for event in events):
        yield _View(STRICT, tuple(events))
    if ends:  # Worked in one go, an order is found soon.
        yield _View(STRICT, whole, after_batch, ends)
        yield _View(STRICT, whole, after_batch)
    if _needs_reasons(events):
        yield _View(Leniency(refusals=True), contended(whole), after_batch)
    yield _View(MONEY_ONLY, whole)


def _needs_reasons(events: Sequence[Event]) -> bool:
    return any(not event.accepted for event in events)


def _explains(beliefs: Sequence[Belief], view: _View) -> bool | None:
    """Whether some order from some belief explains what a race shows. None when the budget ran out."""
    shows = not view.leniency.balances and any(event.balance is not None for event in view.events)
    refuses = not view.leniency.refusals and _needs_reasons(view.events)
    if not shows and not refuses and not view.ends:
        return True  # The money is all that there is to explain.
    known = True
    for belief in beliefs:
        try:
            order = OrderSearch(
                belief, view.events, overlook_balances=view.leniency.balances, racing=True, ends=view.ends
            )
            if order.run(all_ends=False).beliefs:
                return True
        except BudgetExceeded:
            known = False
    return False if known else None


def _ends_of_batches(events: Sequence[Event]) -> dict[int, Amount]:
    """The batches that show one and the same balance at every item, which is then the one after the whole batch."""
    shown: dict[int, list[Amount | None]] = {}
    for event in events:
        if event.terms.batch and event.accepted and event.terms.reads(*_AFTER_BATCH):
            shown.setdefault(event.exchange, []).append(event.balance)
    ends = {each: first for each, (first, *others) in shown.items() if set(others) == {first}}
    return {each: end for each, end in ends.items() if end is not None}


def _money(beliefs: Sequence[Belief], events: Sequence[Event], *, contention: bool) -> tuple[Belief, ...] | Judgement:
    """The beliefs that the money of several events leaves; or a finding, or that it is not known."""
    left: list[Belief] = []
    failed: list[Money] = []
    for belief in beliefs:
        bare, restore = without_arrived(belief, events)
        found = money(bare, events, contention=contention)
        if not found.known or (found.possible and not found.beliefs):
            return Judgement((), undecided=True)
        left += [widened_by(belief, restore(each), events) for each in found.beliefs]
        failed += [] if found.possible else [found]
    return distinct(left) if left else Judgement((), finding=_accused(failed[0], events))


def _accused(found: Money, events: Sequence[Event]) -> Finding:
    event = events[found.accused or 0]
    possible = tuple(allowed(found.stuck or Book(0), event.item, event.terms))
    return _finding_of(event, possible)


# --------------------------------------------------------------------------------------------------------------------
# Searching from every belief, and what is said when nothing is found


def _search(beliefs: Sequence[Belief], events: Sequence[Event], *, overlook_balances: bool = False) -> Found | None:
    """All that some order from some belief leaves. None when the budget ran out before that was known."""
    left: list[Belief] = []
    readings: frozenset[tuple[str, str]] | None = None
    nearest: Found | None = None
    try:
        for belief in beliefs:
            found = OrderSearch(belief, events, overlook_balances=overlook_balances).run()
            if found.beliefs:
                left.extend(found.beliefs)
                readings = found.readings if readings is None else readings & found.readings
            elif nearest is None or len(found.pending) < len(nearest.pending):
                nearest = found
        return Found(distinct(left), readings or frozenset()) if left else nearest
    except BudgetExceeded:
        return None


def _finding(beliefs: Sequence[Belief], found: Found, events: Sequence[Event]) -> Finding:
    """The event that speaks most clearly: one that could not be answered so at all, before one with a wrong balance.

    Money that was given away comes before money that was refused.
    """
    stuck = found.stuck or beliefs[0]
    pending = sorted(found.pending, key=lambda index: not events[index].accepted)
    findings = [_finding_of(events[i], tuple(answers(stuck, events[i]))) for i in pending]
    return next((each for each in findings if each.wrong is not Wrong.BALANCE), findings[0])


def _finding_of(event: Event, possible: tuple[Possible, ...]) -> Finding:
    alike = [each for each in possible if each.accepted is event.accepted]
    if alike:
        return Finding(event, alike[0].situation, Wrong.BALANCE, possible[:MOST_POSSIBLE])
    wrong = Wrong.ACCEPTED if event.accepted else Wrong.REFUSED
    return Finding(event, possible[0].situation, wrong, possible[:MOST_POSSIBLE])


def _situations(belief: Belief, events: Sequence[Event]) -> Iterator[Situation]:
    """What each event was to the wallet. A success whose first answer was lost is a replay, among many events."""
    many = belief.lost if len(events) > SMALL_BATCH else ()
    sent = {key_of(each.item): each for each in many if isinstance(each.item, Movement)}
    for event in events:
        item = event.item
        first = sent.get(key_of(item)) if isinstance(item, Movement) and event.accepted else None
        if first is None or not isinstance(first.item, Movement) or not isinstance(item, Movement):
            yield _situation(replace(belief, lost=(), floors=()) if many else belief, event)
        else:
            yield situation_of_known(entry_of(first.item, first.terms, EntryState.APPLIED), item, event.terms)


def _situation(belief: Belief, event: Event) -> Situation:
    """As what an event could be answered so, or else as what it could be answered at all."""
    situation: Situation | None = None
    for possible in answers(belief, event):
        if possible.accepted is event.accepted:
            return possible.situation
        situation = situation or possible.situation
    return situation or Situation.NEW
