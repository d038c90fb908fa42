"""The wallet's store behind one small interface: SQLite by default, PostgreSQL on request."""

from __future__ import annotations

from mock_server.store.address import IN_MEMORY, is_postgres, sqlite_file
from mock_server.store.interface import (
    LARGEST_BALANCE,
    PATIENCE_SECONDS,
    RETRY_SECONDS,
    Account,
    BetRecord,
    Entry,
    Fate,
    Key,
    NotStored,
    Proof,
    Reads,
    SessionRecord,
    Store,
    StoreError,
    TokenRecord,
    Unclear,
)

__all__ = [
    "LARGEST_BALANCE",
    "PATIENCE_SECONDS",
    "RETRY_SECONDS",
    "Account",
    "BetRecord",
    "Entry",
    "Fate",
    "Key",
    "NotStored",
    "Proof",
    "Reads",
    "SessionRecord",
    "Store",
    "StoreError",
    "TokenRecord",
    "Unclear",
    "open_store",
]


def open_store(where: str = IN_MEMORY, *, durable: bool = True) -> Store:
    """The store at `where`: `:memory:`, the path of an SQLite file, or a URL (`mock_server.store.address`).

    `durable` decides whether a commit survives a power cut, at the price of one disk flush for each commit. Raises
    OSError with the reason if the store cannot be opened. Raises ImportError if PostgreSQL needs psycopg and it is not
    installed.
    """
    if is_postgres(where):
        from mock_server.store.postgres import PostgresStore

        return PostgresStore(where, durable=durable)
    from mock_server.store.sqlite import SqliteStore

    return SqliteStore(sqlite_file(where), durable=durable)
