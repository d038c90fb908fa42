"""A wallet that misbehaves on raw sockets: how it may behave.

A behaviour is a function of one request. It returns the bytes of an answer, after which the connection stays open, or
None if it has dealt with the connection itself, which is then closed. The books behind it are those of the reference
wallet, so a request that a behaviour lets through is booked as it should be.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from hostile import Visit, head, message
from preflight_at_hand import AtHand

from harness.model import Request
from harness.proof.in_process import InProcessCarrier
from mock_server.app import App

JSON = "Content-Type: application/json"
CHUNKED = head(JSON, "Transfer-Encoding: chunked")


@dataclass
class Asked:
    """One request to the wallet, and its place among the requests of the run."""

    wallet: HostileWallet
    visit: Visit
    request: Request
    number: int
    """Counts from 1 on the connection."""

    @property
    def moves_money(self) -> bool:
        """True for a settlement of money: neither the probes of pre-flight nor a reading is one."""
        return b'"transactions"' in self.request.body and b'"amount":0' not in self.request.body

    def booked(self) -> tuple[int, bytes]:
        """Let the books process the request. Returns the status and the body of the sound answer."""
        return self.wallet.book(self.request)

    def sound(self) -> bytes:
        """The sound answer, as bytes on the wire."""
        status, body = self.booked()
        return message(body, JSON, status=f"{status} Any")


Behaviour: TypeAlias = Callable[[Asked], bytes | None]


@dataclass
class HostileWallet:
    """A behaviour of the hostile server: sound books, and a behaviour of the wallet for some of the requests."""

    app: App
    misbehave: Behaviour
    when: Callable[[Asked], bool]
    _books: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __call__(self, visit: Visit) -> None:
        number = 0
        while request := visit.request():
            number += 1
            asked = Asked(self, visit, _parsed(request), number)
            answer = self.misbehave(asked) if self.when(asked) else asked.sound()
            if answer is None:
                return
            visit.say(answer)

    def book(self, request: Request) -> tuple[int, bytes]:
        with self._books:
            made = InProcessCarrier(self.app, "").send(request)
        assert made.received is not None
        return made.received.status, made.received.body


def _parsed(request: bytes) -> Request:
    start, _, body = request.partition(b"\r\n\r\n")
    first, *lines = start.decode().split("\r\n")
    headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
    return Request(first.split(" ")[1], headers, body)


# ---------------------------------------------------------------------------------------------------------------------
# Building blocks


def constantly(answer: bytes) -> Behaviour:
    """Books, and answers these bytes instead."""

    def behaviour(asked: Asked) -> bytes:
        asked.booked()
        return answer

    return behaviour


def lastly(answer: bytes, end: Callable[[Visit], object] = Visit.stall) -> Behaviour:
    """Books, says these bytes, and ends the connection like this."""

    def behaviour(asked: Asked) -> None:
        asked.booked()
        asked.visit.say(answer)
        end(asked.visit)

    return behaviour


def closing(visit: Visit) -> None:
    """Ends a connection in order."""


def drip(before: bytes, piece: bytes) -> Behaviour:
    """Says something, and then a little more again and again."""
    return lastly(before, lambda visit: visit.trickle(itertools.repeat(piece)))


def flood(before: bytes, piece: bytes) -> Behaviour:
    """Says something, and then as much as the client takes."""

    def forever(visit: Visit) -> None:
        while True:
            visit.say(piece)

    return lastly(before, forever)


def rewritten(change: Callable[[bytes], bytes], *headers: str) -> Behaviour:
    """Answers with a changed body."""

    def behaviour(asked: Asked) -> bytes:
        status, body = asked.booked()
        return message(change(body), *(headers or (JSON,)), status=f"{status} Any")

    return behaviour


def with_balance(text: str) -> Behaviour:
    """Writes this in place of each balance."""
    return rewritten(lambda body: re.sub(rb'"balance":-?[0-9.]+', b'"balance":' + text.encode(), body))


def slowly(seconds: float) -> Behaviour:
    """Books at once, and answers after so long."""

    def behaviour(asked: Asked) -> bytes | None:
        answer = asked.sound()
        return None if asked.visit.stopped_within(seconds) else answer

    return behaviour


def slow_repetitions(seconds: float) -> Callable[[], Behaviour]:
    """Answers a body that came before after so long."""

    def make() -> Behaviour:
        seen: set[bytes] = set()

        def behaviour(asked: Asked) -> bytes | None:
            known = asked.request.body in seen
            seen.add(asked.request.body)
            return slowly(seconds)(asked) if known else asked.sound()

        return behaviour

    return make


def swapped() -> Behaviour:
    """Answers each request with the answer that the request before it should have had."""
    waiting: list[bytes] = []

    def behaviour(asked: Asked) -> bytes:
        waiting.append(asked.sound())
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return behaviour


def first_answer_for_ever() -> Behaviour:
    """Answers everything as it answered the first request."""
    first: list[bytes] = []

    def behaviour(asked: Asked) -> bytes:
        answer = asked.sound()
        first.append(answer)
        return first[0]

    return behaviour


def one_at_a_time(refuse: Callable[[Asked], bytes | None]) -> Callable[[], Behaviour]:
    """Serves one connection, and deals with a request on any other in another way while that is open."""

    def make() -> Behaviour:
        holders: list[Visit] = []
        turn = threading.Lock()

        def behaviour(asked: Asked) -> bytes | None:
            with turn:
                holders[:] = [each for each in holders if not each.ended.is_set()]
                if not holders:
                    holders.append(asked.visit)
            return asked.sound() if asked.visit is holders[0] else refuse(asked)

        return behaviour

    return make


def dying(after: int) -> Callable[[], Behaviour]:
    """Closes every connection from the n-th request on."""

    def make() -> Behaviour:
        count = itertools.count(1)
        return lambda asked: asked.sound() if next(count) < after else None

    return make


def every_other(spoil: Behaviour) -> Callable[[], Behaviour]:
    """Misbehaves at every second request."""

    def make() -> Behaviour:
        count = itertools.count()
        return lambda asked: spoil(asked) if next(count) % 2 else asked.sound()

    return make


def yes(asked: Asked) -> bytes:
    """Agrees to everything, with one balance for all."""
    body = json.loads(asked.request.body or b"{}")
    items = [
        {"transactionId": each.get("transactionId"), "status": "RS_OK", "balance": 1000000}
        for each in body.get("transactions", [])
        if isinstance(each, dict)
    ]
    return message(json.dumps({"status": "RS_OK", "balance": 1000000, "transactions": items}).encode(), JSON)


def stalling(asked: Asked) -> None:
    """Books, and never answers."""
    asked.booked()
    asked.visit.stall()


def resetting(asked: Asked) -> None:
    """Books, and resets the connection."""
    asked.booked()
    asked.visit.reset()


def vanishing(asked: Asked) -> None:
    """Books, and closes the connection."""
    asked.booked()


def kept_alive_falsely(asked: Asked) -> bytes | None:
    """Answers the first request of a connection, and closes at the second."""
    return asked.sound() if asked.number == 1 else None


def echo(asked: Asked) -> bytes:
    """Answers with the request's own body and headers."""
    lines = [f"X-{name}: {value}" for name, value in asked.request.headers]
    return message(asked.request.body, JSON, *lines)


