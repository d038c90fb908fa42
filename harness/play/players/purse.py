"""Reads and changes a player's balance by the contract's own operations, outside of any scenario.

Nothing here is judged: a wallet may limit stakes or rewards, and no document forbids that. Only the balance that is
read afterwards counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from harness.contracts import Contract
from harness.model import (
    Amount,
    Bet,
    Exchange,
    GetBalance,
    Operation,
    Outcome,
    Payout,
    Player,
    Reward,
    Settle,
    Unsettle,
)
from harness.play.players.balance_probe import zero_read
from harness.play.settling import MOST_IN_VAIN, moments
from harness.scenario.identities import Identities

MOST_TRIES = 6
"""The most corrections of one balance. After them the balance stays as it is."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to move money: the words that the contract must have, and the function that moves an amount.

    `go` returns true if the wallet has accepted. Its amount is in hundred-thousandths of the main unit.
    """

    name: str
    words: tuple[str, ...]
    go: Callable[[Player, int], bool]


@dataclass(slots=True)
class Purse:
    """Reads and moves the players' money in one contract.

    `absent` holds operations that the wallet lacks. Operations that turn out to be absent are added.
    """

    contract: Contract
    send: Callable[[Operation], Exchange]
    identities: Identities
    absent: set[str]
    games: Sequence[str] = ()
    """Game ids that the wallet knows. If there are none, those of the contract are used."""
    settle_seconds: float = 0
    """How long is waited for a balance that an accepted movement has not changed yet."""
    wait: Callable[[float], None] = time.sleep
    _in_vain: int = 0
    """How many times such a balance did not change."""
    _refused: set[str] = field(default_factory=set)
    """Ways that this wallet has refused. They are tried last."""

    @property
    def _game(self) -> str:
        return (*self.games, *self.contract.games)[0]

    def read(self, player: Player) -> Amount | None:
        """A player's balance in hundred-thousandths, by the balance operation or a zero transaction.

        None if it is unreadable.
        """
        if self._has("balance"):
            exchange = self._ask(GetBalance(player=player.id, session=player.session))
            if not exchange.absent:
                return _shown(exchange)
        return _shown(self._ask(zero_read(self.contract, player, self.identities.transaction_id(), self._game)))

    def bring(self, player: Player, held: Amount, target: Amount) -> Amount | None:
        """Change a balance from `held` to `target` as far as the wallet allows, in hundred-thousandths.

        Returns the balance that the player then has, or None if the wallet no longer shows it.
        """
        now: Amount | None = held
        failed: set[str] = set()
        for _ in range(MOST_TRIES):
            if now is None or now == target:
                break
            amount = self._sendable(Fraction(target) - Fraction(now), player.currency)
            ways = [each for each in self._ways(up=target > now) if each.name not in failed]
            if not amount or not ways:
                break
            if ways[0].go(player, amount):
                self._refused.discard(ways[0].name)
                now = self._read_after_movement(player, now)
            else:
                failed.add(ways[0].name)
                self._refused.add(ways[0].name)
                now = self.read(player)
        return now

    def _read_after_movement(self, player: Player, before: Amount) -> Amount | None:
        """The balance after an accepted movement. A wallet may show the balance `before` for some time."""
        shown, waited = self.read(player), 0.0
        for moment in moments(self.settle_seconds):
            if shown != before or self._in_vain >= MOST_IN_VAIN:
                return shown
            self.wait(moment - waited)
            shown, waited = self.read(player), moment
        self._in_vain += bool(self.settle_seconds) and shown == before
        return shown

    def can(self, *, up: bool) -> bool:
        """True if the wallet has an operation that moves money in that direction."""
        return bool(self._ways(up=up))

    @property
    def frugal(self) -> bool:
        """True if money can be moved in one direction only, so that no balance can be restored."""
        return not (self.can(up=True) and self.can(up=False))

    def _ways(self, *, up: bool) -> list[Way]:
        """The ways that the wallet's operations allow. Ways that it has not refused come first."""
        possible = (
            (
                Way("reward", ("reward",), self._reward),
                Way("settle a bet", ("bet", "settle"), self._settle_a_bet),
                Way("settle an empty bet", ("bet", "settle"), self._settle_an_empty_bet),
                Way("settle", ("settle",), self._settle),
            )
            if up
            else (Way("lose a bet", ("bet",), self._lose_a_bet), Way("unsettle", ("unsettle",), self._unsettle))
        )
        open_ways = [way for way in possible if all(self._has(word) for word in way.words)]
        return sorted(open_ways, key=lambda way: way.name in self._refused)

    def _has(self, word: str) -> bool:
        name = self.contract.words.get(word, "")
        return bool(name) and name not in self.absent

    def _sendable(self, difference: Fraction, currency: str) -> int:
        """The largest amount that the wire can carry within the difference, without its sign."""
        unit = self.contract.wire_unit(currency)
        return int(abs(difference) // unit) * unit

    def _ask(self, operation: Operation) -> Exchange:
        exchange = self.send(operation)
        if exchange.absent and not self.contract.specs[exchange.name].core:
            self.absent.add(exchange.name)
        return exchange

    def _accepted(self, operation: Operation) -> bool:
        reply = self._ask(operation).reply
        return reply is not None and bool(reply.items) and reply.items[0].outcome is Outcome.OK

    # ----------------------------------------------------------------------------------------------------------------
    # The ways

    def _reward(self, player: Player, amount: int) -> bool:
        kind = self.contract.kind_of("reward")
        return self._accepted(Reward(bet=f"bonus-{self.identities.run_id}", kind=kind, **self._common(player, amount)))

    def _settle_a_bet(self, player: Player, amount: int) -> bool:
        """Pay a bet of the smallest stake, which the payout returns.

        A wallet may pay only bets that it has accepted.
        """
        unit = self.contract.wire_unit(player.currency)
        return self._paid(player, amount + unit, self._bet(player, unit))

    def _settle_an_empty_bet(self, player: Player, amount: int) -> bool:
        """Pay a bet of stake 0, for an account without money."""
        return self._paid(player, amount, self._bet(player, 0))

    def _settle(self, player: Player, amount: int) -> bool:
        return self._paid(player, amount, next(iter(player.bets), f"bet-{self.identities.transaction_id()}"))

    def _lose_a_bet(self, player: Player, amount: int) -> bool:
        """Place a bet and settle it as lost, so that no open bet remains."""
        reference = self._bet(player, amount)
        if reference and self._has("settle"):
            self._paid(player, 0, reference)
        return bool(reference)

    def _unsettle(self, player: Player, amount: int) -> bool:
        bet = next(iter(player.bets), f"bet-{self.identities.transaction_id()}")
        kind = self.contract.kind_of("unsettle")
        return self._accepted(Unsettle(bet=bet, kind=kind, **self._common(player, amount)))

    def _bet(self, player: Player, amount: int) -> str:
        """Place a bet. Returns the reference for a credit to it, or an empty string if the wallet refused the bet."""
        common = self._common(player, amount)
        bet = f"bet-{common['id']}"
        kind = self.contract.kind_of("bet")
        operation = Bet(bet=bet, round=f"round-{bet}", game=self._game, kind=kind, **common)
        return self.contract.bet_reference(operation.id, bet) if self._accepted(operation) else ""

    def _paid(self, player: Player, amount: int, bet: str) -> bool:
        if not bet:
            return False
        payout = Payout(
            bet=bet,
            round=f"round-{bet}",
            game=self._game,
            kind=self.contract.kind_of("settle"),
            win=amount > 0,
            **self._common(player, amount),
        )
        spec = self.contract.specs[self.contract.words["settle"]]
        return self._accepted(Settle(items=(payout,)) if spec.batch else payout)

    def _common(self, player: Player, amount: int) -> dict[str, Any]:
        return {
            "id": self.identities.transaction_id(),
            "player": player.id,
            "currency": player.currency,
            "session": player.session,
            "amount": amount,
        }


def _shown(exchange: Exchange) -> Amount | None:
    return exchange.reply.items[0].balance if exchange.reply is not None and exchange.reply.items else None
