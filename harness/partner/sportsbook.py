"""A sportsbook's day: bets before an event, a burst of settlements when it ends, and results that are taken back.

What the platform does is told in the published document of `unsettlement` and on the pages of the other operations.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from harness.model import Amount, Bet, Payout, Rollback, Unsettle
from harness.partner.clock import DAY, HOUR
from harness.partner.house import House
from harness.partner.line import Fate, fate

TRIES = 8
"""Retried operations are repeated until an answer comes; after so many times the platform's staff take over."""
BETS_OF_AN_EVENT = 10
WRONG_RESULT_PERCENT = 25
VOID_PERCENT = 5
CASH_OUT_PERCENT = 10


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement that the wallet has accepted."""

    bet: Bet
    amount: Amount


@dataclass(slots=True)
class Event:
    """A match, with the bets that stand on it."""

    ends: int
    bets: list[Bet] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)


@dataclass(slots=True)
class Sportsbook:
    """The platform's memory: what a wallet could not take back from a player is owed by that player."""

    house: House
    owed: defaultdict[str, Amount] = field(default_factory=lambda: defaultdict(int))
    """Player to the clawback that is still to be recovered, in hundred-thousandths."""

    def open(self, days: int, rounds: int) -> None:
        """Put everything that will happen on the agenda; `rounds` is the number of bets of each day."""
        house = self.house
        for day in range(days):
            for _ in range(max(1, rounds // BETS_OF_AN_EVENT)):
                self._announce(Event(ends=day * DAY + house.chance.randrange(4 * HOUR, DAY - 2 * HOUR)))

    def _announce(self, event: Event) -> None:
        clock = self.house.clock
        for _ in range(BETS_OF_AN_EVENT):
            clock.at(event.ends - self.house.chance.randint(10, 3 * HOUR), lambda: self._bet(event))
        clock.at(event.ends, lambda: self._end(event))

    def _bet(self, event: Event) -> None:
        house = self.house
        player = house.chance.choice(house.crowd)
        bet = house.bet(player, house.chance.choice(("SINGLE", "MULTIPLE", "SYSTEM")))
        if not house.does("bet"):
            event.bets.append(bet)
            return
        became = fate(house.line.say(bet))
        house.diary[f"bets {became}"] += 1
        if became is not Fate.ACCEPTED:
            self._roll_back(bet)
            return
        house.book(bet.currency, "staked", bet.amount)
        if house.happens(CASH_OUT_PERCENT):
            house.clock.at(house.clock.now + 5, lambda: self._cash_out(bet))
        else:
            event.bets.append(bet)

    def _roll_back(self, bet: Bet) -> None:
        """After an error or no answer: the bet is undone, whether it had reached the wallet or not."""
        house = self.house
        if not house.does("rollback"):
            return
        undo = Rollback(
            id=house.identities.transaction_id(),
            original=bet.id,
            bet=bet.bet,
            player=bet.player,
            session=bet.session,
        )
        house.diary[f"rollbacks {fate(house.line.insist(undo, TRIES))}"] += 1

    def _cash_out(self, bet: Bet) -> None:
        unit = self.house.contract.wire_unit(bet.currency)
        amount = bet.amount * self.house.chance.randint(30, 90) // 100 // unit * unit
        self._settle([self._settlement(bet, amount, "CASHOUT")])

    def _end(self, event: Event) -> None:
        """The final whistle: every bet of the event is settled at once, some of them wrongly."""
        house = self.house
        if not house.does("pay"):
            # A wallet with the core operation alone was paid into by other ways: only the taking back is played.
            event.settled = [Settled(bet, house.winnings(bet)) for bet in event.bets]
            self._correct(event)
            return
        kind = "VOIDED" if house.happens(VOID_PERCENT) else "BET_PAID"
        due = [
            self._settlement(bet, bet.amount if kind == "VOIDED" else house.winnings(bet), kind) for bet in event.bets
        ]
        accepted = self._settle(due)
        event.settled = [
            Settled(bet, each.amount) for bet, each in zip(event.bets, due, strict=True) if each.id in accepted
        ]
        if event.settled and house.happens(WRONG_RESULT_PERCENT):
            house.clock.at(house.clock.now + HOUR, lambda: self._correct(event))

    def _settlement(self, bet: Bet, amount: Amount, kind: str = "BET_PAID") -> Payout:
        """A settlement. What the player owes is kept back from what is won, down to nothing."""
        kept = min(self.owed[bet.player], amount) if kind == "BET_PAID" else 0
        if kept:
            self.owed[bet.player] -= kept
            self.house.diary["settlements reduced by a clawback"] += 1
            self.house.book(bet.currency, "clawback recovered", kept)
        return Payout(
            id=self.house.identities.transaction_id(),
            player=bet.player,
            currency=bet.currency,
            amount=amount - kept,
            bet=self.house.reference(bet),
            kind=kind,
        )

    def _settle(self, due: list[Payout]) -> set[str]:
        """Send settlements, all at once as far as there are connections; the ids of those that were accepted."""
        house = self.house
        accepted: set[str] = set()
        for start in range(0, len(due), house.connections):
            wave = due[start : start + house.connections]
            first = house.line.say_together(wave) if len(wave) > 1 else [house.line.say(wave[0])]
            for payout, exchange in zip(wave, first, strict=True):
                answered = exchange
                if answered.reply is None and not answered.absent:
                    answered = house.line.insist(payout, TRIES)
                became = fate(answered)
                house.diary[f"settlements {became}"] += 1
                if became is Fate.ACCEPTED:
                    accepted.add(payout.id)
                    house.book(payout.currency, "paid", payout.amount)
        return accepted

    def _correct(self, event: Event) -> None:
        """The result was wrong: what was paid is taken back, and the right result is settled."""
        for settled in event.settled:
            self._unsettle(settled)
        if not self.house.does("pay"):
            return
        self._settle([self._settlement(each.bet, self.house.winnings(each.bet)) for each in event.settled])

    def _unsettle(self, settled: Settled) -> None:
        house, bet = self.house, settled.bet
        taken = Unsettle(
            id=house.identities.transaction_id(),
            player=bet.player,
            currency=bet.currency,
            amount=settled.amount,
            bet=house.reference(bet),
        )
        became = fate(house.line.insist(taken, TRIES))
        house.diary[f"unsettlements {became}"] += 1
        if became is Fate.ACCEPTED:
            house.book(bet.currency, "taken back", settled.amount)
        elif became is Fate.REFUSED:
            self.owed[bet.player] += settled.amount
            house.book(bet.currency, "clawback owed", settled.amount)
