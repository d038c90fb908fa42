"""The transport, between a request and the record of what became of it: bytes, times, connections, settings."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from pathlib import Path

import pytest
from hostile import Server, Visit, always, echoing, head, message
from patience import PATIENCE_SECONDS

from harness.client.failure import ConfigurationError
from harness.client.transport import Transport
from harness.model import FailureKind, Request, Transmission

BET = Request(
    "/transaction/settlement",
    (("Content-Type", "application/json"), ("X-Api-Key", "key"), ("x-signature", "ab12")),
    b'{"amount":1}',
)


def body_of(seen: Transmission) -> bytes:
    assert seen.failure is None
    assert seen.received is not None
    return seen.received.body


# ---------------------------------------------------------------------------------------------------------------------
# What is sent


def test_the_bytes_on_the_wire_are_the_callers_headers_and_what_http_needs() -> None:
    requests_seen: list[bytes] = []

    def behaviour(visit: Visit) -> None:
        requests_seen.append(visit.request())
        visit.say(message(b"{}"))

    with Server(behaviour) as server, Transport(f"{server.url}/casino", user_agent="walletproof/1") as transport:
        seen = transport.send(BET)
        wire = (
            "POST /casino/transaction/settlement HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{server.port}\r\n"
            "Content-Type: application/json\r\nX-Api-Key: key\r\nx-signature: ab12\r\nContent-Length: 12\r\n"
            "user-agent: walletproof/1\r\naccept: */*\r\naccept-encoding: gzip\r\nconnection: keep-alive\r\n\r\n"
        ).encode()
    assert requests_seen == [wire + BET.body]
    assert (seen.sent.head, seen.sent.body, seen.sent.status) == (wire, BET.body, 0)
    assert seen.sent.header("x-api-key") == "key"


def test_a_header_that_the_caller_gives_is_not_given_twice() -> None:
    ours = (
        ("host", "elsewhere"),
        ("Content-Length", "2"),
        ("Accept", "x/y"),
        ("User-Agent", "me"),
        ("connection", "close"),
    )
    with Server(always(message(b""))) as server, Transport(server.url) as transport:
        sent = transport.send(Request("/a", ours, b"{}")).sent
    assert sent.headers == (
        ("host", "elsewhere"),
        ("content-length", "2"),
        ("accept", "x/y"),
        ("user-agent", "me"),
        ("connection", "close"),
        ("accept-encoding", "gzip"),
    )


@pytest.mark.parametrize("value", ["key\n", "key\r\nX-Other: 1", "key\0"])
def test_a_header_that_would_break_the_head_is_refused_without_showing_it(value: str) -> None:
    with Transport("http://127.0.0.1:1") as transport, pytest.raises(ConfigurationError) as raised:
        transport.send(Request("/a", (("X-Api-Key", value),), b""))
    assert "X-Api-Key" in str(raised.value)
    assert "key" not in str(raised.value).replace("X-Api-Key", "")


def test_text_beyond_latin_1_in_a_header_goes_as_utf_8() -> None:
    with Server(always(message(b""))) as server, Transport(server.url) as transport:
        sent = transport.send(Request("/a", (("X-Name", "Ω"),), b"")).sent
    assert "X-Name: Ω\r\n".encode() in sent.head


def test_a_path_is_made_fit_for_a_request_line() -> None:
    with Server(always(message(b""))) as server, Transport(f"{server.url}/ä/") as transport:
        sent = transport.send(Request("/b c", (), b"")).sent
    assert sent.head.startswith(b"POST /%C3%A4/b%20c HTTP/1.1\r\n")


def test_netrc_and_the_session_add_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login wrong password wrong\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Server(always(message(b""))) as server, Transport(server.url) as transport:
        assert transport.send(BET).sent.header("authorization") is None


# ---------------------------------------------------------------------------------------------------------------------
# What is received


def test_an_answer_is_kept_byte_for_byte_with_its_times() -> None:
    answer = b"HTTP/1.1 422 No  Way\r\nX-One:  a \r\nx-one: b\r\nContent-Length: 3\r\n\r\n\xff\x00{"
    with Server(always(answer)) as server, Transport(server.url) as transport:
        seen = transport.send(BET)
    assert seen.failure is None
    assert seen.received is not None
    assert seen.received.head + seen.received.body == answer
    assert seen.received.status == 422
    assert seen.received.headers == (("x-one", "a"), ("x-one", "b"), ("content-length", "3"))
    assert 0 < seen.started_ns < seen.released_ns < seen.first_byte_ns <= seen.finished_ns


CHUNKED = head("Transfer-Encoding: chunked")
DEFLATE = zlib.compressobj(wbits=-15)
RAW_DEFLATE = DEFLATE.compress(b'{"ok":1}') + DEFLATE.flush()


@pytest.mark.parametrize(
    "answer",
    [
        message(b'{"ok":1}'),
        message(b'{"ok":1}', "Connection: close"),
        message(b'{"ok":1}', "Upgrade: h2,h2c", "Connection: Upgrade, Keep-Alive", "Keep-Alive: timeout=5"),
        head("Connection: close") + b'{"ok":1}',
        b'HTTP/1.0 200 OK\r\n\r\n{"ok":1}',
        CHUNKED + b'3;ext=1\r\n{"o\r\n5\r\nk":1}\r\n0\r\n\r\n',
        CHUNKED + b'8\r\n{"ok":1}\r\n0\r\nX-Trailer: 1\r\n\r\n',
        head(status="100 Continue") + head("Link: x", status="103 Early Hints") + message(b'{"ok":1}'),
        message(gzip.compress(b'{"ok":1}'), "Content-Encoding: gzip"),
        message(gzip.compress(b'{"ok"') + gzip.compress(b":1}") + b"\0\0", "Content-Encoding: GZip"),
        message(gzip.compress(gzip.compress(b'{"ok":1}')), "Content-Encoding: gzip, gzip"),
        message(zlib.compress(b'{"ok":1}'), "Content-Encoding: deflate"),
        message(RAW_DEFLATE, "Content-Encoding: deflate"),
        message(b'{"ok":1}', "Content-Encoding: identity"),
        b"\r\n" + message(b'{"ok":1}'),
    ],
    ids=[
        "length",
        "close",
        "offers-an-upgrade",
        "until-the-end",
        "http-1.0",
        "chunked",
        "trailer",
        "interim",
        "gzip",
        "gzip-members",
        "gzip-twice",
        "deflate",
        "raw-deflate",
        "identity",
        "leading-line-break",
    ],
)
@pytest.mark.parametrize("bytewise", [False, True], ids=["at-once", "byte-by-byte"])
def test_every_way_to_frame_and_encode_a_body_is_read(answer: bytes, bytewise: bool) -> None:
    def behaviour(visit: Visit) -> None:
        visit.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        visit.request()
        for piece in [answer[i : i + 1] for i in range(len(answer))] if bytewise else [answer]:
            visit.say(piece)

    with Server(behaviour) as server, Transport(server.url) as transport:
        seen = transport.send(BET)
    assert body_of(seen) == b'{"ok":1}'
    assert seen.received is not None
    assert seen.received.status == 200
    assert seen.received.head.startswith(b"HTTP/1.")
    assert seen.received.head.endswith(b"\r\n\r\n")
    assert seen.received.header("x-trailer") is None


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_that_can_have_no_body_ends_with_its_head(status: str) -> None:
    with Server(always(head(status=status))) as server, Transport(server.url) as transport:
        assert body_of(transport.send(BET)) == b""
        assert body_of(transport.send(BET)) == b""
        assert server.visits == 1


def test_an_answer_to_head_has_no_body() -> None:
    with Server(always(message(b"", length=50))) as server, Transport(server.url) as transport:
        assert body_of(transport.send(Request("/a", (), b"", method="HEAD"))) == b""


def test_a_redirect_is_an_answer_like_any_other() -> None:
    with Server(always(message(b"", "Location: /elsewhere", status="307 Moved"))) as server:
        with Transport(server.url) as transport:
            seen = transport.send(BET)
        assert server.visits == 1
    assert seen.received is not None
    assert (seen.received.status, seen.received.header("location")) == (307, "/elsewhere")


def test_a_large_request_that_is_refused_early_is_answered() -> None:
    def behaviour(visit: Visit) -> None:
        visit.connection.recv(1024)
        visit.say(message(b"too much", status="413 Too Large"))
        visit.stall()

    with Server(behaviour) as server, Transport(server.url, time_out_seconds=5) as transport:
        seen = transport.send(Request("/a", (), b"x" * 30_000_000))
    assert body_of(seen) == b"too much"


# ---------------------------------------------------------------------------------------------------------------------
# Connections


def test_a_connection_is_kept_for_the_next_request() -> None:
    with Server(echoing) as server, Transport(server.url) as transport:
        bodies = [body_of(transport.send(Request("/a", (), b"%d" % each))) for each in range(20)]
        assert server.visits == 1
    assert bodies == [b"%d" % each for each in range(20)]


@pytest.mark.parametrize(
    "answer", [message(b"1", "Connection: close"), b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n1"]
)
def test_a_connection_that_the_wallet_wants_closed_is_not_used_again(answer: bytes) -> None:
    with Server(always(answer)) as server, Transport(server.url) as transport:
        assert body_of(transport.send(BET)) == body_of(transport.send(BET)) == b"1"
        assert server.visits == 2


def test_a_connection_that_was_closed_while_idle_is_noticed_before_anything_is_sent() -> None:
    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(message(b"%d" % visit.index))

    with Server(behaviour) as server, Transport(server.url) as transport:
        assert body_of(transport.send(BET)) == b"0"
        server.wait_for_end_of(0)
        assert body_of(transport.send(BET)) == b"1"
        assert server.visits == 2


def test_a_request_that_went_out_is_never_sent_again() -> None:
    seen: list[bytes] = []

    def behaviour(visit: Visit) -> None:
        seen.append(visit.request())
        visit.say(message(b"1"))
        seen.append(visit.request())

    with Server(behaviour) as server, Transport(server.url) as transport:
        assert body_of(transport.send(BET)) == b"1"
        failure = transport.send(BET).failure
        assert server.visits == 1
    assert len(seen) == 2
    assert failure is not None
    assert failure.kind is FailureKind.CLOSED
    assert not failure.never_sent


@pytest.mark.parametrize("surplus", [message(b"2"), b"garbage", b"\r\n\r\n", b"H"])
def test_what_follows_an_answer_never_reaches_the_next_exchange(surplus: bytes) -> None:
    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(message(b"%d" % visit.index) + surplus)
        while visit.request():
            visit.say(message(b"%d" % visit.index))

    with Server(behaviour) as server, Transport(server.url) as transport:
        assert body_of(transport.send(BET)) == b"0"
        assert body_of(transport.send(BET)) in {b"0", b"1"}
        # Line breaks between answers are allowed, and mean nothing.
        assert server.visits == (1 if not surplus.strip() else 2)


def test_an_answer_that_nobody_asked_for_makes_an_idle_connection_useless() -> None:
    said = threading.Event()
    asked = threading.Event()

    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(message(b"%d" % visit.index))
        assert asked.wait(PATIENCE_SECONDS)
        visit.say(message(b"unasked"))
        said.set()
        visit.stall()

    with Server(behaviour) as server, Transport(server.url) as transport:
        assert body_of(transport.send(BET)) == b"0"
        asked.set()
        assert said.wait(PATIENCE_SECONDS)
        assert body_of(transport.send(BET)) == b"1"


def test_no_more_idle_connections_are_kept_than_allowed() -> None:
    with Server(echoing) as server, Transport(server.url, connections=2) as transport:
        transport.release([BET] * 5)
        transport.release([BET] * 5)
        assert server.visits == 5 + 3


def test_nothing_is_left_open() -> None:
    gone = threading.Event()

    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(message(b"1"))
        visit.stall()
        gone.set()

    with Server(behaviour) as server:
        with Transport(server.url) as transport:
            transport.send(BET)
        assert gone.wait(PATIENCE_SECONDS)
