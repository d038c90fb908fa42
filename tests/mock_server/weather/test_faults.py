"""Faults over a real socket: the effect of each, how often it strikes, and that a sound wallet survives it."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from listening import Listening
from patience import PATIENCE_SECONDS
from wallet_process import CREDENTIALS, read, signed

from harness.model import Payout
from mock_server.app import App, Asgi, Message
from mock_server.commits import CommitEachTurn
from mock_server.store import Account, Store, open_store
from mock_server.wallet import Wallet
from mock_server.weather import fault as faults
from mock_server.weather.fault import Fault
from mock_server.weather.faults import (
    Chunked,
    CloseConnection,
    DropReply,
    Gzip,
    Latency,
    Unavailable,
)
from mock_server.weather.kinds import KINDS
from mock_server.weather.spoilt import CutBody
from mock_server.weather.strikes import Every, Seeded

PAYOUT = Payout(id="t1", player="ann", currency="EUR", amount=5, bet="b")


class Served:
    """A wallet with a fault around it, and one connection to it."""

    def __init__(self, store: Store, connection: http.client.HTTPConnection) -> None:
        self.store = store
        self.connection = connection

    def post(self, **headers: str) -> http.client.HTTPResponse:
        request = signed("casino", PAYOUT)
        self.connection.request("POST", f"/casino{request.path}", request.body, {**dict(request.headers), **headers})
        return self.connection.getresponse()

    def holds(self) -> int:
        account = self.store.account("casino", "ann")
        assert account is not None
        return self.store.balance(account)


@contextmanager
def served(fault: Callable[[Asgi], Asgi]) -> Iterator[Served]:
    store = open_store()
    store.open_account(Account(0, "casino", "ann", "EUR", "", "", "MT"), 100)
    store.commit()
    server = Listening(fault(App(Wallet(store, CREDENTIALS, commits=CommitEachTurn(store)))))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_SECONDS)
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)) as connection:
            yield Served(store, connection)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        store.close()


def test_a_dropped_reply_was_booked_and_the_resend_is_answered() -> None:
    faults_made: list[DropReply] = []

    def fault(app: Asgi) -> Asgi:
        faults_made.append(DropReply(app, Every(most=1)))
        return faults_made[0]

    with served(fault) as wallet:
        with pytest.raises(http.client.RemoteDisconnected):
            wallet.post()
        assert wallet.holds() == 105
        wallet.connection.close()
        assert read(wallet.post().read())["balance"] == 105
        assert (wallet.holds(), faults_made[0].fired) == (105, 1)


def test_a_cut_body_was_booked() -> None:
    with served(lambda app: CutBody(app, Every(most=1), keep=10)) as wallet:
        answer = wallet.post()
        with pytest.raises(http.client.IncompleteRead) as caught:
            answer.read()
        assert (caught.value.partial, wallet.holds()) == (b'{"status":', 105)
        wallet.connection.close()
        assert read(wallet.post().read())["balance"] == 105


def test_unavailable_moves_nothing_and_says_neither_yes_nor_no() -> None:
    with served(lambda app: Unavailable(app, Every(most=2))) as wallet:
        for _ in range(2):
            answer = wallet.post()
            assert (answer.status, answer.read()) == (503, b"the wallet is overloaded\n")
        assert wallet.holds() == 100
        assert read(wallet.post().read())["balance"] == 105


@pytest.mark.parametrize("make", [Chunked, Gzip, CloseConnection, Latency])
def test_permitted_ways_to_answer_have_the_same_content(make: type[Fault]) -> None:
    with served(make) as wallet:
        for _ in range(3):
            answer = wallet.post(**{"accept-encoding": "gzip"})
            body = answer.read()
            packed = answer.getheader("content-encoding") == "gzip"
            assert read(gzip.decompress(body) if packed else body)["balance"] == 105
            assert packed == (make is Gzip)
            assert (answer.getheader("transfer-encoding") == "chunked") == (make is Chunked)
            assert (answer.getheader("connection") == "close") == (make is CloseConnection)


def test_gzip_is_for_clients_that_accept_it() -> None:
    with served(Gzip) as wallet:
        answer = wallet.post(**{"accept-encoding": "identity"})
        assert (answer.getheader("content-encoding"), read(answer.read())["balance"]) == (None, 105)


def test_faults_nest_and_each_counts_its_own() -> None:
    made: list[Fault] = []

    def fault(app: Asgi) -> Asgi:
        made.append(Chunked(app, Every(2)))
        made.append(Unavailable(made[0], Every(3)))
        return made[1]

    with served(fault) as wallet:
        statuses = []
        for _ in range(6):
            answer = wallet.post()
            answer.read()
            statuses.append(answer.status)
    assert (statuses, [fault.fired for fault in made]) == ([503, 200, 200, 503, 200, 200], [2, 2])


def test_counted_strikes() -> None:
    counted = Every(2, skip=1, most=2)
    assert [counted() for _ in range(8)] == [False, True, False, True, False, False, False, False]


def test_seeded_strikes_are_the_same_for_the_same_seed() -> None:
    runs = [[strike() for _ in range(1000)] for strike in (Seeded(30, 7), Seeded(30, 7), Seeded(30, 8))]
    assert runs[0] == runs[1] != runs[2]
    assert 200 < sum(runs[0]) < 400


def test_a_server_without_a_connection_to_close_is_an_error_in_a_sentence() -> None:
    async def nowhere(message: object) -> None: ...

    async def nothing() -> dict[str, str]:
        return {"type": "http.disconnect"}

    with pytest.raises(TypeError, match="serve it with uvicorn"):
        asyncio.run(faults.hang_up({}, nothing, nowhere))
    closed: list[bool] = []
    asyncio.run(faults.hang_up({"extensions": {faults.HANG_UP: lambda: closed.append(True)}}, nothing, nowhere))
    assert closed == [True]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_fault_reads_the_whole_request_before_it_ends_the_connection_or_answers(kind: str) -> None:
    """Otherwise a client that is still sending gets a reset, and not the answer."""
    parts: list[Message] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.request", "body": b"}", "more_body": False},
    ]
    ends: list[int] = []

    async def receive() -> Message:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        del message
        ends.append(len(parts))

    fault = KINDS[kind].fault(App(Wallet(open_store(), CREDENTIALS)))
    extensions = {faults.HANG_UP: lambda: ends.append(len(parts))}
    scope = {"type": "http", "method": "POST", "path": "/casino/balance", "headers": [], "extensions": extensions}
    asyncio.run(fault(scope, receive, send))
    assert ends
    assert set(ends) == {0}
