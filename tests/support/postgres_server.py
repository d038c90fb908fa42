"""A PostgreSQL server of our own: a new cluster in a folder of its own, asked over a Unix socket, stopped at the end.

PostgreSQL refuses to run as root. A test process that is root starts it as another user, through `setpriv`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USERS = ("postgres", "nobody")
"""Whom the server runs as when the test process is root: the first of them that the machine has."""
READY = "database system is ready to accept connections"
SETTINGS = ("listen_addresses=", "fsync=off", "log_min_messages=log", "log_checkpoints=off")
"""It listens on no port. A test needs no disk that survives a power cut. What a client does wrong is not logged."""
DEADLINE_SECONDS = 60


class NoServer(Exception):
    """PostgreSQL cannot be started here; the text says what has to be installed."""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The `postgresql://` address of an empty database. Raises NoServer."""
    initdb, postgres = (_program(name) for name in ("initdb", "postgres"))
    # Not in pytest's own folder, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="walletproof-"))
    try:
        user = _user(folder)
        _create(folder, [*user, initdb])
        with _started(folder, [*_with_parent(user), postgres]):
            yield f"postgresql://walletproof@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    """Debian keeps the server's programs in a folder for each version, which is not on the path."""
    places = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    if found := shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places])):
        return found
    raise NoServer("needs a PostgreSQL server: apt-get install postgresql")


def _user(folder: Path) -> list[str]:
    """What a command line begins with so that it does not run as root, and the folder given to that user."""
    if os.geteuid():
        return []
    if not (setpriv := shutil.which("setpriv")):
        raise NoServer("root needs setpriv to start PostgreSQL: apt-get install util-linux")
    known = {each.pw_name: each for each in pwd.getpwall()}
    if not (names := [name for name in USERS if name in known]):
        raise NoServer(f"root needs a user to start PostgreSQL as: {' or '.join(USERS)}")
    user = known[names[0]]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _with_parent(user: list[str]) -> list[str]:
    """The same beginning, for a process that the system stops when the test process is killed."""
    return [*user, "--pdeathsig=INT"] if user else []


def _create(folder: Path, initdb: list[str]) -> None:
    options = ["--username=walletproof", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"]
    done = subprocess.run(
        [*initdb, "--pgdata", str(folder / "cluster"), *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def _started(folder: Path, postgres: list[str]) -> Iterator[None]:
    settings = [part for each in SETTINGS for part in ("-c", each)]
    with subprocess.Popen(
        [*postgres, "-D", str(folder / "cluster"), "-k", str(folder), *settings],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            told = []
            for line in process.stderr:
                told.append(line)
                if READY in line:
                    break
            else:
                raise AssertionError("PostgreSQL ended before it was ready:\n" + "".join(told))
            yield
        finally:
            # An interrupt makes it close every connection and end; the system kills it if it does not.
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=DEADLINE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
