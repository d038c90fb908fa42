"""What a simulated platform's day is made of: the requests that it yields, and what it learns from the answers.

A contract's `day` module has the rules of its platform. It neither sends nor waits: it yields wishes, and the mock
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
"""In minutes, as all times of a day."""
DAY = 24 * HOUR

HIGHEST_STAKE = 10 * SCALE
"""In hundred-thousandths. Some players run out of money in a day, which is wanted."""
WINNERS_PERCENT = 45


class Fate(StrEnum):
    """What the platform knows of a transaction after asking for it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer that can be read: the wallet may have acted or not."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One request. It is sent again, with the same body, while no answer comes, `times` in all."""

    operation: Operation
    times: int = 1


@dataclass(frozen=True, slots=True)
class SendTogether:
    """Several requests at once, each on a connection of its own."""

    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Go on after so many minutes."""

    minutes: int


Wish: TypeAlias = Sending | SendTogether | Wait
Course: TypeAlias = Generator[Wish, tuple[Fate, ...], None]
"""Something that happens on a day. It yields wishes, and is given the fate of each transaction that it sent, in order;
nothing for a `Wait`."""
Agenda: TypeAlias = Iterator[tuple[int, Course]]
"""What happens, each with the minute at which it begins; minute 0 is the first midnight, UTC."""


@dataclass(slots=True, kw_only=True)
class Platform:
    """What every simulated platform has: players, ids, chance and books. The seed alone decides the course of a day."""

    players: Sequence[Player]
    games: Sequence[str]
    chance: random.Random
    new_id: Callable[[], str]
    """A fresh transaction id."""
    has: Callable[[str], bool]
    """Whether the wallet has the operation of a scenario word, as far as was seen."""
    unit: Callable[[str], Amount]
    """The smallest amount of a currency that the wire can carry, in hundred-thousandths."""
    reference: Callable[[str, str], str]
    """What a credit calls its bet, given the bet's transaction id and its bet id."""
    connections: int
    """The most requests that are sent together."""
    counts: Counter[str] = field(default_factory=Counter)
    """How often what happened, in the reader's words."""
    turnover: dict[str, dict[str, Amount]] = field(default_factory=dict)
    """Currency to what was staked, paid and taken back, in hundred-thousandths."""

    def happens(self, percent: int) -> bool:
        """Whether something happens that happens in so many cases of a hundred."""
        return self.chance.randrange(100) < percent

    def moment(self, day: int) -> int:
        """A minute of that day's play."""
        return day * DAY + self.chance.randrange(2 * HOUR, DAY - HOUR)

    def winnings(self, bet: Bet) -> Amount:
        """What a bet wins in hundred-thousandths: mostly nothing, and seldom much."""
        if not self.happens(WINNERS_PERCENT):
            return 0
        unit = self.unit(bet.currency)
        return bet.amount * self.chance.randint(101, 350) // 100 // unit * unit

    def bet(self, player: Player, kind: str = "SINGLE") -> Bet:
        """A fresh bet."""
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
        """What a credit calls the bet that it belongs to."""
        return self.reference(bet.id, bet.bet)

    def book(self, currency: str, what: str, amount: Amount) -> None:
        """Add to the turnover."""
        booked = self.turnover.setdefault(currency, {})
        booked[what] = booked.get(what, 0) + amount


Days: TypeAlias = Callable[[Platform, int, int], Agenda]
"""The days of a contract's platform: so many days, with so many rounds (or bets) each."""
