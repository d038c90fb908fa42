"""Makes the verdict of a check on one exchange, with what was sent, what came back, and where it is wrong."""

from __future__ import annotations

from harness.model import Check, Exchange, ItemReply, Level, Requirement, Status, Verdict
from harness.verdict.checks import sentences

_STATUS = {Level.MUST: Status.FAIL, Level.SHOULD: Status.WARN, Level.MAY: Status.PASS}


def status_of(level: Level) -> Status:
    """The status of a violated requirement with that level."""
    return _STATUS[level]


def verdict_on(
    check: Check,
    requirement: Requirement,
    status: Status,
    summary: str,
    index: int,
    exchange: Exchange,
    said: str | None = None,
) -> Verdict:
    """A verdict of a check on one exchange. `index` is its place in the history, `said` the wallet's answer in words.

    Without words the answer is given by its HTTP status.
    """
    return Verdict(
        check=check,
        requirement=requirement.id,
        level=requirement.level,
        status=status,
        summary=summary,
        sent=sentences.sent(exchange.name, exchange.operation, exchange),
        said=sentences.with_status(exchange) if said is None else said,
        exchange=index,
        line=exchange.line,
    )


def place_in(answer: ItemReply | None, what: str) -> str:
    """Where `balance`, `code` or `reference` of an answer stands in the body; empty if that is not known."""
    return "" if answer is None else answer.places.get(what, "")


def sole(exchange: Exchange) -> ItemReply | None:
    """The answer to the only transaction of a request, or None."""
    items = exchange.reply.items if exchange.reply is not None else ()
    return items[0] if len(items) == 1 else None
