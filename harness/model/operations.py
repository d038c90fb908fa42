"""What a platform can ask of a wallet."""

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
    """One transaction: it moves one player's money at most once, however often it is sent.

    `amount` is in hundred-thousandths of the main unit and never signed; the kind of movement gives the direction.
    """

    id: str
    player: str
    currency: str
    amount: Amount
    session: str = ""
    bet: str = ""
    """The bet that it belongs to, as the contract names it: by the bet's transaction id, or by its bet id."""
    round: str = ""
    game: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet(Movement):
    """A debit of the stake. `kind` is the contract's word for it; `odds` is text such as `"2.50"`, or empty."""

    kind: str = "SINGLE"
    odds: str = ""
    auto_withdrawal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout(Movement):
    """A credit for a bet. `kind` is the contract's word for it; `win` says whether the bet was won."""

    kind: str = "BET_PAID"
    win: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward(Movement):
    """A credit of a jackpot or a bonus; `bet` holds the bonus or jackpot id."""

    kind: str = "bonus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettle(Movement):
    """A debit that takes back what was settled wrongly."""

    kind: str = "BET_UNPAID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Undo a transaction, a bet or a win: `original` is its transaction id, `bet` the id of its bet."""

    id: str
    original: str
    bet: str
    player: str
    session: str = ""
    of_win: bool = False
    """Whether `original` is a win. Otherwise it is a bet, and the stake comes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadItem:
    """An item of a received batch that could not be read; a wallet refuses it alone.

    `position` counts from 0 in the batch as sent, `id` is its transaction id where one could be read, and `reason` is a
    sentence.
    """

    position: int
    id: str | None
    outcome: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """The nightly batch of payouts. Not atomic: every item stands alone.

    `unreadable` is the wallet's side only: the platform never writes one, and `Contract.write_reply` answers for it.
    """

    items: tuple[Payout, ...]
    unreadable: tuple[BadItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """A batch that repeats failed payouts of multiplayer games. `unreadable` as in `Settle`."""

    items: tuple[Payout, ...]
    unreadable: tuple[BadItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BetBatch:
    """A batch of bets. Not atomic: every item stands alone. `unreadable` as in `Settle`."""

    items: tuple[Bet, ...]
    unreadable: tuple[BadItem, ...] = ()


Batch: TypeAlias = Settle | Retry | BetBatch
Single: TypeAlias = GetBalance | Bet | Payout | Reward | Unsettle | Rollback
"""What concerns one player's account and is judged as one event; a batch is judged as its items."""
Operation: TypeAlias = Single | Authenticate | Batch

ITEM_OF: Mapping[type, type] = {Settle: Payout, Retry: Payout, BetBatch: Bet}
"""By type of batch the type of its items."""
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

Where a contract has no batch for the word of one, the word asks for a single item.
"""


def item_of(word: str) -> type:
    """The kind of operation that a word asks for; of a batch, the kind of its items. Raises KeyError."""
    return ITEM_OF.get(OPERATION_OF[word], OPERATION_OF[word])


def transactions(operation: Operation) -> tuple[Single, ...]:
    """What an operation asks of accounts: the items of a batch, or the one operation itself. A login asks nothing."""
    match operation:
        case Settle() | Retry() | BetBatch():
            return operation.items
        case Authenticate():
            return ()
    return (operation,)
