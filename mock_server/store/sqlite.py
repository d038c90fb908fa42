"""The embedded store: one SQLite connection, used by one event loop.

It uses a write-ahead log, so that a commit is one append, and rare checkpoints. `synchronous=FULL` flushes to disk at
each commit. A store that is not durable does not flush.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from mock_server.store.sql import SqlStore

CHECKPOINT_PAGES = 20_000
"""Pages in the write-ahead log before it is copied back. More than the default of 1,000 means fewer pauses."""


class SqliteStore(SqlStore):
    """The wallet's books in one SQLite file, or in memory."""

    def __init__(self, where: Path | None, *, durable: bool = True) -> None:
        """`None` keeps the data in memory. Raises OSError with SQLite's reason if the file cannot be used."""
        try:
            # One thread may create the wallet and another one serve it. Two threads never use it together.
            self._connection = sqlite3.connect(where or ":memory:", isolation_level=None, check_same_thread=False)
            self._prepare(durable=durable)
        except sqlite3.Error as error:
            raise OSError(f"{where} cannot be used as the wallet's SQLite store: {error}") from error

    def _prepare(self, *, durable: bool) -> None:
        super().__init__(self._connection.execute)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        self._connection.execute("PRAGMA busy_timeout = 5000")
        self.create_tables(number="INTEGER", bytes_type="BLOB")

    @property
    def busy(self) -> bool:
        """True while a transaction is open."""
        return self._connection.in_transaction

    def begin(self) -> None:
        """Open a transaction that excludes every other writer. Does nothing if one is open."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make everything since `begin` durable. Does nothing if no transaction is open."""
        self._connection.commit()

    def rollback(self) -> None:
        """Undo everything since `begin`. Does nothing if no transaction is open."""
        self._connection.rollback()

    def close(self) -> None:
        """Close the file. An open transaction is undone."""
        self._connection.close()
