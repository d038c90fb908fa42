"""The store's SQL statements, written once for both databases.

Every text from the wire is stored as its UTF-8 bytes, lone surrogates included. Databases treat NUL characters,
collations and trailing spaces in different ways, but they all compare bytes alike.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
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
from mock_server.store.tables import BETS, ENTRIES, POSTINGS, Table
from mock_server.store.working_set import BetKey, Posting, WorkingSet

Row: TypeAlias = tuple[Any, ...]

OPENING = "opening"
"""The kind of the postings that bring an account to the balance with which it is opened or reset."""

FLUSH_ROWS = 1000
"""Rows that are written together at most. A database limits the time of one statement."""


STORED_ENTRY = "SELECT 1 FROM entry WHERE contract = ? AND family = ? AND id = ? AND reference = ?"

ACCOUNT_COLUMNS = "number, contract, player, currency, display_name, brand, country"
BET_COLUMNS = "contract, id, account, bet, stake, fate"
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

    reads_ahead = False

    def __init__(self) -> None:
        self._proof: Proof | None = None
        self._wrote = False
        self._rows = WorkingSet()

    @property
    @abstractmethod
    def busy(self) -> bool:
        """True while a transaction is open."""

    @abstractmethod
    def _run(self, statement: str, values: Row) -> Cursor:
        """Execute one statement, with `?` for each parameter. Raises NotStored."""

    @abstractmethod
    def _insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Write rows of different keys into a table. Raises NotStored."""

    @abstractmethod
    def _set_balances(self, rows: Sequence[Row]) -> None:
        """Write balances. Each row has a balance and the number of an account. Raises NotStored."""

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
        self._rows = WorkingSet()

    def _known(self) -> WorkingSet:
        """The rows of the open transaction. Without one nothing is known, because others may write."""
        if not self.busy:
            self._rows = WorkingSet()
        return self._rows

    def _changed(self) -> None:
        """Rows are to be written. They are written now if they are many or no transaction is open."""
        self._wrote = True
        if self._rows.unwritten >= FLUSH_ROWS or not self.busy:
            self._flush()

    def _flush(self) -> None:
        """Write the rows that are to be written. Raises NotStored."""
        rows = self._rows
        if rows.new_balances:
            self._set_balances([(balance, number) for number, balance in rows.new_balances.items()])
        if rows.new_bets:
            self._insert(
                BETS,
                [
                    (key.contract, packed(key.id), key.account, packed(each.bet), each.stake, each.fate.value)
                    for key, each in rows.new_bets.items()
                ],
            )
        if rows.new_entries:
            self._insert(
                ENTRIES,
                [
                    (contract, family, packed(id), *each[:4], packed(each.bet), each.outcome.value, *each[6:])
                    for (contract, family, id), each in rows.new_entries.items()
                ],
            )
        if sides := [row for each in rows.new_postings for row in self._sides(each)]:
            self._insert(POSTINGS, sides)
        rows.written()

    def _sides(self, posting: Posting) -> tuple[Row, ...]:
        """Both postings of a movement, in the account's currency. None for an account that does not exist."""
        account, amount, kind, id, at_ms = posting
        if not (currency := self._currency(account)):
            return ()
        data = packed(id)
        return (
            (account, "player", currency, amount, kind, data, at_ms),
            (account, "house", currency, -amount, kind, data, at_ms),
        )

    def _currency(self, account: int) -> str:
        known = self._rows.currencies
        if account not in known:
            row = self._run("SELECT currency FROM account WHERE number = ?", (account,)).fetchone()
            known[account] = "" if row is None else row[0]
        return known[account]

    def _write(self, statement: str, values: Row) -> Cursor:
        """Execute a statement that writes."""
        self._wrote = True
        return self._run(statement, values)

    def open_account(self, account: Account, balance: int) -> Account:
        """Create an account, or reset the one of that contract and player. The store assigns the number.

        The account is brought from its former balance to the new one by postings. If the currency changes, the whole
        former balance leaves in the former currency.
        """
        self._known()
        self._flush()
        former = self._run(
            "SELECT number, currency, balance FROM account WHERE contract = ? AND player = ?",
            (account.contract, packed(account.player)),
        ).fetchone()
        held = 0
        if former is not None:
            number, currency, held = former
            if currency != account.currency:
                self._post(number, -held, OPENING, account.player, system_clock())
                self._flush()
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
        opened = account._replace(number=row[0])
        self._rows = WorkingSet()
        self._rows.know(opened, balance)
        self._post(row[0], balance - held, OPENING, account.player, system_clock())
        self._flush()
        return opened

    def _post(self, account: int, amount: int, kind: str, id: str, at_ms: int) -> None:
        """Append the two postings of a movement, in the account's currency. None are needed for 0."""
        if amount:
            self._rows.new_postings.append(Posting(account, amount, kind, id, at_ms))

    def account(self, contract: str, player: str) -> Account | None:
        """The account of a player of a contract, or None."""
        known = self._known()
        if (contract, player) not in known.accounts:
            row = self._run(
                f"SELECT {ACCOUNT_COLUMNS}, balance FROM account WHERE contract = ? AND player = ?",  # noqa: S608 - our own
                (contract, packed(player)),
            ).fetchone()
            if row is None:
                known.accounts[contract, player] = None
            else:
                known.know(as_account(row), row[-1])
        return known.accounts[contract, player]

    def account_numbered(self, number: int) -> Account:
        """The account with this number, which must exist."""
        statement = f"SELECT {ACCOUNT_COLUMNS}, balance FROM account WHERE number = ?"  # noqa: S608 - our own columns
        return as_account(self._run(statement, (number,)).fetchall()[0])

    def balance(self, account: Account) -> int:
        """The current balance in hundred-thousandths."""
        known = self._known()
        if account.number not in known.balances:
            row = self._run("SELECT balance FROM account WHERE number = ?", (account.number,)).fetchall()[0]
            known.balances[account.number] = int(row[0])
        return known.balances[account.number]

    def set_balance(self, account: Account, balance: int) -> None:
        """Write the balance, in hundred-thousandths."""
        self._known().set_balance(account.number, balance)
        self._changed()

    def entry(self, key: Key) -> Entry | None:
        """The entry under a key, or None."""
        known = self._known()
        if key not in known.entries:
            row = self._run(
                f"SELECT {ENTRY_COLUMNS} FROM entry WHERE contract = ? AND family = ? AND id = ?",  # noqa: S608 - our own
                (key.contract, key.family, packed(key.id)),
            ).fetchone()
            known.entries[key] = None if row is None else as_entry(row)
        return known.entries[key]

    def put_entry(self, key: Key, entry: Entry) -> None:
        """Store an entry under a key and replace the previous one. Its effect is posted to `player` and `house`."""
        self._known().put_entry(key, entry)
        self._post(entry.account, entry.effect, key.family, key.id, entry.at_ms)
        self._proof = Proof(STORED_ENTRY, (key.contract, key.family, packed(key.id), entry.reference))
        self._changed()

    def forget(self, key: Key) -> None:
        """Delete the entry under a key."""
        self._known().entries[key] = None
        self._flush()
        self._write(
            "DELETE FROM entry WHERE contract = ? AND family = ? AND id = ?",
            (key.contract, key.family, packed(key.id)),
        )

    def statement(self, account: Account) -> tuple[Entry, ...]:
        """Every entry of an account, oldest first."""
        self._known()
        self._flush()
        rows = self._run(
            f"SELECT {ENTRY_COLUMNS} FROM entry WHERE account = ? ORDER BY number",  # noqa: S608 - our own columns
            (account.number,),
        ).fetchall()
        return tuple(as_entry(row) for row in rows)

    def bets_with_id(self, contract: str, id: str) -> tuple[BetRecord, ...]:
        """The bets of every player with that transaction id."""
        known = self._known()
        if (contract, id) not in known.bets_by_id:
            rows = self._run(
                f"SELECT {BET_COLUMNS} FROM bet WHERE contract = ? AND id = ?",  # noqa: S608 - our own columns
                (contract, packed(id)),
            ).fetchall()
            known.bets_by_id[contract, id] = dict(map(as_bet, rows))
        return known.with_id(contract, id)

    def bets_with_reference(self, account: Account, bet: str) -> tuple[BetRecord, ...]:
        """The bets of an account that credits name by this reference."""
        known = self._known()
        if (account.number, bet) not in known.bets_by_reference:
            rows = self._run(
                f"SELECT {BET_COLUMNS} FROM bet WHERE account = ? AND bet = ?",  # noqa: S608 - our own columns
                (account.number, packed(bet)),
            ).fetchall()
            known.bets_by_reference[account.number, bet] = dict(map(as_bet, rows))
        return known.with_reference(account.number, bet)

    def put_bet(self, contract: str, record: BetRecord) -> None:
        """Write a bet into the register, replacing the account's bet of that id."""
        self._known().put_bet(BetKey(contract, record.id, record.account), record)
        self._changed()

    def session(self, contract: str, id: str) -> SessionRecord | None:
        """A session, live or ended, or None."""
        known = self._known()
        if (contract, id) not in known.sessions:
            row = self._run(
                "SELECT account, live FROM session WHERE contract = ? AND id = ?", (contract, packed(id))
            ).fetchone()
            known.sessions[contract, id] = None if row is None else SessionRecord(row[0], bool(row[1]))
        return known.sessions[contract, id]

    def put_session(self, contract: str, id: str, record: SessionRecord) -> None:
        """Write a session."""
        self._known().sessions[contract, id] = record
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


def as_account(row: Row) -> Account:
    """The account of a row that begins with `ACCOUNT_COLUMNS`."""
    number, contract, player, currency, display_name, brand, country = row[:7]
    return Account(number, contract, unpacked(player), currency, unpacked(display_name), unpacked(brand), country)


def as_entry(row: Row) -> Entry:
    """The entry of a row with `ENTRY_COLUMNS`."""
    account, amount, effect, balance, bet, outcome, reference, at_ms = row
    return Entry(account, amount, effect, balance, unpacked(bet), Outcome(outcome), reference, at_ms)


def as_bet(row: Row) -> tuple[BetKey, BetRecord]:
    """The key and the bet of a row with `BET_COLUMNS`."""
    contract, data, account, bet, stake, fate = row
    id = unpacked(data)
    return BetKey(contract, id, account), BetRecord(account, id, unpacked(bet), stake, Fate(fate))
