"""The wallet's store as an interface: the records it keeps and the calls that read and write them.

Texts from the wire (ids of players, transactions, bets, sessions) are compared byte for byte. Case, a trailing space
and Unicode normal forms make two ids different, and no text is cut. Balances and amounts are whole hundred-thousandths
of the main unit within 64 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from harness.model import Outcome

LARGEST_BALANCE = 2**63 - 1
"""Both databases keep a balance in a signed 64-bit column."""


PATIENCE_SECONDS = 1.0
"""How long a request waits for a database that is locked or lost. Then it is refused."""

RETRY_SECONDS = 0.02
"""Time between two attempts to open a transaction. An attempt itself waits for a lock as long as this."""


class Proof(NamedTuple):
    """A query that finds a row if and only if a transaction is stored."""

    statement: str
    values: tuple[Any, ...]


class StoreError(Exception):
    """The database did not do its work. The text gives its reason, without secrets."""


class NotStored(StoreError):
    """Nothing of the transaction is stored: COMMIT was certainly not reached, or the database refused it."""


class Unclear(StoreError):
    """COMMIT was sent and not answered, so the transaction is stored or not."""

    def __init__(self, reason: str, proof: Proof | None) -> None:
        """`proof` finds out later whether it is stored. None if the transaction has no row of its own."""
        super().__init__(reason)
        self.proof = proof


class Key(NamedTuple):
    """The key of a stored transaction. Each contract and family of operations has its own space of ids."""

    contract: str
    family: str
    id: str


class Account(NamedTuple):
    """A player's account without its balance, because each movement reads the balance anew."""

    number: int
    contract: str
    player: str
    currency: str
    display_name: str
    brand: str
    country: str


class Entry(NamedTuple):
    """The answer to one transaction. `effect` is the signed change of the balance in hundred-thousandths."""

    account: int
    amount: int
    effect: int
    balance: int
    bet: str
    outcome: Outcome
    reference: str
    at_ms: int


class Fate(StrEnum):
    """The state of a bet."""

    PLACED = "placed"
    SETTLED = "settled"
    ROLLED_BACK = "rolled_back"
    """The stake was returned, or the bet was never received and must not be debited."""


class BetRecord(NamedTuple):
    """One bet of one account in the register of bets. Credits name it by the reference `bet`."""

    account: int
    id: str
    bet: str
    stake: int
    fate: Fate


class SessionRecord(NamedTuple):
    """The account of a session and whether the session is live."""

    account: int
    live: bool


class TokenRecord(NamedTuple):
    """The account of a one-time token and whether the token was used."""

    account: int
    spent: bool


class Reads(NamedTuple):
    """The rows that a request will probably ask for."""

    players: tuple[tuple[str, str], ...] = ()
    """Accounts, each by contract and player."""
    sessions: tuple[tuple[str, str], ...] = ()
    """Sessions, each by contract and id."""
    entries: tuple[Key, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    """Bets, each by contract and transaction id."""
    references: tuple[tuple[str, str, str], ...] = ()
    """Bets, each by contract, player and reference."""


class Store(Protocol):
    """The wallet's store. Reads show the writes of the open transaction. Other processes see them after `commit`.

    Every call raises NotStored if the database fails. The open transaction must then be undone by `rollback`.
    """

    reads_ahead: bool
    """True if `read_ahead` saves time, because each read is a round trip."""

    @property
    def busy(self) -> bool:
        """True while a transaction is open."""

    def try_begin(self) -> bool:
        """Open a transaction that excludes every other writer, if that is possible within `RETRY_SECONDS`.

        Returns True if a transaction is open now. Raises NotStored if the database has an error other than a lock.
        """

    def begin(self) -> None:
        """Open a transaction that excludes every other writer. Does nothing if one is open.

        Waits for `PATIENCE_SECONDS`, then raises NotStored.
        """

    def commit(self) -> None:
        """Make everything since `begin` durable. Does nothing if no transaction is open.

        Raises NotStored or Unclear. No transaction is open afterwards.
        """

    def rollback(self) -> None:
        """Undo everything since `begin`. Does nothing if no transaction is open. Never raises StoreError."""

    def is_stored(self, proof: Proof) -> bool | None:
        """Whether a transaction is stored, read on a new connection. None if that cannot be said at this moment."""

    def read_ahead(self, reads: Sequence[Reads]) -> None:
        """Read what the requests of the open transaction will ask for. No answer of the store depends on it."""

    def close(self) -> None:
        """Close the connection. An open transaction is undone."""

    def open_account(self, account: Account, balance: int) -> Account:
        """Create an account, or reset the one of that contract and player. The store assigns the number."""

    def account(self, contract: str, player: str) -> Account | None:
        """The account of a player of a contract, or None."""

    def account_numbered(self, number: int) -> Account:
        """The account with this number, which must exist."""

    def balance(self, account: Account) -> int:
        """The current balance in hundred-thousandths."""

    def set_balance(self, account: Account, balance: int) -> None:
        """Write the balance, in hundred-thousandths."""

    def entry(self, key: Key) -> Entry | None:
        """The entry under a key, or None."""

    def put_entry(self, key: Key, entry: Entry) -> None:
        """Store an entry under a key and replace the previous one."""

    def forget(self, key: Key) -> None:
        """Delete the entry under a key."""

    def statement(self, account: Account) -> tuple[Entry, ...]:
        """Every entry of an account, oldest first."""

    def bets_with_id(self, contract: str, id: str) -> tuple[BetRecord, ...]:
        """The bets of every player with that transaction id."""

    def bets_with_reference(self, account: Account, bet: str) -> tuple[BetRecord, ...]:
        """The bets of an account that credits name by this reference."""

    def put_bet(self, contract: str, record: BetRecord) -> None:
        """Write a bet into the register, replacing the account's bet of that id."""

    def session(self, contract: str, id: str) -> SessionRecord | None:
        """A session, live or ended, or None."""

    def put_session(self, contract: str, id: str, record: SessionRecord) -> None:
        """Write a session."""

    def token(self, contract: str, value: str) -> TokenRecord | None:
        """A one-time token, spent or not, or None."""

    def put_token(self, contract: str, value: str, record: TokenRecord) -> None:
        """Write a one-time token."""
