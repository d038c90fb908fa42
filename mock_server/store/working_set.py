"""The rows of the open transaction: those that were read, and those that are to be written before its commit.

The transaction excludes every other writer, so a row that was read stays true until its end. Rows are written in
groups, because a statement for each row costs more than all rules of the wallet.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from mock_server.store.interface import Account, BetRecord, Entry, Key, SessionRecord


class BetKey(NamedTuple):
    """The key of a bet in the register."""

    contract: str
    id: str
    account: int


class Posting(NamedTuple):
    """A movement whose two postings are to be written. `amount` is what the player gains."""

    account: int
    amount: int
    kind: str
    id: str
    at_ms: int


class WorkingSet:
    """What is known of the rows in one transaction. None stands for a row that does not exist."""

    def __init__(self) -> None:
        """Nothing is known, and nothing is to be written."""
        self.accounts: dict[tuple[str, str], Account | None] = {}
        """Accounts by contract and player."""
        self.currencies: dict[int, str] = {}
        """The currency of each account, by its number. It is empty for a number without account."""
        self.sessions: dict[tuple[str, str], SessionRecord | None] = {}
        self.balances: dict[int, int] = {}
        self.entries: dict[Key, Entry | None] = {}
        self.bets_by_id: dict[tuple[str, str], dict[BetKey, BetRecord]] = {}
        """The bets of every player with one transaction id, by contract and id. Written bets are not in it."""
        self.bets_by_reference: dict[tuple[int, str], dict[BetKey, BetRecord]] = {}
        """The bets of an account with one reference, by account and reference. Written bets are not in it."""
        self._bets: dict[BetKey, BetRecord] = {}
        self._ids: dict[tuple[str, str], list[BetKey]] = {}
        self._references: dict[tuple[int, str], list[BetKey]] = {}
        self._clear()

    def _clear(self) -> None:
        self.new_balances: dict[int, int] = {}
        self.new_entries: dict[Key, Entry] = {}
        self.new_bets: dict[BetKey, BetRecord] = {}
        self.new_postings: list[Posting] = []

    @property
    def unwritten(self) -> int:
        """The number of rows that are to be written, without the balances. An account has one balance."""
        return len(self.new_entries) + len(self.new_bets) + len(self.new_postings)

    def written(self) -> None:
        """Everything has been written. It stays known."""
        self._clear()

    def know(self, account: Account, balance: int) -> None:
        """An account and its balance were read."""
        self.accounts[account.contract, account.player] = account
        self.currencies[account.number] = account.currency
        self.balances.setdefault(account.number, balance)

    def set_balance(self, number: int, balance: int) -> None:
        """The account with this number has a new balance."""
        self.balances[number] = self.new_balances[number] = balance

    def put_entry(self, key: Key, entry: Entry) -> None:
        """An entry is new, or replaces the one under its key."""
        self.entries[key] = self.new_entries[key] = entry

    def put_bet(self, key: BetKey, record: BetRecord) -> None:
        """A bet is new, or replaces the one under its key."""
        if key not in self._bets:
            self._ids.setdefault((key.contract, key.id), []).append(key)
        reference = self._references.setdefault((record.account, record.bet), [])
        if key not in reference:
            reference.append(key)
        self._bets[key] = self.new_bets[key] = record

    def with_id(self, contract: str, id: str) -> tuple[BetRecord, ...]:
        """The bets with that transaction id. Those in the database must be known."""
        stored = self.bets_by_id[contract, id]
        if not (written := self._ids.get((contract, id))):
            return tuple(stored.values())
        return tuple({**stored, **{key: self._bets[key] for key in written}}.values())

    def with_reference(self, account: int, bet: str) -> tuple[BetRecord, ...]:
        """The bets of an account with that reference. Those in the database must be known."""
        stored = self.bets_by_reference[account, bet]
        if not self._bets:
            return tuple(stored.values())
        every: Iterable[BetKey] = {**stored, **dict.fromkeys(self._references.get((account, bet), ()))}
        now = (self._bets.get(key) or stored[key] for key in every)
        return tuple(record for record in now if record.bet == bet)
