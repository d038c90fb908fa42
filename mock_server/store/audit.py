"""Proves that the books of a store agree with themselves, and makes a statement for each player.

The store is only read, in one transaction that sees one moment. The wallet may serve meanwhile. Three tables are read
in the order of the accounts, so that one account at a time is in memory.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import count, groupby
from typing import NamedTuple, TypeAlias

from harness import money
from mock_server.store.address import VARIABLE, is_postgres, sqlite_file
from mock_server.store.migrations import MIGRATIONS
from mock_server.store.sql import OPENING, Row, unpacked

Read: TypeAlias = Callable[[str], Iterator[Row]]
"""Executes a query and yields its rows one by one."""

PLAYER = "player"
VERSIONS = "schema_version"
OLDEST = {
    "account": {"number", "contract", "player", "currency", "balance"},
    "entry": {"number", "account", "family", "id", "effect"},
}
"""The tables and columns that the audit reads and that every release of the wallet has made."""

FOREIGN = f"this is no store of the wallet: name the one that the wallet was started with by --store or ${VARIABLE}"
SQLITE_COLUMNS = (
    "SELECT tables.name, columns.name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns"
    " WHERE tables.type = 'table'"
)
POSTGRES_COLUMNS = (
    "SELECT relname, attname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
    " WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped AND pg_table_is_visible(pg_class.oid)"
    " AND relnamespace <> 'pg_catalog'::regnamespace"
)


class BooksError(Exception):
    """The store cannot be audited. The text gives the reason, without secrets."""


class Line(NamedTuple):
    """One posting of a player: what was moved, and the balance after it, in hundred-thousandths."""

    at_ms: int
    kind: str
    id: str
    currency: str
    amount: int
    balance: int


class Statement(NamedTuple):
    """The postings of one player, oldest first, and what does not agree. A sound account has no `differences`.

    Rows of an account that does not exist have a statement without a contract and a player.
    """

    contract: str
    player: str
    currency: str
    balance: int
    lines: tuple[Line, ...]
    differences: tuple[str, ...]


def counted(number: int, noun: str) -> str:
    """A number with its noun, such as `1 account` and `2 accounts`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


class _Posting(NamedTuple):
    account: int
    owner: str
    currency: str
    amount: int
    kind: str
    id: str
    at_ms: int


def statements(read: Read) -> Iterator[Statement]:
    """The statement of each account. Raises BooksError."""
    accounts = read("SELECT number, contract, player, currency, balance FROM account ORDER BY number")
    posted = _Groups(
        read("SELECT account, owner, currency, amount, kind, id, at_ms FROM posting ORDER BY account, number")
    )
    entered = _Groups(read("SELECT account, family, id, effect FROM entry ORDER BY account, number"))
    for number, contract, player, currency, balance in accounts:
        yield from _without_account(posted, entered, before=number)
        postings = _postings(posted.of(number))
        effects: Counter[tuple[str, str]] = Counter()
        for _, family, id, effect in entered.of(number):
            effects[family, unpacked(id)] += effect
        differences = (*_sums(postings, currency, balance), *_transactions(postings, effects))
        yield Statement(contract, unpacked(player), currency, balance, tuple(_lines(postings)), differences)
    yield from _without_account(posted, entered)


