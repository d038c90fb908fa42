"""The store on PostgreSQL, which can run on another machine than the wallet. Needs psycopg 3 (the extra `postgres`).

There is one connection and one lock for all writers. Several wallet processes may share a database. They take turns as
they would with an SQLite file.
"""

from __future__ import annotations

import psycopg
from psycopg.pq import TransactionStatus

from mock_server.store.sql import Cursor, Row, SqlStore

WRITER_LOCK = 0x77616C6C6574
"""The advisory lock that a transaction holds: `wallet` in ASCII."""


class PostgresStore(SqlStore):
    """The wallet's books in one PostgreSQL database."""

    def __init__(self, address: str, *, durable: bool = True) -> None:
        """Raises OSError with the server's reason. The error leaves out the address, which may hold a password."""
        try:
            self._connection = psycopg.connect(address, autocommit=True)
            self._connection.execute(f"SET synchronous_commit = {'on' if durable else 'off'}")
            super().__init__(self._execute)
            self.begin()
            self.create_tables(number="BIGSERIAL", bytes_type="BYTEA")
            self.commit()
        except psycopg.Error as error:
            reason = type(error).__name__ if "password" in str(error) else str(error).strip()
            raise OSError(f"the PostgreSQL store cannot be used: {reason}") from None

    def _execute(self, statement: str, values: Row) -> Cursor:
        return self._connection.execute(statement.replace("?", "%s").encode(), values or None)

    @property
    def busy(self) -> bool:
        """True while a transaction is open."""
        return self._connection.info.transaction_status is not TransactionStatus.IDLE

    def begin(self) -> None:
        """Open a transaction that excludes every other writer. Does nothing if one is open."""
        if not self.busy:
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (WRITER_LOCK,))

    def commit(self) -> None:
        """Make everything since `begin` durable. Does nothing if no transaction is open."""
        if self.busy:
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Undo everything since `begin`. Does nothing if no transaction is open."""
        if self.busy:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection. An open transaction is undone."""
        self._connection.close()
