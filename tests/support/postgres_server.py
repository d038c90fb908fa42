"""A PostgreSQL server for tests: a new cluster in its own folder, reached by a Unix socket, stopped at the end.

PostgreSQL refuses to run as root. If the test process is root, it starts the server as another user by `setpriv`.
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

import psycopg

USERS = ("postgres", "nobody")
"""The users for the server if the test process is root. The first one that exists is used."""
READY = "database system is ready to accept connections"
SETTINGS = ("listen_addresses=", "log_min_messages=log", "log_checkpoints=off")
"""The server listens on no port. Errors of clients are not logged."""
DEADLINE_SECONDS = 60
SOCKET = ".s.PGSQL.5432"
"""The name of a server's socket in its folder."""


class NoServer(Exception):
    """PostgreSQL cannot be started here. The text names what to install."""


class Cluster:
    """One cluster in a folder, whose server can be stopped and started again."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """`durable` flushes commits to disk. Raises NoServer."""
        self._settings = (*SETTINGS, f"fsync={'on' if durable else 'off'}")
        initdb, self._postgres = (_program(name) for name in ("initdb", "postgres"))
        self.folder = folder
        self._user = _user(folder)
        self._process: subprocess.Popen[str] | None = None
        _create(folder, [*self._user, initdb])

    @property
    def address(self) -> str:
        """The `postgresql://` address of its database."""
        return f"postgresql://walletproof@/postgres?host={self.folder}"

    @property
    def socket(self) -> Path:
        """The socket on which the server listens."""
        return self.folder / SOCKET

    @property
    def pid(self) -> int:
        """The id of the server's first process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        settings = [part for each in self._settings for part in ("-c", each)]
        program = [*_with_parent(self._user), self._postgres]
        self._process = subprocess.Popen(
            [*program, "-D", str(self.folder / "cluster"), "-k", str(self.folder), *settings],
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "C"},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        lines = []
        for line in self._process.stderr:
            lines.append(line)
            if READY in line:
                return
        raise AssertionError("PostgreSQL ended before it was ready:\n" + "".join(lines))

    def empty(self) -> None:
        """Remove every table."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def stop(self) -> None:
        """Stop the server. An interrupt closes every connection. If it does not end, the system kills it."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@contextlib.contextmanager
def cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A new cluster, started. Raises NoServer."""
    # The folder is not in pytest's own folder, which no other user may enter.
    folder = Path(tempfile.mkdtemp(prefix="walletproof-"))
    try:
        found = Cluster(folder, durable=durable)
        found.start()
        try:
            yield found
        finally:
            found.stop()
    finally:
        shutil.rmtree(folder)


def _program(name: str) -> str:
    """The path of a server's program. Debian keeps these programs in a folder for each version, outside the path."""
    places = sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True)
    if found := shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places])):
        return found
    raise NoServer("needs a PostgreSQL server: apt-get install postgresql")


def _user(folder: Path) -> list[str]:
    """The beginning of a command line that does not run as root. The folder is given to that user."""
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
    """The same beginning, for a process that the system stops if the test process is killed."""
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
