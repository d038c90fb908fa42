"""The parts of a simulated platform's day: its requests, its pauses, and its record of the answers.

A contract's `day` module has the rules of its platform. It does not send or wait itself: it yields wishes, and the mock
partner carries them out.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from harness.model import Amount, Bet, Operation, Player
from harness.money import SCALE

HOUR = 60
"""In minutes, as all times of a day are."""
DAY = 24 * HOUR

HIGHEST_STAKE = 10 * SCALE
"""In hundred-thousandths. It is so high that some players run out of money during a day."""
WINNERS_PERCENT = 45


class TransactionState(StrEnum):
    """What the platform knows about a transaction that it has requested."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The platform could not read an answer. The wallet may have processed the transaction or not."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One request. Without an answer it is sent again with the same body, at most `times` times in all."""

    operation: Operation
    times: int = 1


@dataclass(frozen=True, slots=True)
class SendTogether:
    """Several requests at once, each on a connection of its own."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """A pause of so many minutes."""

    minutes: int


Wish: TypeAlias = Sending | SendTogether | Wait
Course: TypeAlias = Generator[Wish, tuple[TransactionState, ...], None]
"""One event of a day. It yields wishes, and receives the fates of the transactions sent, in order.

After a `Wait` it receives an empty tuple."""
Agenda: TypeAlias = Iterator[tuple[int, Course]]
"""The events, each with the minute at which it begins. Minute 0 is the first midnight, UTC."""


@dataclass(slots=True, kw_only=True)
class Platform:
    """What both simulated platforms share: players, ids, random numbers and totals. The seed decides the whole day."""

    players: Sequence[Player]
    games: Sequence[str]
    chance: random.Random
    new_id: Callable[[], str]
    """Returns a new transaction id."""
    has: Callable[[str], bool]
    """True if the wallet has the operation of a scenario word, as far as its answers have shown."""
    unit: Callable[[str], Amount]
    """The smallest amount of a currency that the wire can carry, in hundred-thousandths."""
    reference: Callable[[str, str], str]
    """The text by which a credit names its bet, made of the bet's transaction id and its bet id."""
    connections: int
    """The most requests that are sent together."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often each thing happened, by a phrase for the reader: `bets accepted`."""
    turnover: dict[str, dict[str, Amount]] = field(default_factory=dict)
    """By currency: the sums staked, paid and taken back, in hundred-thousandths."""

    def happens(self, percent: int) -> bool:
        """True with this probability, in percent."""
        return self.chance.randrange(100) < percent

    def moment(self, day: int) -> int:
        """A random minute between 02:00 and 23:00 of that day."""
        return day * DAY + self.chance.randrange(2 * HOUR, DAY - HOUR)

    def winnings(self, bet: Bet) -> Amount:
        """A random win of a bet in hundred-thousandths: 0 in most cases, otherwise up to 3.5 times the stake."""
        if not self.happens(WINNERS_PERCENT):
            return 0
        unit = self.unit(bet.currency)
        return bet.amount * self.chance.randint(101, 350) // 100 // unit * unit

    def bet(self, player: Player, kind: str = "") -> Bet:
        """A new bet with a random stake. `kind` is the contract's word for the kind of bet, or empty."""
        number = self.new_id()
        unit = self.unit(player.currency)
        return Bet(
            id=number,
            player=player.id,
            currency=player.currency,
            amount=unit * self.chance.randint(1, max(1, HIGHEST_STAKE // unit)),
            session=player.session,
            bet=f"bet-{number}",
            round=f"round-{number}",
            game=self.chance.choice(self.games),
            kind=kind,
        )

    def bet_of(self, bet: Bet) -> str:
        """The text by which a credit names this bet."""
        return self.reference(bet.id, bet.bet)

    def book(self, currency: str, what: str, amount: Amount) -> None:
        """Add an amount to the turnover."""
        booked = self.turnover.setdefault(currency, {})
        booked[what] = booked.get(what, 0) + amount


Days: TypeAlias = Callable[[Platform, int, int], Agenda]
"""The days of a contract's platform. The numbers are days, and rounds (or bets) a day."""
