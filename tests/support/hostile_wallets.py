"""A wallet that misbehaves on raw sockets, and the table of its behaviours with what a run must say of each.

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
from collections.abc import Callable, Iterator
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


def only_the_first(pieces: Iterator[bytes]) -> bytes:
    return next(pieces)


@dataclass(frozen=True)
class Hostile:
    """One behaviour: how it is made for a run, and what the run must end with.

    `start` is the exit status and the first cause if it misbehaves from the first request on, `later` if it does at
    settlements of money alone. None leaves that run out.
    """

    make: Callable[[], Behaviour]
    start: tuple[int, str] | None = None
    later: tuple[int, str] | None = None


def of(behaviour: Behaviour) -> Callable[[], Behaviour]:
    """A behaviour without a memory."""
    return lambda: behaviour


HOSTILE: dict[str, Hostile] = {
    "sends-a-head-without-end": Hostile(of(flood(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 5000 + b"\r\n"))),
    "trickles-a-head": Hostile(of(drip(b"HTTP/1.1 200 OK\r\nX: ", b"x"))),
    "trickles-headers": Hostile(of(drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"))),
    "floods-with-interim-answers": Hostile(of(flood(b"", head(status="102 Processing") * 100))),
    "trickles-interim-answers": Hostile(of(drip(b"", head(status="100 Continue")))),
    "interim-answers-then-a-sound-one": Hostile(of(interim_then_sound)),
    "answers-in-pieces": Hostile(of(in_pieces)),
    "trickles-a-body": Hostile(of(drip(message(b"", JSON, length=9000), b"x"))),
    "trickles-chunks": Hostile(of(drip(CHUNKED, b"1\r\nx\r\n"))),
    "trickles-until-the-end": Hostile(of(drip(head(JSON), b" "))),
    "sends-a-body-without-end": Hostile(of(flood(head(JSON), b"x" * 65536))),
    "sends-chunks-without-end": Hostile(of(flood(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"))),
    "announces-10-gigabytes": Hostile(of(lastly(message(b"{", JSON, length=10 * 1024**3)))),
    "announces-more-than-comes": Hostile(of(wrong_length(10))),
    "announces-more-and-closes": Hostile(of(wrong_length(10, closing))),
    "announces-less-than-comes": Hostile(of(wrong_length(-10))),
    "has-two-lengths": Hostile(of(with_status("200 OK", "Content-Length: 3", body=b"{}"))),
    "has-a-negative-length": Hostile(of(lastly(message(b"{}", JSON, length=-1), closing))),
    "has-an-invalid-chunk": Hostile(of(lastly(CHUNKED + b"zz\r\n{}\r\n", closing))),
    "has-a-chunk-beyond-counting": Hostile(of(lastly(CHUNKED + b"f" * 40 + b"\r\n", closing))),
    "nests-gzip-bombs": Hostile(of(with_status("200 OK", "Content-Encoding: gzip, gzip", body=gzip.compress(BOMB)))),
    "says-gzip-and-sends-json": Hostile(of(rewritten(lambda body: body, JSON, "Content-Encoding: gzip"))),
    "packs-gzip-in-gzip": Hostile(of(zipped(gzip.compress, gzip.compress, encoding="gzip, gzip"))),
    "cuts-gzip-off": Hostile(of(zipped(gzip.compress, lambda body: body[:-9], encoding="gzip"))),
    "encodes-as-nobody-asked": Hostile(of(zipped(encoding="br"))),
    "speaks-http-0.9": Hostile(of(bare)),
    "speaks-http-2-alone": Hostile(of(lastly(HTTP_2, closing))),
    "speaks-ssh": Hostile(of(lastly(b"SSH-2.0-OpenSSH_9.6\r\n", closing))),
    "answers-with-a-tls-alert": Hostile(of(lastly(b"\x15\x03\x01\x00\x02\x02\x46", closing))),
    "switches-protocols": Hostile(
        of(lastly(head("Connection: upgrade", "Upgrade: websocket", status="101 Switching Protocols"), closing))
    ),
    "answers-204": Hostile(of(constantly(head(status="204 No Content")))),
    "answers-304": Hostile(of(constantly(head(status="304 Not Modified")))),
    "redirects-to-itself": Hostile(of(with_status("307 Any", "Location: http://127.0.0.1/casino/loop"))),
    "asks-for-patience-for-ever": Hostile(of(with_status("429 Any", "Retry-After: 1", body=b"slow down"))),
    "asks-for-a-year": Hostile(of(with_status("503 Any", "Retry-After: 31536000", body=b"slow down"))),
    "asks-for-nonsense": Hostile(of(with_status("429 Any", "Retry-After: \xff soon", body=b"slow down"))),
    "answers-502": Hostile(of(with_status("502 Bad Gateway", "Content-Type: text/html", body=b"<html>502</html>"))),
    "answers-an-empty-body": Hostile(of(with_status("200 OK", JSON))),
    "answers-a-web-page": Hostile(of(with_status("200 OK", "Content-Type: text/html", body=b"<html>Hi</html>"))),
    "nests-100000-deep": Hostile(of(with_status("200 OK", JSON, body=b"[" * 100_000 + b"]" * 100_000))),
    "nests-objects-100000-deep": Hostile(
        of(with_status("200 OK", JSON, body=b'{"a":' * 100_000 + b"1" + b"}" * 100_000))
    ),
    "shows-1e999999999": Hostile(of(with_balance("1e999999999"))),
    "shows-1e-999999999": Hostile(of(with_balance("1e-999999999"))),
    "shows-a-million-digits": Hostile(of(with_balance("1" * 1_000_000))),
    "shows-infinity": Hostile(of(with_balance("Infinity"))),
    "shows-nan": Hostile(of(with_balance("NaN"))),
    "shows-minus-zero": Hostile(of(with_balance("-0"))),
    "writes-a-key-twice": Hostile(of(with_balance('1,"balance":2'))),
    "writes-utf-16": Hostile(of(rewritten(lambda body: body.decode().encode("utf-16")))),
    "writes-broken-utf-8": Hostile(of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_\xff\xfeOK")))),
    "writes-a-byte-order-mark": Hostile(of(rewritten(lambda body: b"\xef\xbb\xbf" + body))),
    "writes-lone-surrogates": Hostile(of(rewritten(lambda body: body.replace(b"RS_OK", b"\\ud800\\udfff\\ud800")))),
    "writes-two-documents": Hostile(of(rewritten(lambda body: body + body))),
    "writes-null": Hostile(of(rewritten(lambda body: b"null"))),
    "writes-an-array": Hostile(of(rewritten(lambda body: b"[" + body + b"]"))),
    "writes-an-escape-sequence": Hostile(of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_\\u001b[2J\\u0007OK")))),
    "writes-a-status-of-3-megabytes": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_" + b"A" * 3_000_000)))
    ),
    "has-an-escape-sequence-in-the-head": Hostile(of(with_status("200 \x1b[2J OK", "X-\x1b[31m: \x07"))),
    "echoes-the-request": Hostile(of(echo)),
    "answers-twice": Hostile(of(twice)),
    "swaps-answers": Hostile(swapped),
    "repeats-its-first-answer": Hostile(first_answer_for_ever),
    "agrees-to-everything": Hostile(of(yes)),
    "never-answers": Hostile(of(stalling)),
    "resets-connections": Hostile(of(resetting)),
    "resets-every-other-connection": Hostile(every_other(resetting)),
    "closes-without-an-answer": Hostile(of(vanishing)),
    "closes-kept-connections": Hostile(of(kept_alive_falsely)),
    "dies-after-a-while": Hostile(dying(40)),
    "answers-after-2-seconds": Hostile(of(slowly(2))),
    "answers-repetitions-after-9.9-seconds": Hostile(slow_repetitions(9.9)),
    "serves-one-connection-and-lets-others-wait": Hostile(one_at_a_time(lambda asked: asked.visit.stall())),
    "serves-one-connection-and-closes-others": Hostile(one_at_a_time(lambda asked: None)),
    "serves-one-connection-and-refuses-others": Hostile(
        one_at_a_time(lambda asked: message(b"busy", "Connection: close", status="503 Any"))
    ),
    "answers-before-the-body-has-come": Hostile(of(with_status("413 Any", "Connection: close", body=b"too large"))),
}


def wallet(
    make: Callable[[], Behaviour], contract: str = "casino", *, from_the_start: bool
) -> tuple[AtHand, HostileWallet]:
    """A new wallet with that behaviour, and the server's behaviour in front of it."""
    at_hand = AtHand(contract)
    when = (lambda asked: True) if from_the_start else (lambda asked: asked.moves_money)
    return at_hand, HostileWallet(at_hand.app, make(), when)
