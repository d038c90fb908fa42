"""The data of the wallet's rules: an order, its effect on a balance, and the refusal that a rule raises."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeAlias, TypeVar

from harness.model import Amount, Bet, Movement, Outcome, Payout, Reward, Rollback, Unsettle

FAMILIES: dict[type, str] = {
    Bet: "bet",
    Payout: "payout",
    Reward: "reward",
    Unsettle: "unsettlement",
    Rollback: "rollback",
}
"""Each family of operations has its own space of ids, and the operations that carry payouts share one. Published
examples use one id for a bet, its settlement, its unsettlement and its rollback. These must not collide.
"""

Item_co = TypeVar("Item_co", bound=Movement | Rollback, covariant=True)


class Order(NamedTuple, Generic[Item_co]):
    """One transaction that the rules process.

    `operation` is the operation that carried it, as the name of its class in `harness.model` (`Payout`, `Settle`,
    `Retry`, ...). No sound rule reads it, because a transaction means the same in every operation.
    """

    contract: str
    operation: str
    item: Item_co


AnyOrder: TypeAlias = Order[Movement | Rollback]


class Moved(NamedTuple):
    """The effect of a movement on a balance, in hundred-thousandths."""

    before: int
    after: int


class Refusal(Exception):
    """A rule refuses the transaction, and no money has moved. `outcome` is the answer, the text its description."""

    def __init__(self, outcome: Outcome, description: str) -> None:
        """`outcome` is the outcome of the answer, `description` its text."""
        super().__init__(description)
        self.outcome = outcome


def amount_of(order: AnyOrder) -> Amount:
    """The amount of an order. A rollback has none, so 0 is returned."""
    return 0 if isinstance(order.item, Rollback) else order.item.amount


def subject_of(order: AnyOrder) -> str:
    """The bet of an order: the bet's transaction for a rollback, the bet's reference for a movement."""
    return order.item.original if isinstance(order.item, Rollback) else order.item.bet
