"""What goes through the wallet's rules: an order, what it did to a balance, and the refusal that a rule raises."""

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
"""Ids are one space per family. The operations that carry payouts share theirs. Published examples use one id for a
bet, its settlement, its unsettlement and its rollback, which must not collide."""

Item_co = TypeVar("Item_co", bound=Movement | Rollback, covariant=True)


class Order(NamedTuple, Generic[Item_co]):
    """One transaction on its way through the rules.

    `operation` is how it came, as the name of its class in `harness.model` (`Payout`, `Settle`, `Retry`, ...). No sound
    rule looks at it, because a transaction means the same whichever way it comes.
    """

    contract: str
    operation: str
    item: Item_co


AnyOrder: TypeAlias = Order[Movement | Rollback]


class Moved(NamedTuple):
    """What a movement did to a balance, in hundred-thousandths."""

    before: int
    after: int


class Refusal(Exception):
    """A rule says no: nothing has moved. `outcome` is the answer, the text its description."""

    def __init__(self, outcome: Outcome, description: str) -> None:
        """Remember the outcome to answer with."""
        super().__init__(description)
        self.outcome = outcome


def amount_of(order: AnyOrder) -> Amount:
    """The amount that an order names; a rollback names none and counts as 0."""
    return 0 if isinstance(order.item, Rollback) else order.item.amount


def subject_of(order: AnyOrder) -> str:
    """The bet that an order is about: a rollback names the bet's transaction, a movement the bet's reference."""
    return order.item.original if isinstance(order.item, Rollback) else order.item.bet
