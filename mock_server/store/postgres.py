"""The store on PostgreSQL, which can run on another machine than the wallet. Needs psycopg 3 (the extra `postgres`).

There is one lock for all writers. Several wallet processes may share a database. They take turns as they would with an
SQLite file. Each transaction takes a connection from a pool. The pool replaces a connection that was lost, in threads
of its own, and waits longer after each attempt that fails.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Sequence
from functools import lru_cache

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import LockNotAvailable
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from mock_server.store.interface import PATIENCE_SECONDS, RETRY_SECONDS, NotStored, Proof, Reads, Unclear
from mock_server.store.migrations import Dialect, TooNew, migrate
from mock_server.store.postgres_connection import LIMITS, BoundedConnection, configure, reason_of, with_defaults
from mock_server.store.postgres_rows import SET_BALANCES, ReadAhead, arrays, insertion
from mock_server.store.sql import Cursor, Row, SqlStore
from mock_server.store.tables import Table
from mock_server.store.working_set import WorkingSet

WRITER_LOCK = 0x77616C6C6574
"""The advisory lock that a transaction holds: `wallet` in ASCII."""

CONNECTIONS = 2
"""Connections that the pool keeps. One serves, and the other one is at hand when the first is lost."""

RECONNECT_SECONDS = 2.0
"""After so long the pool ends a series of attempts to connect. The next request begins a new one."""

START_SECONDS = 10
"""How long a start waits for another process that holds the lock, or for the connections of the pool."""

DIALECT = Dialect(
    "postgresql",
    number="BIGSERIAL",
    bytes="BYTEA",
    append_only=(
        """CREATE FUNCTION posting_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'postings are append-only'; END $$""",
        """CREATE TRIGGER posting_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON posting
            FOR EACH STATEMENT EXECUTE FUNCTION posting_is_append_only()""",
    ),
)

BEGIN = (
    f"BEGIN; SET LOCAL lock_timeout = {int(RETRY_SECONDS * 1000)};"
    f" SELECT pg_advisory_xact_lock({WRITER_LOCK}); SET LOCAL lock_timeout = {LIMITS['lock_timeout']}"
).encode()
"""One message to the server. After it only locks of strangers can be in the way."""


class PostgresStore(SqlStore):
    """The wallet's books in one PostgreSQL database."""

    reads_ahead = True

    def __init__(self, address: str, *, durable: bool = True) -> None:
        """Raises OSError with the server's reason. The error leaves out the address, which may hold a password."""
        super().__init__()
        self._held: BoundedConnection | None = None
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # our own log names each outage once
        try:
            parameters = with_defaults(conninfo_to_dict(address), durable=durable)
            _prepare(parameters)
            self._pool = ConnectionPool(
                connection_class=BoundedConnection,
                kwargs={**parameters, "autocommit": True},
                configure=configure,
                min_size=CONNECTIONS,
                max_size=CONNECTIONS + 1,
                reconnect_timeout=RECONNECT_SECONDS,
                num_workers=1,
                open=True,
            )
            self._pool.wait(START_SECONDS)
        except (psycopg.Error, TooNew) as error:
            raise OSError(f"the PostgreSQL store cannot be used: {reason_of(error)}") from None

    def _run(self, statement: str, values: Row) -> Cursor:
        try:
            if self._held is not None:
                return self._held.execute(_translated(statement), values or None)
            with self._pool.connection(PATIENCE_SECONDS) as connection:
                return connection.execute(_translated(statement), values or None)
        except psycopg.Error as error:
            raise NotStored(f"PostgreSQL: {reason_of(error)}") from error

    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        self._write_arrays(insertion(table), rows)

    def _set_balances(self, rows: Sequence[Row]) -> None:
        self._write_arrays(SET_BALANCES, rows)

    def _write_arrays(self, statement: bytes, rows: Sequence[Row]) -> None:
        try:
            if self._held is not None:
                self._held.execute(statement, arrays(rows))
                return
            with self._pool.connection(PATIENCE_SECONDS) as connection:
                connection.execute(statement, arrays(rows))
        except psycopg.Error as error:
            raise NotStored(f"PostgreSQL: {reason_of(error)}") from error

    def _flush(self) -> None:
        """Write the rows that are to be written, in one round trip. Raises NotStored."""
        if self._held is None or not self._rows.unwritten:
            super()._flush()
            return
        for each in {posting.account for posting in self._rows.new_postings}:
            self._currency(each)
        try:
            with self._held.pipeline():
                super()._flush()
        except psycopg.Error as error:
            raise NotStored(f"PostgreSQL: {reason_of(error)}") from error

    def read_ahead(self, reads: Sequence[Reads]) -> None:
        """Read what requests will ask for, in one round trip. Raises NotStored."""
        if self._held is None:
            return
        ahead = ReadAhead(reads)
        cursors = []
        try:
            with self._held.pipeline():
                for statement, values in ahead.statements:
                    cursors.append(self._held.execute(statement, values) if values else None)
            answers = [[] if each is None else each.fetchall() for each in cursors]
        except psycopg.Error as error:
            raise NotStored(f"PostgreSQL: {reason_of(error)}") from error
        ahead.note(self._rows, answers)

    @property
    def busy(self) -> bool:
        """True while a transaction is open."""
        return self._held is not None

    def try_begin(self) -> bool:
        """Open a transaction that excludes every other writer, if that is possible within `RETRY_SECONDS`.

        Returns True if a transaction is open now. Returns False while no connection is at hand, too.
        """
        if self._held is None:
            self._held = self._opened()
            self._begun()
        return self._held is not None

    def commit(self) -> None:
        """Make everything since `begin` durable. Does nothing if no transaction is open.

        Raises NotStored or Unclear. No transaction is open afterwards.
        """
        if self._held is None:
            return
        try:
            self._flush()
        except Exception:
            self.rollback()
            raise
        connection, self._held = self._held, None
        try:
            end = connection.execute(b"COMMIT", prepare=False).statusmessage
        except psycopg.Error as error:
            reason = f"PostgreSQL: {reason_of(error)}"
            if self._wrote and connection.closed:
                raise Unclear(reason, self._proof) from error
            raise NotStored(reason) from error
        finally:
            self._release(connection)
        if end != "COMMIT":
            raise NotStored("PostgreSQL: a statement of the transaction had failed")

    def rollback(self) -> None:
        """Undo everything since `begin`. Does nothing if no transaction is open. Never raises StoreError."""
        self._rows = WorkingSet()
        if self._held is not None:
            connection, self._held = self._held, None
            self._release(connection)

    def is_stored(self, proof: Proof) -> bool | None:
        """Whether a transaction is stored, read on a new connection that holds the lock of all writers.

        With that lock no other transaction is on its way. None if there is no connection or another has the lock.
        """
        if (connection := self._opened()) is None:
            return None
        try:
            return connection.execute(_translated(proof.statement), proof.values).fetchone() is not None
        except psycopg.Error:
            return None
        finally:
            self._release(connection)

    def close(self) -> None:
        """Close the connections. An open transaction is undone."""
        self.rollback()
        self._pool.close()

    def _opened(self) -> BoundedConnection | None:
        """A connection with an open transaction and the lock, or None. Connections that were lost are skipped."""
        for _ in range(CONNECTIONS + 1):
            if not self._pool.get_stats()["pool_available"]:
                self._pool.check()  # a pool that has given up connects again
                return None
            try:
                connection = self._pool.getconn(RETRY_SECONDS)
            except PoolTimeout:
                return None
            try:
                connection.execute(BEGIN, prepare=False)
            except LockNotAvailable:
                self._release(connection)
                return None
            except psycopg.Error as error:
                lost = connection.closed
                self._release(connection)
                if not lost:
                    raise NotStored(f"PostgreSQL: {reason_of(error)}") from error
            else:
                return connection
        return None

    def _release(self, connection: BoundedConnection) -> None:
        """Return a connection to the pool, without a transaction. The pool replaces one that was lost.

        After a server that did not answer, all of them are replaced. The next one would cost the same time again.
        """
        if connection.info.transaction_status is not TransactionStatus.IDLE:
            with contextlib.suppress(psycopg.Error):
                connection.execute(b"ROLLBACK", prepare=False)
        self._pool.putconn(connection)
        if connection.hung:
            self._pool.drain()


@lru_cache(maxsize=256)
def _translated(statement: str) -> bytes:
    return statement.replace("?", "%s").encode()


def _prepare(parameters: dict[str, str | int | None]) -> None:
    """Bring the schema to its version, on a connection whose statements may take long. Raises the errors of psycopg."""
    with psycopg.connect(**parameters) as connection:  # type: ignore[arg-type]

        def run(statement: str, values: Row) -> psycopg.Cursor[TupleRow]:
            return connection.execute(_translated(statement), values or None)

        if run("SHOW transaction_read_only", ()).fetchall()[0][0] == "on":
            raise psycopg.OperationalError("the database is read-only, as a standby is")
        run(f"SET LOCAL lock_timeout = {START_SECONDS * 1000}", ())
        run("SELECT pg_advisory_xact_lock(?)", (WRITER_LOCK,))
        migrate(run, DIALECT)
