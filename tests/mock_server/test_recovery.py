"""The wallet as a process whose database fails: its answers are true, within two seconds, and it needs no restart."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from patience import PATIENCE_SECONDS
from postgres_relay import Loss, Relay, relay
from postgres_server import Cluster
from wallet_process import DEADLINE_SECONDS, Running, read, running, signed, start

from harness.model import Bet, GetBalance, Operation
from mock_server.store import open_store

LIMIT_SECONDS = 2
"""A failing database may delay an answer by so long."""

START = 10_000_000
"""The balance of a new player, in hundred-thousandths."""


class Said(NamedTuple):
    """One answer of the wallet."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def accepted(self) -> bool:
        return self.body.get("status") == "RS_OK"

    @property
    def refused(self) -> bool:
        """True for a refusal in the contract's shape."""
        return (self.status, self.body.get("status")) == (200, "RS_ERROR")


def said(wallet: Running, operation: Operation) -> Said:
    request = signed("casino", operation)
    began = time.monotonic()
    status, body = wallet.post(f"/casino{request.path}", request.body, dict(request.headers))
    return Said(status, read(body), time.monotonic() - began)


def said_at_once(wallet: Running, operations: Sequence[Operation]) -> list[Said]:
    with ThreadPoolExecutor(len(operations)) as threads:
        return list(threads.map(lambda each: said(wallet, each), operations))


def bet(player: dict[str, str], id: str, amount: int = 1000) -> Bet:
    return Bet(id=id, player=player["playerId"], currency="EUR", amount=amount, session=player["sessionId"])


def balance(wallet: Running, player: dict[str, str]) -> int:
    found = said(wallet, GetBalance(player=player["playerId"], session=player["sessionId"]))
    assert found.accepted, found
    return int(found.body["balance"])