class _Groups:
    """Rows in the order of their accounts, taken one account at a time."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=lambda row: row[0])
        self._ahead = next(self._groups, None)

    @property
    def next_account(self) -> int | None:
        """The account of the next rows. None at the end."""
        return None if self._ahead is None else self._ahead[0]

    def of(self, account: int) -> list[Row]:
        """The rows of an account. They are none if the next rows belong to another one."""
        if self._ahead is None or self._ahead[0] != account:
            return []
        found = list(self._ahead[1])
        self._ahead = next(self._groups, None)
        return found


def _without_account(posted: _Groups, entered: _Groups, before: int | None = None) -> Iterator[Statement]:
    """A statement for each account that has rows and does not exist, up to the account `before` or to the end."""
    while True:
        ahead = [each for each in (posted.next_account, entered.next_account) if each is not None]
        if not ahead or (before is not None and min(ahead) >= before):
            return
        postings, entries = _postings(posted.of(min(ahead))), entered.of(min(ahead))
        counts = (counted(len(postings), "posting"), counted(len(entries), "recorded transaction"))
        difference = f"{' and '.join(counts)} of account number {min(ahead)}, which does not exist"
        currency = postings[0].currency if postings else ""
        yield Statement("", "", currency, 0, tuple(_lines(postings)), (difference,))


def _postings(rows: Iterable[Row]) -> list[_Posting]:
    return [_Posting(*row)._replace(id=unpacked(row[5])) for row in rows]


def _lines(postings: Iterable[_Posting]) -> Iterator[Line]:
    balances: Counter[str] = Counter()
    for each in postings:
        if each.owner == PLAYER:
            balances[each.currency] += each.amount
            yield Line(each.at_ms, each.kind, each.id, each.currency, each.amount, balances[each.currency])


def _sums(postings: Iterable[_Posting], currency: str, balance: int) -> Iterator[str]:
    """What the balance and the sum of the postings do not agree about."""
    sums: Counter[str] = Counter({currency: 0})
    for each in postings:
        if each.owner == PLAYER:
            sums[each.currency] += each.amount
    for name, total in sums.items():
        expected = balance if name == currency else 0
        if total != expected:
            yield f"the balance is {money.show(expected, name)}, and the postings add up to {money.show(total, name)}"


def _transactions(postings: Iterable[_Posting], effects: Counter[tuple[str, str]]) -> Iterator[str]:
    """What `player`, `house` and the recorded transactions do not agree about."""
    sides: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for each in postings:
        sides[each.kind, each.id][each.owner] += each.amount
    for (kind, id), owners in sides.items():
        if total := sum(owners.values()):
            yield f"{kind} {id}: player and house do not add up to 0, but to {money.show(total)}"
        if kind != OPENING and owners[PLAYER] != effects[kind, id]:
            moved, recorded = money.show(owners[PLAYER]), money.show(effects[kind, id])
            yield f"{kind} {id}: {moved} was posted, and the recorded transaction moved {recorded}"
    for (kind, id), effect in effects.items():
        if effect and (kind, id) not in sides:
            yield f"{kind} {id}: the recorded transaction moved {money.show(effect)}, and nothing was posted"


@contextlib.contextmanager
def books(where: str) -> Iterator[Read]:
    """The books of the store at this address, as they are at one moment. Raises BooksError."""
    with _postgres(where) if is_postgres(where) else _sqlite(where) as read:
        yield read


def _check_schema(read: Read, columns: str) -> None:
    """Check that the tables are the wallet's, and of its version. `columns` reads each table and column."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for table, column in read(columns):
        found[table].add(column)
    version = 0
    if found:
        if any(not names <= found[table] for table, names in OLDEST.items()):
            raise BooksError(FOREIGN)
        if VERSIONS in found:
            if "version" not in found[VERSIONS]:
                raise BooksError(FOREIGN)
            version = next(read(f"SELECT MAX(version) FROM {VERSIONS}"))[0] or 0  # noqa: S608 - our own name
    if not isinstance(version, int):
        raise BooksError(FOREIGN)
    if version < len(MIGRATIONS):
        has = f"has version {version} of the schema" if version else "has no version of the schema yet"
        raise BooksError(
            f"the store {has}: start this version of the wallet on it once, which brings it to version "
            f"{len(MIGRATIONS)}"
        )
    if version > len(MIGRATIONS):
        raise BooksError(
            f"the store was written by a newer wallet (version {version} of the schema): audit it with that release"
        )


@contextlib.contextmanager
def _sqlite(where: str) -> Iterator[Read]:
    try:
        file = sqlite_file(where)
    except OSError as error:
        raise BooksError(str(error)) from None
    if file is None:
        raise BooksError("a store in memory ends with its wallet: name a file")
    try:
        with contextlib.closing(
            sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN")
            _check_schema(connection.execute, SQLITE_COLUMNS)
            yield connection.execute
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise BooksError(FOREIGN) from None
        raise BooksError(f"{file} cannot be read as the wallet's SQLite store: {error}") from None


@contextlib.contextmanager
def _postgres(where: str) -> Iterator[Read]:
    try:
        import psycopg
        from psycopg.conninfo import make_conninfo

        from mock_server.store.postgres_connection import DEFAULTS, parameters_of, reason_of
    except ImportError:
        raise BooksError("PostgreSQL needs psycopg: pip install 'walletproof[postgres]'") from None
    try:
        parameters = {**DEFAULTS, "application_name": "walletproof audit", **parameters_of(where)}
    except OSError as error:
        raise BooksError(str(error)) from None
    try:
        with psycopg.connect(make_conninfo("", **parameters)) as connection, contextlib.ExitStack() as cursors:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True

            def read(statement: str) -> Iterator[Row]:
                # A cursor with a name stays on the server, which sends its rows in portions.
                cursor = cursors.enter_context(connection.cursor(f"rows{next(numbers)}"))
                return iter(cursor.execute(statement.encode()))

            numbers = count()
            _check_schema(read, POSTGRES_COLUMNS)
            yield read
    except psycopg.Error as error:
        raise BooksError(f"the PostgreSQL store cannot be read: {reason_of(error, parameters)}") from None
