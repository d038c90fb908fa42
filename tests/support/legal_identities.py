"""Legal wallets with a suspicious way to treat ids, refused transactions and credentials. None of them may fail.

Each is the reference wallet with one choice changed, like those of `legal_wallets`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.model import Outcome, Rollback
from mock_server.order import Moved, Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet


class RollbackOfAnotherTransactionIsRefused(Wallet):
    """A rollback that names a known bet and a transaction that was never sent is refused."""

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        if self.store.bets_with_reference(account, order.item.bet):
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet has no such transaction")
        return super().roll_back_unknown(order, account)


class PlayerIdsAreValidated(Wallet):
    """A player id that is not of letters and digits is malformed, and not only unknown."""

    def find_player(self, contract: str, player: str) -> Account:
        if not re.fullmatch(r"[1-9A-Za-z][0-9A-Za-z]{5,19}", player, re.ASCII):
            raise Refusal(Outcome.MALFORMED, "no player id")
        return super().find_player(contract, player)


def of_contract(contract: str) -> Callable[[type[Wallet]], bool]:
    """Whether a variant differs from the reference in that contract."""
    only: dict[str, tuple[type[Wallet], ...]] = {"sportsbook": (RollbackOfAnotherTransactionIsRefused,)}
    others = {each for name, variants in only.items() if name != contract for each in variants}
    return lambda variant: variant not in others


VARIANTS: tuple[type[Wallet], ...] = (
    RollbackOfAnotherTransactionIsRefused,
    PlayerIdsAreValidated,
)
