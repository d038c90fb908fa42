"""A game platform's day: rounds, payouts that are tried again, the four-hourly job, and the settlement at 01:00.

What the platform does is told in the published document of `settlement` and on the pages of `payout` and `retry`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from harness.model import Amount, Bet, Payout, Player, Retry, Reward, Settle
from harness.partner.clock import DAY, HOUR
from harness.partner.house import House
from harness.partner.line import Fate, fate, fates

TRIES = 4
"""A payout is sent once and retried up to three times."""
RETRY_EVERY = 4 * HOUR
NIGHT = 1 * HOUR
"""01:00 UTC, when the payouts of the day before are settled."""
MULTIPLAYER_PERCENT = 30
OUT_OF_ORDER_PERCENT = 8
"""How often a payout is not even tried, because of technical issues on the platform's side."""


@dataclass(slots=True)
class Casino:
    """The platform's memory: what it still owes, and how often it has tried."""

    house: House
    unpaid: list[Payout] = field(default_factory=list)
    """For the settlement of the night."""
    failed: list[tuple[Payout, int]] = field(default_factory=list)
    """Payouts of multiplayer games for the job of every four hours, with the tries that they have had."""

    def open(self, days: int, rounds: int) -> None:
        """Put everything that will happen on the agenda; `rounds` is for each day."""
        clock = self.house.clock
        for day in range(days):
            for _ in range(rounds):
                clock.at(self.house.moment(day), self._round)
            for minute in range(RETRY_EVERY, DAY + 1, RETRY_EVERY):
                clock.at(day * DAY + minute, self._retry_job)
            clock.at((day + 1) * DAY + NIGHT, self._night)

    def _round(self) -> None:
        house = self.house
        player = house.chance.choice(house.crowd)
        if house.happens(3) and house.does("reward"):
            self._reward(player)
        bet = house.bet(player)
        if not self._placed(bet):
            return
        payout = self._payout(bet, player, house.winnings(bet))
        if house.happens(OUT_OF_ORDER_PERCENT) or not house.does("pay"):
            house.diary["payouts left to the night, never tried"] += 1
            self.unpaid.append(payout)
        elif house.does("retry") and house.happens(MULTIPLAYER_PERCENT):
            house.clock.at(house.clock.now + 1, lambda: self._pay_multiplayer(payout))
        else:
            house.clock.at(house.clock.now + 1, lambda: self._pay(payout))

    def _placed(self, bet: Bet) -> bool:
        """Whether the round may begin. A wallet that takes no bets is told of the winnings only."""
        house = self.house
        if not house.does("bet"):
            return True
        became = fate(house.line.insist(bet, TRIES))
        house.diary[f"bets {became}"] += 1
        if became is Fate.ACCEPTED:
            house.book(bet.currency, "staked", bet.amount)
        return became is Fate.ACCEPTED

    def _payout(self, bet: Bet, player: Player, amount: Amount) -> Payout:
        house = self.house
        known = player.bets[0] if player.bets and not house.does("bet") else house.reference(bet)
        return Payout(
            id=house.identities.transaction_id(),
            player=bet.player,
            currency=bet.currency,
            amount=amount,
            session=bet.session,
            bet=known,
            round=bet.round,
            game=bet.game,
            win=amount > 0,
        )

    def _reward(self, player: Player) -> None:
        house = self.house
        unit = house.contract.wire_unit(player.currency)
        number = house.identities.transaction_id()
        reward = Reward(
            id=number,
            player=player.id,
            currency=player.currency,
            amount=unit * house.chance.randint(1, 100),
            session=player.session,
            bet=f"bonus-{number}",
            game=house.chance.choice(house.games),
        )
        became = fate(house.line.insist(reward, TRIES))
        house.diary[f"rewards {became}"] += 1
        if became is Fate.ACCEPTED:
            house.book(player.currency, "paid", reward.amount)

    def _pay(self, payout: Payout) -> None:
        became = fate(self.house.line.insist(payout, TRIES))
        self._note("payouts", payout, became)
        if became is Fate.UNKNOWN:
            self.unpaid.append(payout)

    def _pay_multiplayer(self, payout: Payout) -> None:
        became = fate(self.house.line.say(payout))
        self._note("payouts", payout, became)
        if became is Fate.UNKNOWN:
            self.failed.append((payout, 0))

    def _retry_job(self) -> None:
        """Every four hours: one batch of what failed; after three times it is left to the night."""
        waiting, self.failed = self.failed, []
        if not waiting:
            return
        items = tuple(payout for payout, _ in waiting)
        exchange = self.house.line.say(Retry(items=items))
        self.house.diary["retry jobs"] += 1
        for (payout, tries), became in zip(waiting, fates(exchange, items), strict=True):
            self._note("retried payouts", payout, became)
            if became is Fate.UNKNOWN and tries + 1 < TRIES - 1:
                self.failed.append((payout, tries + 1))
            elif became is Fate.UNKNOWN:
                self.unpaid.append(payout)

    def _night(self) -> None:
        """01:00: everything that was not processed. An item that is answered with an error is a lost bet."""
        house = self.house
        sessions = {player.id: player.expired_session or player.session for player in house.crowd}
        items = tuple(_in_session(each, sessions[each.player]) for each in (*self.unpaid, *(p for p, _ in self.failed)))
        self.unpaid, self.failed = [], []
        house.diary["settlements of the night"] += 1
        became: list[Fate] = []
        if items:
            became = fates(house.line.insist(Settle(items=items), TRIES), items)
        for payout, each in zip(items, became, strict=True):
            self._note("payouts in settlements", payout, each)
            if each is Fate.UNKNOWN:
                self.unpaid.append(payout)
        if self.unpaid:
            house.clock.at(house.clock.now + HOUR, self._night)

    def _note(self, what: str, payout: Payout, became: Fate) -> None:
        self.house.diary[f"{what} {became}"] += 1
        if became is Fate.ACCEPTED:
            self.house.book(payout.currency, "paid", payout.amount)


def _in_session(payout: Payout, session: str) -> Payout:
    """The payout as the night job has it: the player's session has ended by then."""
    return replace(payout, session=session)
