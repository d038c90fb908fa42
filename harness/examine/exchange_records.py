"""Turns exchanges into plain data: messages, times, and expected and shown balances. Amounts are texts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from harness import money
from harness.contracts import Contract
from harness.examine.redaction import Secrets
from harness.inert import CUT, clipped
from harness.model import Amount, Exchange, History, Message
from harness.verdict.checks import Standing

LONGEST_BODY = 4_000
"""How many characters of a body are kept. The record also has the size of the whole body."""
_START, _END = 3_000, 1_000
"""How many characters of a longer body are kept, of its start and of its end."""
_LONGEST_SEARCHED = 4 * LONGEST_BODY
"""How many bytes at each end of a longer body are searched for secrets."""
MOST_HEADERS, LONGEST_HEADER, LONGEST_HEADERS = 40, 500, 4_000
"""How many headers of an answer are kept, and how many characters of each and of all."""
FIRST, LAST, AROUND = 24, 6, 2
"""How many exchanges of a long run are kept: at its start, at its end, and on each side of one that a verdict names."""
_NOT_SHOWN = frozenset({"host", "accept", "accept-encoding", "connection", "user-agent", "content-length"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The exchanges that a report shows, and how many it leaves out."""

    exchanges: tuple[Mapping[str, Any], ...]
    left_out: int


def keep(
    run: int,
    history: History,
    course: Sequence[Standing],
    contract: Contract,
    secrets: Secrets,
    *,
    named: Collection[int] = (),
) -> Kept:
    """The exchanges of one run as data. `named` holds the indices that verdicts name; those are always kept."""
    chosen = sorted(_chosen(len(history.exchanges), named))
    begun = min((each.transmission.started_ns for each in history.exchanges), default=0)
    standings: dict[int, list[Standing]] = {}
    for standing in course:
        standings.setdefault(standing.exchange, []).append(standing)
    data = tuple(
        {"run": run, "index": index, **_exchange(history.exchanges[index], begun, contract, secrets)}
        | {"balances": _balances(standings.get(index, ()), history)}
        for index in chosen
    )
    return Kept(exchanges=data, left_out=len(history.exchanges) - len(chosen))


def _chosen(count: int, named: Collection[int]) -> set[int]:
    if count <= FIRST + LAST:
        return set(range(count))
    near = {index + step for index in named for step in range(-AROUND, AROUND + 1)}
    return {*range(FIRST), *range(count - LAST, count), *(index for index in near if 0 <= index < count)}


def one(exchange: Exchange, contract: Contract, secrets: Secrets) -> Mapping[str, Any]:
    """A single exchange as data, outside of any history."""
    return _exchange(exchange, exchange.transmission.started_ns, contract, secrets)


def _exchange(exchange: Exchange, begun: int, contract: Contract, secrets: Secrets) -> dict[str, Any]:
    sent = exchange.transmission
    request = _message(sent.sent, secrets)
    method, path = _start_line(sent.sent, contract, exchange)
    reply = exchange.reply
    return {
        "step": exchange.step,
        "line": exchange.line,
        "operation": exchange.name,
        "race": exchange.race,
        "lost": str(exchange.loss) if exchange.loss else "",
        "repeated": exchange.repeated,
        "late": None if exchange.late is None else asdict(exchange.late),
        "alteration": _alteration(exchange),
        "request": {"method": method, "path": secrets.text(path), **request},
        "response": _response(sent.received, secrets),
        "failure": secrets.sentence(sent.failure.detail) if sent.failure is not None else "",
        "outcome": str(reply.outcome) if reply is not None else "",
        "code": secrets.sentence(reply.code, 200) if reply is not None else "",
        "problems": [secrets.sentence(f"{each.where}: {each.detail}", 400) for each in exchange.problems[:6]],
        "microseconds": {
            "started": _since(begun, sent.started_ns),
            "released": _since(begun, sent.released_ns),
            "first_byte": _since(begun, sent.first_byte_ns),
            "finished": _since(begun, sent.finished_ns),
        },
    }


def _since(begun: int, moment: int) -> int | None:
    return (moment - begun) // 1000 if moment else None


def _start_line(message: Message, contract: Contract, exchange: Exchange) -> tuple[str, str]:
    words = message.head.partition(b"\r\n")[0].decode("latin-1").split(" ")
    spec = contract.specs.get(exchange.name)
    if len(words) < 2 or not words[1].startswith("/"):
        return words[0] or "POST", spec.path if spec is not None else "/"
    return words[0], words[1]


def _message(message: Message, secrets: Secrets) -> dict[str, Any]:
    body, truncated = _body(message, secrets)
    headers = [pair for pair in message.headers if pair[0].lower() not in _NOT_SHOWN]
    return {
        "headers": [[secrets.text(name), value] for name, value in secrets.headers(headers)],
        "body": body,
        "size": message.size,
        "truncated": truncated,
    }


def _body(message: Message, secrets: Secrets) -> tuple[str, bool]:
    """A body as text, and whether it was cut: then size and digest stand between its start and its end.

    Secrets are removed before it is cut, from more than what is kept. So no secret remains at the place of the cut.
    """
    body, cut = message.body, message.cut
    if cut is None and len(body) <= _LONGEST_SEARCHED:
        text = secrets.body(body)
        if len(text) <= LONGEST_BODY:
            return text, False
    at = len(body) if cut is None else cut.at
    digest = hashlib.sha256(body).hexdigest() if cut is None else cut.digest
    start = secrets.body(body[: min(at, _LONGEST_SEARCHED)])[:_START]
    end = secrets.body(body[max(0 if cut is None else at, len(body) - _LONGEST_SEARCHED) :])[-_END:]
    return f"{start}\n{CUT} (cut: {message.size:,} bytes in all, SHA-256 {digest}) {CUT}\n{end}", True


def _response(message: Message | None, secrets: Secrets) -> dict[str, Any] | None:
    if message is None:
        return None
    hidden = _message(message, secrets)
    return {"status": message.status, **hidden, "headers": list(_short(hidden["headers"]))}


def _short(headers: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """The first headers of an answer, each cut to a length, and how many more there are."""
    left = LONGEST_HEADERS
    for number, (name, value) in enumerate(headers):
        if number == MOST_HEADERS or left <= 0:
            yield [CUT, f"{len(headers) - number} more"]
            return
        pair = [clipped(name, LONGEST_HEADER), clipped(value, LONGEST_HEADER)]
        left -= len(pair[0]) + len(pair[1])
        yield pair


def _alteration(exchange: Exchange) -> dict[str, Any]:
    alteration = exchange.alteration
    found: dict[str, Any] = {
        "forged": alteration.forged,
        "missing_header": alteration.missing_header,
        "stale_seconds": alteration.stale_seconds,
        "tampered": [field for field, _ in alteration.tampered],
        "raw": [field for _, field, _ in alteration.raw],
        "without": [field for _, field in alteration.without],
        "body": "replaced" if alteration.body is not None else "",
        "content_type": alteration.content_type,
    }
    return {name: value for name, value in found.items() if value}


def _balances(standings: Iterable[Standing], history: History) -> list[dict[str, Any]]:
    currencies = {player.id: player.currency for player in history.players}
    return [
        {
            "player": each.player,
            "situation": each.situation,
            "expected": [_text(value, currencies.get(each.player, "")) for value in each.expected],
            "shown": None if each.shown is None else _text(each.shown, currencies.get(each.player, "")),
        }
        for each in standings
    ]


def _text(amount: Amount, currency: str) -> str:
    return money.show(amount, currency)
