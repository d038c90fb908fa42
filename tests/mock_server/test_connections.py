"""The limits of connections over real sockets: heads, slow clients, how many at once, bodies, and overload."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from listening import listening
from patience import PATIENCE_SECONDS
from wallet_process import CREDENTIALS, read, signed, wire

from harness.contracts import Contract
from harness.model import Payout, Settle
from mock_server.app import App
from mock_server.commits import CommitEachTurn
from mock_server.limits import KIBIBYTE, MEBIBYTE, Limits
from mock_server.store import Account, open_store
from mock_server.wallet import Wallet
from mock_server.wire import Answer

PAYOUT = Payout(id="t1", player="ann", currency="EUR", amount=5, bet="b")
HEAD = b"POST /casino/transaction/settlement HTTP/1.1\r\nhost: w\r\n"


class Open:
    """A wallet that listens with small limits."""

    def __init__(self, app: App, port: int) -> None:
        self.app = app
        self.port = port

    def raw(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def turned_away(self, limit: str) -> int:
        return self.app.metrics.turned_away[(limit,)]

    def works(self) -> bool:
        with self.raw() as connection:
            connection.sendall(wire("casino", signed("casino", PAYOUT)))
            return b"RS_OK" in received(connection)


@contextlib.contextmanager
def serving(limits: Limits, wallet_type: type[Wallet] = Wallet) -> Iterator[Open]:
    store = open_store()
    store.open_account(Account(0, "casino", "ann", "EUR", "", "", "MT"), 100)
    store.commit()
    wallet = wallet_type(store, CREDENTIALS, commits=CommitEachTurn(store))
    app = App(wallet, limits=limits)
    with contextlib.closing(store), listening(app) as server:
        yield Open(app, server.port)


def received(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


# ----------------------------------------------------------------------------------------------------------------------
# Heads


@pytest.mark.parametrize("pieces", [1, 50], ids=["at once", "in pieces"])
@pytest.mark.parametrize("part", ["header", "path", "many headers", "without an end"])
def test_a_head_above_the_limit_is_refused(part: str, pieces: int) -> None:
    large = {
        "header": b"POST / HTTP/1.1\r\nhost: w\r\nx: " + b"x" * 40_000 + b"\r\n\r\n",
        "path": b"POST /" + b"x" * 40_000 + b" HTTP/1.1\r\nhost: w\r\n\r\n",
        "many headers": b"POST / HTTP/1.1\r\n" + b"x: y\r\n" * 7000 + b"\r\n",
        "without an end": b"POST / HTTP/1.1\r\nhost: w\r\nx: " + b"x" * 40_000,
    }[part]
    with serving(Limits()) as wallet:
        with wallet.raw() as connection:
            size = len(large) // pieces + 1
            for start in range(0, len(large), size):
                connection.sendall(large[start : start + size])
            answer = received(connection)
        assert answer.startswith(b"HTTP/1.1 431 ")
        assert b"the head is larger than 32768 bytes" in answer
        assert wallet.turned_away("head") == 1
        assert wallet.works()


def test_a_head_below_the_limit_is_read() -> None:
    with serving(Limits()) as wallet, contextlib.closing(wallet.client()) as connection:
        for _ in range(2):
            connection.request("GET", "/__health", headers={"x": "x" * 31 * KIBIBYTE})
            answer = connection.getresponse()
            assert (answer.status, read(answer.read())["status"]) == (200, "ok")


def test_what_is_no_http_is_refused_in_our_form() -> None:
    with serving(Limits()) as wallet:
        with wallet.raw() as connection:
            connection.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
            assert received(connection).startswith(b"HTTP/1.1 400 ")
        assert wallet.turned_away("no_http") == 1


# ----------------------------------------------------------------------------------------------------------------------
# Slow clients


def test_a_head_that_does_not_end_is_given_up() -> None:
    with serving(Limits(head_seconds=0.2)) as wallet:
        with wallet.raw() as silent, wallet.raw() as slow:
            slow.sendall(HEAD)
            assert received(slow).startswith(b"HTTP/1.1 408 ")
            assert received(silent) == b"", "a connection without a request is closed without an answer"
        assert wallet.works()


def test_a_body_that_does_not_end_is_given_up_and_has_no_effect() -> None:
    with serving(Limits(body_seconds=0.2)) as wallet:
        with wallet.raw() as slow:
            slow.sendall(wire("casino", signed("casino", PAYOUT))[:-1])
            assert received(slow).startswith(b"HTTP/1.1 408 ")
        account = wallet.app.wallet.store.account("casino", "ann")
        assert account is not None
        assert wallet.app.wallet.store.balance(account) == 100


class AnswersMuch(Wallet):
    """Answers with more than the buffers of a connection hold."""

    async def serve(self, *_: object) -> Answer:
        return Answer(200, (), b" " * 64 * MEBIBYTE)


def test_a_client_that_does_not_read_its_answer_is_given_up() -> None:
    with serving(Limits(answer_seconds=0.2), AnswersMuch) as wallet, wallet.raw() as slow:
        slow.sendall(HEAD + b"content-length: 0\r\n\r\n")
        with wallet.raw() as other:
            wait_until(lambda: wallet.turned_away("unread_answer") == 1)
            other.sendall(b"GET /__health HTTP/1.1\r\nhost: w\r\nconnection: close\r\n\r\n")
            assert received(other).startswith(b"HTTP/1.1 200 ")
        with contextlib.suppress(ConnectionError):
            assert len(received(slow)) < 64 * MEBIBYTE


def test_slow_clients_cost_nobody_else_a_connection() -> None:
    """A client that holds more connections than there are loses the oldest of them, and others are served."""
    with serving(Limits(connections=20)) as wallet, contextlib.ExitStack() as stack:
        slow = [stack.enter_context(wallet.raw()) for _ in range(60)]
        for each in slow:
            with contextlib.suppress(ConnectionError):
                each.sendall(HEAD)
        for _ in range(5):
            assert wallet.works()
        assert wallet.turned_away("idle_connection") >= 40
        assert wallet.turned_away("connections") == 0
        assert received(slow[0]) == b""


# ----------------------------------------------------------------------------------------------------------------------
# Too much at once


class Waits(Wallet):
    """Answers when the test says so."""

    def hold(self) -> asyncio.Event:
        event: asyncio.Event = self.__dict__.setdefault("event", asyncio.Event())
        return event

    async def serve(self, contract: Contract, name: str, headers: object, body: bytes) -> Answer:
        await self.hold().wait()
        return Answer(200, (), b"{}")


def test_too_many_busy_connections_are_refused_with_an_answer() -> None:
    with serving(Limits(connections=3), Waits) as wallet, contextlib.ExitStack() as stack:
        busy = [stack.enter_context(wallet.raw()) for _ in range(3)]
        for each in busy:
            each.sendall(wire("casino", signed("casino", PAYOUT)))
        wait_until(lambda: wallet.app.metrics.in_progress == 3)
        with wallet.raw() as refused:
            answer = received(refused)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1" in answer
        release(wallet)
        assert all(received(each).startswith(b"HTTP/1.1 200 ") for each in busy)


def test_overload_is_answered_at_once_and_the_connection_survives() -> None:
    with serving(Limits(requests=4), Waits) as wallet, contextlib.ExitStack() as stack:
        busy = [stack.enter_context(wallet.raw()) for _ in range(4)]
        for each in busy:
            each.sendall(wire("casino", signed("casino", PAYOUT)))
        wait_until(lambda: wallet.app.metrics.in_progress == 4)
        with contextlib.closing(wallet.client()) as client:
            request = signed("casino", PAYOUT)
            began = time.monotonic()
            client.request("POST", f"/casino{request.path}", request.body, dict(request.headers))
            answer = client.getresponse()
            assert (answer.status, answer.getheader("retry-after")) == (503, "1")
            assert set(read(answer.read())) == {"error"}, "no shape of a contract: nobody knows what became of it"
            assert time.monotonic() - began < 5
            client.request("GET", "/__health")
            assert client.getresponse().status == 200, "health is answered in overload, on the same connection"
        release(wallet)
        assert all(received(each).startswith(b"HTTP/1.1 200 ") for each in busy)
    assert wallet.turned_away("requests") == 1


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for a state of the server, which the test cannot be notified of."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < ends


def release(wallet: Open) -> None:
    waiting: Waits = wallet.app.wallet  # type: ignore[assignment]
    event = waiting.hold()
    event._loop.call_soon_threadsafe(event.set)  # type: ignore[attr-defined]


# ----------------------------------------------------------------------------------------------------------------------
# Bodies


SMALL = Limits(body_bytes=10_000, discarded_bytes=100_000)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_connection_survives_a_body_above_the_limit(chunked: bool) -> None:
    with serving(SMALL) as wallet, contextlib.closing(wallet.client()) as client:
        body: object = iter([b"x" * 10_000] * 8) if chunked else b"x" * 80_000
        for _ in range(3):
            client.request("POST", "/casino/transaction/settlement", body, encode_chunked=chunked)  # type: ignore[arg-type]
            answer = client.getresponse()
            assert (answer.status, read(answer.read())["error"]) == (413, "the body is larger than 10000 bytes")
            sock = client.sock
            client.request("GET", "/__health")
            health = client.getresponse()
            assert (health.status, read(health.read())["status"], client.sock) == (200, "ok", sock)
            body = iter([b"x" * 10_000] * 8) if chunked else body


def test_a_body_that_is_too_large_to_discard_ends_the_connection_after_its_answer() -> None:
    with serving(SMALL) as wallet, wallet.raw() as connection:
        connection.sendall(HEAD + b"content-length: 90000000\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(50):
                connection.sendall(b"x" * 1000)
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer


def test_a_client_that_asks_first_gets_its_answer_and_the_end() -> None:
    with serving(SMALL) as wallet, wallet.raw() as connection:
        connection.sendall(HEAD + b"content-length: 20000\r\nexpect: 100-continue\r\n\r\n")
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer


# ----------------------------------------------------------------------------------------------------------------------
# One large request


def test_a_large_batch_lets_others_run() -> None:
    """While a batch of 10,000 items is worked, other requests are answered again and again."""
    items = tuple(
        Payout(id=f"s{number}", player="ann", currency="EUR", amount=5, bet="b", session="") for number in range(10_000)
    )
    batch = wire("casino", signed("casino", Settle(items=items)))
    with serving(Limits()) as wallet, wallet.raw() as large, contextlib.closing(wallet.client()) as client:
        large.sendall(batch)
        wait_until(lambda: wallet.app.metrics.in_progress == 1)
        answered = 0
        while wallet.app.metrics.in_progress:
            client.request("GET", "/__health")
            client.getresponse().read()
            answered += 1
        answer = received(large)
        assert len(json.loads(answer.partition(b"\r\n\r\n")[2], parse_float=str)["data"]) == 10_000
    assert answered > 10