def until_accepted(wallet: Running, operation: Operation) -> Said:
    """The first acceptance. Refusals before it are true, too, and each arrives in time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = said(wallet, operation)
        assert found.seconds < LIMIT_SECONDS, found
        if found.accepted:
            return found
        assert found.refused, found
    raise AssertionError("the wallet did not recover")


def all_refused_in_time(answers: Sequence[Said]) -> bool:
    return all(each.refused and each.seconds < LIMIT_SECONDS for each in answers)


def stops_in_time(wallet: Running) -> bool:
    wallet.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    status = wallet.process.wait(DEADLINE_SECONDS)
    return status == 0 and time.monotonic() - began < 2 * LIMIT_SECONDS


# ----------------------------------------------------------------------------------------------------------------------
# SQLite


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "books.sqlite"


@contextlib.contextmanager
def locked_file(path: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        yield


def test_a_locked_file_delays_all_requests_together_and_not_one_after_another(file: Path) -> None:
    with running("--store", str(file)) as wallet:
        player = wallet.provision(contract="casino")
        bets = [bet(player, f"b{number}") for number in range(20)]
        with locked_file(file):
            assert all_refused_in_time(said_at_once(wallet, bets))
        assert all(each.accepted for each in said_at_once(wallet, bets))
        assert balance(wallet, player) == START - 20 * 1000


def test_a_wallet_whose_file_is_locked_stops_at_a_signal(file: Path) -> None:
    with running("--store", str(file)) as wallet, ThreadPoolExecutor() as threads:
        player = wallet.provision(contract="casino")
        with locked_file(file):
            answer = threads.submit(said, wallet, bet(player, "b"))
            assert stops_in_time(wallet)
            with contextlib.suppress(OSError):
                assert answer.result().refused


def bets_until_refused(wallet: Running, player: dict[str, str]) -> int:
    """The number of bets that were accepted before the first refusal."""
    for number in range(10_000):
        found = said(wallet, bet(player, f"b{number}"))
        assert found.accepted or found.refused, found
        if found.refused:
            return number
    raise AssertionError("the disk is never full")


def test_a_full_disk_refuses_and_needs_no_restart(file: Path) -> None:
    with running("--store", str(file)) as wallet:
        player = wallet.provision(contract="casino")
        size = file.with_name(f"{file.name}-wal").stat().st_size
        resource.prlimit(wallet.process.pid, resource.RLIMIT_FSIZE, (size + 100_000, resource.RLIM_INFINITY))
        accepted = bets_until_refused(wallet, player)
        assert all_refused_in_time(said_at_once(wallet, [bet(player, f"b{accepted}") for _ in range(5)]))
        assert balance(wallet, player) == START - accepted * 1000
        resource.prlimit(wallet.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until_accepted(wallet, bet(player, f"b{accepted}"))
        assert balance(wallet, player) == START - (accepted + 1) * 1000


@pytest.mark.full
def test_a_file_system_that_is_full_refuses(tmp_path: Path) -> None:
    # The file system belongs to the wallet's process alone, and disappears with it.
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
    mount = f'mount -t tmpfs -o size=512k none "{tmp_path}" && exec "$@"'
    with running("--store", str(tmp_path / "books.sqlite"), before=[*unshare, "sh", "-c", mount, "sh"]) as wallet:
        player = wallet.provision(contract="casino")
        accepted = bets_until_refused(wallet, player)
        assert accepted > 0
        assert balance(wallet, player) == START - accepted * 1000
    assert not list(tmp_path.iterdir()), "it was another file system"


@pytest.mark.parametrize("folder_mode", [0o555, 0o755])
def test_a_file_that_cannot_be_written_is_noticed_at_the_start(file: Path, folder_mode: int) -> None:
    open_store(str(file)).close()
    file.chmod(0o444)
    file.parent.chmod(folder_mode)
    # Root may write every file, unless it gives up that right.
    bounded = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override"]
    try:
        with start("--store", str(file), before=bounded if os.geteuid() == 0 else []) as process:
            _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    finally:
        file.parent.chmod(0o755)
    assert (process.returncode, errors.count("\n")) == (2, 1)
    assert "attempt to write a readonly database" in errors


# ----------------------------------------------------------------------------------------------------------------------
# PostgreSQL

full = pytest.mark.full


@pytest.fixture
def on_postgres(postgres: str) -> Iterator[Running]:
    with running("--store", postgres) as wallet:
        yield wallet


@pytest.fixture
def relayed(postgres: str, postgres_cluster: Cluster) -> Iterator[tuple[Running, Relay]]:
    with relay(postgres_cluster.socket) as found, running("--store", found.address) as wallet:
        yield wallet, found


@full
def test_a_database_that_cannot_be_written_is_noticed_at_the_start(postgres: str) -> None:
    read_only = f"{postgres}&options=-c%20default_transaction_read_only%3Don"
    with start("--store", read_only) as process:
        _, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, errors.count("\n"), "the database is read-only" in errors) == (2, 1, True)


@full
def test_a_server_that_stops_and_starts_again(on_postgres: Running, postgres_cluster: Cluster) -> None:
    player = on_postgres.provision(contract="casino")
    assert said(on_postgres, bet(player, "before")).accepted
    postgres_cluster.stop()
    try:
        for _ in range(2):
            assert all_refused_in_time(said_at_once(on_postgres, [bet(player, f"b{each}") for each in range(20)]))
    finally:
        postgres_cluster.start()
    until_accepted(on_postgres, bet(player, "b0"))
    assert said(on_postgres, bet(player, "before")).accepted
    assert balance(on_postgres, player) == START - 2 * 1000


@full
def test_a_server_that_stops_under_load_leaves_no_request_without_an_answer(
    on_postgres: Running, postgres_cluster: Cluster
) -> None:
    player = on_postgres.provision(contract="casino")

    def play(line: int) -> list[tuple[str, Said]]:
        found: list[tuple[str, Said]] = []
        while not stopped or len(found) < 3:
            operation = bet(player, f"{line}-{len(found)}")
            found.append((operation.id, said(on_postgres, operation)))
        return found

    stopped: list[bool] = []
    with ThreadPoolExecutor(16) as threads:
        lines = [threads.submit(play, line) for line in range(16)]
        until_accepted(on_postgres, bet(player, "under-load"))
        postgres_cluster.stop()
        stopped.append(True)
        answers = [each for line in lines for each in line.result()]
    postgres_cluster.start()
    until_accepted(on_postgres, bet(player, "after"))
    assert all(each.seconds < LIMIT_SECONDS for _, each in answers)
    accepted = [id for id, each in answers if each.accepted]
    assert balance(on_postgres, player) >= START - 1000 * (len(answers) + 2)
    for id in accepted:
        assert said(on_postgres, bet(player, id)).accepted
    unclear = [id for id, each in answers if each.status == 503]
    spent = START - balance(on_postgres, player)
    assert len(accepted) + 2 <= spent / 1000 <= len(accepted) + 2 + len(unclear)


@full
def test_a_row_that_a_stranger_has_locked(on_postgres: Running, postgres: str) -> None:
    player, other = on_postgres.provision(contract="casino"), on_postgres.provision(contract="casino")
    bets = [bet(player, f"b{number}") for number in range(20)]
    with psycopg.connect(postgres) as stranger:
        stranger.execute("SELECT 1 FROM account WHERE player = %s FOR UPDATE", (player["playerId"].encode(),))
        assert all_refused_in_time(said_at_once(on_postgres, bets))
        until_accepted(on_postgres, bet(other, "other"))
    assert all(each.accepted for each in said_at_once(on_postgres, bets))
    assert (balance(on_postgres, player), balance(on_postgres, other)) == (START - 20 * 1000, START - 1000)


@full
@pytest.mark.parametrize(
    "lock", ["SELECT pg_advisory_xact_lock(0x77616C6C6574::bigint)", "LOCK TABLE account IN ACCESS EXCLUSIVE MODE"]
)
def test_a_lock_that_a_stranger_has(on_postgres: Running, postgres: str, lock: str) -> None:
    player = on_postgres.provision(contract="casino")
    bets = [bet(player, f"b{number}") for number in range(20)]
    with psycopg.connect(postgres) as stranger:
        stranger.execute(lock.replace("0x77616C6C6574", str(0x77616C6C6574)).encode())
        assert all_refused_in_time(said_at_once(on_postgres, bets))
    assert all(each.accepted for each in said_at_once(on_postgres, bets))
    assert balance(on_postgres, player) == START - 20 * 1000


@full
def test_a_wallet_whose_row_is_locked_stops_at_a_signal(on_postgres: Running, postgres: str) -> None:
    player = on_postgres.provision(contract="casino")
    with psycopg.connect(postgres) as stranger, ThreadPoolExecutor() as threads:
        stranger.execute("SELECT 1 FROM account WHERE player = %s FOR UPDATE", (player["playerId"].encode(),))
        answers = [threads.submit(said, on_postgres, bet(player, f"b{each}")) for each in range(10)]
        assert stops_in_time(on_postgres)
        for each in answers:
            with contextlib.suppress(OSError):
                assert each.result().refused


@full
def test_backends_that_are_terminated(on_postgres: Running, postgres: str) -> None:
    player = on_postgres.provision(contract="casino")
    for number in range(3):
        with psycopg.connect(postgres, autocommit=True) as stranger:
            stranger.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'walletproof wallet'"
            )
        until_accepted(on_postgres, bet(player, f"b{number}"))
    assert balance(on_postgres, player) == START - 3 * 1000


@full
def test_a_server_that_hangs_is_given_up_in_time(on_postgres: Running, postgres: str) -> None:
    player = on_postgres.provision(contract="casino")
    with psycopg.connect(postgres, autocommit=True) as stranger:
        backends = [
            row[0]
            for row in stranger.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'walletproof wallet'"
            ).fetchall()
        ]
    for each in backends:
        os.kill(each, signal.SIGSTOP)
    try:
        answers = said_at_once(on_postgres, [bet(player, f"b{number}") for number in range(20)])
        assert all(each.seconds < LIMIT_SECONDS for each in answers)
        until_accepted(on_postgres, bet(player, "again"))
    finally:
        for each in backends:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)
    spent = START - balance(on_postgres, player)
    assert spent == 1000 * (1 + sum(each.accepted for each in answers))


@full
def test_a_commit_whose_answer_is_lost_is_looked_up(relayed: tuple[Running, Relay]) -> None:
    wallet, way = relayed
    player = wallet.provision(contract="casino")
    way.lose(Loss.ANSWER)
    first = said(wallet, bet(player, "b"))
    assert way.lost.is_set()
    assert first.accepted, first
    assert first.seconds < LIMIT_SECONDS
    assert said(wallet, bet(player, "b")).body == first.body
    assert balance(wallet, player) == START - 1000


@full
def test_a_commit_that_does_not_arrive_is_refused(relayed: tuple[Running, Relay]) -> None:
    wallet, way = relayed
    player = wallet.provision(contract="casino")
    way.lose(Loss.REQUEST)
    first = said(wallet, bet(player, "b"))
    assert way.lost.is_set()
    assert all_refused_in_time([first]), first
    assert balance(wallet, player) == START
    assert said(wallet, bet(player, "b")).accepted
    assert balance(wallet, player) == START - 1000


@full
def test_a_commit_whose_fate_cannot_be_found_is_answered_in_no_contract_s_shape(
    relayed: tuple[Running, Relay],
) -> None:
    wallet, way = relayed
    player = wallet.provision(contract="casino")
    way.lose(Loss.ANSWER_AND_NETWORK)
    first = said(wallet, bet(player, "b"))
    assert way.lost.is_set()
    assert (first.status, set(first.body)) == (503, {"error"})
    assert first.seconds < LIMIT_SECONDS
    way.mend()
    until_accepted(wallet, bet(player, "b"))
    assert balance(wallet, player) == START - 1000
