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
from mock_server.store.address import is_postgres, sqlite_file
from mock_server.store.migrations import MIGRATIONS
from mock_server.store.sql import OPENING, Row, unpacked

Read: TypeAlias = Callable[[str], Iterator[Row]]
"""Executes a query and yields its rows one by one."""

PLAYER = "player"


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
    """The postings of one player, oldest first, and what does not agree. A sound account has no `differences`."""

    contract: str
    player: str
    currency: str
    balance: int
    lines: tuple[Line, ...]
    differences: tuple[str, ...]


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
    posted = _by_account(
        read("SELECT account, owner, currency, amount, kind, id, at_ms FROM posting ORDER BY account, number")
    )
    entered = _by_account(read("SELECT account, family, id, effect FROM entry ORDER BY account, number"))
    for number, contract, player, currency, balance in accounts:
        postings = [_Posting(*row)._replace(id=unpacked(row[5])) for row in posted(number)]
        effects: Counter[tuple[str, str]] = Counter()
        for _, family, id, effect in entered(number):
            effects[family, unpacked(id)] += effect
        differences = (*_sums(postings, currency, balance), *_transactions(postings, effects))
        yield Statement(contract, unpacked(player), currency, balance, tuple(_lines(postings)), differences)
    for table, rest in (("posting", posted), ("entry", entered)):
        if any(rest(None)):
            raise BooksError(f"the table `{table}` has rows of an account that does not exist")


def _by_account(rows: Iterator[Row]) -> Callable[[int | None], Iterable[Row]]:
    """Gives the rows of one account after another. None asks for all that are left."""
    groups = groupby(rows, key=lambda row: row[0])
    ahead = next(groups, None)

    def of(number: int | None) -> Iterable[Row]:
        nonlocal ahead
        if ahead is None or (number is not None and ahead[0] != number):
            return ()
        found = list(ahead[1])
        ahead = next(groups, None)
        return found

    return of


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
    try:
        with contextlib.ExitStack() as stack:
            read = stack.enter_context(_postgres(where) if is_postgres(where) else _sqlite(where))
            _check_version(read)
            yield read
    except OSError as error:
        raise BooksError(str(error)) from None


def _check_version(read: Read) -> None:
    version = next(read("SELECT MAX(version) FROM schema_version"))[0]
    if version < len(MIGRATIONS):
        raise BooksError(
            f"the store has version {version} of the schema: start this version of the wallet on it once, which brings "
            f"it to version {len(MIGRATIONS)}"
        )
    if version > len(MIGRATIONS):
        raise BooksError(f"the store was written by a newer wallet: version {version} of the schema")


@contextlib.contextmanager
def _sqlite(where: str) -> Iterator[Read]:
    file = sqlite_file(where)
    if file is None:
        raise BooksError("a store in memory ends with its wallet: name a file")
    try:
        with contextlib.closing(
            sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
        ) as connection:
            connection.execute("BEGIN")
            yield connection.execute
    except sqlite3.Error as error:
        raise BooksError(f"{file} cannot be read as the wallet's SQLite store: {error}") from None


@contextlib.contextmanager
def _postgres(where: str) -> Iterator[Read]:
    try:
        import psycopg

        from mock_server.store.postgres_connection import reason_of
    except ImportError:
        raise BooksError("PostgreSQL needs psycopg: pip install 'walletproof[postgres]'") from None
    try:
        with psycopg.connect(where) as connection, contextlib.ExitStack() as cursors:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True

            def read(statement: str) -> Iterator[Row]:
                # A cursor with a name stays on the server, which sends its rows in portions.
                cursor = cursors.enter_context(connection.cursor(f"rows{next(numbers)}"))
                return iter(cursor.execute(statement.encode()))

            numbers = count()
            yield read
    except psycopg.Error as error:
        raise BooksError(f"the PostgreSQL store cannot be read: {reason_of(error)}") from None
