"""`python -m mock_server` on a real socket: it starts, says so once, serves, keeps its books, and stops."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from wallet_process import (
    DEADLINE_SECONDS,
    ENVIRONMENT,
    Running,
    received,
    running,
    signed,
    start,
    wire,
)

from harness.model import Bet, GetBalance, Payout, Settle


@pytest.fixture(scope="module")
def wallet() -> Iterator[Running]:
    with running() as found:
        yield found


def payout(player: dict[str, str], amount: int) -> Payout:
    """The player's one payout."""
    name = player["playerId"]
    return Payout(
        id=f"t-{name}",
        player=name,
        currency="EUR",
        amount=amount,
        session=player["sessionId"],
        bet="b",
        kind="BET_PAID",
    )


def balance(wallet: Running, player: dict[str, str]) -> int:
    found = wallet.ask("casino", GetBalance(player=player["playerId"], session=player["sessionId"]))
    return int(found["balance"])


def test_the_ready_line_says_where(wallet: Running) -> None:
    root = f"http://127.0.0.1:{wallet.port}"
    assert wallet.ready == {
        "ready": True,
        "contracts": {"casino": f"{root}/casino", "sportsbook": f"{root}/sportsbook"},
        "provision": f"{root}/__admin/player",
        "pid": wallet.process.pid,
    }


def test_both_contracts_over_one_connection(wallet: Running) -> None:
    with contextlib.closing(wallet.connect()) as connection:
        for name, amount in (("casino", 5), ("sportsbook", 100_000)):
            player = wallet.provision(contract=name)
            request = signed(
                name, payout(player, amount) if name == "sportsbook" else Settle(items=(payout(player, 5),))
            )
            for _ in range(3):
                connection.request("POST", f"/{name}{request.path}", request.body, dict(request.headers))
                answer = connection.getresponse()
                assert (answer.status, answer.getheader("content-type")) == (200, "application/json")
                assert answer.getheader("date")
                assert answer.read()


def test_requests_at_once_are_counted_once_each(wallet: Running) -> None:
    player = wallet.provision(contract="casino", balance="0.00100")
    bets = [
        Bet(id=f"race-{n}", player=player["playerId"], currency="EUR", amount=10, session=player["sessionId"])
        for n in range(20)
    ]
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(wallet.raw()) for _ in bets]
        messages = [wire("casino", signed("casino", bet)) for bet in bets]
        for connection, message in zip(connections, messages, strict=True):
            connection.sendall(message[:-1])
        for connection, message in zip(connections, messages, strict=True):
            connection.sendall(message[-1:])
        answers = [received(connection) for connection in connections]
    assert sum(b"RS_OK" in answer for answer in answers) == 10
    assert balance(wallet, player) == 0


def test_a_request_that_breaks_off_has_no_effect(wallet: Running) -> None:
    player = wallet.provision(contract="casino")
    with wallet.raw() as connection:
        connection.sendall(wire("casino", signed("casino", payout(player, 5)))[:-10])
        connection.shutdown(socket.SHUT_WR)
        assert b"RS_OK" not in received(connection)
    assert balance(wallet, player) == 10_000_000


def test_a_request_whose_client_leaves_has_one_effect(wallet: Running) -> None:
    player = wallet.provision(contract="casino")
    with wallet.raw() as connection:
        connection.sendall(wire("casino", signed("casino", payout(player, 5))))
    wallet.ask("casino", payout(player, 5))
    assert balance(wallet, player) == 10_000_005