def twice(asked: Asked) -> bytes:
    """Sends every answer twice."""
    answer = asked.sound()
    return answer + answer


def wrong_length(difference: int, end: Callable[[Visit], object] = Visit.stall) -> Behaviour:
    """Announces a body that is longer or shorter than the one that comes."""

    def behaviour(asked: Asked) -> bytes | None:
        _, body = asked.booked()
        answer = message(body, JSON, length=len(body) + difference)
        if difference < 0:
            return answer
        asked.visit.say(answer)
        end(asked.visit)
        return None

    return behaviour


def zipped(*layers: Callable[[bytes], bytes], encoding: str) -> Behaviour:
    """Packs the answer in these layers."""

    def packed(body: bytes) -> bytes:
        for each in layers:
            body = each(body)
        return body

    return rewritten(packed, JSON, f"Content-Encoding: {encoding}")


def bare(asked: Asked) -> None:
    """Answers as HTTP/0.9 did: the body alone, then the end of the connection."""
    asked.visit.say(asked.booked()[1])


def with_status(line: str, *headers: str, body: bytes = b"") -> Behaviour:
    """Answers with this status."""
    return constantly(message(body, *headers, status=line))


def interim_then_sound(asked: Asked) -> bytes:
    """Three interim answers, and then the sound one, as HTTP permits."""
    return head(status="100 Continue") + head(status="102 Processing") * 2 + asked.sound()


def in_pieces(asked: Asked) -> bytes | None:
    """The sound answer, a few bytes at a time."""
    answer = asked.sound()
    asked.visit.trickle(answer[at : at + 7] for at in range(0, len(answer), 7))
    return b""


HTTP_2 = bytes.fromhex("00001204000000000000030000006400040010000000050000400000000408000000000000")
"""The first frames of a server that speaks HTTP/2 alone: its settings."""
BOMB = gzip.compress(bytes(20_000_000))


@dataclass(frozen=True)
class Hostile:
    """One behaviour: how it is made for a run, and what must be said of it.

    * `first`: words of the outcome of pre-flight if it behaves so from the first request on. "ready" is no problem.
    * `later`: the exit status of a run, and words of its first cause, if it does at settlements of money alone.
    * `run_seconds`: the limit of that run. A small one is reached.
    """

    make: Callable[[], Behaviour]
    first: str = ""
    later: tuple[int, str] | None = None
    run_seconds: int = 60


def of(behaviour: Behaviour) -> Callable[[], Behaviour]:
    """A behaviour without a memory."""
    return lambda: behaviour


def wallet(
    make: Callable[[], Behaviour], contract: str = "casino", *, from_the_start: bool
) -> tuple[AtHand, HostileWallet]:
    """A new wallet with that behaviour, and the server's behaviour in front of it."""
    at_hand = AtHand(contract)

    def when(asked: Asked) -> bool:
        return from_the_start or asked.moves_money

    return at_hand, HostileWallet(at_hand.app, make(), when)
