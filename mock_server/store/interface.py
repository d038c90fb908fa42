"""The books of a wallet as an interface: what a store keeps, and how it is asked.

Texts from the wire (ids of players, transactions, bets, sessions) are compared byte for byte: case, a trailing space
and Unicode normal forms tell two ids apart, and no length is cut. Balances and amounts are whole hundred-thousandths of
the main unit, within 64 bits.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Protocol

from harness.model import Outcome

LARGEST_BALANCE = 2**63 - 1
"""Both databases keep a balance in a signed 64-bit column."""


class Key(NamedTuple):
    """Where a transaction is remembered. Ids are one space per contract and family of operations."""

    contract: str
    family: str
    id: str


class Account(NamedTuple):
    """A player's account, without its balance: that is read afresh at each movement."""

    number: int
    contract: str
    player: str
    currency: str
    display_name: str
    brand: str
    country: str


class Entry(NamedTuple):
    """What was answered to one transaction. `effect` is the signed change that it made to the balance."""

    account: int
    amount: int
    effect: int
    balance: int
    bet: str
    outcome: Outcome
    reference: str
    at_ms: int


class Fate(StrEnum):
    """What became of a bet."""

    PLACED = "placed"
    SETTLED = "settled"
    ROLLED_BACK = "rolled_back"
    """Its stake was returned, or it never came and must not be debited any more."""


class BetRecord(NamedTuple):
    """One bet of one account in the register of bets. `bet` is the reference by which credits name it."""

    account: int
    id: str
    bet: str
    stake: int
    fate: Fate


class SessionRecord(NamedTuple):
    """Whose session it is, and whether it is still live."""

    account: int
    live: bool


class TokenRecord(NamedTuple):
    """Whose one-time token it is, and whether it was used."""

    account: int
    spent: bool


class Store(Protocol):
    """The wallet's books. Reads see the open transaction's writes; other processes see them after `commit`."""

    @property
    def busy(self) -> bool:
        """Whether a transaction is open."""

    def begin(self) -> None:
        """Open a transaction that excludes every other writer; nothing if one is open."""

    def commit(self) -> None:
        """Make everything since `begin` durable; nothing if no transaction is open."""

    def rollback(self) -> None:
        """Undo everything since `begin`; nothing if no transaction is open."""

    def close(self) -> None:
        """Give the connection back. An open transaction is undone."""

    def open_account(self, account: Account, balance: int) -> Account:
        """Create an account, or reset the one of that contract and player; the number is the store's to give."""

    def account(self, contract: str, player: str) -> Account | None:
        """The account of a player of a contract."""

    def account_numbered(self, number: int) -> Account:
        """The account with this number, which must exist."""

    def balance(self, account: Account) -> int:
        """The balance in hundred-thousandths, as of now."""

    def set_balance(self, account: Account, balance: int) -> None:
        """Write the balance."""

    def entry(self, key: Key) -> Entry | None:
        """What is remembered under a key."""

    def put_entry(self, key: Key, entry: Entry) -> None:
        """Remember under a key, replacing what was there."""

    def forget(self, key: Key) -> None:
        """Remember nothing under a key any more."""

    def statement(self, account: Account) -> tuple[Entry, ...]:
        """Every entry of an account, oldest first."""

    def bets_with_id(self, contract: str, id: str) -> tuple[BetRecord, ...]:
        """The bets of that transaction id, of whichever player."""

    def bets_with_reference(self, account: Account, bet: str) -> tuple[BetRecord, ...]:
        """The bets of an account that credits name by this reference."""

    def put_bet(self, contract: str, record: BetRecord) -> None:
        """Write a bet into the register, replacing the account's bet of that id."""

    def session(self, contract: str, id: str) -> SessionRecord | None:
        """A session, live or ended."""

    def put_session(self, contract: str, id: str, record: SessionRecord) -> None:
        """Write a session."""

    def token(self, contract: str, value: str) -> TokenRecord | None:
        """A one-time token, spent or not."""

    def put_token(self, contract: str, value: str, record: TokenRecord) -> None:
        """Write a one-time token."""
