"""Who may use the admin paths, and what health and metrics show."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from wallet_process import CREDENTIALS

from mock_server.admin import is_local, refusal
from mock_server.app import App
from mock_server.in_process import run
from mock_server.store import open_store
from mock_server.wallet import Wallet
from mock_server.wire import Answer

TOKEN = "a token of the admin"
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.1.7", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("0.0.0.0", False),
        ("", False),
        ("a name", False),
    ],
)
def test_only_loopback_is_this_machine(address: str, local: bool) -> None:
    assert is_local((address, 5000), {}) is local


def test_a_client_without_an_address_is_not_local() -> None:
    assert not is_local(None, {})


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_the_clients_of_a_proxy_on_this_machine_are_not_local(header: str) -> None:
    assert not is_local(("127.0.0.1", 5000), {header: "127.0.0.1"})


@pytest.mark.parametrize(
    ("token", "headers", "local", "status"),
    [
        ("", {}, True, 0),
        ("", {}, False, 403),
        ("", BEARER, False, 403),
        ("", {"origin": "https://elsewhere.example"}, True, 403),
        (TOKEN, BEARER, False, 0),
        (TOKEN, BEARER, True, 0),
        (TOKEN, {}, True, 401),
        (TOKEN, {"authorization": f"Bearer {TOKEN} "}, True, 401),
        (TOKEN, {"authorization": TOKEN}, True, 401),
        (TOKEN, {"authorization": "Bearer \u00e4"}, True, 401),
    ],
)
def test_who_may_use_an_admin_path(token: str, headers: dict[str, str], local: bool, status: int) -> None:
    found = refusal(token, headers, local=local)
    assert (found.status if found else 0) == status
    if found:
        assert TOKEN not in found.body.decode()


class Desk:
    def __init__(self, **options: Any) -> None:
        self.store = open_store()
        self.app = App(Wallet(self.store, CREDENTIALS), **options)

    def ask(self, method: str, path: str, body: bytes = b"", *, local: bool = True, **headers: str) -> Answer:
        return run(self.app.answer(method, path, headers, body, local=local))


PLAYER = json.dumps({"contract": "casino", "currency": "EUR"}).encode()


def test_a_refused_player_is_not_made() -> None:
    desk = Desk(provision=True)
    wanted = json.dumps({"contract": "casino", "currency": "EUR", "playerId": "ann"}).encode()
    assert desk.ask("POST", "/__admin/player", wanted, local=False).status == 403
    assert desk.store.account("casino", "ann") is None
    assert desk.ask("POST", "/__admin/player", wanted).status == 200
    assert desk.store.account("casino", "ann") is not None


def test_a_token_opens_the_admin_paths_from_elsewhere() -> None:
    desk = Desk(provision=True, admin_token=TOKEN)
    assert desk.ask("POST", "/__admin/player", PLAYER, local=False).status == 401
    assert desk.ask("POST", "/__admin/player", PLAYER, local=False, **BEARER).status == 200


def test_an_admin_path_that_is_off_says_how_to_get_it() -> None:
    answer = Desk().ask("GET", "/__admin/weather")
    assert answer.status == 404
    assert b"--help names the options" in answer.body


def test_health_names_the_store_that_fails_and_the_end() -> None:
    desk = Desk()
    answer = desk.ask("GET", "/__health", local=False)
    assert (answer.status, json.loads(answer.body, parse_float=Decimal)["status"]) == (200, "ok")
    desk.app.stopping = True
    assert b"stopping" in desk.ask("GET", "/__health").body
    desk.app.stopping = False
    desk.store.close()
    answer = desk.ask("GET", "/__health")
    assert (answer.status, json.loads(answer.body, parse_float=Decimal)["status"]) == (503, "failing")
    assert desk.ask("POST", "/__health").status == 405


def test_provisioning_that_fails_is_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(provision=True)
    desk.store.close()
    assert desk.ask("POST", "/__admin/player", PLAYER).status == 500
    assert len(caplog.records) == 1


def test_metrics_are_in_the_form_of_prometheus() -> None:
    from prometheus_client.parser import text_string_to_metric_families

    desk = Desk()
    metrics = desk.app.metrics
    for duration_ms in (3, 40, 30_000):
        metrics.answered("casino", "bet", 200, duration_ms * 1_000_000)
    metrics.answered("casino", "bet", 503, 1)
    metrics.weather[("drop-reply",)] += 2
    answer = desk.ask("GET", "/__metrics", local=False)
    assert dict(answer.headers)[b"content-type"].startswith(b"text/plain")
    found = {
        (each.name, *sorted(each.labels.values())): each.value
        for family in text_string_to_metric_families(answer.body.decode())
        for each in family.samples
    }
    assert found["wallet_requests_total", "200", "bet", "casino"] == 3
    assert found["wallet_requests_total", "503", "bet", "casino"] == 1
    assert found["wallet_weather_total", "drop-reply"] == 2
    assert found["wallet_request_seconds_bucket", "0.005", "bet", "casino"] == 2
    assert found["wallet_request_seconds_bucket", "10.0", "bet", "casino"] == 3
    assert found["wallet_request_seconds_count", "bet", "casino"] == 4
    assert found["wallet_request_seconds_sum", "bet", "casino"] == pytest.approx(30.043)
    assert desk.ask("POST", "/__metrics").status == 405
