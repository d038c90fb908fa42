"""Whatever a wallet does instead of answering, the exchange ends in time, in a sentence, and harms no other."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import tracemalloc
import zlib
from dataclasses import dataclass

import pytest
from hostile import Behaviour, Server, Visit, always, echoing, head, message, reserved_port, saying
from patience import PATIENCE_SECONDS

from harness.client.transport import Transport
from harness.model import Failure, FailureKind, Request, Transmission

SECRET = "s3cr3t-signature"
BET = Request("/bet", (("X-Signature", SECRET),), b'{"amount":1}')
DEADLINE_SECONDS = 0.25
"""For wallets that are to miss it; the others have `PATIENCE_SECONDS`, so that a busy machine fails no test."""
LIMIT_BYTES = 100_000
GARBAGE, HTTP_2, MALFORMED, CLOSED, TIME_OUT, TOO_LARGE = (
    FailureKind.GARBAGE,
    FailureKind.HTTP_2,
    FailureKind.MALFORMED,
    FailureKind.CLOSED,
    FailureKind.TIME_OUT,
    FailureKind.TOO_LARGE,
)
ZEROS = bytes(50_000_000)
BOMB = gzip.compress(ZEROS)
HTTP_2_SETTINGS = bytes.fromhex("000006 04 00 00000000 0003 00000064")
"""A frame of settings: one of them, at most 100 streams."""
HTTP_2_GO_AWAY = bytes.fromhex("000008 07 00 00000000 00000000 00000001")
"""A frame that ends the connection for a protocol error."""


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def send(behaviour: Behaviour, deadline_seconds: float = PATIENCE_SECONDS) -> Transmission:
    """One exchange with a wallet that behaves like this, and then one with a sound wallet over the same transport."""
    sound = threading.Event()
    with (
        Server(lambda visit: echoing(visit) if sound.is_set() else behaviour(visit)) as server,
        Transport(server.url, time_out_seconds=deadline_seconds, limit_bytes=LIMIT_BYTES) as transport,
    ):
        seen = transport.send(BET)
        sound.set()
        assert transport.send(BET, time_out_seconds=PATIENCE_SECONDS).received is not None
    return seen


def in_time(seen: Transmission) -> bool:
    """Whether an exchange kept its deadline, with room for a busy machine."""
    return seen.finished_ns - seen.started_ns < (DEADLINE_SECONDS + 2) * 1e9


def forever(visit: Visit, piece: bytes) -> None:
    while True:
        visit.say(piece)


def then(*answers: bytes, end: Behaviour = Visit.stall) -> Behaviour:
    """Answers one request with these bytes, then ends like this."""

    def behaviour(visit: Visit) -> None:
        visit.request()
        for answer in answers:
            visit.say(answer)
        end(visit)

    return behaviour


def trickle(before: bytes, piece: bytes) -> Behaviour:
    """Says something, and then a little more again and again."""
    return then(before, end=lambda visit: visit.trickle(itertools.repeat(piece)))


CHUNKED = head("Transfer-Encoding: chunked")
HTML = b"<html><body>502</body></html>"


@dataclass(frozen=True)
class Case:
    behaviour: Behaviour
    kind: FailureKind
    phrase: str


CASES = {
    "says nothing": Case(then(), TIME_OUT, "gave no answer within 0.25 s"),
    "never reads": Case(lambda visit: visit.trickle(itertools.repeat(b"")), TIME_OUT, "gave no answer within 0.25 s"),
    "trickles interim answers": Case(trickle(b"", head(status="100 Continue")), TIME_OUT, "in the middle of"),
    "trickles a head": Case(trickle(b"HTTP/1.1 200 OK\r\nX: ", b"x"), TIME_OUT, "in the middle of the answer's head"),
    "trickles headers": Case(trickle(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), TIME_OUT, "in the middle of"),
    "trickles a body": Case(trickle(message(b"", length=9_000), b"x"), TIME_OUT, "middle of the answer's body, after"),
    "trickles chunks": Case(trickle(CHUNKED, b"1\r\nx\r\n"), TIME_OUT, "in the middle of the answer's body"),
    "trickles until the end": Case(trickle(head(), b"x"), TIME_OUT, "in the middle of the answer's body"),
    "stops in the body": Case(then(message(b"half", length=8)), TIME_OUT, "after 4 bytes of it"),
    "closes at once": Case(lambda visit: None, CLOSED, "before any answer"),
    "closes without an answer": Case(saying(b""), CLOSED, "closed the connection before any answer"),
    "closes in the head": Case(saying(b"HTTP/1.1 200 OK\r\nContent-"), CLOSED, "in the middle of the answer's head"),
    "closes in the body": Case(saying(message(b"half", length=8)), CLOSED, "after 4 bytes of it"),
    "closes in a chunk": Case(saying(CHUNKED + b"8\r\nhalf"), CLOSED, "in the middle of the answer's body"),
    "closes before the last chunk": Case(saying(CHUNKED + b"4\r\nhalf\r\n"), CLOSED, "in the middle of"),
    "closes after an interim answer": Case(saying(head(status="100 Continue")), CLOSED, "closed the connection"),
    "resets without an answer": Case(then(end=Visit.reset), CLOSED, "connection reset by peer"),
    "announces 10 GB": Case(then(message(b"x", length=10 * 1024**3)), TOO_LARGE, "announces 10,737,418,240 bytes"),
    "sends without end": Case(then(head(), end=lambda v: forever(v, b"x" * 65536)), TOO_LARGE, "than 100,000 bytes"),
    "sends chunks without end": Case(
        then(CHUNKED, end=lambda visit: forever(visit, b"10000\r\n" + b"x" * 65536 + b"\r\n")),
        TOO_LARGE,
        "larger than 100,000 bytes",
    ),
    "hides a little in long chunk extensions": Case(
        then(CHUNKED, end=lambda visit: forever(visit, b"1;" + b"a" * 5_000 + b"\r\nx\r\n")),
        TOO_LARGE,
        "larger than 100,000 bytes",
    ),
    "sends trailers without end": Case(
        then(CHUNKED + b"0\r\n", end=lambda visit: forever(visit, b"X-A: " + b"b" * 5_000 + b"\r\n")),
        TOO_LARGE,
        "larger than 100,000 bytes",
    ),
    "sends a head without end": Case(
        then(b"HTTP/1.1 200 OK\r\n", end=lambda visit: forever(visit, b"X-A: " + b"b" * 5_000 + b"\r\n")),
        TOO_LARGE,
        "head is larger than 65,536 bytes",
    ),
    "sends interim answers without end": Case(
        then(end=lambda visit: forever(visit, head(status="102 Processing") * 100)),
        TOO_LARGE,
        "head is larger than 65,536 bytes",
    ),
    "sends a gzip bomb": Case(then(message(BOMB, "Content-Encoding: gzip")), TOO_LARGE, "when it is decompressed"),
    "sends a bomb in members": Case(
        then(message(gzip.compress(ZEROS[:60_000]) * 2, "Content-Encoding: gzip")), TOO_LARGE, "when it is decompressed"
    ),
    "sends a bomb in a bomb": Case(
        then(message(gzip.compress(BOMB), "Content-Encoding: gzip, gzip")), TOO_LARGE, "when it is decompressed"
    ),
    "sends a deflate bomb": Case(
        then(message(zlib.compress(ZEROS), "Content-Encoding: deflate")), TOO_LARGE, "when it is decompressed"
    ),
    "sends broken gzip": Case(
        then(message(b"nonsense", "Content-Encoding: gzip")), MALFORMED, "cannot be decompressed"
    ),
    "cuts gzip off": Case(then(message(BOMB[:-9], "Content-Encoding: gzip")), TOO_LARGE, "when it is decompressed"),
    "cuts small gzip off": Case(
        then(message(gzip.compress(b"{}")[:-4], "Content-Encoding: gzip")), MALFORMED, "breaks off before its end"
    ),
    "encodes as nobody asked": Case(then(message(b"x", "Content-Encoding: br")), MALFORMED, "encoded as 'br'"),
    "speaks another protocol": Case(then(b"SSH-2.0-OpenSSH_9.6\r\n"), GARBAGE, "begins with 'SSH-2.0-OpenSSH_9.6'"),
    "sends a page without a head": Case(
        then(HTML), GARBAGE, "as in HTTP/0.9, and not HTTP/1.1: it begins with '<html>"
    ),
    "sends JSON without a head": Case(then(b'{"status":"OK"}'), GARBAGE, "without a status line and headers"),
    "sends noise": Case(then(bytes(range(256))), GARBAGE, "the answer is not HTTP/1.1"),
    "speaks HTTP/2": Case(then(b"HTTP/2.0 200 OK\r\n\r\n"), HTTP_2, "speaks HTTP/2 alone"),
    "speaks HTTP/2 in frames": Case(then(HTTP_2_SETTINGS), HTTP_2, "speaks HTTP/2 alone"),
    "ends an HTTP/2 connection": Case(then(HTTP_2_GO_AWAY), HTTP_2, "speaks HTTP/2 alone"),
    "speaks RTSP": Case(then(b"RTSP/1.0 200 OK\r\n\r\n"), GARBAGE, "the answer is not HTTP/1.1"),
    "ends lines badly": Case(then(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n"), MALFORMED, "not valid HTTP/1.1"),
    "has an impossible status": Case(then(head(status="20 OK")), MALFORMED, "not valid HTTP/1.1"),
    "has two lengths": Case(then(message(b"{}", "Content-Length: 3")), MALFORMED, "not valid HTTP/1.1"),
    "has a negative length": Case(then(message(b"{}", length=-1)), MALFORMED, "not valid HTTP/1.1"),
    "has a length beyond counting": Case(then(message(b"{}", length=10**30)), MALFORMED, "not valid HTTP/1.1"),
    "has a length and chunks": Case(then(message(b"", "Transfer-Encoding: chunked")), MALFORMED, "not valid HTTP/1.1"),
    "has an unknown transfer coding": Case(then(head("Transfer-Encoding: gzip")), MALFORMED, "'gzip', not chunked"),
    "has a bad chunk": Case(then(CHUNKED + b"zz\r\n"), MALFORMED, "not valid HTTP/1.1"),
    "has a chunk beyond counting": Case(then(CHUNKED + b"f" * 40 + b"\r\n"), MALFORMED, "not valid HTTP/1.1"),
    "has a chunk longer than it says": Case(then(CHUNKED + b"1\r\nxx\r\n0\r\n\r\n"), MALFORMED, "not valid HTTP/1.1"),
    "switches protocols": Case(
        then(head("Connection: upgrade", "Upgrade: websocket", status="101 Switching Protocols")),
        MALFORMED,
        "switch to another protocol",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=[name.replace(" ", "-") for name in CASES])
def test_a_hostile_wallet_ends_in_time_in_a_sentence_and_harms_no_other_exchange(case: Case) -> None:
    seen = send(case.behaviour, DEADLINE_SECONDS if case.kind is TIME_OUT else PATIENCE_SECONDS)
    assert isinstance(seen.failure, Failure)
    assert seen.received is None
    assert (seen.failure.kind, seen.failure.never_sent) == (case.kind, False)
    assert case.phrase in seen.failure.detail
    assert SECRET not in seen.failure.detail
    assert "\n" not in seen.failure.detail
    assert len(seen.failure.detail) < 300
    assert in_time(seen)


def test_a_server_that_echoes_the_request_brings_no_secret_into_the_report() -> None:
    def behaviour(visit: Visit) -> None:
        visit.say(visit.request())

    failure = send(behaviour).failure
    assert failure is not None
    assert failure.kind is GARBAGE
    assert SECRET not in failure.detail


def test_a_reset_in_the_middle_of_the_body_is_told() -> None:
    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(message(b"x" * 1000, length=2000))
        visit.reset()

    failure = send(behaviour).failure
    assert failure is not None
    assert failure.kind is CLOSED


def test_ten_gigabytes_cost_neither_memory_nor_time() -> None:
    # What a wallet sends is allocated by the harness alone: the server hands out one piece again and again.
    piece = b"x" * 65536
    tracemalloc.start()
    try:
        for behaviour in (
            then(head(), end=lambda visit: forever(visit, piece)),
            then(message(BOMB, "Content-Encoding: gzip")),
        ):
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            assert in_time(send(behaviour))
            assert tracemalloc.get_traced_memory()[1] - before < 20 * LIMIT_BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (message(HTML, "Content-Type: text/html", status="502 Bad Gateway"), 502, HTML),
        (message(b"", "Location: https://elsewhere.example/", status="302 Found"), 302, b""),
        (message(b"\xff\xfe\x00", "Content-Type: application/json"), 200, b"\xff\xfe\x00"),
        (message(b'{"a":1,"a":2,"n":NaN}'), 200, b'{"a":1,"a":2,"n":NaN}'),
        (message(b"[" * 50_000), 200, b"[" * 50_000),
        (message(b"{}too long", length=2), 200, b"{}"),
        (message(b"", status="599 "), 599, b""),
        (message(b"{}", "X-Name: \xff\x80", "X-Empty:"), 200, b"{}"),
        (message(b"x" * LIMIT_BYTES), 200, b"x" * LIMIT_BYTES),
        (message(gzip.compress(bytes(LIMIT_BYTES)), "Content-Encoding: gzip"), 200, bytes(LIMIT_BYTES)),
        (message(b"{}", *[f"X-{each}: {'v' * 500}" for each in range(100)]), 200, b"{}"),
    ],
    ids=["html", "redirect", "not-utf-8", "odd-json", "deep-json", "too-long", "599", "odd-headers", "at-limit",
         "decoded-at-limit", "many-headers"],
)  # fmt: skip
def test_what_is_http_is_handed_on_as_it_is(answer: bytes, status: int, body: bytes) -> None:
    seen = send(always(answer))
    assert seen.failure is None
    assert seen.received is not None
    assert (seen.received.status, seen.received.body) == (status, body)


def test_nothing_listening_is_told_with_the_address() -> None:
    with Server(echoing) as server:
        port = server.port
    with Transport(f"http://127.0.0.1:{port}/casino") as transport:
        seen = transport.send(BET)
    assert seen.failure is not None
    assert (seen.failure.kind, seen.failure.never_sent) == (FailureKind.UNREACHABLE, True)
    assert f"nothing listens at 127.0.0.1:{port} (connection refused)" in seen.failure.detail
    assert (seen.released_ns, seen.first_byte_ns) == (0, 0)


def full_backlog() -> tuple[socket.socket, list[socket.socket]]:
    """A listening socket that accepts nothing, and the connections that fill its queue."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=0)
    waiting = []
    for _ in range(4):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(listening.getsockname())
        waiting.append(one)
    return listening, waiting


