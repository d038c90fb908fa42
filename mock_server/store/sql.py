"""The store's SQL statements, written once for both databases.

Every text from the wire is stored as its UTF-8 bytes, lone surrogates included. Databases treat NUL characters,
collations and trailing spaces in different ways, but they all compare bytes alike.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import Any, Protocol, TypeAlias

from harness.model import Outcome
from mock_server.clock import elapsed_seconds, system_clock
from mock_server.store.interface import (
    PATIENCE_SECONDS,
    RETRY_SECONDS,
    Account,
    BetRecord,
    Entry,
    Fate,
    Key,
    NotStored,
    Proof,
    SessionRecord,
    TokenRecord,
)

Row: TypeAlias = tuple[Any, ...]

OPENING = "opening"
"""The kind of the postings that bring an account to the balance with which it is opened or reset."""

POST = """INSERT INTO posting (account, owner, currency, amount, kind, id, at_ms)
    SELECT account.number, side.owner, account.currency, side.sign * ?, ?, ?, ? FROM account
    CROSS JOIN (SELECT 'player' AS owner, 1 AS sign UNION ALL SELECT 'house', -1) AS side
    WHERE account.number = ? ORDER BY side.sign DESC"""
"""Both sides of a movement in one statement: what the player gains, the `house` loses."""

ACCOUNT_COLUMNS = "number, contract, player, currency, display_name, brand, country"
ENTRY_COLUMNS = "account, amount, effect, balance, bet, outcome, reference, at_ms"


def packed(text: str) -> bytes:
    """The bytes by which a text is stored and compared."""
    return text.encode("utf-8", "surrogatepass")


def unpacked(data: bytes) -> str:
    """The text of bytes that `packed` returned."""
    return bytes(data).decode("utf-8", "surrogatepass")


class Cursor(Protocol):
    """The result of a statement, with the methods that both database drivers have."""

    def fetchone(self) -> Row | None:
        """The next row, or None."""

    def fetchall(self) -> list[Row]:
        """All remaining rows."""


class SqlStore(ABC):
    """A store on an SQL database. The subclass connects and opens the transactions."""

    def __init__(self) -> None:
        self._proof: Proof | None = None
        self._wrote = False

    @abstractmethod
    def _run(self, statement: str, values: Row) -> Cursor:
        """Execute one statement, with `?` for each parameter. Raises NotStored."""

    @abstractmethod
    def try_begin(self) -> bool:
        """Open a transaction that excludes every other writer, if that is possible within `RETRY_SECONDS`.

        Returns True if a transaction is open now. Raises NotStored if the database has an error other than a lock.
        """

    def begin(self) -> None:
        """Open a transaction that excludes every other writer. Does nothing if one is open.

        Waits for `PATIENCE_SECONDS`, then raises NotStored.
        """
        deadline = elapsed_seconds() + PATIENCE_SECONDS
        while not self.try_begin():
            if elapsed_seconds() > deadline:
                raise NotStored(f"the database was locked or away for {PATIENCE_SECONDS} s")
            time.sleep(RETRY_SECONDS)

    def _begun(self) -> None:
        """Forget what the previous transaction wrote."""
        self._proof, self._wrote = None, False

    def _write(self, statement: str, values: Row) -> Cursor:
        """Execute a statement that writes."""
        self._wrote = True
        return self._run(statement, values)

    def open_account(self, account: Account, balance: int) -> Account:
        """Create an account, or reset the one of that contract and player. The store assigns the number.

        The account is brought from its former balance to the new one by postings. If the currency changes, the whole
        former balance leaves in the former currency.
        """
        former = self._run(
            "SELECT number, currency, balance FROM account WHERE contract = ? AND player = ?",
            (account.contract, packed(account.player)),
        ).fetchone()
        held = 0
        if former is not None:
            number, currency, held = former
            if currency != account.currency:
                self._post(number, -held, OPENING, account.player, system_clock())
                held = 0
        row = self._write(
            "INSERT INTO account (contract, player, currency, display_name, brand, country, balance)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (contract, player) DO UPDATE SET currency = excluded.currency,"
            " display_name = excluded.display_name, brand = excluded.brand, country = excluded.country,"
            " balance = excluded.balance RETURNING number",
            (
                account.contract,
                packed(account.player),
                account.currency,
                packed(account.display_name),
                packed(account.brand),
                account.country,
                balance,
            ),
        ).fetchall()[0]
        self._post(row[0], balance - held, OPENING, account.player, system_clock())
        return account._replace(number=row[0])

    def _post(self, account: int, amount: int, kind: str, id: str, at_ms: int) -> None:
        """Append the two postings of a movement, in the account's currency. None are needed for 0."""
        if amount:
            self._write(POST, (amount, kind, packed(id), at_ms, account))

    def account(self, contract: str, player: str) -> Account | None:
        """The account of a player of a contract, or None."""
        row = self._run(
            f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE contract = ? AND player = ?",  # noqa: S608 - our own columns
            (contract, packed(player)),
        ).fetchone()
        return None if row is None else _account(row)

    def account_numbered(self, number: int) -> Account:
        """The account with this number, which must exist."""
        statement = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE number = ?"  # noqa: S608 - our own columns
        return _account(self._run(statement, (number,)).fetchall()[0])

    def balance(self, account: Account) -> int:
        """The current balance in hundred-thousandths."""
        row = self._run("SELECT balance FROM account WHERE number = ?", (account.number,)).fetchall()[0]
        return int(row[0])

    def set_balance(self, account: Account, balance: int) -> None:
        """Write the balance, in hundred-thousandths."""
        self._write("UPDATE account SET balance = ? WHERE number = ?", (balance, account.number))

    def entry(self, key: Key) -> Entry | None:
        """The entry under a key, or None."""
        row = self._run(
            f"SELECT {ENTRY_COLUMNS} FROM entry WHERE contract = ? AND family = ? AND id = ?",  # noqa: S608 - our own
            (key.contract, key.family, packed(key.id)),
        ).fetchone()
        return None if row is None else _entry(row)

    def put_entry(self, key: Key, entry: Entry) -> None:
        """Store an entry under a key and replace the previous one. Its effect is posted to `player` and `house`."""
        self._write(
            f"INSERT INTO entry (contract, family, id, {ENTRY_COLUMNS})"  # noqa: S608 - our own columns
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (contract, family, id) DO UPDATE SET"
            " account = excluded.account, amount = excluded.amount, effect = excluded.effect,"
            " balance = excluded.balance, bet = excluded.bet, outcome = excluded.outcome,"
            " reference = excluded.reference, at_ms = excluded.at_ms",
            (key.contract, key.family, packed(key.id), *entry[:4], packed(entry.bet), *entry[5:]),
        )
        self._post(entry.account, entry.effect, key.family, key.id, entry.at_ms)
        self._proof = Proof(
            "SELECT 1 FROM entry WHERE contract = ? AND family = ? AND id = ? AND reference = ?",
            (key.contract, key.family, packed(key.id), entry.reference),
        )

    def forget(self, key: Key) -> None:
        """Delete the entry under a key."""
        self._write(
            "DELETE FROM entry WHERE contract = ? AND family = ? AND id = ?",
            (key.contract, key.family, packed(key.id)),
        )

    def statement(self, account: Account) -> tuple[Entry, ...]:
        """Every entry of an account, oldest first."""
        rows = self._run(
            f"SELECT {ENTRY_COLUMNS} FROM entry WHERE account = ? ORDER BY number",  # noqa: S608 - our own columns
            (account.number,),
        ).fetchall()
        return tuple(_entry(row) for row in rows)

    def bets_with_id(self, contract: str, id: str) -> tuple[BetRecord, ...]:
        """The bets of every player with that transaction id."""
        rows = self._run(
            "SELECT account, id, bet, stake, fate FROM bet WHERE contract = ? AND id = ?", (contract, packed(id))
        ).fetchall()
        return tuple(_bet(row) for row in rows)

    def bets_with_reference(self, account: Account, bet: str) -> tuple[BetRecord, ...]:
        """The bets of an account that credits name by this reference."""
        rows = self._run(
            "SELECT account, id, bet, stake, fate FROM bet WHERE account = ? AND bet = ?",
            (account.number, packed(bet)),
        ).fetchall()
        return tuple(_bet(row) for row in rows)

    def put_bet(self, contract: str, record: BetRecord) -> None:
        """Write a bet into the register, replacing the account's bet of that id."""
        self._write(
            "INSERT INTO bet (contract, id, account, bet, stake, fate) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (contract, id, account) DO UPDATE SET bet = excluded.bet, stake = excluded.stake,"
            " fate = excluded.fate",
            (contract, packed(record.id), record.account, packed(record.bet), record.stake, record.fate.value),
        )

    def session(self, contract: str, id: str) -> SessionRecord | None:
        """A session, live or ended, or None."""
        row = self._run(
            "SELECT account, live FROM session WHERE contract = ? AND id = ?", (contract, packed(id))
        ).fetchone()
        return None if row is None else SessionRecord(row[0], bool(row[1]))

    def put_session(self, contract: str, id: str, record: SessionRecord) -> None:
        """Write a session."""
        self._write(
            "INSERT INTO session (contract, id, account, live) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (contract, id) DO UPDATE SET account = excluded.account, live = excluded.live",
            (contract, packed(id), record.account, int(record.live)),
        )
        self._proof = Proof("SELECT 1 FROM session WHERE contract = ? AND id = ?", (contract, packed(id)))

    def token(self, contract: str, value: str) -> TokenRecord | None:
        """A one-time token, spent or not, or None."""
        row = self._run(
            "SELECT account, spent FROM token WHERE contract = ? AND value = ?", (contract, packed(value))
        ).fetchone()
        return None if row is None else TokenRecord(row[0], bool(row[1]))

    def put_token(self, contract: str, value: str, record: TokenRecord) -> None:
        """Write a one-time token."""
        self._write(
            "INSERT INTO token (contract, value, account, spent) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (contract, value) DO UPDATE SET account = excluded.account, spent = excluded.spent",
            (contract, packed(value), record.account, int(record.spent)),
        )


def _account(row: Row) -> Account:
    number, contract, player, currency, display_name, brand, country = row
    return Account(number, contract, unpacked(player), currency, unpacked(display_name), unpacked(brand), country)


def _entry(row: Row) -> Entry:
    account, amount, effect, balance, bet, outcome, reference, at_ms = row
    return Entry(account, amount, effect, balance, unpacked(bet), Outcome(outcome), reference, at_ms)


def _bet(row: Row) -> BetRecord:
    account, id, bet, stake, fate = row
    return BetRecord(account, unpacked(id), unpacked(bet), stake, Fate(fate))
