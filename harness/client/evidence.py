"""Bounds what is kept of an answer once it has been read, so that a wallet cannot fill the memory of a run.

Whole answers are decoded first. Afterwards only the reader of a report needs the bytes.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from harness.contracts import Decoded
from harness.inert import clipped, summed
from harness.model import (
    Cut,
    ItemReply,
    Message,
    Operation,
    Problem,
    Reply,
    Session,
    Transmission,
    id_of,
    transactions,
)

LONGEST_START, LONGEST_END = 24 * 1024, 8 * 1024
"""How many bytes of a longer body are kept, of its start and of its end."""
_LONGEST_PLAIN = 1024
"""A longer body is compared with the one before."""
LONGEST_HEAD = 8 * 1024
"""How many bytes of an answer's head are kept."""
MOST_HEADERS, LONGEST_HEADER = 60, 500
"""How many headers of an answer are kept, and how many characters of each."""
LONGEST_TEXT = 600
"""How many characters of one text in an answer are kept."""
LONGEST_SESSION = 8 * 1024
"""How many characters of a session id are kept. It is sent again, so it must be whole."""
MOST_SURPLUS = 100
"""How many items of an answer to a batch are kept that answer nothing of the request."""


def bounded(transmission: Transmission, earlier: bytes = b"") -> Transmission:
    """The transmission without the middle of a long answer, and without what is long in its head.

    An answer with the body `earlier` shares these bytes, so that equal long answers take the space of one.
    """
    received = transmission.received
    if received is None or _is_small(received):
        return transmission
    body, cut = received.body, None
    if len(body) > LONGEST_START + LONGEST_END:
        cut = Cut(at=LONGEST_START, size=len(body), digest=hashlib.sha256(body).hexdigest())
        body = body[:LONGEST_START] + body[-LONGEST_END:]
    pairs = received.headers[:MOST_HEADERS]
    headers = tuple((clipped(name, LONGEST_HEADER), clipped(value, LONGEST_HEADER)) for name, value in pairs)
    head = received.head[:LONGEST_HEAD]
    kept = earlier if body == earlier else body
    return replace(transmission, received=Message(head, kept, received.status, headers, cut))


def bounded_reply(decoded: Decoded, operation: Operation) -> Decoded:
    """The meaning of an answer without what is long in it. Two different texts remain different."""
    reply = decoded.reply
    problems = tuple(map(_problem, decoded.problems))
    if reply is None:
        return replace(decoded, problems=problems)
    items = tuple(_item(each) for each in _answering(reply.items, operation))
    session = reply.session and _session(reply.session)
    return replace(
        decoded,
        reply=Reply(outcome=reply.outcome, items=items, code=_short(reply.code), session=session),
        problems=problems,
    )


def _is_small(message: Message) -> bool:
    return (
        len(message.body) <= _LONGEST_PLAIN
        and len(message.head) <= LONGEST_HEAD
        and len(message.headers) <= MOST_HEADERS
        and all(len(value) <= LONGEST_HEADER for _, value in message.headers)
    )


def _answering(items: tuple[ItemReply, ...], operation: Operation) -> Iterable[ItemReply]:
    """The items that answer the request, and the first ones of the others."""
    asked = Counter(id_of(each) for each in transactions(operation))
    return items if len(items) <= asked.total() + MOST_SURPLUS else _chosen(items, asked)


def _chosen(items: tuple[ItemReply, ...], asked: Counter[str]) -> Iterator[ItemReply]:
    left = Counter(asked)
    surplus = 0
    for each in items:
        if each.id is not None and left[each.id] > 0:
            left[each.id] -= 1
            yield each
        elif surplus < MOST_SURPLUS:
            surplus += 1
            yield each


def _item(item: ItemReply) -> ItemReply:
    texts = (item.code, item.id or "", item.currency or "", item.reference or "", item.description, *item.echo.values())
    if max(map(len, texts)) <= LONGEST_TEXT:
        return item
    return replace(
        item,
        code=_short(item.code),
        id=_short_or_none(item.id),
        currency=_short_or_none(item.currency),
        reference=_short_or_none(item.reference),
        echo={name: _short(value) for name, value in item.echo.items()},
        description=_short(item.description),
    )


def _session(session: Session) -> Session:
    opened = session.session
    return Session(
        player=_short_or_none(session.player),
        session=None if opened is None else summed(opened, LONGEST_SESSION),
        brand=_short_or_none(session.brand),
        display_name=_short_or_none(session.display_name),
        country=_short_or_none(session.country),
    )


def _problem(problem: Problem) -> Problem:
    return replace(problem, where=_short(problem.where), detail=clipped(problem.detail, LONGEST_TEXT))


def _short(text: str) -> str:
    return summed(text, LONGEST_TEXT)


def _short_or_none(text: str | None) -> str | None:
    return None if text is None else _short(text)
