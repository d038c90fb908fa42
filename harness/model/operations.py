"""The operations that a platform can request from a wallet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from harness.model.words import Amount, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class GetBalance:
    """Read a player's balance."""

    player: str
    session: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """Exchange a one-time token for a session."""

    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction. It moves one player's money at most once, however often it is sent.

    `amount` is in hundred-thousandths of the main unit and never signed. The kind of movement gives the direction.
    """

    id: str
    player: str
    currency: str
    amount: Amount
    session: str = ""
    bet: str = ""
    """The bet that the movement belongs to.

    The contract decides whether this is the bet's transaction id or its bet id.
    """
    round: str = ""
    game: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet(Movement):
    """A debit of the stake.

    `kind` is the contract's word for the kind of bet, or empty. `odds` is text such as `"2.50"`, or empty.
    """

    kind: str = ""
    odds: str = ""
    auto_withdrawal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout(Movement):
    """A credit for a bet. `kind` is the contract's word for it, or empty. `win` is true if the bet was won."""

    kind: str = ""
    win: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward(Movement):
    """A credit of a jackpot or a bonus. `bet` holds its id. `kind` is the contract's word for it, or empty."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettle(Movement):
    """A debit that takes back what was settled wrongly. `kind` is the contract's word for it, or empty."""

    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """A request to undo a transaction, a bet or a win.

    `original` is the transaction id of the transaction to undo. `bet` is the id of its bet.
    """

    id: str
    original: str
    bet: str
    player: str
    session: str = ""
    of_win: bool = False
    """Whether `original` is a win. Otherwise it is a bet, and the stake comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadItem:
    """An item of a received batch that could not be read. A wallet refuses this item and processes the others.

    `position` counts from 0 in the batch as sent. The transaction id `id` is None if it could not be read. The `reason`
    is a sentence.
    """

    position: int
    id: str | None
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The nightly batch of payouts. It is not atomic: every item succeeds or fails alone.

    Only a wallet fills `unreadable`; the platform never does. `Contract.write_reply` writes the answers to these items.
    """

    items: tuple[Payout, ...]
    unreadable: tuple[BadItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A batch that repeats failed payouts of multiplayer games. `unreadable` is as in `Settle`."""

    items: tuple[Payout, ...]
    unreadable: tuple[BadItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BetBatch:
    """A batch of bets. It is not atomic: every item succeeds or fails alone. `unreadable` is as in `Settle`."""

    items: tuple[Bet, ...]
    unreadable: tuple[BadItem, ...] = ()


Batch: TypeAlias = Settle | Retry | BetBatch
Single: TypeAlias = GetBalance | Bet | Payout | Reward | Unsettle | Rollback
"""An operation on one player's account, which is judged as one event. A batch is judged item by item."""
Operation: TypeAlias = Single | Authenticate | Batch

ITEM_OF: Mapping[type, type] = {Settle: Payout, Retry: Payout, BetBatch: Bet}
"""The type of the items, by type of batch."""
OPERATION_OF: Mapping[str, type] = {
    "bet": Bet,
    "pay": Payout,
    "settle": Settle,
    "reward": Reward,
    "retry": Retry,
    "bet_batch": BetBatch,
    "unsettle": Unsettle,
    "rollback": Rollback,
    "authenticate": Authenticate,
    "balance": GetBalance,
}
"""The words by which scenarios and contracts name the kinds of operation.

If a contract has no batch for a word, the word means a single item.
"""


def item_of(word: str) -> type:
    """The kind of operation that a word means.

    For a batch, the kind of its items. Raises KeyError for an unknown word.
    """
    return ITEM_OF.get(OPERATION_OF[word], OPERATION_OF[word])


def transactions(operation: Operation) -> tuple[Single, ...]:
    """The single operations in an operation: the items of a batch, or the operation itself. A login has none."""
    match operation:
        case Settle() | Retry() | BetBatch():
            return operation.items
        case Authenticate():
            return ()
    return (operation,)


def id_of(operation: Single) -> str:
    """The transaction id of a single operation. It is empty for a read, which has none."""
    return "" if isinstance(operation, GetBalance) else operation.id
