"""The versions of the schema: numbered SQL, applied in order in one transaction that holds the writer's lock.

The table `schema_version` has a row for each version that was applied. A database without that table has no version or
is as old as version 1, which creates only what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from mock_server.clock import system_clock
from mock_server.store.sql import Cursor, Row

Run: TypeAlias = Callable[[str, Row], Cursor]


class Dialect(NamedTuple):
    """The words of a database that differ: its types for a running number and for bytes, and how it refuses a change.

    `append_only` are the statements that make the table `posting` refuse every change but a new row.
    """

    name: str
    number: str
    bytes: str
    append_only: tuple[str, ...]


class Migration(NamedTuple):
    """One step from a version of the schema to the next. `{number}` and `{bytes}` are the dialect's types.

    A step that is `append_only` ends with the dialect's statements of that name.
    """

    title: str
    statements: tuple[str, ...]
    append_only: bool = False


class TooNew(Exception):
    """The database has a later version of the schema than this program knows."""


MIGRATIONS = (
    Migration(
        "accounts, transactions, bets, sessions and tokens",
        (
            """CREATE TABLE IF NOT EXISTS account (number {number} PRIMARY KEY, contract TEXT NOT NULL,
                player {bytes} NOT NULL, currency TEXT NOT NULL, display_name {bytes} NOT NULL, brand {bytes} NOT NULL,
                country TEXT NOT NULL, balance BIGINT NOT NULL, UNIQUE (contract, player))""",
            """CREATE TABLE IF NOT EXISTS entry (number {number} PRIMARY KEY, contract TEXT NOT NULL,
                family TEXT NOT NULL, id {bytes} NOT NULL, account BIGINT NOT NULL, amount BIGINT NOT NULL,
                effect BIGINT NOT NULL, balance BIGINT NOT NULL, bet {bytes} NOT NULL, outcome TEXT NOT NULL,
                reference TEXT NOT NULL, at_ms BIGINT NOT NULL, UNIQUE (contract, family, id))""",
            """CREATE TABLE IF NOT EXISTS bet (contract TEXT NOT NULL, id {bytes} NOT NULL,
                account BIGINT NOT NULL, bet {bytes} NOT NULL, stake BIGINT NOT NULL, fate TEXT NOT NULL,
                PRIMARY KEY (contract, id, account))""",
            "CREATE INDEX IF NOT EXISTS bet_by_reference ON bet (account, bet)",
            """CREATE TABLE IF NOT EXISTS session (contract TEXT NOT NULL, id {bytes} NOT NULL,
                account BIGINT NOT NULL, live SMALLINT NOT NULL, PRIMARY KEY (contract, id))""",
            """CREATE TABLE IF NOT EXISTS token (contract TEXT NOT NULL, value {bytes} NOT NULL,
                account BIGINT NOT NULL, spent SMALLINT NOT NULL, PRIMARY KEY (contract, value))""",
        ),
    ),
    Migration(
        "double entry: append-only postings",
        (
            """CREATE TABLE posting (number {number} PRIMARY KEY, account BIGINT NOT NULL, owner TEXT NOT NULL,
                currency TEXT NOT NULL, amount BIGINT NOT NULL, kind TEXT NOT NULL, id {bytes} NOT NULL,
                at_ms BIGINT NOT NULL)""",
            "CREATE INDEX posting_by_account ON posting (account, number)",
            # What an old database holds beyond its transactions came with the opening of the account.
            """INSERT INTO posting (account, owner, currency, amount, kind, id, at_ms)
                SELECT number, owner, currency, sign * opening, 'opening', player, 0 FROM (
                SELECT number, currency, player, balance - CAST(COALESCE((SELECT SUM(effect) FROM entry
                WHERE entry.account = account.number), 0) AS BIGINT) AS opening FROM account) AS known
                CROSS JOIN (SELECT 'player' AS owner, 1 AS sign UNION ALL SELECT 'house', -1) AS side
                WHERE opening <> 0 ORDER BY number, sign DESC""",
            """INSERT INTO posting (account, owner, currency, amount, kind, id, at_ms)
                SELECT account.number, owner, account.currency, sign * effect, family, id,
                at_ms FROM entry JOIN account ON account.number = entry.account
                CROSS JOIN (SELECT 'player' AS owner, 1 AS sign UNION ALL SELECT 'house', -1) AS side
                WHERE effect <> 0 ORDER BY entry.number, sign DESC""",
        ),
        append_only=True,
    ),
)
"""The migration at index 0 leads to version 1. A migration that was released is never changed."""


def version_of(run: Run) -> int:
    """The version of the schema that a database has. The table of versions must exist."""
    row = run("SELECT MAX(version) FROM schema_version", ()).fetchall()[0]
    return row[0] or 0


def migrate(run: Run, dialect: Dialect) -> None:
    """Apply the missing migrations. The caller holds the writer's lock and commits. Raises TooNew.

    Something is written even if nothing is missing. So a database that is read-only is an error at the start.
    """
    run(
        "CREATE TABLE IF NOT EXISTS schema_version"
        " (version INTEGER PRIMARY KEY, title TEXT NOT NULL, applied_at_ms BIGINT NOT NULL)",
        (),
    )
    version = version_of(run)
    if version > len(MIGRATIONS):
        raise TooNew(
            f"the database has version {version} of the schema, and this wallet knows {len(MIGRATIONS)}: "
            "use the newer wallet that wrote it, or another database"
        )
    for number, migration in enumerate(MIGRATIONS[version:], version + 1):
        for statement in migration.statements:
            run(statement.format(number=dialect.number, bytes=dialect.bytes), ())
        for statement in dialect.append_only if migration.append_only else ():
            run(statement, ())
        row = (number, migration.title, system_clock())
        run("INSERT INTO schema_version (version, title, applied_at_ms) VALUES (?, ?, ?)", row)
    # SQLite notices a file that it may not write at the first write alone.
    run("UPDATE schema_version SET title = title", ())
