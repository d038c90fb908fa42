"""Several workers on one port and one PostgreSQL database act as one wallet."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS, run
from postgres_server import Cluster
from wallet_process import DEADLINE_SECONDS, ENVIRONMENT, Running, received, running, signed, start, wire

from harness.cli import main
from harness.model import Bet, GetBalance, Payout

WORKERS = 4
APPLICATION = "walletproof wallet"
EVER = datetime(2000, 1, 1, tzinfo=UTC)
SMALL = ("--wallet-limit=races=1", "--wallet-limit=rounds=5", "--wallet-limit=burst=20", "--wallet-limit=batch=20")

full = pytest.mark.full


def children(wallet: Running) -> list[int]:
    """The processes that the wallet's first process has started."""
    process = wallet.process.pid
    return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def until_connections(address: str, count: int, since: datetime = EVER) -> None:
    """Wait until the database has so many connections of wallets, or more. For 0 wait until it has none."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(address, autocommit=True) as connection:
        while True:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND backend_start > %s",
                (APPLICATION, since),
            ).fetchall()[0]
            if row[0] >= count > 0 or row[0] == count:
                return
            assert time.monotonic() < deadline, f"there are {row[0]} connections, and {count} were expected"
            connection.execute("SELECT pg_sleep(0.02)")


@pytest.fixture
def wallet(postgres: str) -> Iterator[Running]:
    with running("--store", postgres, "--workers", str(WORKERS)) as found:
        yield found


def at_once(wallet: Running, messages: Sequence[bytes]) -> list[bytes]:
    """The answers to requests that end together, each on a connection of its own."""
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(wallet.raw()) for _ in messages]
        for connection, message in zip(connections, messages, strict=True):
            connection.sendall(message[:-1])
        for connection, message in zip(connections, messages, strict=True):
            connection.sendall(message[-1:])
        return [received(connection) for connection in connections]


@full
def test_a_race_over_several_workers_is_decided_once(wallet: Running, postgres: str) -> None:
    player = wallet.provision(contract="casino", balance="0.00300")
    name, session = player["playerId"], player["sessionId"]
    bets = [Bet(id=f"b{n}", player=name, currency="EUR", amount=10, session=session) for n in range(60)]
    answers = at_once(wallet, [wire("casino", signed("casino", each)) for each in bets])
    assert sum(b"RS_OK" in answer for answer in answers) == 30
    payout = Payout(id="p", player=name, currency="EUR", amount=7, session=session, bet="b", kind="BET_PAID")
    twins = at_once(wallet, [wire("casino", signed("casino", payout))] * 40)
    assert all(b"RS_OK" in answer for answer in twins)
    assert wallet.ask("casino", GetBalance(player=name, session=session))["balance"] == 7
    assert main(["audit", "--store", postgres]) == 0


@full
def test_all_workers_serve_and_stop_with_the_first_process(wallet: Running, postgres: str) -> None:
    workers = children(wallet)
    assert len(workers) == WORKERS
    assert wallet.ready["pid"] == wallet.process.pid
    wallet.process.terminate()
    assert wallet.process.wait(DEADLINE_SECONDS) == 0
    until_connections(postgres, 0)


@full
def test_workers_end_when_the_first_process_is_killed(wallet: Running, postgres: str) -> None:
    wallet.process.kill()
    wallet.process.wait(DEADLINE_SECONDS)
    until_connections(postgres, 0)


@full
def test_a_worker_that_was_killed_is_started_again(wallet: Running, postgres: str) -> None:
    player = wallet.provision(contract="casino")
    until_connections(postgres, 2 * WORKERS)
    killed_at = datetime.now(UTC)
    for each in children(wallet):
        os.kill(each, signal.SIGKILL)
    until_connections(postgres, 2 * WORKERS, since=killed_at)
    found = wallet.ask("casino", GetBalance(player=player["playerId"], session=player["sessionId"]))
    assert found["balance"] == 10_000_000


@full
def test_a_worker_that_cannot_start_again_is_reported_without_a_traceback(postgres_cluster: Cluster) -> None:
    postgres_cluster.empty()
    with running("--store", postgres_cluster.address, "--workers", "2") as wallet:
        until_connections(postgres_cluster.address, 4)
        postgres_cluster.stop()
        try:
            os.kill(children(wallet)[0], signal.SIGKILL)
            assert wallet.process.stderr is not None
            lines = [wallet.process.stderr.readline() for _ in range(2)]
            while not any("cannot be used" in each for each in lines):
                lines.append(wallet.process.stderr.readline())
                assert lines[-1], lines
        finally:
            postgres_cluster.start()
        wallet.process.terminate()
        _, rest = wallet.process.communicate(timeout=DEADLINE_SECONDS)
    assert "Traceback" not in "".join(lines) + rest


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--workers", "2"), "--workers needs a store that several processes share"),
        (("--workers", "2", "--store", "sqlite:///books.db"), "--workers needs a store that several processes share"),
        (("--workers", "2", "--store", "postgresql://u:hidden-word@127.0.0.1:1/b"), "store cannot be used"),
        (
            ("--workers", "2", "--store", "postgresql://127.0.0.1:1/b", "--live-weather"),
            "--live-weather needs one process",
        ),
        (("--workers", "0"), "'0' is no whole number from 1 to 256"),
    ],
)
def test_workers_that_cannot_start_are_an_error_in_a_sentence(
    arguments: tuple[str, ...], reason: str, tmp_path: Path
) -> None:
    with start(*arguments, environment={**ENVIRONMENT}) as process:
        _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, reason in errors, "Traceback" in errors) == (2, True, False)
    assert "hidden-word" not in errors


@full
def test_weather_that_does_not_exist_is_an_error_in_a_sentence_with_several_workers(postgres: str) -> None:
    with start("--workers", "2", "--store", postgres, "--weather", "drop-replies") as process:
        _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, errors.count("\n"), "drop-replies" in errors) == (2, 1, True)


@full
def test_each_worker_has_the_weather_and_the_limits_of_the_command_line(postgres: str) -> None:
    arguments = ("--store", postgres, "--workers", str(WORKERS), "--weather", "unavailable 2s every 2nd bet")
    with running(*arguments, "--most-requests", "1000") as wallet:
        player = wallet.provision(contract="casino")
        name, session = player["playerId"], player["sessionId"]
        bets = [Bet(id=f"b{n}", player=name, currency="EUR", amount=10, session=session) for n in range(60)]
        answers = at_once(wallet, [wire("casino", signed("casino", each)) for each in bets])
        busy = [each for each in answers if each.startswith(b"HTTP/1.1 503")]
        assert all(b"retry-after: 2" in each for each in busy)
        # A worker that has received an odd number of bets has answered one more than it has turned away.
        assert 0 <= len(answers) - 2 * len(busy) <= WORKERS
        assert sum(b"RS_OK" in each for each in answers) == len(answers) - len(busy)
        assert wallet.ask("casino", GetBalance(player=name, session=session))["balance"] == 10_000_000 - 10 * (
            len(answers) - len(busy)
        )


@full
@pytest.mark.parametrize("store", ["sqlite", "postgresql", "postgresql with workers"])
@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_the_whole_suite_certifies_the_wallet_on_each_store(
    contract: str, store: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    sqlite = f"sqlite:///{tmp_path}/books.db"
    where = sqlite if store == "sqlite" else request.getfixturevalue("postgres")
    workers = ("--workers", str(WORKERS)) if store.endswith("workers") else ()
    with running("--store", where, *workers) as wallet:
        root = f"http://127.0.0.1:{wallet.port}"
        done = run(
            f"--wallet-url={root}/{contract}",
            f"--wallet-contract={contract}",
            f"--wallet-provision={root}/__admin/player",
            *SMALL,
            cwd=tmp_path,
            variables={**CREDENTIALS, **ENVIRONMENT},
        )
        assert done.status == 0, done.output
    assert main(["audit", "--store", where]) == 0
