"""Where the wallet keeps its books: one small interface, SQLite behind it by default, PostgreSQL on request."""

from __future__ import annotations

from pathlib import Path

from mock_server.store.interface import (
    LARGEST_BALANCE,
    Account,
    BetRecord,
    Entry,
    Fate,
    Key,
    SessionRecord,
    Store,
    TokenRecord,
)

__all__ = [
    "LARGEST_BALANCE",
    "Account",
    "BetRecord",
    "Entry",
    "Fate",
    "Key",
    "SessionRecord",
    "Store",
    "TokenRecord",
    "open_store",
]


def open_store(where: str = ":memory:", *, durable: bool = True) -> Store:
    """The store at `where`: `:memory:`, the path of an SQLite file, or a `postgresql://` address.

    `durable` decides whether a commit survives a power cut, at the price of a disk flush for each. Raises OSError,
    with the reason, when it cannot be opened; ImportError when PostgreSQL is asked for and psycopg is not installed.
    """
    if where.startswith(("postgresql://", "postgres://")):
        from mock_server.store.postgres import PostgresStore

        return PostgresStore(where, durable=durable)
    from mock_server.store.sqlite import SqliteStore

    return SqliteStore(None if where == ":memory:" else Path(where), durable=durable)
