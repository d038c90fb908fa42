"""Finished sentences for the reader: what was sent, what was said, and what could have been said."""

from __future__ import annotations

from collections.abc import Iterable

from harness import money
from harness.ledger import Possible
from harness.model import (
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

_MANY = 4


def sent(name: str, operation: Operation | Single, exchange: Exchange | None = None) -> str:
    """`settlement 1a2b 12.34567 EUR for player 188`, with how the request departed from an ordinary one."""
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
            shown = ", ".join(f"{each.id} {money.show(each.amount, each.currency)}" for each in items[:_MANY])
            more = f" and {len(items) - _MANY} more" if len(items) > _MANY else ""
            text = f"{name} of {len(items)} transactions: {shown}{more}"
    return text + (_departure(exchange) if exchange is not None else "")


def _departure(exchange: Exchange) -> str:
    alteration = exchange.alteration
    words = [
        f"forged: {alteration.forged}" if alteration.forged else "",
        f"without header {alteration.missing_header}" if alteration.missing_header else "",
        f"signed {alteration.stale_seconds} s ago" if alteration.stale_seconds else "",
        *(f"{field} changed to {text} after signing" for field, text in alteration.tampered),
        *(f"{field} sent as {text}" for _, field, text in alteration.raw),
        *(f"without {field}" for _, field in alteration.without),
        "with another body" if alteration.body is not None else "",
        f"answer lost on purpose ({exchange.loss})" if exchange.loss else "",
    ]
    told = "; ".join(word for word in words if word)
    return f" ({told})" if told else ""


def said(answer: ItemReply | None, currency: str = "") -> str:
    """`RS_OK, balance 74.69134 EUR`."""
    if answer is None:
        return "nothing that could be read"
    code = answer.code or answer.outcome.value
    balance = "" if answer.balance is None else f", balance {money.show(answer.balance, answer.currency or currency)}"
    return f"{code}{balance}"


def could(possible: Iterable[Possible], currency: str) -> tuple[str, ...]:
    """Every answer that a sound wallet could have given, most ordinary first, without repetition."""
    texts = []
    for each in possible:
        reading = ", ".join(f"{policy}: {value}" for policy, value in each.readings)
        note = f"  ({reading})" if reading else ""
        if not each.accepted:
            texts.append(f"a refusal{note}")
        elif each.balances is not None:
            texts += [f"success, balance {money.show(balance, currency)}{note}" for balance in each.balances]
        elif each.between is not None:
            texts.append(f"success, balance {_between(each.between, currency)}{note}")
        else:
            texts.append(f"success{note}")
    return tuple(dict.fromkeys(texts))


def _between(edges: tuple[Amount, Amount], currency: str) -> str:
    low, high = (money.show(each, currency) for each in edges)
    return low if low == high else f"between {low} and {high}"


def balances(values: Iterable[Amount], currency: str) -> tuple[str, ...]:
    """`balance 12.34 EUR` for each of the balances that the books allow."""
    return tuple(dict.fromkeys(f"balance {money.show(value, currency)}" for value in values))
