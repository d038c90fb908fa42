"""Defects in what the platform may send and seldom sends: optional fields, bets of several lines, shared jackpots."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from harness.model import Bet, Movement, Payout, Reward, Rollback
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.order import AnyOrder, Moved, Order
from mock_server.store import Account, BetRecord, Entry, Key
from mock_server.wallet import Wallet


@defect(
    violates="CAS-BET-01",
    contracts=CASINO,
    witnesses={"idempotency/resent_bet_without_a_round": "oracle"},
)
class TakesBetsWithoutARoundForOne(Wallet):
    """Keeps a bet under its round, and takes every bet without a round for the same one."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        roundless = isinstance(order.item, Bet) and not order.item.round
        return key._replace(id=f"no round of {account.number}") if roundless else key


@defect(
    violates="CAS-RWD-01",
    contracts=CASINO,
    witnesses={"reward/winners_of_one_jackpot": "oracle", "reward/instalments_of_one_bonus": "oracle"},
)
class PaysAJackpotOnce(Wallet):
    """Remembers a reward by its jackpot or bonus, so that the second winner of one jackpot gets nothing."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Reward):
            if order.item.bet in self._paid:
                balance = self.store.balance(account)
                return Moved(balance, balance)
            self._paid.add(order.item.bet)
        return await super().credit(order, account)

    @cached_property
    def _paid(self) -> set[str]:
        return set()


class _KindRule(Wallet):
    """The wallet with the kind of each bet at hand, by the player and the bet."""

    def place(self, order: Order[Movement], account: Account) -> None:
        super().place(order, account)
        if isinstance(order.item, Bet):
            self._kinds[account.number, order.item.bet] = order.item.kind

    def kind_of(self, account: Account, bet: str) -> str:
        """The kind of a bet, or an empty text if the bet is not known."""
        return self._kinds.get((account.number, bet), "")

    @cached_property
    def _kinds(self) -> dict[tuple[int, str], str]:
        return {}


@defect(violates="SPB-RBK-01", contracts=SPORTSBOOK, witnesses={"rollback/system_bet": "oracle"})
class RefundsOneLineOfASystemBet(_KindRule):
    """Keeps a system bet as three lines, and returns the stake of one of them when the bet is rolled back."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        if self.kind_of(account, bet.bet) == "SYSTEM":
            bet = bet._replace(stake=bet.stake // 3_000 * 1_000)
        return await super().refund(order, account, bet)


@defect(
    violates="SPB-BET-01",
    contracts=SPORTSBOOK,
    witnesses={"idempotency/resent_system_bet": "oracle", "rollback/system_bet": "oracle"},
)
class TakesAStakeForEachLine(Wallet):
    """Takes the amount of a system bet for the stake of one of its lines, and debits three of them."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Bet) and order.item.kind == "SYSTEM":
            order = order._replace(item=replace(order.item, amount=int(order.item.amount) * 3))
        return await super().debit(order, account)


@defect(violates="SPB-SET-03", contracts=SPORTSBOOK, witnesses={"settlement/lines_of_a_system_bet": "oracle"})
class SettlesASystemBetOnce(_KindRule):
    """Remembers the settlement of a system bet by the bet, so the second line that wins is taken for a repeat."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=f"lines of {order.item.bet}") if self._settles_one(order, account) else key

    def is_same(self, order: AnyOrder, account: Account, entry: Entry) -> bool:
        return self._settles_one(order, account) or super().is_same(order, account, entry)

    def _settles_one(self, order: AnyOrder, account: Account) -> bool:
        return isinstance(order.item, Payout) and self.kind_of(account, order.item.bet) == "SYSTEM"


@defect(violates="SPB-SET-01", contracts=SPORTSBOOK, witnesses={"settlement/more_than_the_odds": "oracle"})
class CapsAWinAtItsOdds(Wallet):
    """Pays the stake times the odds of a bet at most, and not the amount that the platform says."""

    def place(self, order: Order[Movement], account: Account) -> None:
        super().place(order, account)
        if isinstance(order.item, Bet) and order.item.odds:
            self._most[account.number, order.item.bet] = int(int(order.item.amount) * Decimal(order.item.odds))

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        most = self._most.get((account.number, order.item.bet))
        if most is not None and order.item.amount > most:
            order = order._replace(item=replace(order.item, amount=most))
        return await super().credit(order, account)

    @cached_property
    def _most(self) -> dict[tuple[int, str], int]:
        return {}


@defect(violates="SPB-RBK-01", contracts=SPORTSBOOK, witnesses={"rollback/three_decimals": "oracle"})
class KeepsStakesInCents(Wallet):
    """Debits exactly, keeps the stake of the bet with two decimals, and returns that when it is rolled back."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        return await super().refund(order, account, bet._replace(stake=bet.stake // 1_000 * 1_000))
