"""Writes sentences for the reader: the request, the wallet's answer, and the possible answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness import money
from harness.model import (
    Alteration,
    Amount,
    Authenticate,
    Exchange,
    GetBalance,
    ItemReply,
    Movement,
    Operation,
    Rollback,
    Single,
)
from harness.oracle import Possible
from harness.verdict.repetition_ages import lateness

_MANY = 4


def sent(name: str, operation: Operation | Single, exchange: Exchange | None = None) -> str:
    """The request in words: `settlement 1a2b 12.34567 EUR for player 188`, with its deliberate errors."""
    match operation:
        case GetBalance(player=player):
            text = f"{name} of player {player}"
        case Authenticate():
            text = name
        case Rollback(id=id_, original=original, player=player):
            text = f"{name} {id_} of bet {original} for player {player}"
        case Movement(id=id_, amount=amount, currency=currency, player=player):
            text = f"{name} {id_} {money.show(amount, currency)} for player {player}"
        case _:
            items = operation.items
            shown = few([f"{each.id} {money.show(each.amount, each.currency)}" for each in items])
            text = f"{name} of {len(items)} transaction{'' if len(items) == 1 else 's'}{': ' if shown else ''}{shown}"
    return text + (_departure(exchange) if exchange is not None else "")


def few(texts: Sequence[str], between: str = ", ") -> str:
    """The first of many texts, and how many more there are."""
    more = f" and {len(texts) - _MANY} more" if len(texts) > _MANY else ""
    return between.join(texts[:_MANY]) + more


def _departure(exchange: Exchange) -> str:
    alteration = exchange.alteration
    words = [
        f"forged: {alteration.forged}" if alteration.forged else "",
        f"without header {alteration.missing_header}" if alteration.missing_header else "",
        f"signed {alteration.stale_seconds} s ago" if alteration.stale_seconds else "",
        *(f"{field} changed to {text} after signing" for field, text in alteration.tampered),
        *(f"{field} sent as {text}" for _, field, text in alteration.raw),
        *(f"without {field}" for _, field in alteration.without),
        _body(alteration),
        f"answer lost on purpose ({exchange.loss})" if exchange.loss else "",
        "not answered, so it was sent again" if exchange.repeated else "",
        f"again, {lateness(exchange.late)}" if exchange.late is not None else "",
    ]
    joined = "; ".join(word for word in words if word)
    return f" ({joined})" if joined else ""


def _body(alteration: Alteration) -> str:
    if alteration.body is None:
        return ""
    return "with another body" if alteration.case is None else alteration.case.name


def said(answer: ItemReply | None, currency: str = "") -> str:
    """The answer in words: `RS_OK, balance 74.69134 EUR`."""
    if answer is None:
        return "nothing that could be read"
    code = answer.code or answer.outcome.value
    balance = "" if answer.balance is None else f", balance {money.show(answer.balance, answer.currency or currency)}"
    return f"{code}{balance}"


def with_status(exchange: Exchange, words: str = "") -> str:
    """The wallet's words after the HTTP status of its answer: `HTTP 200, RS_OK`. Empty if there is neither."""
    received = exchange.transmission.received
    status = f"HTTP {received.status}" if received is not None and received.status else ""
    return ", ".join(each for each in (status, words) if each)


def could(possible: Iterable[Possible], currency: str) -> tuple[str, ...]:
    """Every answer that a sound wallet could have given, the most ordinary first, each once."""
    texts: dict[tuple[str, str], None] = {}
    for each in possible:
        reading = ", ".join(f"{policy}: {value}" for policy, value in each.readings)
        for text in _answers(each, currency):
            texts.setdefault((text, f"  ({reading})" if reading else ""))
    # An answer that is permitted without a reading is shown without one.
    return tuple(f"{text}{note}" for text, note in texts if not note or (text, "") not in texts)


def _answers(possible: Possible, currency: str) -> Sequence[str]:
    if not possible.accepted:
        return ["a refusal"]
    if possible.balances is not None:
        return [f"success, balance {money.show(balance, currency)}" for balance in possible.balances]
    if possible.between is not None:
        return [f"success, balance {_between(possible.between, currency)}"]
    return ["success"]


def _between(edges: tuple[Amount, Amount], currency: str) -> str:
    low, high = (money.show(each, currency) for each in edges)
    return low if low == high else f"between {low} and {high}"
