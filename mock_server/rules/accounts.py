"""Rules of accounts: the player, the currency and the amount of a movement."""

from __future__ import annotations

from functools import cache

from harness.contracts import BUNDLED, load
from harness.model import Amount, Movement, Outcome, Reward
from mock_server.clock import Clock
from mock_server.fresh_ids import FreshId, random_id
from mock_server.lag import LAG_MS
from mock_server.order import Order, Refusal
from mock_server.store import LARGEST_BALANCE, Account, Store


@cache
def finest(contract: str, currency: str) -> int:
    """The smallest amount of a currency that a contract can carry, in hundred-thousandths."""
    return int(load(contract).wire_unit(currency)) if contract in BUNDLED else 1


class Accounts:
    """Checks the player, the currency and the amount. Each rule returns, or raises Refusal."""

    def __init__(self, store: Store, now_ms: Clock) -> None:
        """`now_ms` is the wallet's clock."""
        self.store = store
        self.now_ms = now_ms
        self.fresh_id: FreshId = random_id

    def find_player(self, contract: str, player: str) -> Account:
        """The player's account. Raises Refusal if the player has none."""
        account = self.store.account(contract, player)
        if account is None:
            raise Refusal(Outcome.UNKNOWN_PLAYER, "no such player")
        return account

    def check_id(self, id: str) -> None:
        """Refuse a transaction without an id."""
        if not id:
            raise Refusal(Outcome.MALFORMED, "the transaction has no id")

    def check_amount(self, order: Order[Movement], account: Account) -> int:
        """The amount in hundred-thousandths. Raises Refusal unless it is whole, not negative and a multiple of
        `finest`.
        """
        amount: Amount = order.item.amount
        if not isinstance(amount, int) or amount % self.finest(order.contract, account.currency):
            raise Refusal(Outcome.MALFORMED, "the amount has more decimals than the currency")
        if amount < 0:
            raise Refusal(Outcome.MALFORMED, "the amount is negative")
        return amount

    def finest(self, contract: str, currency: str) -> int:
        """The smallest amount that can be moved, in hundred-thousandths."""
        return finest(contract, currency)

    def check_currency(self, order: Order[Movement], account: Account) -> None:
        """Refuse every currency but the account's own. A reward may carry none."""
        carries_none = isinstance(order.item, Reward) and not order.item.currency
        if not carries_none and order.item.currency != account.currency:
            raise Refusal(Outcome.WRONG_CURRENCY, "not the player's currency")

    def read_balance(self, account: Account) -> int:
        """The balance that a balance request shows, in hundred-thousandths."""
        lag_ms = LAG_MS.get()
        return self.store.balance(account) - (self._moved_since(account, self.now_ms() - lag_ms) if lag_ms else 0)

    def _moved_since(self, account: Account, at_ms: int) -> int:
        """What the account's transactions have changed after a time, in hundred-thousandths."""
        return sum(each.effect for each in self.store.statement(account) if each.at_ms > at_ms)

    def check_room(self, balance: int) -> None:
        """Refuse a movement whose balance the store cannot hold. The balance is never cut."""
        if balance > LARGEST_BALANCE:
            raise Refusal(Outcome.REFUSED, "the balance would exceed what this wallet can hold")
