"""Reading and changing what a player holds, by the contract's own operations, outside of any scenario.

Nothing here is judged: a wallet may limit stakes or rewards, and no document forbids that. What counts is the balance
that is read afterwards.
"""

from __future__ import annotations

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
from harness.play.players.balance_probe import DEFAULT_GAME, zero_read
from harness.scenario.identities import Identities

MOST_TRIES = 6
"""So often is a balance corrected; a wallet that is still elsewhere then is left alone."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to move money: the words that the contract must have, and what is done with an amount.

    `go` says whether the wallet has accepted.
    """

    name: str
    words: tuple[str, ...]
    go: Callable[[Player, int], bool]


@dataclass(slots=True)
class Purse:
    """The players' money, by contract. `absent` are operations that the wallet was seen to lack; it grows here."""

    contract: Contract
    send: Callable[[Operation], Exchange]
    identities: Identities
    absent: set[str]
    games: Sequence[str] = (DEFAULT_GAME,)
    _refused: set[str] = field(default_factory=set)
    """Ways that this wallet has refused: they are tried last."""

    def read(self, player: Player) -> Amount | None:
        """A player's balance, by the balance operation or a zero transaction; None when it cannot be read."""
        if self._has("balance"):
            exchange = self._ask(GetBalance(player=player.id, session=player.session))
            if not exchange.absent:
                return _shown(exchange)
        return _shown(self._ask(zero_read(self.contract, player, self.identities.transaction_id(), self.games[0])))

    def bring(self, player: Player, held: Amount, target: Amount) -> Amount | None:
        """Bring a player from one balance to another, as far as the wallet lets us: the balance that it then has.

        None when the wallet no longer shows it.
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
            else:
                failed.add(ways[0].name)
                self._refused.add(ways[0].name)
            now = self.read(player)
        return now

    def can(self, *, up: bool) -> bool:
        """Whether the contract has, in this wallet, an operation that moves money in that direction."""
        return bool(self._ways(up=up))

    @property
    def frugal(self) -> bool:
        """Whether money can be moved in one direction only: nothing can be restored."""
        return not (self.can(up=True) and self.can(up=False))

    def _ways(self, *, up: bool) -> list[Way]:
        """Those that are open, the likeliest first."""
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
        """As much of a difference, up or down, as the wire can carry."""
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
        return self._accepted(Reward(bet=f"bonus-{self.identities.run_id}", **self._common(player, amount)))

    def _settle_a_bet(self, player: Player, amount: int) -> bool:
        """A wallet may pay only bets that it has taken: one of the smallest stake, which the payout returns."""
        unit = self.contract.wire_unit(player.currency)
        return self._paid(player, amount + unit, self._bet(player, unit))

    def _settle_an_empty_bet(self, player: Player, amount: int) -> bool:
        """The same for an account without money."""
        return self._paid(player, amount, self._bet(player, 0))

    def _settle(self, player: Player, amount: int) -> bool:
        return self._paid(player, amount, next(iter(player.bets), f"bet-{self.identities.transaction_id()}"))

    def _lose_a_bet(self, player: Player, amount: int) -> bool:
        """A bet that is lost, and closed: no open bet stays behind."""
        reference = self._bet(player, amount)
        if reference and self._has("settle"):
            self._paid(player, 0, reference)
        return bool(reference)

    def _unsettle(self, player: Player, amount: int) -> bool:
        bet = next(iter(player.bets), f"bet-{self.identities.transaction_id()}")
        return self._accepted(Unsettle(bet=bet, **self._common(player, amount)))

    def _bet(self, player: Player, amount: int) -> str:
        """What a credit for a new bet refers to; empty when the bet was refused."""
        common = self._common(player, amount)
        bet = f"bet-{common['id']}"
        operation = Bet(bet=bet, round=f"round-{bet}", game=self.games[0], **common)
        return self.contract.bet_reference(operation.id, bet) if self._accepted(operation) else ""

    def _paid(self, player: Player, amount: int, bet: str) -> bool:
        if not bet:
            return False
        payout = Payout(
            bet=bet, round=f"round-{bet}", game=self.games[0], win=amount > 0, **self._common(player, amount)
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
