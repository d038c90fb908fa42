"""No message of the wallet and of the audit repeats the user or a password in the address of a store."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from harness.cli import main
from mock_server.store import open_store
from mock_server.store.address import ambiguity
from mock_server.store.postgres_connection import SECRET, parameters_of, reason_of

UNREADABLE = [
    "postgresql://qwu:qwp%zz@127.0.0.1:1/d",
    "postgresql://qwu:qwp%@127.0.0.1:1/d",
    "postgresql://qwu:qwp%00@127.0.0.1:1/d",
    "postgresql://qwu:qwp%FFqwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp\udcff@127.0.0.1:1/d",
    "postgresql://qwu:qwp@qwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp@qwr/qws@127.0.0.1:1/d",
    "postgresql://qwu:qwp/qwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp/qwr?qws@127.0.0.1:1/d",
    "postgresql://qwu:qwp qwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp\nqwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp@[::1/d",
    "postgresql://qwu:qwp@127.0.0.1:qwr/d",
    "postgresql://qwu:qwp",
    "postgresql://127.0.0.1:1/d?password=qwp%zz",
    "postgresql://127.0.0.1:1/d?password=qwp=qwr",
    "postgresql://127.0.0.1:1/d?password=qwp@qwr",
    "postgresql://127.0.0.1:1/d?pasword=qwp",
    "postgresql://127.0.0.1:1/d?sslpassword=qwp&qwr",
]
READABLE = [
    "postgresql://qwu:qwp@127.0.0.1:1/d",
    "postgresql://qwu:qwp%40qwr@127.0.0.1:1/d",
    "postgres://qwu:qwp?qwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp:qwr#qws@127.0.0.1:1/d",
    "postgresql://qwu:qwp%0Aqwr@127.0.0.1:1/d",
    "postgresql://qwu:qwp@127.0.0.1:1,127.0.0.1:1/d",
    "postgresql://127.0.0.1:1/d?user=qwu&password=qwp&sslpassword=qwr",
    "postgresql://qwu:qwp@127.0.0.1:1/d?password=qwr&sslmode=bogus",
    "postgresql://qwu:qwp@/d?host=/no/such/folder",
]
MISTYPED = [
    "postgres:/qwu:qwp@127.0.0.1/d",
    "postgresql:qwu:qwp@127.0.0.1/d",
    "postgresql//qwu:qwp@127.0.0.1/d",
    " postgresql://qwu:qwp@127.0.0.1/d",
    "POSTGRESQL://qwu:qwp@127.0.0.1/d",
    "qwu:qwp@127.0.0.1/d",
    "host=127.0.0.1 user=qwu password=qwp",
    "mysql://qwu:qwp@127.0.0.1/d",
    "sqlite://qwu:qwp@127.0.0.1/d",
    "sqlite:///postgresql://qwu:qwp@127.0.0.1/d",
]


def messages(where: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the audit and the wallet say, in this order, when they cannot use this address."""
    status, printed = main(["audit", "--store", where]), capsys.readouterr()
    assert (status, printed.out) == (2, ""), where
    with pytest.raises(OSError, match=r"address|store") as error:
        open_store(where)
    return [printed.err, f"{error.value}\n"]


@pytest.mark.parametrize("where", [UNREADABLE[0], UNREADABLE[5], READABLE[0], MISTYPED[0]])
def test_the_wallet_ends_with_that_message_alone(where: str) -> None:
    command = [sys.executable, "-m", "mock_server", "--store", where, "--api-key", "key", "--secret", "a-secret"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    with pytest.raises(OSError, match=r"address|store") as error:
        open_store(where)
    assert ended.stderr == f"mock_server: {error.value}\n"


def test_an_address_that_cannot_be_read_is_not_repeated(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for where in UNREADABLE:
        for message in messages(where, capsys):
            assert "the address cannot be read: " in message, where
            assert "%" in message, f"{where}: the message does not say what to write instead"
            assert "qw" not in message, where
            assert message.count("\n") == 1, where


def test_an_address_without_a_server_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    for where in READABLE:
        for message in messages(where, capsys):
            assert "the PostgreSQL store cannot be " in message, where
            assert "qw" not in message, where
            assert message.count("\n") == 1, where


def test_a_mistyped_address_is_neither_repeated_nor_the_name_of_a_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for where in MISTYPED:
        for message in messages(where, capsys):
            assert "none of these forms: sqlite:///wallet.db" in message, where
            assert "qw" not in message, where
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("where", ["a@b.db", "a:b.db", "sqlite:///a@b.db", "sqlite:///a%3Ab%40c.db"])
def test_a_file_may_have_an_unusual_name(where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store(where).close()
    assert main(["audit", "--store", where]) == 0


@pytest.mark.parametrize("where", READABLE)
def test_what_is_accepted_means_what_the_library_reads(where: str) -> None:
    assert not ambiguity(where)
    assert parameters_of(where) == conninfo_to_dict(where)


@pytest.mark.parametrize(
    ("parameters", "text", "shown"),
    [
        ({"user": "ann"}, 'role "ann" does not exist', 'role "..." does not exist'),
        ({"user": "ann"}, "no annotation for ann", "no annotation for ..."),
        ({"user": "ann", "password": "ann"}, 'role "ann"\n is  unknown', 'role "..." is unknown'),
        ({"user": "sec", "password": "sec-ret"}, "the host sec-ret", None),
        ({"password": "two\nlines"}, "the host two lines", None),
        ({"password": "e"}, "connection refused", None),
        ({"password": "hidden"}, "connection refused", "connection refused"),
        ({"password": "hidden"}, "", "OperationalError"),
        *(({name: "hidden"}, "a hidden word", None) for name in sorted(SECRET)),
    ],
)
def test_a_reason_has_neither_the_user_nor_a_secret(parameters: dict[str, str], text: str, shown: str | None) -> None:
    reason = reason_of(psycopg.OperationalError(text), parameters)
    assert reason == (shown or "OperationalError, whose text is left out because it may repeat the password")


@pytest.mark.full
def test_a_user_whom_the_server_refuses_is_not_repeated(postgres: str, capsys: pytest.CaptureFixture[str]) -> None:
    for message in messages(postgres.replace("walletproof@", "qwu:qwp%40qwr@"), capsys):
        assert 'role "..." does not exist' in message
        assert "qw" not in message


def test_the_audit_does_not_wait_for_a_server_that_is_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"postgresql://qwu:qwp@127.0.0.1:{silent.getsockname()[1]}/d"
        began = time.monotonic()
        command = [sys.executable, "-m", "harness.cli", "audit", "--store", where]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, "the PostgreSQL store cannot be read" in ended.stderr) == (2, True)
    assert "qw" not in ended.stderr
    assert time.monotonic() - began < 60


def test_the_secrets_are_those_that_the_library_marks() -> None:
    assert {"password", "sslpassword"} <= SECRET
