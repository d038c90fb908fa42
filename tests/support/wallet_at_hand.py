"""A wallet in memory with players, and short methods to send it requests, for the tests of the wallet's rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from harness.model import (
    Authenticate,
    Bet,
    GetBalance,
    ItemReply,
    Operation,
    Payout,
    Reply,
    Reward,
    Rollback,
    Settle,
    Unsettle,
)
from mock_server.clock import Clock, system_clock
from mock_server.in_process import run, run_together
from mock_server.store import Account, SessionRecord, Store, TokenRecord, open_store
from mock_server.wallet import Wallet

SESSION = "live"
EXPIRED = "expired"
TOKEN = "one-time"


@dataclass
class AtHand:
    """A wallet with one contract's platform and one player as defaults."""

    contract: str = "casino"
    currency: str = "EUR"
    balance: int = 1000
    wallet_type: type[Wallet] = Wallet
    store: Store = field(default_factory=open_store)
    player: str = "ann"
    clock: Clock = system_clock
    wallet: Wallet = field(init=False)
    numbers: Iterable[int] = field(default_factory=lambda: count(1), init=False)

    def __post_init__(self) -> None:
        self.wallet = self.wallet_type(self.store, now_ms=self.clock)
        self.open(self.player, self.balance)

    def open(self, player: str, balance: int, *, contract: str = "", currency: str = "") -> Account:
        """Open or reset a player's account. Its session, ended session and token contain the player's name."""
        contract = contract or self.contract
        account = Account(0, contract, player, currency or self.currency, f"Name of {player}", "BRAND", "MT")
        account = self.store.open_account(account, balance)
        self.store.put_session(contract, f"{player}-{SESSION}", SessionRecord(account.number, live=True))
        self.store.put_session(contract, f"{player}-{EXPIRED}", SessionRecord(account.number, live=False))
        self.store.put_token(contract, f"{player}-{TOKEN}", TokenRecord(account.number, spent=False))
        self.store.commit()
        return account

    def ask(self, operation: Operation) -> Reply:
        """The wallet's reply to one operation."""
        return run(self.wallet.handle(self.contract, operation))

    def ask_together(self, *operations: Operation) -> list[Reply]:
        """The wallet's replies to operations in flight at once."""
        return run_together([self.wallet.handle(self.contract, each) for each in operations])

    def item(self, operation: Operation) -> ItemReply:
        """The only item of the reply to one operation."""
        (item,) = self.ask(operation).items
        return item

    def holds(self, player: str = "") -> int:
        """The player's stored balance."""
        account = self.store.account(self.contract, player or self.player)
        assert account is not None
        return self.store.balance(account)

    def new_id(self) -> str:
        """An id that was not used before."""
        return f"t{next(iter(self.numbers))}"

    def _fields(self, fields: dict[str, Any]) -> dict[str, Any]:
        player = fields.get("player", self.player)
        defaults = {"id": "", "player": player, "currency": self.currency, "session": f"{player}-{SESSION}"}
        found = {**defaults, **fields}
        return {**found, "id": found["id"] or self.new_id()}

    def bet(self, amount: int, **fields: Any) -> Bet:
        """A bet, on the live session."""
        return Bet(amount=amount, **self._fields(fields))

    def payout(self, amount: int, **fields: Any) -> Payout:
        """A credit."""
        return Payout(amount=amount, **self._fields(fields))

    def reward(self, amount: int, **fields: Any) -> Reward:
        """A casino reward, which names no currency."""
        return Reward(amount=amount, **self._fields({"currency": "", **fields}))

    def unsettle(self, amount: int, **fields: Any) -> Unsettle:
        """A debit of what was settled wrongly."""
        return Unsettle(amount=amount, **self._fields(fields))

    def rollback(self, original: str, **fields: Any) -> Rollback:
        """Undo a bet."""
        found = {**self._fields(fields), "original": original, "bet": fields.get("bet", "")}
        return Rollback(**{name: value for name, value in found.items() if name != "currency"})

    def settle(self, *items: Payout) -> Settle:
        """A batch of payouts."""
        return Settle(items=items)

    def read(self, **fields: Any) -> GetBalance:
        """A request for the balance."""
        player = fields.get("player", self.player)
        return GetBalance(player=player, session=fields.get("session", f"{player}-{SESSION}"))

    def token(self, player: str = "") -> Authenticate:
        """A login with the player's one-time token."""
        return Authenticate(token=f"{player or self.player}-{TOKEN}")
