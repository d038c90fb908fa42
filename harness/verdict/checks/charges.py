"""Verdicts that charge a requirement with what the oracle has found."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Aspect, Exchange, Level, Requirement, Status, Verdict, Wrong
from harness.oracle import Event
from harness.verdict.checks import sentences
from harness.verdict.checks.facts import Part

_STATUS = {Level.MUST: Status.FAIL, Level.SHOULD: Status.WARN, Level.MAY: Status.PASS}

SUMMARY = {
    Wrong.ACCEPTED: "accepted, though a sound wallet must refuse it",
    Wrong.REFUSED: "refused, though a sound wallet must accept it",
    Wrong.BALANCE: "shows a balance that no sound wallet could show",
    Wrong.MOVED: "the balance does not agree with the answers before it",
}
"""What is said of a finding: that of moved money when an innocent answer has brought it to light."""


IN_A_RACE = {
    Aspect.REFUSED_WITHOUT_NEED: "some of the concurrent requests were refused without need",
    Aspect.BALANCES_IN_NO_ORDER: "no order of the concurrent requests explains the balances that were shown",
}
"""What is said of concurrent answers."""


def status_of(level: Level) -> Status:
    """What the violation of a requirement of that level is."""
    return _STATUS[level]


def charge(
    requirement: Requirement,
    part: Part,
    exchanges: Sequence[Exchange],
    *,
    situation: str,
    wrong: Wrong,
    possible: tuple[str, ...],
    currency: str,
    accused: int | None = None,
) -> Verdict:
    """What the answer `part` proves; `accused` is the exchange to blame, where it is not that of the answer itself.

    `currency` is that of an answer that names none.
    """
    exchange = exchanges[part.exchange]
    innocent = accused is not None and accused != part.exchange
    guilty = exchanges[accused] if accused is not None and innocent else exchange
    return Verdict(
        check="conservation" if wrong is Wrong.MOVED else "oracle",
        requirement=requirement.id,
        level=requirement.level,
        status=status_of(requirement.level),
        summary=SUMMARY[wrong],
        sent=sentences.sent(guilty.name, guilty.operation if innocent else part.item, guilty),
        said=sentences.said(part.answer, currency),
        possible=possible,
        exchange=part.exchange,
        player=part.item.player,
        line=guilty.line,
        situation=situation,
        wrong=str(wrong),
        accused=accused if innocent else None,
    )


def race_warning(requirement: Requirement, events: Sequence[Event], exchange: Exchange, aspect: Aspect) -> Verdict:
    """What concurrent answers, whose money may be right, have shown amiss."""
    return Verdict(
        check="oracle",
        requirement=requirement.id,
        level=requirement.level,
        status=status_of(requirement.level),
        summary=IN_A_RACE[aspect],
        aspect=aspect,
        sent=f"{len(events)} requests at once: {sentences.sent(exchange.name, exchange.operation)}, ...",
        exchange=events[0].exchange,
        line=exchange.line,
    )


def undecided(requirement: Requirement, index: int, exchange: Exchange, player: str) -> Verdict:
    """Too much could have happened for a verdict."""
    return Verdict(
        check="oracle",
        requirement=requirement.id,
        level=requirement.level,
        status=Status.UNKNOWN,
        summary="there are too many orders of these requests to decide whether one explains the answers",
        sent=sentences.sent(exchange.name, exchange.operation, exchange),
        exchange=index,
        player=player,
        line=exchange.line,
    )
