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


HOSTILE: dict[str, Hostile] = {
    "sends-a-head-without-end": Hostile(
        of(flood(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 5000 + b"\r\n")),
        first="head is larger than 65,536 bytes",
        later=(1, "the answer is far too large"),
    ),
    "trickles-a-head": Hostile(
        of(drip(b"HTTP/1.1 200 OK\r\nX: ", b"x")),
        first="in the middle of the answer's head",
        later=(1, "the answer begins in time and does not end"),
    ),
    "trickles-headers": Hostile(
        of(drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")),
        first="it comes in drips",
        later=(1, "the answer begins in time and does not end"),
    ),
    "floods-with-interim-answers": Hostile(
        of(flood(b"", head(status="102 Processing") * 100)),
        first="head is larger than 65,536 bytes",
        later=(1, "the answer is far too large"),
    ),
    "trickles-interim-answers": Hostile(
        of(drip(b"", head(status="100 Continue"))),
        first="in the middle of the answer's head",
        later=(1, "the answer begins in time and does not end"),
    ),
    "sends-interim-answers-before-a-sound-one": Hostile(
        of(interim_then_sound), first="ready", later=(4, "scenarios were not run")
    ),
    "answers-in-pieces": Hostile(of(in_pieces), later=(4, "scenarios were not run")),
    "trickles-a-body": Hostile(
        of(drip(message(b"", JSON, length=9000), b"x")),
        first="in the middle of the answer's body",
        later=(1, "the answer begins in time and does not end"),
    ),
    "trickles-chunks": Hostile(
        of(drip(CHUNKED, b"1\r\nx\r\n")),
        first="in the middle of the answer's body",
        later=(1, "the answer begins in time and does not end"),
    ),
    "trickles-until-the-end": Hostile(
        of(drip(head(JSON), b" ")),
        first="in the middle of the answer's body",
        later=(1, "the answer begins in time and does not end"),
    ),
    "sends-a-body-without-end": Hostile(
        of(flood(head(JSON), b"x" * 65536)),
        first="body is larger than 10,485,760 bytes",
        later=(1, "the answer is far too large"),
    ),
    "sends-chunks-without-end": Hostile(
        of(flood(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        first="body is larger than 10,485,760 bytes",
        later=(1, "the answer is far too large"),
    ),
    "announces-10-gigabytes": Hostile(
        of(lastly(message(b"{", JSON, length=10 * 1024**3))),
        first="announces 10,737,418,240 bytes",
        later=(1, "the answer is far too large"),
    ),
    "announces-more-than-comes": Hostile(
        of(wrong_length(10)),
        first="fewer bytes come than its head announces",
        later=(1, "the answer begins in time and does not end"),
    ),
    "announces-more-and-closes": Hostile(
        of(wrong_length(10, closing)),
        first="closed the connection in the middle of the answer's body",
        later=(1, "closed in the middle of an answer"),
    ),
    "announces-less-than-comes": Hostile(of(wrong_length(-10)), first="not JSON", later=(1, "the answer is no JSON")),
    "has-two-lengths": Hostile(
        of(with_status("200 OK", "Content-Length: 3", body=b"{}")),
        first="Duplicate Content-Length",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "has-a-negative-length": Hostile(
        of(lastly(message(b"{}", JSON, length=-1), closing)),
        first="Invalid character in Content-Length",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "has-an-invalid-chunk": Hostile(
        of(lastly(CHUNKED + b"zz\r\n{}\r\n", closing)),
        first="Invalid character in chunk size",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "has-a-chunk-beyond-counting": Hostile(
        of(lastly(CHUNKED + b"f" * 40 + b"\r\n", closing)),
        first="Chunk size overflow",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "nests-gzip-bombs": Hostile(
        of(with_status("200 OK", "Content-Encoding: gzip, gzip", body=gzip.compress(BOMB))),
        first="when it is decompressed",
        later=(1, "the answer is far too large"),
    ),
    "says-gzip-and-sends-json": Hostile(
        of(rewritten(lambda body: body, JSON, "Content-Encoding: gzip")),
        first="cannot be decompressed",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "packs-gzip-in-gzip": Hostile(
        of(zipped(gzip.compress, gzip.compress, encoding="gzip, gzip")),
        first="ready",
        later=(4, "scenarios were not run"),
    ),
    "cuts-gzip-off": Hostile(
        of(zipped(gzip.compress, lambda body: body[:-9], encoding="gzip")),
        first="breaks off before its end",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "encodes-as-nobody-asked": Hostile(
        of(zipped(encoding="br")),
        first="encoded as 'br', and only gzip was offered",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "speaks-http-0.9": Hostile(of(bare), first="as in HTTP/0.9", later=(1, "as in HTTP/0.9")),
    "speaks-http-2-alone": Hostile(
        of(lastly(HTTP_2, closing)),
        first="speaks HTTP/2 alone",
        later=(1, "speaks HTTP/2 alone, and platforms send HTTP/1.1"),
    ),
    "speaks-ssh": Hostile(
        of(lastly(b"SSH-2.0-OpenSSH_9.6\r\n", closing)),
        first="begins with 'SSH-2.0-OpenSSH_9.6'",
        later=(1, "the answer is no HTTP"),
    ),
    "answers-with-a-tls-alert": Hostile(
        of(lastly(b"\x15\x03\x01\x00\x02\x02\x46", closing)),
        first="write https:// in the URL",
        later=(1, "write https:// in the URL"),
    ),
    "switches-protocols": Hostile(
        of(lastly(head("Connection: upgrade", "Upgrade: websocket", status="101 Switching Protocols"), closing)),
        first="wants to switch to another protocol",
        later=(1, "wants to switch to another protocol"),
    ),
    "answers-204": Hostile(
        of(constantly(head(status="204 No Content"))),
        first="HTTP 204, which is no answer of a wallet",
        later=(1, "the answer has no body"),
    ),
    "answers-304": Hostile(
        of(constantly(head(status="304 Not Modified"))),
        first="redirects are not followed",
        later=(1, "answers with a redirect"),
    ),
    "redirects-to-itself": Hostile(
        of(with_status("307 Any", "Location: http://127.0.0.1/casino/loop")),
        first="a redirect to http://127.0.0.1/casino/loop",
        later=(1, "answers with a redirect"),
    ),
    "asks-for-patience-for-ever": Hostile(
        of(with_status("429 Any", "Retry-After: 1", body=b"slow down")),
        first="too many requests",
        later=(1, "HTTP 429: the wallet"),
    ),
    "asks-for-a-year": Hostile(
        of(with_status("503 Any", "Retry-After: 31536000", body=b"slow down")),
        first="says that it is unavailable",
        later=(1, "HTTP 503: the wallet"),
    ),
    "asks-for-nonsense": Hostile(
        of(with_status("429 Any", "Retry-After: \xff soon", body=b"slow down")),
        first="too many requests",
        later=(1, "HTTP 429: the wallet"),
    ),
    "answers-502": Hostile(
        of(with_status("502 Bad Gateway", "Content-Type: text/html", body=b"<html>502</html>")),
        first="cannot reach the wallet",
        later=(1, "HTTP 502: a gateway"),
    ),
    "answers-413-to-everything": Hostile(
        of(with_status("413 Any", "Connection: close", body=b"too large")),
        first="HTTP 413",
        later=(1, "HTTP 413: the wallet"),
    ),
    "answers-an-empty-body": Hostile(
        of(with_status("200 OK", JSON)), first="the body is empty", later=(1, "the answer has no body")
    ),
    "answers-a-web-page": Hostile(
        of(with_status("200 OK", "Content-Type: text/html", body=b"<html>Hi</html>")),
        first="a web page",
        later=(1, "an HTML page is answered"),
    ),
    "nests-100000-deep": Hostile(
        of(with_status("200 OK", JSON, body=b"[" * 100_000 + b"]" * 100_000)),
        first="nested deeper than 64 levels",
        later=(1, "nested deeper than 64 levels"),
    ),
    "nests-objects-100000-deep": Hostile(
        of(with_status("200 OK", JSON, body=b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
        first="nested deeper than 64 levels",
        later=(1, "nested deeper than 64 levels"),
    ),
    "shows-1e999999999": Hostile(
        of(with_balance("1e999999999")),
        first="the exponent 999999999, the limit is 400",
        later=(1, "the exponent 999999999, the limit is 400"),
    ),
    "shows-1e-999999999": Hostile(
        of(with_balance("1e-999999999")), first="the exponent -999999999", later=(1, "the exponent -999999999")
    ),
    "shows-a-million-digits": Hostile(
        of(with_balance("1" * 1_000_000)),
        first="a number of 1000000 characters",
        later=(1, "a number of 1000000 characters"),
    ),
    "shows-infinity": Hostile(
        of(with_balance("Infinity")), first="Infinity is not a JSON number", later=(1, "Infinity is not a JSON number")
    ),
    "shows-nan": Hostile(
        of(with_balance("NaN")), first="NaN is not a JSON number", later=(1, "NaN is not a JSON number")
    ),
    "shows-nothing-for-ever": Hostile(of(with_balance("-0")), first="ready", later=(1, "no sound wallet could show")),
    "writes-a-key-twice": Hostile(
        of(with_balance('1,"balance":2')),
        first="the key 'balance' stands twice",
        later=(1, "a key stands twice in the answer"),
    ),
    "writes-utf-16": Hostile(
        of(rewritten(lambda body: body.decode().encode("utf-16"))), first="not UTF-8", later=(1, "not UTF-8")
    ),
    "writes-broken-utf-8": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_\xff\xfeOK"))),
        first="not UTF-8: byte 0xff",
        later=(1, "not UTF-8: byte 0xff"),
    ),
    "writes-a-byte-order-mark": Hostile(
        of(rewritten(lambda body: b"\xef\xbb\xbf" + body)), first="a byte order mark", later=(1, "a byte order mark")
    ),
    "writes-lone-surrogates": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"\\ud800\\udfff\\ud800"))),
        first="half of a surrogate pair",
        later=(1, "half of a surrogate pair"),
    ),
    "writes-two-documents": Hostile(
        of(rewritten(lambda body: body + body)), first="extra data at line 1", later=(1, "extra data at line 1")
    ),
    "writes-null": Hostile(
        of(rewritten(lambda body: b"null")),
        first="the answer is JSON, but not an object",
        later=(1, "the answer is JSON, but not an object"),
    ),
    "writes-an-array": Hostile(
        of(rewritten(lambda body: b"[" + body + b"]")),
        first="the answer is JSON, but not an object",
        later=(1, "the answer is JSON, but not an object"),
    ),
    "writes-an-escape-sequence": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_\\u001b[2J\\u0007OK"))),
        first="refuses an ordinary settlement",
        later=(1, "an ordinary transaction is refused"),
    ),
    "writes-a-status-of-3-megabytes": Hostile(
        of(rewritten(lambda body: body.replace(b"RS_OK", b"RS_" + b"A" * 3_000_000))),
        first="refuses an ordinary settlement",
        later=(1, "an ordinary transaction is refused"),
    ),
    "has-an-escape-sequence-in-the-head": Hostile(
        of(with_status("200 \x1b[2J OK", "X-\x1b[31m: \x07")),
        first="Invalid header token",
        later=(1, "the answer breaks the rules of HTTP"),
    ),
    "echoes-the-request": Hostile(
        of(echo), first="says neither success nor an error", later=(1, "says neither success nor an error")
    ),
    "answers-twice": Hostile(of(twice), first="ready", later=(4, "scenarios were not run")),
    "swaps-answers": Hostile(swapped, first="ready", later=(1, "answered with the answer to another one")),
    "repeats-its-first-answer": Hostile(
        first_answer_for_ever, first="ready", later=(1, "answered with the answer to another one")
    ),
    "agrees-to-everything": Hostile(of(yes), later=(1, "the field `data` is missing in the answer")),
    "never-answers": Hostile(of(stalling), first="gave no answer within 1 s", later=(1, "does not answer in time")),
    "resets-connections": Hostile(
        of(resetting), first="connection reset by peer", later=(1, "the connection is closed without an answer")
    ),
    "resets-kept-connections": Hostile(every_other(resetting)),
    "closes-without-an-answer": Hostile(
        of(vanishing),
        first="closed the connection before any answer",
        later=(1, "the connection is closed without an answer"),
    ),
    "closes-kept-connections": Hostile(of(kept_alive_falsely), first="ready"),
    "dies-after-a-while": Hostile(dying(40), first="ready"),
    "answers-after-2-seconds": Hostile(
        of(slowly(2)), first="gave no answer within 1 s", later=(4, "which is limits.run_seconds"), run_seconds=4
    ),
    "answers-repetitions-after-9.9-seconds": Hostile(
        slow_repetitions(9.9), later=(1, "gets no answer in time when it comes again")
    ),
    "serves-one-connection-and-lets-others-wait": Hostile(
        one_at_a_time(lambda asked: asked.visit.stall()), first="ready", later=(1, "serves fewer connections at once")
    ),
    "serves-one-connection-and-closes-others": Hostile(
        one_at_a_time(lambda asked: None), first="ready", later=(1, "serves fewer connections at once")
    ),
    "serves-one-connection-and-refuses-others": Hostile(
        one_at_a_time(lambda asked: message(b"busy", "Connection: close", status="503 Any")),
        first="ready",
        later=(1, "HTTP 503: the wallet"),
    ),
}
WHOLE: dict[str, tuple[int, str]] = {
    "never-answers": (4, "which is limits.run_seconds"),
    "answers-after-2-seconds": (4, "which is limits.run_seconds"),
    "closes-without-an-answer": (1, "closed without an answer"),
    "speaks-http-2-alone": (1, "speaks HTTP/2 alone"),
    "answers-an-empty-body": (1, "the answer has no body"),
    "swaps-answers": (1, "answered with the answer to another one"),
    "dies-after-a-while": (1, "limits.run_seconds"),
}
"""Behaviours that the whole suite meets, at settlements of money alone, with the exit status and the first cause."""
QUICK = ("speaks-http-0.9", "trickles-a-body", "serves-one-connection-and-closes-others", "swaps-answers")
"""The behaviours whose runs are quick enough for every `make test`."""


def wallet(
    make: Callable[[], Behaviour], contract: str = "casino", *, from_the_start: bool
) -> tuple[AtHand, HostileWallet]:
    """A new wallet with that behaviour, and the server's behaviour in front of it."""
    at_hand = AtHand(contract)

    def when(asked: Asked) -> bool:
        return from_the_start or asked.moves_money

    return at_hand, HostileWallet(at_hand.app, make(), when)
