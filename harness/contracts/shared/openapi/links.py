"""The links of an operation: the requests that may follow it, and which of their fields repeat one of its own.

Both requests are encoded with texts of our own. A field of the second that has a text of the first is linked to it. So
the links follow from the codecs, and a private contract has them, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

from harness.contracts import Contract
from harness.contracts.shared.json_text import parse
from harness.model import (
    OPERATION_OF,
    Authenticate,
    Bet,
    GetBalance,
    ItemReply,
    Outcome,
    Payout,
    Reply,
    Request,
    Reward,
    Rollback,
    Session,
    Unsettle,
    item_of,
)

Node: TypeAlias = dict[str, Any]

AGAIN = "again"
"""The name of the link from a transaction to the same request once more."""
_ABOUT_AGAIN = "The same request again: the platform sends it if no answer came, and it has one effect."
_READ = frozenset({GetBalance})
_FOLLOWING: Mapping[type, frozenset[type]] = {
    Authenticate: frozenset({Bet}) | _READ,
    Bet: frozenset({Payout, Unsettle, Rollback}) | _READ,
    Payout: frozenset({Unsettle}) | _READ,
    Unsettle: frozenset({Payout}) | _READ,
    Reward: _READ,
    Rollback: _READ,
}
"""The kinds of operation that a platform sends later about the same bet or player, by kind. Items count for batches."""
_BET_ID, _CURRENCY = "id of the bet", "EUR"
_TEXTS: Mapping[str, str] = {
    "player": "player",
    "session": "session",
    "currency": _CURRENCY,
    "round": "round",
    "game": "game",
    "token": "token",
    "original": _BET_ID,
}
"""The text of each field of an operation, for those that are the same in all samples."""
_OWN = frozenset({*_TEXTS.values(), _BET_ID, "bet"})
_AMOUNT = 100_000


def links(contract: Contract, source: str, operations: Collection[str]) -> dict[str, Node]:
    """The OpenAPI link objects of an operation by name, to those of the given operations that may follow it.

    The body of a link has runtime expressions for the linked fields. It leaves the other fields out, so a tool has to
    fill them in.
    """
    words = {contract.words[word]: word for word in OPERATION_OF if word in contract.words}
    kinds = {name: item_of(words[name]) for name in operations if name in words}
    kind = kinds.get(source)
    if kind is None or kind is GetBalance:
        return {}
    if kind is Authenticate:
        body, side = _answer_to_login(contract, source), "response"
    else:
        body, side = _request(contract, words[source], _BET_ID if kind is Bet else "id"), "request"
    known = {text: f"${side}.body#{place}" for place, text in _places(body)}
    found = {} if kind is Authenticate else {AGAIN: _link(source, "$request.body", _ABOUT_AGAIN)}
    for target, following in kinds.items():
        if target != source and following in _FOLLOWING[kind]:
            linked = _linked(_request(contract, words[target], "another id"), known)
            if linked:
                found[target] = _link(target, linked, "Its fields that are shown here are those of this operation.")
    return found


def _link(target: str, body: object, about: str) -> Node:
    return {"operationId": target, "requestBody": body, "description": about}


def _request(contract: Contract, word: str, identity: str) -> dict[str, object]:
    """The body of a request with our own texts. A batch has one item."""
    kind, whole = item_of(word), OPERATION_OF[word]
    named = {Reward: "id of the reward", Bet: "bet", Rollback: "bet"}
    about = named.get(kind) or contract.bet_reference(_BET_ID, "bet")
    given = {**_TEXTS, "id": identity, "bet": about, "kind": contract.kind_of(word), "amount": _AMOUNT}
    item = kind(**{each.name: given[each.name] for each in fields(kind) if each.name in given})
    return contract.encode(whole(items=(item,)) if contract.specs[contract.words[word]].batch else item, "")


def _answer_to_login(contract: Contract, name: str) -> object:
    session = Session(player=_TEXTS["player"], session=_TEXTS["session"])
    item = ItemReply(outcome=Outcome.OK, currency=_CURRENCY)
    reply = Reply(outcome=Outcome.OK, items=(item,), session=session)
    return parse(contract.write_reply(None, reply, Request(contract.specs[name].path, (), b""))[1])


def _places(value: object, place: str = "") -> Iterator[tuple[str, str]]:
    """The JSON pointer of each of our own texts in a body, with the text."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _places(each, f"{place}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _places(each, f"{place}/{index}")
    elif isinstance(value, str) and value in _OWN:
        yield place, value


def _linked(value: object, known: Mapping[str, str]) -> Any:
    """A body with an expression instead of each known text, without what has none. Falsy if there is none at all."""
    if isinstance(value, dict):
        return {key: found for key, each in value.items() if (found := _linked(each, known))}
    if isinstance(value, list):
        return [found for each in value if (found := _linked(each, known))]
    return known.get(value) if isinstance(value, str) else None
