"""Servers that close kept connections without an answer: what is recorded, and what the pool learns from it."""

from __future__ import annotations

import contextlib
import ssl
import threading
from pathlib import Path

import pytest
import trustme
from hostile import Behaviour, Server, Visit, message, reserved_port
from patience import PATIENCE_SECONDS

from harness.client import Transport
from harness.client.connection import Connection
from harness.model import FailureKind, Loss, Request, Tls, Transmission

OK = message(b"{}")


def closing_after(count: int, *, reset: bool = False) -> Behaviour:
    """Answers `count` requests on a connection, and closes it at the next one without a byte."""

    def behaviour(visit: Visit) -> None:
        for _ in range(count):
            if not visit.request():
                return
            visit.say(OK)
        visit.request()
        if reset:
            visit.reset()

    return behaviour


def sent(transport: Transport, count: int) -> list[Transmission]:
    return [transport.send(Request("/", (), b"{}")) for _ in range(count)]


def kinds(found: list[Transmission]) -> list[FailureKind | None]:
    return [each.failure.kind if each.failure is not None else None for each in found]


@pytest.mark.parametrize("reset", [False, True])
def test_a_server_that_closes_connections_costs_one_answer(reset: bool) -> None:
    with Server(closing_after(3, reset=reset)) as server, Transport(server.url) as transport:
        found = sent(transport, 20)
        assert kinds(found).count(FailureKind.CLOSED) == 1
        assert found[3].reused
        assert server.visits == 7, "one that failed, and six for the other 16 requests, three each"


def test_the_first_request_of_a_connection_teaches_nothing() -> None:
    with Server(closing_after(0)) as server, Transport(server.url) as transport:
        found = sent(transport, 2)
        assert kinds(found) == [FailureKind.CLOSED] * 2
        assert not any(each.reused for each in found)


def test_an_answer_that_has_begun_teaches_nothing() -> None:
    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(OK)
        visit.request()
        visit.say(OK[:20] if visit.index == 0 else OK)
        while visit.index and visit.request():
            visit.say(OK)

    with Server(behaviour) as server, Transport(server.url) as transport:
        assert kinds(sent(transport, 8)) == [None, FailureKind.CLOSED] + [None] * 6
        assert server.visits == 2


def test_an_answer_that_we_lose_ourselves_teaches_nothing() -> None:
    with Server(closing_after(50)) as server, Transport(server.url) as transport:
        sent(transport, 1)
        lost = transport.send(Request("/", (), b"{}"), loss=Loss.AFTER_SENDING)
        assert kinds([lost]) == [FailureKind.LOST]
        assert kinds(sent(transport, 5)) == [None] * 5
        assert server.visits == 2


def test_a_race_on_kept_connections_teaches_it_too() -> None:
    with Server(closing_after(1)) as server, Transport(server.url) as transport:
        requests = [Request("/", (), b"{}")] * 3
        found = [kinds(list(transport.release(requests))) for _ in range(3)]
        assert found == [[None] * 3, [FailureKind.CLOSED] * 3, [None] * 3]
        assert kinds(sent(transport, 4)) == [None] * 4


def test_a_wallet_that_was_gone_has_no_such_limit() -> None:
    """A wallet that crashes closes its connections, too. When it is back, connections are kept as before."""
    with reserved_port() as port, Transport(f"http://127.0.0.1:{port}") as transport:
        with Server(closing_after(1), port=port):
            assert kinds(sent(transport, 2)) == [None, FailureKind.CLOSED]
        assert kinds(sent(transport, 1)) == [FailureKind.UNREACHABLE]
        with Server(closing_after(50), port=port) as back:
            assert kinds(sent(transport, 5)) == [None] * 5
            assert back.visits == 1


@pytest.mark.parametrize("end", ["reset", "close", "unwrap"])
def test_a_tls_connection_that_closes_while_a_request_is_written_is_a_closed_one(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server closes it at the moment at which the request goes out, after it was found to be open."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1").configure_cert(context)

    answered = threading.Event()

    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(OK)
        if visit.index:
            while visit.request():
                visit.say(OK)
            return
        assert answered.wait(PATIENCE_SECONDS)
        if end == "reset":
            visit.reset()
        elif end == "unwrap":
            visit.connection.setblocking(False)
            with contextlib.suppress(OSError):  # It does not wait for the other end's farewell.
                visit.connection.unwrap()  # type: ignore[attr-defined]

    monkeypatch.setattr(Connection, "stale", lambda self: False)
    tls = Tls(ca_bundle=str(tmp_path / "ca.pem"))
    with Server(behaviour, tls=context) as server, Transport(server.url, tls=tls) as transport:
        first = sent(transport, 1)
        answered.set()
        server.wait_for_end_of(0)
        found = sent(transport, 3)
    assert kinds(first + found) == [None, FailureKind.CLOSED, None, None]
    assert found[0].reused
    assert not found[0].first_byte_ns
