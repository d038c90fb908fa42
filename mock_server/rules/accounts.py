"""Rules about who is asking for what: the player, the currency and the amount of a movement."""

from __future__ import annotations

from harness.contracts import BUNDLED, load
from harness.model import Amount, Movement, Outcome, Reward
from mock_server.clock import Clock
from mock_server.order import Order, Refusal
from mock_server.store import LARGEST_BALANCE, Account, Store


def finest(contract: str, currency: str) -> int:
    """The smallest amount of a currency that a contract's wire can carry, in hundred-thousandths."""
    return int(load(contract).wire_unit(currency)) if contract in BUNDLED else 1


class Accounts:
    """Who is asking for what. Each rule returns, or raises the refusal."""

    def __init__(self, store: Store, now_ms: Clock) -> None:
        """`now_ms` is the wallet's clock."""
        self.store = store
        self.now_ms = now_ms

    def find_player(self, contract: str, player: str) -> Account:
        """The player's account; a player whom nobody opened an account for is refused."""
        account = self.store.account(contract, player)
        if account is None:
            raise Refusal(Outcome.UNKNOWN_PLAYER, "no such player")
        return account

    def check_id(self, id: str) -> None:
        """A transaction that cannot be told from another is refused."""
        if not id:
            raise Refusal(Outcome.MALFORMED, "the transaction has no id")

    def check_amount(self, order: Order[Movement], account: Account) -> int:
        """An amount is whole, not negative, and no finer than the account's currency can be paid in."""
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
        """Only the account's own currency is taken. A reward may carry none."""
        carries_none = isinstance(order.item, Reward) and not order.item.currency
        if not carries_none and order.item.currency != account.currency:
            raise Refusal(Outcome.WRONG_CURRENCY, "not the player's currency")

    def read_balance(self, account: Account) -> int:
        """The balance that a read shows."""
        return self.store.balance(account)

    def check_room(self, balance: int) -> None:
        """A balance that the books cannot hold is refused rather than cut."""
        if balance > LARGEST_BALANCE:
            raise Refusal(Outcome.REFUSED, "the balance would exceed what this wallet can hold")
