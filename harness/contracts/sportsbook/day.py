"""A sportsbook's day: bets before an event, many settlements when it ends, and corrections of wrong results.

The vendor's pages of `unsettlement` and the other operations describe what the platform does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field

from harness.contracts.shared.day import (
    DAY,
    HOUR,
    Agenda,
    Course,
    Platform,
    Sending,
    SendTogether,
    TransactionState,
    Wait,
    Wish,
)
from harness.model import Amount, Bet, Payout, Rollback, Unsettle

TRIES = 8
"""The platform repeats a request until it receives an answer. After so many tries, its staff take over."""
BETS_OF_AN_EVENT = 10
WRONG_RESULT_PERCENT = 25
VOID_PERCENT = 5
CASH_OUT_PERCENT = 10


def days(platform: Platform, count: int, bets: int) -> Agenda:
    """The agenda of `count` days with so many bets each."""
    memory = _OpenClawbacks(platform)
    for day in range(count):
        for _ in range(max(1, bets // BETS_OF_AN_EVENT)):
            event = Fixture()
            ends = day * DAY + platform.chance.randrange(4 * HOUR, DAY - 2 * HOUR)
            for _ in range(BETS_OF_AN_EVENT):
                yield ends - platform.chance.randint(10, 3 * HOUR), memory.bet(event)
            yield ends, memory.end(event)


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement that the wallet has accepted."""

    bet: Bet
    amount: Amount


@dataclass(slots=True)
class Fixture:
    """A match, with the bets on it."""

    bets: list[Bet] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)


@dataclass(slots=True)
class _OpenClawbacks:
    """The amounts that players owe because the wallet refused a clawback."""

    platform: Platform
    owed: defaultdict[str, Amount] = field(default_factory=lambda: defaultdict(int))
    """By player: the clawback that is still to be recovered, in hundred-thousandths."""

    def bet(self, event: Fixture) -> Course:
        """A bet on an event. Some bets are cashed out before the event ends."""
        platform = self.platform
        player = platform.chance.choice(platform.players)
        bet = platform.bet(player, platform.chance.choice(("SINGLE", "MULTIPLE", "SYSTEM")))
        if not platform.has("bet"):
            event.bets.append(bet)
            return
        (fate,) = yield Sending(bet)
        platform.counts[f"bets {fate}"] += 1
        if fate is not TransactionState.ACCEPTED:
            yield from self._roll_back(bet)
            return
        platform.book(bet.currency, "staked", bet.amount)
        if not platform.happens(CASH_OUT_PERCENT):
            event.bets.append(bet)
            return
        yield Wait(5)
        unit = platform.unit(bet.currency)
        amount = bet.amount * platform.chance.randint(30, 90) // 100 // unit * unit
        yield from self._settle([self._settlement(bet, amount, "CASHOUT")])

    def _roll_back(self, bet: Bet) -> Course:
        """Undo a bet after an error or no answer, whether the wallet has processed it or not."""
        platform = self.platform
        if not platform.has("rollback"):
            return
        undo = Rollback(id=platform.new_id(), original=bet.id, bet=bet.bet, player=bet.player, session=bet.session)
        (fate,) = yield Sending(undo, TRIES)
        platform.counts[f"rollbacks {fate}"] += 1

    def end(self, event: Fixture) -> Course:
        """The end of an event: every bet on it is settled at once, some of them wrongly."""
        platform = self.platform
        if not platform.has("pay"):
            # A wallet with the core operation alone pays by other ways. Only the clawbacks are simulated.
            event.settled = [Settled(bet, platform.winnings(bet)) for bet in event.bets]
            yield from self._correct(event)
            return
        kind = "VOIDED" if platform.happens(VOID_PERCENT) else "BET_PAID"
        due = [
            self._settlement(bet, bet.amount if kind == "VOIDED" else platform.winnings(bet), kind)
            for bet in event.bets
        ]
        accepted = yield from self._settle(due)
        event.settled = [
            Settled(bet, each.amount) for bet, each in zip(event.bets, due, strict=True) if each.id in accepted
        ]
        if event.settled and platform.happens(WRONG_RESULT_PERCENT):
            yield Wait(HOUR)
            yield from self._correct(event)

    def _settlement(self, bet: Bet, amount: Amount, kind: str = "BET_PAID") -> Payout:
        """A settlement. The player's debt is kept back from the win, at most the whole win."""
        platform = self.platform
        kept = min(self.owed[bet.player], amount) if kind == "BET_PAID" else 0
        if kept:
            self.owed[bet.player] -= kept
            platform.counts["settlements reduced by a clawback"] += 1
            platform.book(bet.currency, "clawback recovered", kept)
        return Payout(
            id=platform.new_id(),
            player=bet.player,
            currency=bet.currency,
            amount=amount - kept,
            bet=platform.bet_of(bet),
            kind=kind,
        )

    def _settle(self, due: list[Payout]) -> Generator[Wish, tuple[TransactionState, ...], set[str]]:
        """Send settlements at once, as many together as there are connections. Returns the accepted ids."""
        platform = self.platform
        accepted: set[str] = set()
        for start in range(0, len(due), platform.connections):
            wave = due[start : start + platform.connections]
            first = yield SendTogether(tuple(wave)) if len(wave) > 1 else Sending(wave[0])
            for payout, answered in zip(wave, first, strict=True):
                fate = answered
                if fate is TransactionState.UNKNOWN:
                    (fate,) = yield Sending(payout, TRIES)
                platform.counts[f"settlements {fate}"] += 1
                if fate is TransactionState.ACCEPTED:
                    accepted.add(payout.id)
                    platform.book(payout.currency, "paid", payout.amount)
        return accepted

    def _correct(self, event: Fixture) -> Course:
        """Correct a wrong result: claw the payouts back, and settle the right result."""
        platform = self.platform
        for settled in event.settled:
            yield from self._unsettle(settled)
        if platform.has("pay"):
            yield from self._settle([self._settlement(each.bet, platform.winnings(each.bet)) for each in event.settled])

    def _unsettle(self, settled: Settled) -> Course:
        platform, bet = self.platform, settled.bet
        taken = Unsettle(
            id=platform.new_id(),
            player=bet.player,
            currency=bet.currency,
            amount=settled.amount,
            bet=platform.bet_of(bet),
            kind="BET_UNPAID",
        )
        (fate,) = yield Sending(taken, TRIES)
        platform.counts[f"unsettlements {fate}"] += 1
        if fate is TransactionState.ACCEPTED:
            platform.book(bet.currency, "taken back", settled.amount)
        elif fate is TransactionState.REFUSED:
            self.owed[bet.player] += settled.amount
            platform.book(bet.currency, "clawback owed", settled.amount)
