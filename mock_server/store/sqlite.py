"""The embedded store: one SQLite connection, used by one event loop.

It uses a write-ahead log, so that a commit is one append, and rare checkpoints. `synchronous=FULL` flushes to disk at
each commit. A store that is not durable does not flush.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from mock_server.store.interface import RETRY_SECONDS, NotStored, Proof, Reads, Unclear
from mock_server.store.migrations import Dialect, TooNew, migrate
from mock_server.store.sql import Cursor, Row, SqlStore
from mock_server.store.tables import Table
from mock_server.store.working_set import WorkingSet

CHECKPOINT_PAGES = 20_000
"""Pages in the write-ahead log before it is copied back. More than the default of 1,000 means fewer pauses."""

START_MS = 5000
"""How long a start waits for a file that another process has locked."""

DIALECT = Dialect(
    "sqlite",
    number="INTEGER",
    bytes="BLOB",
    append_only=tuple(
        f"CREATE TRIGGER posting_{change.lower()} BEFORE {change} ON posting"
        " BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END"
        for change in ("UPDATE", "DELETE")
    ),
)

UNSURE = (sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_DIR_FSYNC)
"""Errors of a commit whose last page is written and perhaps not on the disk. After a crash it may be there."""


class SqliteStore(SqlStore):
    """The wallet's books in one SQLite file, or in memory."""

    def __init__(self, where: Path | None, *, durable: bool = True) -> None:
        """`None` keeps the data in memory. Raises OSError with SQLite's reason if the file cannot be used."""
        super().__init__()
        self._where = where
        try:
            # One thread may create the wallet and another one serve it. Two threads never use it together.
            self._connection = sqlite3.connect(where or ":memory:", isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise OSError(f"{where} cannot be used as the wallet's SQLite store: {error}") from error
        try:
            self._prepare(durable=durable)
        except (sqlite3.Error, NotStored, TooNew) as error:
            self._connection.close()
            raise OSError(f"{where} cannot be used as the wallet's SQLite store: {error}") from error

    def _prepare(self, *, durable: bool) -> None:
        self._connection.execute(f"PRAGMA busy_timeout = {START_MS}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self._connection.execute("BEGIN IMMEDIATE")
        migrate(self._run, DIALECT)
        self.commit()
        self._connection.execute(f"PRAGMA busy_timeout = {int(RETRY_SECONDS * 1000)}")

    def _run(self, statement: str, values: Row) -> Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.Error as error:
            raise NotStored(f"SQLite: {error}") from error

    def read_ahead(self, reads: Sequence[Reads]) -> None:
        """Read nothing. Here a row that is read when it is asked for costs no round trip."""

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        self._run_many(_insertion(table), rows)

    def _set_balances(self, rows: Sequence[Row]) -> None:
        self._run_many("UPDATE account SET balance = ? WHERE number = ?", rows)

    def _run_many(self, statement: str, rows: Sequence[Row]) -> None:
        try:
            self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            raise NotStored(f"SQLite: {error}") from error

    @property
    def busy(self) -> bool:
        """True while a transaction is open."""
        return self._connection.in_transaction

    def try_begin(self) -> bool:
        """Open a transaction that excludes every other writer, if that is possible within `RETRY_SECONDS`.

        Returns True if a transaction is open now. Raises NotStored if the file has an error other than a lock.
        """
        if self._connection.in_transaction:
            return True
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return False
            raise NotStored(f"SQLite: {error}") from error
        self._begun()
        return True

    def commit(self) -> None:
        """Make everything since `begin` durable. Does nothing if no transaction is open.

        Raises NotStored or Unclear. No transaction is open afterwards.
        """
        try:
            self._flush()
        except Exception:
            self.rollback()
            raise
        try:
            self._connection.commit()
        except sqlite3.Error as error:
            self.rollback()
            if error.sqlite_errorcode in UNSURE:
                raise Unclear(f"SQLite: {error}", self._proof) from error
            raise NotStored(f"SQLite: {error}") from error

    def rollback(self) -> None:
        """Undo everything since `begin`. Does nothing if no transaction is open."""
        self._rows = WorkingSet()
        # After some errors SQLite has already undone the transaction, and says so.
        with contextlib.suppress(sqlite3.Error):
            self._connection.rollback()

    def is_stored(self, proof: Proof) -> bool | None:
        """True if a new connection sees the transaction. Otherwise None, because the log may still bring it back."""
        try:
            with contextlib.closing(sqlite3.connect(self._where or ":memory:")) as connection:
                return True if connection.execute(*proof).fetchone() else None
        except sqlite3.Error:
            return None

    def close(self) -> None:
        """Close the file. An open transaction is undone."""
        self._connection.close()


@cache
def _insertion(table: Table) -> str:
    columns = ", ".join(name for name, _ in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) {table.conflict}"  # noqa: S608 - our own columns
