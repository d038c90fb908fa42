"""Refusals and balances of a race whose money is right: what is a warning, and which refusal costs a player a win.

A request that is sent again after its answer was lost is a race with its own first sending.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.model import Aspect, Exchange, Level, Payout, Requirement, Situation, Verdict, Wrong, id_of, transactions
from harness.oracle import Belief, Event, Judgement, allowed, judge
from harness.verdict.checks.charges import overlap_warning, race_warning

Attribute = Callable[[int, str, str], Requirement]
"""The requirement that a finding violates: of the exchange with this index, in this situation, wrong in this way."""


def race_verdicts(
    beliefs: Sequence[Belief],
    judgement: Judgement,
    events: Sequence[Event],
    kind: str,
    exchanges: Sequence[Exchange],
    attribute: Attribute,
) -> list[Verdict]:
    """The verdicts on answers of a race whose money is right.

    `beliefs` are those before the race, and `kind` is its situation. A refusal violates a MUST only where the
    transaction had to be accepted before and after the race, and shares no id with another request.
    """
    plain = kind.partition(".")[0]
    ids = {each.exchange: _ids(exchanges[each.exchange]) for each in events}
    alone = {each for each in ids if not any(ids[each] & ids[other] for other in ids.keys() - {each})}
    found: list[tuple[Requirement, Event, Aspect]] = []
    others: list[tuple[Requirement, Event]] = []
    for event in events:
        if event.accepted:
            continue
        requirement = attribute(event.exchange, f"{plain}.contention", Wrong.REFUSED)
        if requirement.level is Level.MUST and event.exchange in alone and _is_due(event, beliefs, judgement):
            found.append((requirement, event, Aspect.REFUSED_WITHOUT_NEED))
        elif requirement.level is Level.MUST:
            shared = attribute(event.exchange, f"{Situation.RACE_OF_ONE}.contention", Wrong.REFUSED)
            others.append((shared, event))
        else:
            others.append((requirement, event))
    found = found[:1]
    if not judgement.unsure:
        # Where the stricter judgement was not finished, it might have explained the answers, and nothing is proven.
        if judgement.leniency.refusals and others and not found:
            found += [(*others[0], Aspect.REFUSED_WITHOUT_NEED)]
        if judgement.leniency.balances:
            shown = attribute(events[0].exchange, plain, Wrong.BALANCE)
            found += [(shown, events[0], Aspect.BALANCES_IN_NO_ORDER)] if shown.level is not Level.MUST else []
    return [race_warning(requirement, events, event, exchanges, aspect) for requirement, event, aspect in found]


def overlap_verdicts(
    beliefs: Sequence[Belief], event: Event, exchanges: Sequence[Exchange], attribute: Attribute
) -> list[Verdict]:
    """The verdict on a refusal that overlapped the first sending of its transaction, whose answer was lost.

    `beliefs` are those before the refusal. The transaction was accepted when it was sent once more, so the refusal
    costs no money. There is no verdict where a sound wallet had to refuse at that moment.
    """
    if judge(beliefs, [replace(event, accepted=True, balance=None)]).finding is not None:
        return []
    requirement = attribute(event.exchange, f"{Situation.RACE_OF_ONE}.contention", Wrong.REFUSED)
    return [overlap_warning(requirement, event, exchanges)]


def _is_due(event: Event, beliefs: Sequence[Belief], judgement: Judgement) -> bool:
    """Whether a sound wallet that waits for its locks accepts this event, whatever comes first."""
    item = event.item
    if not isinstance(item, Payout) or any(lost.id == event.id for belief in beliefs for lost in belief.lost):
        return False
    fresh = replace(item, id=f"{item.id}-")
    states = [*((belief, item) for belief in beliefs), *((belief, fresh) for belief in judgement.beliefs)]
    return all(each.accepted for belief, asked in states for each in allowed(belief.book, asked, event.terms))


def _ids(exchange: Exchange) -> set[str]:
    return {found for each in transactions(exchange.operation) if (found := id_of(each))}
