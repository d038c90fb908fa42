"""Makes verdicts from the findings of the oracle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.model import Aspect, Check, Exchange, Requirement, Status, Verdict, Wrong
from harness.oracle import Event
from harness.verdict.checks import sentences
from harness.verdict.checks.facts import Part
from harness.verdict.checks.on_exchange import place_in, sole, status_of, verdict_on

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


TOO_MANY_ORDERS = "there are too many orders of these requests to decide whether one explains the answers"
"""The summary of what could not be decided about a race."""


FEWER_AT_ONCE = (
    "run it again with fewer requests at once and shorter batches, as in --limit parallel=5 --limit batch=100; nothing "
    "is known to be wrong with the wallet here"
)
"""What to do about a race with too many possible orders."""


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
    said = sentences.with_status(exchange, sentences.said(part.answer, currency))
    check = Check.CONSERVATION if wrong is Wrong.MOVED else Check.ORACLE
    status = status_of(requirement.level)
    return replace(
        verdict_on(check, requirement, status, SUMMARY[wrong], part.exchange, exchange, said),
        sent=sentences.sent(guilty.name, guilty.operation if innocent else part.item, guilty),
        possible=possible,
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
    exchange, status = exchanges[shown.exchange], status_of(requirement.level)
    return replace(
        verdict_on(Check.ORACLE, requirement, status, IN_A_RACE[aspect], shown.exchange, exchange, ""),
        aspect=aspect,
        sent=f"{len(events)} requests at once: {sentences.sent(exchange.name, exchange.operation)}, ...",
        place=place_in(sole(exchange), "balance" if aspect is Aspect.BALANCES_IN_NO_ORDER else "code"),
    )


def overlap_warning(requirement: Requirement, event: Event, exchanges: Sequence[Exchange]) -> Verdict:
    """The verdict for a request that was refused while its first sending may still have run."""
    exchange, status = exchanges[event.exchange], status_of(requirement.level)
    said = sentences.said(exchange.answer) if exchange.reply is not None else sentences.with_status(exchange)
    return replace(
        verdict_on(Check.ORACLE, requirement, status, OVERLAPPING, event.exchange, exchange, said),
        aspect=Aspect.REFUSED_WITHOUT_NEED,
        player=event.item.player,
        place=place_in(sole(exchange), "code"),
    )


def undecided(requirement: Requirement, index: int, exchange: Exchange, player: str) -> Verdict:
    """The verdict UNKNOWN, for requests with too many possible orders."""
    verdict = verdict_on(Check.ORACLE, requirement, Status.UNKNOWN, TOO_MANY_ORDERS, index, exchange, "")
    return replace(verdict, fix=FEWER_AT_ONCE, player=player)
