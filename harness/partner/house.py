"""What both platforms have: a crowd of players, ids, chance, a clock, a line to the wallet, and a diary."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.contracts import Contract
from harness.model import Amount, Bet, Player
from harness.money import SCALE
from harness.partner.clock import DAY, HOUR, Clock
from harness.partner.line import Line
from harness.scenario.identities import Identities

HIGHEST_STAKE = 10 * SCALE
"""In hundred-thousandths: some crowds run out of money in a day, which is wanted."""


@dataclass(slots=True)
class House:
    """The platform, but for its rules. Whoever changes nothing else than the seed gets another day."""

    contract: Contract
    line: Line
    crowd: Sequence[Player]
    identities: Identities
    chance: random.Random
    games: Sequence[str]
    connections: int
    clock: Clock = field(default_factory=Clock)
    diary: Counter[str] = field(default_factory=Counter)
    """How often what happened, in the reader's words."""
    turnover: dict[str, dict[str, Amount]] = field(default_factory=dict)
    """Currency to what was staked, paid and taken back, in hundred-thousandths."""

    def does(self, word: str) -> bool:
        """Whether the wallet has the operation of a scenario word."""
        return self.line.has(self.contract.words.get(word, ""))

    def happens(self, percent: int) -> bool:
        """One of the things that happen now and then."""
        return self.chance.randrange(100) < percent

    def moment(self, day: int) -> int:
        """A minute of that day's play."""
        return day * DAY + self.chance.randrange(2 * HOUR, DAY - HOUR)

    def stake(self, player: Player) -> Amount:
        """What a player bets, a whole number of the smallest amounts that the wire can carry."""
        unit = self.contract.wire_unit(player.currency)
        return unit * self.chance.randint(1, max(1, HIGHEST_STAKE // unit))

    def winnings(self, bet: Bet) -> Amount:
        """What a bet wins: nothing more often than not, and seldom much."""
        if not self.happens(45):
            return 0
        unit = self.contract.wire_unit(bet.currency)
        return bet.amount * self.chance.randint(101, 350) // 100 // unit * unit

    def bet(self, player: Player, kind: str = "SINGLE") -> Bet:
        """A fresh bet."""
        number = self.identities.transaction_id()
        return Bet(
            id=number,
            player=player.id,
            currency=player.currency,
            amount=self.stake(player),
            session=player.session,
            bet=f"bet-{number}",
            round=f"round-{number}",
            game=self.chance.choice(self.games),
            kind=kind,
        )

    def reference(self, bet: Bet) -> str:
        """What a credit calls the bet that it belongs to."""
        return self.contract.bet_reference(bet.id, bet.bet)

    def book(self, currency: str, what: str, amount: Amount) -> None:
        """Add to the turnover."""
        booked = self.turnover.setdefault(currency, {})
        booked[what] = booked.get(what, 0) + amount