def test_a_body_above_the_limit_is_refused_before_it_has_arrived(wallet: Running) -> None:
    with wallet.raw() as connection:
        connection.sendall(b"POST /casino/transaction/bet HTTP/1.1\r\nhost: w\r\ncontent-length: 999999999999\r\n\r\n")
        assert received(connection).startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_above_the_limit_is_refused_too(wallet: Running) -> None:
    chunk = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
    with wallet.raw() as connection:
        connection.sendall(b"POST /casino/transaction/bet HTTP/1.1\r\nhost: w\r\ntransfer-encoding: chunked\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            for _ in range(20):
                connection.sendall(chunk)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")
    assert wallet.provision(contract="casino"), "the wallet is still there"


def test_garbage_is_answered_as_garbage(wallet: Running) -> None:
    with wallet.raw() as connection:
        connection.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        assert received(connection).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_with_exit_status_0(number: signal.Signals) -> None:
    with start("--ready-json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline(), parse_float=Decimal)["provision"] is None
        process.send_signal(number)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, out, err) == (0, "", "")


def test_it_stops_when_its_parent_is_gone() -> None:
    with running("--stop-with-parent") as wallet:
        wallet.input.close()
        assert wallet.process.wait(timeout=DEADLINE_SECONDS) == 0
        wallet.process.stdin = None


def test_a_client_that_stays_connected_does_not_keep_it_alive() -> None:
    with running() as wallet, wallet.raw():
        wallet.process.terminate()
        assert wallet.process.wait(timeout=DEADLINE_SECONDS) == 0


def test_the_ready_line_for_people_names_both_addresses_and_no_secret() -> None:
    with start() as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        rest = "".join(process.communicate(timeout=DEADLINE_SECONDS))
    assert re.fullmatch(r"wallet ready: http://127\.0\.0\.1:\d+/casino, http://127\.0\.0\.1:\d+/sportsbook .*\n", line)
    assert not any(value in line + rest for value in ("secret", "password"))


def test_one_pair_of_credentials_serves_one_contract() -> None:
    environment = {"WALLET_USER": "user", "WALLET_PASSWORD": "password"}
    with start("--ready-json", environment=environment) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline(), parse_float=Decimal)
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)
    assert list(ready["contracts"]) == ["sportsbook"]


def ended(*arguments: str, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    with start(*arguments, environment=ENVIRONMENT if environment is None else environment) as process:
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def test_without_credentials_it_says_which_to_set() -> None:
    found = ended(environment={})
    assert (found.returncode, found.stdout) == (2, "")
    assert "set WALLET_API_KEY and WALLET_SECRET" in found.stderr
    assert "Traceback" not in found.stderr


def test_half_a_pair_of_credentials_is_an_error() -> None:
    found = ended(environment={"WALLET_API_KEY": "key"})
    assert (found.returncode, found.stderr.count("\n")) == (2, 1)
    assert "set WALLET_SECRET too" in found.stderr


def test_a_port_that_is_taken_is_an_error_in_a_sentence(wallet: Running) -> None:
    found = ended("--port", str(wallet.port))
    assert found.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {wallet.port}: Address already in use" in found.stderr


@pytest.mark.parametrize("arguments", [("--port", "99999"), ("--host", "no.such.host.invalid")])
def test_an_impossible_address_is_an_error_in_a_sentence(arguments: tuple[str, str]) -> None:
    found = ended(*arguments)
    assert (found.returncode, "cannot listen on" in found.stderr) == (2, True)
    assert "Traceback" not in found.stderr


def test_a_store_that_cannot_be_opened_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    found = ended("--store", str(tmp_path / "no" / "folder"))
    assert (found.returncode, "unable to open database file" in found.stderr) == (2, True)
    assert "Traceback" not in found.stderr


def test_the_books_survive_a_kill(tmp_path: Path) -> None:
    """Answers leave after the commit: what was answered is in the books, whatever happens next."""
    books = str(tmp_path / "books.sqlite")
    with running("--store", books) as wallet:
        player = wallet.provision(contract="casino")
        first = wallet.ask("casino", payout(player, 5))
        wallet.process.kill()
        wallet.process.wait(timeout=DEADLINE_SECONDS)
    with running("--store", books) as wallet:
        assert balance(wallet, player) == 10_000_005
        assert wallet.ask("casino", payout(player, 5)) == first
        assert balance(wallet, player) == 10_000_005


def test_latency_is_waited_for_each_answer() -> None:
    with running("--latency", "1") as wallet:
        assert wallet.ask("casino", payout(wallet.provision(contract="casino"), 5))["status"] == "RS_OK"


def test_core_only_lacks_the_rest() -> None:
    with running("--core-only") as wallet:
        player = wallet.provision(contract="casino")
        request = signed("casino", payout(player, 5))
        status, _ = wallet.post(f"/casino{request.path}", request.body, dict(request.headers))
        assert status == 404
        assert wallet.ask("casino", Settle(items=(payout(player, 5),)))["status"] == "RS_OK"


def test_help_is_of_use() -> None:
    found = ended("--help")
    options: list[Any] = re.findall(r"^  (--[a-z-]+)", found.stdout, re.MULTILINE)
    assert {"--port", "--store", "--provision", "--stop-with-parent", "--api-key"} <= set(options)
