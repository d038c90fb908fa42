"""The log: one line for each event, inert, with transaction ids and without secrets."""

from __future__ import annotations

import http.client
import io
import json
import logging
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from listening import listening
from wallet_process import CREDENTIALS, signed

from harness.model import Bet, GetBalance, Payout, Reply, Settle
from mock_server import logs
from mock_server.app import App
from mock_server.commits import CommitEachTurn
from mock_server.in_process import InProcess
from mock_server.order import Order
from mock_server.rules.batches import PART
from mock_server.store import Account, SessionRecord, open_store
from mock_server.wallet import Wallet
from mock_server.wire import Uncertain

SECRET = "the-secret-of-the-platform"
HOSTILE = 'a\nlevel=info "\x1b[2J\u202e'


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log as JSON from now on, with every request."""
    stream = io.StringIO()
    names = ("mock_server", "uvicorn", "asyncio")
    before = {name: (each := logging.getLogger(name), each.handlers[:], each.level, each.propagate) for name in names}
    logs.start_log("json", "info", (SECRET,), stream)
    yield stream
    for logger, handlers, level, propagate in before.values():
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line, parse_float=Decimal) for line in stream.getvalue().splitlines()]


def test_every_request_has_a_line_with_its_transactions(lines: io.StringIO) -> None:
    post_over_http(Settle(items=tuple(payout(f"t{number}") for number in range(12))))
    (line,) = read(lines)
    assert {name: line[name] for name in ("event", "contract", "operation", "status", "count")} == {
        "event": "request",
        "contract": "casino",
        "operation": "settlement",
        "status": 200,
        "count": 12,
    }
    assert line["transactions"] == [f"t{number}" for number in range(10)]
    assert line["ms"] >= 0


def test_a_read_has_no_transactions(lines: io.StringIO) -> None:
    session = "session-of-ann-0123456789"
    post_over_http(GetBalance(player="ann", session=session), session=session)
    (line,) = read(lines)
    assert (line["event"], line["operation"], line["transactions"], line["count"]) == ("request", "balance", [], 0)


def test_a_hostile_id_forges_no_line(lines: io.StringIO) -> None:
    post_over_http(Settle(items=(payout(HOSTILE),)))
    assert lines.getvalue().isascii()
    (line,) = read(lines)
    assert line["transactions"] == [HOSTILE]
    text = logs.TextLines(()).format(logging.makeLogRecord({"msg": "request", "fields": {"transactions": [HOSTILE]}}))
    assert text.isascii()
    assert text.isprintable()


class Breaks(Wallet):
    """Fails with the session and the platform's secret in its error."""

    async def debit(self, order: Any, account: Any) -> Any:
        raise ZeroDivisionError(f"{order.item.session} {SECRET}")


def test_an_internal_error_is_logged_once_without_secrets(lines: io.StringIO) -> None:
    session = "session-of-ann-0123456789"
    bet = Bet(id="b1", player="ann", currency="EUR", amount=5, session=session)
    assert post_over_http(bet, Breaks, session) == (200, b"RS_ERROR")
    failure, request = read(lines)
    assert (failure["event"], failure["books"], failure["transactions"]) == ("internal_error", "undone", ["b1"])
    assert "ZeroDivisionError" in failure["error"]
    assert "in debit" in failure["traceback"]
    assert request["event"] == "request"
    assert not any(each in lines.getvalue() for each in (SECRET, session))
    assert logs.HIDDEN in failure["error"]


class FailsToCommit(Wallet):
    """Fails for every request of a turn with one error."""

    async def handle(self, contract: str, operation: Any) -> Reply:
        raise ERROR


ERROR = OSError("the disk is full")


def test_one_error_of_many_requests_is_logged_once(lines: io.StringIO) -> None:
    at = InProcess(App(FailsToCommit(open_store(), CREDENTIALS)))
    request = signed("casino", payout("t1"))
    answers = at.ask_together("/casino", [request] * 5)
    assert all(b"RS_ERROR" in each.body for each in answers)
    assert at.app.metrics.errors[("undone",)] == 5
    assert len(read(lines)) == 1


class NotSure(Wallet):
    """Does not know whether the request is in its books."""

    async def handle(self, contract: str, operation: Any) -> Reply:
        raise Uncertain("the connection broke while it committed")


class ForgetsToWrite(Wallet):
    """Books the request and fails to write the answer."""

    def write(self, *arguments: Any) -> Any:
        raise ValueError("no answer")


class BreaksLate(Wallet):
    """Fails in the second part of a batch."""

    async def process(self, order: Order[Any]) -> Any:
        if order.item.id == f"t{PART}":
            raise ZeroDivisionError
        return await super().process(order)


@pytest.mark.parametrize("wallet_type", [NotSure, ForgetsToWrite, BreaksLate])
def test_what_may_be_in_the_books_is_not_refused(wallet_type: type[Wallet], lines: io.StringIO) -> None:
    batch = Settle(items=tuple(payout(f"t{number}") for number in range(PART + 1)))
    status, code = post_over_http(batch, wallet_type)
    assert (status, code) == (503, b"")
    failure, _ = read(lines)
    assert (failure["event"], failure["books"]) == ("internal_error", "uncertain")


def test_an_error_in_the_first_part_of_a_batch_undoes_the_batch(lines: io.StringIO) -> None:
    class BreaksEarly(BreaksLate):
        async def process(self, order: Order[Any]) -> Any:
            if order.item.id == "t5":
                raise ZeroDivisionError
            return await super().process(order)

    store = open_store()
    with closing(store):
        store.open_account(Account(0, "casino", "ann", "EUR", "", "", "MT"), 100)
        store.commit()
        at = InProcess(App(BreaksEarly(store, CREDENTIALS)))
        answer = at.ask("/casino", signed("casino", Settle(items=tuple(payout(f"t{n}") for n in range(10)))))
        assert b"RS_ERROR" in answer.body
        account = store.account("casino", "ann")
        assert account is not None
        assert store.balance(account) == 100


def payout(id: str) -> Payout:
    return Payout(id=id, player="ann", currency="EUR", amount=5, bet="b", session="")


def post_over_http(operation: Any, wallet_type: type[Wallet] = Wallet, session: str = "") -> tuple[int, bytes]:
    """The status of the answer to one request over HTTP, and the code of a refusal."""
    store = open_store()
    account = store.open_account(Account(0, "casino", "ann", "EUR", "", "", "MT"), 100)
    if session:
        store.put_session("casino", session, SessionRecord(account.number, live=True))
    store.commit()
    app = App(wallet_type(store, CREDENTIALS, commits=CommitEachTurn(store)))
    with (
        closing(store),
        listening(app) as server,
        closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client,
    ):
        request = signed("casino", operation)
        client.request("POST", f"/casino{request.path}", request.body, dict(request.headers))
        answer = client.getresponse()
        body = answer.read()
        return answer.status, b"RS_ERROR" if b'"RS_ERROR"' in body else b""
