"""Operating `python -m mock_server`: admin token, weather, log, metrics, the end, and output that nobody reads."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from plugin_run import run
from wallet_process import DEADLINE_SECONDS, ENVIRONMENT, ROOT, Running, running, signed, start

from harness.model import Payout, Settle
from mock_server.__main__ import main
from mock_server.weather.kinds import KINDS

TOKEN = "a-token-of-the-admin"
PART = 11
"""Exit status of a run of a part of the suite."""
PLAYER = json.dumps({"contract": "casino", "currency": "EUR", "balance": "100"}).encode()


def settle(player: dict[str, str], id: str) -> Settle:
    payout = Payout(id=id, player=player["playerId"], currency="EUR", amount=5, session="", bet="b")
    return Settle(items=(payout,))


def post(wallet: Running, operation: Settle) -> int:
    """The status of the answer, or 0 if the connection ended without one."""
    request = signed("casino", operation)
    try:
        return wallet.post(f"/casino{request.path}", request.body, dict(request.headers))[0]
    except (ConnectionError, http.client.HTTPException):
        return 0


def stopped(wallet: Running) -> str:
    """What the wallet wrote to its log. It is stopped by SIGTERM, and ends with status 0."""
    wallet.process.terminate()
    _, log = wallet.process.communicate(timeout=DEADLINE_SECONDS)
    assert wallet.process.returncode == 0
    return log


def read(line: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line, parse_float=Decimal)
    return found


@pytest.mark.parametrize("way", ["option", "environment"])
def test_the_admin_token_is_needed_and_nowhere_shown(way: str) -> None:
    arguments = ("--admin-token", TOKEN) if way == "option" else ()
    environment = ENVIRONMENT | ({"WALLET_PROVISION_TOKEN": TOKEN} if way == "environment" else {})
    with running("--log-level", "info", *arguments, environment=environment) as wallet:
        assert wallet.post("/__admin/player", PLAYER)[0] == 401
        status, body = wallet.post("/__admin/player", PLAYER, {"authorization": f"Bearer {TOKEN}"})
        assert (status, read(body.decode())["currency"]) == (200, "EUR")
        assert TOKEN not in json.dumps(wallet.ready)
        assert TOKEN not in stopped(wallet)


def test_another_machine_may_not_make_players() -> None:
    """A client behind a proxy on this machine is one of another machine."""
    with running("--live-weather") as wallet:
        for path in ("/__admin/player", "/__admin/weather"):
            status, body = wallet.post(path, PLAYER, {"x-forwarded-for": "127.0.0.1"})
            assert (status, b"--admin-token" in body) == (403, True)


@pytest.mark.parametrize(
    ("option", "variable", "status", "says"),
    [
        (TOKEN, "", PART, "1 passed"),
        ("", TOKEN, PART, "1 passed"),
        ("", "", 10, "answered 401, so it wants a token"),
        ("another-token-than-that", "", 10, "answered 401, so it wants a token"),
    ],
)
def test_the_harness_sends_the_token(option: str, variable: str, status: int, says: str) -> None:
    with running("--admin-token", TOKEN) as wallet:
        root = f"http://127.0.0.1:{wallet.port}"
        done = run(
            f"--wallet-url={root}/casino",
            "--wallet-contract=casino",
            f"--wallet-provision={root}/__admin/player",
            *((f"--wallet-provision-token={option}",) if option else ()),
            "scenarios/idempotency/resent_settlement.yaml",
            variables={**ENVIRONMENT, **({"WALLET_PROVISION_TOKEN": variable} if variable else {})},
        )
    assert (done.status, says in " ".join(done.output.split())) == (status, True), done.output
    assert not any(each in done.output for each in (TOKEN, "another-token-than-that"))


def test_weather_strikes_is_counted_and_reported() -> None:
    rules = ("--weather", "drop-reply every 2nd settlement", "--weather", "reset once bet")
    with running("--log-format", "json", "--log-level", "info", *rules) as wallet:
        player = wallet.provision(contract="casino")
        assert [post(wallet, settle(player, f"t{number}")) for number in range(4)] == [200, 0, 200, 0]
        with closing(wallet.connect()) as connection:
            connection.request("GET", "/__metrics")
            assert b'wallet_weather_total{fault="drop-reply"} 2.0' in connection.getresponse().read()
        lines = [read(line) for line in stopped(wallet).splitlines()]
    struck = [each for each in lines if each["event"] == "weather"]
    assert [each["transactions"] for each in struck] == [["t1"], ["t3"]]
    assert {each["rule"] for each in struck} == {"drop-reply every 2nd settlement"}
    never = [each for each in lines if each["event"] == "weather_never_fired"]
    assert [(each["rule"], each["level"]) for each in never] == [("reset once bet", "warning")]


def test_a_rule_that_cannot_be_read_is_a_usage_error() -> None:
    with start("--weather", "drop-replies") as process:
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, out, err.count("\n")) == (2, "", 1)
    assert "did you mean drop-reply?" in err


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "", "9" * 5000, "\u0663"])
@pytest.mark.parametrize("option", ["--workers", "--most-requests", "--most-connections", "--grace", "--latency"])
def test_impossible_numbers_are_usage_errors(option: str, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"{option}={number}"])
    last = capsys.readouterr().err.splitlines()[-1]
    assert ended.value.code == 2
    assert re.search(rf"error: argument {option}: '.{{,40}}' is no whole number from \d+ to \d+$", last)


def test_an_unknown_word_is_a_usage_error() -> None:
    with start("--log-level", "loud") as process:
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, out, "Traceback" in err) == (2, "", False)
    assert "--log-level" in err


def test_a_signal_waits_for_the_answers_in_flight() -> None:
    """A request that was taken before the signal is answered after it, and the status is 0."""
    with running("--weather", "latency 1s") as wallet:
        player = wallet.provision(contract="casino")
        request = signed("casino", settle(player, "t1"))
        with closing(wallet.connect()) as connection:
            connection.request("POST", f"/casino{request.path}", request.body, dict(request.headers))
            with closing(wallet.connect()) as other:
                # The wallet answers this request after it has read the one before.
                other.request("GET", "/__health")
                assert other.getresponse().read()
            wallet.process.terminate()
            answer = connection.getresponse()
            assert (answer.status, b"RS_OK" in answer.read()) == (200, True)
        assert wallet.process.wait(timeout=DEADLINE_SECONDS) == 0


def test_without_grace_nothing_is_waited_for() -> None:
    with running("--weather", "latency 600s", "--grace", "0") as wallet:
        request = signed("casino", settle(wallet.provision(contract="casino"), "t1"))
        with closing(wallet.connect()) as connection:
            connection.request("POST", f"/casino{request.path}", request.body, dict(request.headers))
            wallet.process.terminate()
            assert wallet.process.wait(timeout=DEADLINE_SECONDS) == 0


@pytest.mark.parametrize("option", ["--list-defects", "--list-weather", "--help"])
def test_output_that_is_no_longer_read_is_no_error(option: str) -> None:
    """As in `python -m mock_server --list-defects | head -n 1`."""
    command = [sys.executable, "-m", "mock_server", option]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env={"COLUMNS": "80"}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
        assert process.wait(timeout=DEADLINE_SECONDS) in {0, 1}
    assert errors == b""


def test_the_list_of_faults_has_each_with_its_meaning() -> None:
    with start("--list-weather") as process:
        out, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert [line.split()[0] for line in out.splitlines()] == list(KINDS)
    assert all(each in out for each in ("busy 1s", "harmless", "spoilt", "The answer is 429 before the wallet acts"))
