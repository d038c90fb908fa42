"""Defects of debits: which debits a balance covers, and what a refused debit leaves behind."""

from __future__ import annotations

from functools import cached_property

from harness.model import Bet, Movement, Outcome
from harness.money import SCALE
from mock_server.defects.registry import CASINO, defect
from mock_server.order import Moved, Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet


@defect(
    violates="CAS-BTB-01 CAS-FND-01 CAS-FND-04 SPB-BET-01 SPB-BET-03 SPB-UNS-03",
    witnesses={"insufficient_funds/one_unit_too_much": "oracle", "unsettlement/more_than_the_balance": "oracle"},
)
class OverdrawsByOneUnit(Wallet):
    """Accepts a debit of one smallest unit more than the balance."""

    def covers(self, order: Order[Movement], balance: int) -> bool:
        return balance + self.finest(order.contract, order.item.currency) >= order.item.amount


@defect(
    violates="CAS-CNC-01 CAS-FND-03 CAS-IDM-06 CAS-LST-01 SPB-BET-01 SPB-CNC-01 SPB-IDM-05 SPB-LST-01",
    witnesses={"insufficient_funds/exactly_the_balance": "oracle"},
)
class RefusesTheExactBalance(Wallet):
    """Wants the balance to be larger than the stake, not only as large."""

    def covers(self, order: Order[Movement], balance: int) -> bool:
        return balance > order.item.amount or not order.item.amount


@defect(
    violates=(
        "CAS-BTB-01 CAS-FND-01 CAS-FND-02 CAS-FND-04 SPB-BET-01 SPB-BET-02 SPB-BET-03 SPB-CNC-02 SPB-UNS-03 SPB-UNS-09"
    ),
    witnesses={"insufficient_funds/empty_account": "oracle"},
)
class ChecksNoFunds(Wallet):
    """Debits without asking whether the money is there."""

    def covers(self, order: Order[Movement], balance: int) -> bool:
        return True


@defect(
    violates="CAS-BTB-01 CAS-FND-01 CAS-FND-04 SPB-BET-01 SPB-BET-03 SPB-UNS-03",
    witnesses={"insufficient_funds/one_unit_too_much": "oracle"},
)
class ComparesWholeUnits(Wallet):
    """Compares stake and balance without their decimals."""

    def covers(self, order: Order[Movement], balance: int) -> bool:
        return balance // SCALE >= order.item.amount // SCALE


@defect(
    violates=(
        "CAS-BTB-01 CAS-FND-01 CAS-FND-02 CAS-FND-04 SPB-BET-01 SPB-BET-02 SPB-BET-03 SPB-CON-01 SPB-UNS-03 SPB-UNS-09"
    ),
    witnesses={"insufficient_funds/one_unit_too_much": "oracle"},
)
class TakesWhatIsThere(Wallet):
    """Accepts an uncovered debit and takes what is there, down to 0."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        after = max(0, before - int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)


@defect(
    violates=("CAS-BAL-01 CAS-BTB-01 CAS-FND-01 SPB-BAL-01 SPB-BET-01 SPB-BET-02 SPB-CON-01 SPB-UNS-03"),
    witnesses={"insufficient_funds/covered_bet_after_a_refused_one": "conservation"},
)
class TakesAPartAndRefuses(Wallet):
    """Takes what is there of an uncovered debit, and refuses it then."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        if before < order.item.amount:
            self.store.set_balance(account, before // 2)
        return await super().debit(order, account)


@defect(
    violates=(
        "CAS-BAL-01 CAS-BTB-01 CAS-FND-01 CAS-FND-02 CAS-FND-04 "
        "SPB-BAL-01 SPB-BET-01 SPB-BET-02 SPB-BET-03 SPB-CON-01 SPB-UNS-03 SPB-UNS-07 SPB-UNS-09"
    ),
    witnesses={"insufficient_funds/one_unit_too_much": "conservation"},
)
class OverdrawsAndRefuses(Wallet):
    """Takes the whole of an uncovered debit first, refuses it then, and does not give it back."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        if before >= order.item.amount:
            return await super().debit(order, account)
        self.store.set_balance(account, before - int(order.item.amount))
        raise Refusal(Outcome.INSUFFICIENT_FUNDS, "the balance does not cover the amount")


@defect(
    violates=("CAS-BTB-01 CAS-FND-02 CAS-FND-03 CAS-IDM-06 CAS-LST-01 SPB-BET-01 SPB-BET-02 SPB-IDM-05 SPB-LST-01"),
    witnesses={"insufficient_funds/exactly_the_balance": "oracle"},
)
class TakesTheStakeAndRefuses(Wallet):
    """Takes the stake of a covered bet, and answers that there is no money."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().debit(order, account)
        if isinstance(order.item, Bet) and not moved.after:
            raise Refusal(Outcome.INSUFFICIENT_FUNDS, "the balance does not cover the amount")
        return moved


@defect(
    violates="CAS-BET-01 CAS-BTB-01 SPB-BET-01",
    witnesses={"insufficient_funds/covered_bet_after_a_refused_one": "oracle"},
)
class LocksTheAccountAfterARefusal(Wallet):
    """Takes no bet any more from a player who once did not have the money for one."""

    def covers(self, order: Order[Movement], balance: int) -> bool:
        covered = super().covers(order, balance) and order.item.player not in self._locked
        if not covered:
            self._locked.add(order.item.player)
        return covered

    @cached_property
    def _locked(self) -> set[str]:
        return set()


@defect(violates="CAS-RND-01", contracts=CASINO, witnesses={"ordering/many_bets_in_one_round": "oracle"})
class TakesOneBetARound(Wallet):
    """Takes one bet in each round, and refuses whatever is staked on it further."""

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        await super().check_bet(order, account)
        if not isinstance(order.item, Bet) or not order.item.round:
            return
        if order.item.round in self._rounds:
            raise Refusal(Outcome.REFUSED, "this round has its bet")
        self._rounds.add(order.item.round)

    @cached_property
    def _rounds(self) -> set[str]:
        return set()
