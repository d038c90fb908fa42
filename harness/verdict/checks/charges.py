"""Makes verdicts from the findings of the oracle."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Aspect, Check, Exchange, ItemReply, Level, Requirement, Status, Verdict, Wrong
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
"""The summary of a finding. `MOVED` is for a wrong balance that another request has caused."""


IN_A_RACE = {
    Aspect.REFUSED_WITHOUT_NEED: "some of the concurrent requests were refused without need",
    Aspect.BALANCES_IN_NO_ORDER: "no order of the concurrent requests explains the balances that were shown",
}
"""The summary of a warning about concurrent answers."""


OVERLAPPING = "refused while its first sending may still have run, and accepted when it was sent once more"
"""The summary of a warning about a request that was sent again after its answer was lost."""


FEWER_AT_ONCE = (
    "run it again with fewer requests at once and shorter batches, as in --limit parallel=5 --limit batch=100; nothing "
    "is known to be wrong with the wallet here"
)
"""What to do about a race with too many possible orders."""


def status_of(level: Level) -> Status:
    """The status of a violated requirement with that level."""
    return _STATUS[level]


def place_in(answer: ItemReply | None, what: str) -> str:
    """Where `balance`, `code` or `reference` of an answer stands in the body; empty if that is not known."""
    return "" if answer is None else answer.places.get(what, "")


def sole(exchange: Exchange) -> ItemReply | None:
    """The answer to the only transaction of a request, or None."""
    items = exchange.reply.items if exchange.reply is not None else ()
    return items[0] if len(items) == 1 else None


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
    """The verdict for a finding in the answer `part`.

    `accused` is the index of the exchange to blame, if it is not the answer's own. An answer that names no currency
    gets `currency`.
    """
    exchange = exchanges[part.exchange]
    innocent = accused is not None and accused != part.exchange
    guilty = exchanges[accused] if accused is not None and innocent else exchange
    return Verdict(
        check=Check.CONSERVATION if wrong is Wrong.MOVED else Check.ORACLE,
        requirement=requirement.id,
        level=requirement.level,
        status=status_of(requirement.level),
        summary=SUMMARY[wrong],
        sent=sentences.sent(guilty.name, guilty.operation if innocent else part.item, guilty),
        said=sentences.with_status(exchange, sentences.said(part.answer, currency)),
        possible=possible,
        exchange=part.exchange,
        player=part.item.player,
        place=place_in(part.answer, "balance" if wrong in {Wrong.BALANCE, Wrong.MOVED} else "code"),
        line=guilty.line,
        situation=situation,
        wrong=str(wrong),
        accused=accused if innocent else None,
    )


def race_warning(
    requirement: Requirement, events: Sequence[Event], shown: Event, exchanges: Sequence[Exchange], aspect: Aspect
) -> Verdict:
    """The verdict for concurrent answers that are wrong although the money is right. `shown` is one that is wrong."""
    exchange = exchanges[shown.exchange]
    return Verdict(
        check=Check.ORACLE,
        requirement=requirement.id,
        level=requirement.level,
        status=status_of(requirement.level),
        summary=IN_A_RACE[aspect],
        aspect=aspect,
        sent=f"{len(events)} requests at once: {sentences.sent(exchange.name, exchange.operation)}, ...",
        exchange=shown.exchange,
        place=place_in(sole(exchange), "balance" if aspect is Aspect.BALANCES_IN_NO_ORDER else "code"),
        line=exchange.line,
    )


def overlap_warning(requirement: Requirement, event: Event, exchanges: Sequence[Exchange]) -> Verdict:
    """The verdict for a request that was refused while its first sending may still have run."""
    exchange = exchanges[event.exchange]
    received = exchange.transmission.received
    said = sentences.said(exchange.answer) if exchange.reply is not None else ""
    return Verdict(
        check=Check.ORACLE,
        requirement=requirement.id,
        level=requirement.level,
        status=status_of(requirement.level),
        summary=OVERLAPPING,
        aspect=Aspect.REFUSED_WITHOUT_NEED,
        sent=sentences.sent(exchange.name, exchange.operation, exchange),
        said=said or (f"HTTP {received.status}" if received is not None else ""),
        exchange=event.exchange,
        player=event.item.player,
        place=place_in(sole(exchange), "code"),
        line=exchange.line,
    )


def undecided(requirement: Requirement, index: int, exchange: Exchange, player: str) -> Verdict:
    """The verdict UNKNOWN, for requests with too many possible orders."""
    return Verdict(
        check=Check.ORACLE,
        requirement=requirement.id,
        level=requirement.level,
        status=Status.UNKNOWN,
        summary="there are too many orders of these requests to decide whether one explains the answers",
        fix=FEWER_AT_ONCE,
        sent=sentences.sent(exchange.name, exchange.operation, exchange),
        exchange=index,
        player=player,
        line=exchange.line,
    )
