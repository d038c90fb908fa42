"""Refusals and balances of a race whose money is right: what is a warning, and which refusal costs a player a win."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.model import Aspect, Exchange, Level, Payout, Requirement, Situation, Verdict, Wrong, id_of, transactions
from harness.oracle import Belief, Event, Judgement, allowed
from harness.verdict.checks.charges import race_warning

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
    due = {index for index, each in enumerate(events) if _is_due(index, beliefs, judgement, events, exchanges)}
    found: list[tuple[Requirement, Event, Aspect]] = []
    others: list[tuple[Requirement, Event]] = []
    for index, event in enumerate(events):
        if event.accepted:
            continue
        requirement = attribute(event.exchange, f"{plain}.contention", Wrong.REFUSED)
        if requirement.level is Level.MUST and index in due:
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


def _is_due(
    index: int, beliefs: Sequence[Belief], judgement: Judgement, events: Sequence[Event], exchanges: Sequence[Exchange]
) -> bool:
    """Whether a sound wallet that waits for its locks accepts this event, whatever comes first."""
    event = events[index]
    item = event.item
    if event.accepted or not isinstance(item, Payout):
        return False
    mine = _ids(exchanges[event.exchange])
    in_flight = {each.exchange for each in events} - {event.exchange}
    if any(mine & _ids(exchanges[other]) for other in in_flight):
        return False
    if any(lost.id == event.id for belief in beliefs for lost in belief.lost):
        return False
    fresh = replace(item, id=f"{item.id}-")
    states = [*((belief, item) for belief in beliefs), *((belief, fresh) for belief in judgement.beliefs)]
    return all(each.accepted for belief, asked in states for each in allowed(belief.book, asked, event.terms))


def _ids(exchange: Exchange) -> set[str]:
    return {found for each in transactions(exchange.operation) if (found := id_of(each))}