def test_a_server_that_accepts_nothing_is_told_in_time() -> None:
    listening, waiting = full_backlog()
    try:
        with Transport(
            f"http://127.0.0.1:{listening.getsockname()[1]}", time_out_seconds=DEADLINE_SECONDS
        ) as transport:
            seen = transport.send(BET)
    finally:
        for each in (listening, *waiting):
            each.close()
    assert seen.failure is not None
    assert seen.failure.kind is TIME_OUT
    assert in_time(seen)


def test_a_name_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("harness.client.names.socket.getaddrinfo", unknown)
    with Transport("http://wallet.example") as transport:
        failure = transport.send(BET).failure
    assert failure is not None
    assert (failure.kind, failure.never_sent) == (FailureKind.UNREACHABLE, True)
    assert "the host name wallet.example cannot be resolved (name or service not known)" in failure.detail


def test_a_name_server_that_hangs_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    finished = threading.Event()
    monkeypatch.setattr(
        "harness.client.names.socket.getaddrinfo", lambda *_, **__: finished.wait(PATIENCE_SECONDS) and []
    )
    try:
        with Transport("http://wallet.example", time_out_seconds=DEADLINE_SECONDS) as transport:
            seen = transport.send(BET)
    finally:
        finished.set()
    assert seen.failure is not None
    assert (seen.failure.kind, seen.failure.never_sent) == (TIME_OUT, True)
    assert "could not be resolved in time" in seen.failure.detail
    assert in_time(seen)


def test_the_next_address_is_tried_when_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(echoing) as server, reserved_port() as dead:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in (dead, server.port)]
        monkeypatch.setattr("harness.client.names.socket.getaddrinfo", lambda *_, **__: found)
        with Transport("http://wallet.example") as transport:
            assert transport.send(BET).failure is None


def test_a_wallet_that_dies_and_returns_is_found_again() -> None:
    with reserved_port() as port, Transport(f"http://127.0.0.1:{port}") as transport:
        with Server(echoing, port=port):
            assert transport.send(BET).failure is None
        died = transport.send(BET).failure
        assert died is not None
        assert died.kind is FailureKind.UNREACHABLE
        with Server(echoing, port=port):
            assert transport.send(BET).failure is None
