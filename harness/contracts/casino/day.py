"""A game platform's day: rounds, retried payouts, the job of every four hours, and the settlement at 01:00.

The vendor's pages of `settlement`, `payout` and `retry` describe what the platform does.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace

from harness.contracts.shared.day import DAY, HOUR, Agenda, Course, Platform, Sending, TransactionState, Wait, Wish
from harness.model import Amount, Bet, Payout, Player, Retry, Reward, Settle

TRIES = 4
"""A payout is sent once and retried up to three times."""
RETRY_EVERY = 4 * HOUR
NIGHT = 1 * HOUR
"""01:00 UTC, when the payouts of the day before are settled."""
MULTIPLAYER_PERCENT = 30
REWARD_PERCENT = 3
OUT_OF_ORDER_PERCENT = 8
"""How often the platform does not send a payout at all, because of a technical issue of its own."""


def days(platform: Platform, count: int, rounds: int) -> Agenda:
    """The agenda of `count` days with so many rounds each."""
    memory = _Unpaid(platform)
    for day in range(count):
        for _ in range(rounds):
            yield platform.moment(day), memory.round()
        for minute in range(RETRY_EVERY, DAY + 1, RETRY_EVERY):
            yield day * DAY + minute, memory.retry_job()
        yield (day + 1) * DAY + NIGHT, memory.night()


@dataclass(slots=True)
class _Unpaid:
    """The payouts that the platform still owes."""

    platform: Platform
    unpaid: list[Payout] = field(default_factory=list)
    """The payouts that wait for the settlement of the night."""
    failed: list[tuple[Payout, int]] = field(default_factory=list)
    """Payouts of multiplayer games that wait for the job of every four hours, each with its number of retries."""

    def round(self) -> Course:
        """One round of a game: perhaps a reward, a bet, and its payout a minute later."""
        platform = self.platform
        player = platform.chance.choice(platform.players)
        if platform.happens(REWARD_PERCENT) and platform.has("reward"):
            yield from self._reward(player)
        bet = platform.bet(player)
        if not (yield from self._placed(bet)):
            return
        payout = self._payout(bet, player, platform.winnings(bet))
        if platform.happens(OUT_OF_ORDER_PERCENT) or not platform.has("pay"):
            platform.counts["payouts left to the night, never tried"] += 1
            self.unpaid.append(payout)
            return
        multiplayer = platform.has("retry") and platform.happens(MULTIPLAYER_PERCENT)
        yield Wait(1)
        (fate,) = yield Sending(payout, 1 if multiplayer else TRIES)
        self._note("payouts", payout, fate)
        if fate is TransactionState.UNKNOWN and multiplayer:
            self.failed.append((payout, 0))
        elif fate is TransactionState.UNKNOWN:
            self.unpaid.append(payout)

    def _placed(self, bet: Bet) -> Generator[Wish, tuple[TransactionState, ...], bool]:
        """True if the round may begin: the wallet accepted the bet, or it has no `bet` operation."""
        if not self.platform.has("bet"):
            return True
        (fate,) = yield Sending(bet, TRIES)
        self.platform.counts[f"bets {fate}"] += 1
        if fate is TransactionState.ACCEPTED:
            self.platform.book(bet.currency, "staked", bet.amount)
        return fate is TransactionState.ACCEPTED

    def _payout(self, bet: Bet, player: Player, amount: Amount) -> Payout:
        known = player.bets[0] if player.bets and not self.platform.has("bet") else self.platform.bet_of(bet)
        return Payout(
            id=self.platform.new_id(),
            player=bet.player,
            currency=bet.currency,
            amount=amount,
            session=bet.session,
            bet=known,
            round=bet.round,
            game=bet.game,
            win=amount > 0,
        )

    def _reward(self, player: Player) -> Course:
        platform = self.platform
        unit = platform.unit(player.currency)
        number = platform.new_id()
        reward = Reward(
            id=number,
            player=player.id,
            currency=player.currency,
            amount=unit * platform.chance.randint(1, 100),
            session=player.session,
            bet=f"bonus-{number}",
            kind="bonus",
            game=platform.chance.choice(platform.games),
        )
        (fate,) = yield Sending(reward, TRIES)
        platform.counts[f"rewards {fate}"] += 1
        if fate is TransactionState.ACCEPTED:
            platform.book(player.currency, "paid", reward.amount)

    def retry_job(self) -> Course:
        """Every four hours: one batch of the failed payouts. After three retries a payout waits for the night."""
        waiting, self.failed = self.failed, []
        if not waiting:
            return
        fates = yield Sending(Retry(items=tuple(payout for payout, _ in waiting)))
        self.platform.counts["retry jobs"] += 1
        for (payout, tries), fate in zip(waiting, fates, strict=True):
            self._note("retried payouts", payout, fate)
            if fate is TransactionState.UNKNOWN and tries + 1 < TRIES - 1:
                self.failed.append((payout, tries + 1))
            elif fate is TransactionState.UNKNOWN:
                self.unpaid.append(payout)

    def night(self) -> Course:
        """At 01:00: one settlement of all unprocessed payouts. The platform does not send a refused item again."""
        platform = self.platform
        sessions = {player.id: player.expired_session or player.session for player in platform.players}
        while True:
            due = (*self.unpaid, *(payout for payout, _ in self.failed))
            # The player's session has ended by then.
            items = tuple(replace(each, session=sessions[each.player]) for each in due)
            self.unpaid, self.failed = [], []
            platform.counts["settlements of the night"] += 1
            fates: tuple[TransactionState, ...] = ()
            if items:
                fates = yield Sending(Settle(items=items), TRIES)
            for payout, fate in zip(items, fates, strict=True):
                self._note("payouts in settlements", payout, fate)
                if fate is TransactionState.UNKNOWN:
                    self.unpaid.append(payout)
            if not self.unpaid:
                return
            yield Wait(HOUR)

    def _note(self, what: str, payout: Payout, fate: TransactionState) -> None:
        self.platform.counts[f"{what} {fate}"] += 1
        if fate is TransactionState.ACCEPTED:
            self.platform.book(payout.currency, "paid", payout.amount)
