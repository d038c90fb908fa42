"""The transport as a part of `requests`: its session, its exceptions, and stubs made with `responses`."""

from __future__ import annotations

import json

import pytest
import requests
import responses
from hostile import Server, echoing

from harness.client.transport import Transport
from harness.model import FailureKind, Request

BET = Request("/transaction/settlement", (("X-Api-Key", "key"),), b'{"amount":1}')


def test_the_session_can_be_used_like_any_other() -> None:
    with Server(echoing) as echo, Transport(f"{echo.url}/casino") as transport:
        response = transport.session.post(f"{echo.url}/casino/x?a=1", json={"a": "ü"})
        assert (response.status_code, response.ok, response.reason) == (200, True, "OK")
        assert json.loads(response.content) == {"a": "ü"}
        assert response.headers["content-length"] == str(len(response.content))
        assert response.elapsed.total_seconds() > 0
        assert list(response.cookies) == []
        with pytest.raises(AttributeError):
            _ = response.nothing_of_the_kind  # type: ignore[attr-defined]
        with pytest.raises(requests.exceptions.InvalidURL, match="and nothing else"):
            transport.session.post("http://127.0.0.2:1/")


def test_the_session_raises_what_requests_raises() -> None:
    with (
        Server(lambda visit: None) as server,
        Transport(server.url) as transport,
        pytest.raises(requests.ConnectionError, match="before any answer"),
    ):
        transport.session.post(server.url)


def test_responses_can_stand_in_for_a_wallet_when_it_is_told_the_adapter() -> None:
    # `responses` patches HTTPAdapter.send, and an adapter that overrides it must be named.
    with (
        responses.RequestsMock(target="harness.client.adapter.WalletAdapter.send") as stub,
        Transport("http://wallet.test/casino") as transport,
    ):
        stub.post("http://wallet.test/casino/transaction/settlement", status=201, body="{}", headers={"X-A": "b"})
        seen = transport.send(BET)
        stub.post("http://wallet.test/casino/a", body=requests.ReadTimeout("no"))
        failed = transport.send(Request("/a", (), b""))
        assert stub.calls[0].request.body == BET.body
        assert stub.calls[0].request.headers["x-api-key"] == "key"
    assert seen.received is not None
    assert (seen.received.status, seen.received.body, seen.received.header("x-a")) == (201, b"{}", "b")
    assert seen.received.head.startswith(b"HTTP/1.1 201 Created\r\n")
    assert failed.failure is not None
    assert failed.failure.kind is FailureKind.TIME_OUT
