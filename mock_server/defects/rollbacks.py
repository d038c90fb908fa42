"""Defects of rollbacks (sportsbook): they pay too much, too little, or at the wrong time."""

from __future__ import annotations

from harness.model import Bet, Movement, Outcome, Rollback
from mock_server.defects.registry import SPORTSBOOK, defect
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Entry, Fate
from mock_server.wallet import Wallet


@defect(violates="SPB-RBK-01 SPB-RBK-04", contracts=SPORTSBOOK, witnesses={"rollback/again_with_a_new_id": "oracle"})
class RefundsAgainForANewId(Wallet):
    """Returns the stake once more when another rollback of the same bet comes with an id of its own."""

    async def is_rolled_back(self, bet: BetRecord) -> bool:
        return False


@defect(violates="SPB-RBK-03", contracts=SPORTSBOOK, witnesses={"rollback/late_bet": "oracle"})
class ForgetsRollbacksOfUnknownBets(Wallet):
    """Answers the rollback of a bet that has not come with success, and takes the stake when the bet comes late."""

    def mark_rolled_back(self, order: Order[Rollback], account: Account, bet: BetRecord | None) -> None:
        if bet is not None:
            super().mark_rolled_back(order, account, bet)


@defect(violates="SPB-RBK-03", contracts=SPORTSBOOK, witnesses={"rollback/late_bet_after_two_rollbacks": "oracle"})
class TakesALateBet(Wallet):
    """Does not ask, when a bet comes, whether it was rolled back before."""

    def is_late(self, order: Order[Movement], account: Account) -> bool:
        return False


@defect(violates="SPB-CNC-01 SPB-RBK-02", contracts=SPORTSBOOK, witnesses={"rollback/unknown_bet": "oracle"})
class RefusesTheRollbackOfAnUnknownBet(Wallet):
    """Answers the rollback of a bet that never came with an error, and the platform tries it again for ever."""

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        raise Refusal(Outcome.UNKNOWN_TRANSACTION, "no such bet")


@defect(
    violates="SPB-RBK-02 SPB-RBK-03 SPB-RBK-05 SPB-RBK-09",
    contracts=SPORTSBOOK,
    witnesses={"rollback/unknown_bet": "oracle"},
)
class PaysForAnUnknownBet(Wallet):
    """Returns a stake for a bet that never came."""

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        before = self.store.balance(account)
        self.store.set_balance(account, before + 1000)
        return Moved(before, before + 1000)


@defect(
    violates="SPB-IDM-05 SPB-RBK-01",
    contracts=SPORTSBOOK,
    witnesses={"rollback/bet_sent_again_after_its_rollback": "conservation"},
)
class DeletesABetWithItsRollback(Wallet):
    """Deletes a bet that is rolled back, and takes the stake again when the same bet comes again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        deleted = isinstance(order.item, Bet) and any(
            record.fate is Fate.ROLLED_BACK for record in self.store.bets_with_id(order.contract, order.item.id)
        )
        return None if deleted else known

    def is_late(self, order: Order[Movement], account: Account) -> bool:
        return super().is_late(order, account) and self.store.entry(self.memory_key(order, account)) is None


@defect(violates="SPB-RBK-05", contracts=SPORTSBOOK, witnesses={"rollback/refused_bet": "oracle"})
class RefundsARefusedBet(Wallet):
    """Enters a bet into its register before it checks the funds, and returns the stake that it never took."""

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        item = order.item
        if isinstance(item, Movement) and refusal.outcome is Outcome.INSUFFICIENT_FUNDS:
            record = BetRecord(account.number, item.id, item.bet, int(item.amount), Fate.PLACED)
            self.store.put_bet(order.contract, record)


@defect(
    violates="SPB-CON-01 SPB-IDM-05 SPB-LST-01 SPB-RBK-01 SPB-RBK-03",
    contracts=SPORTSBOOK,
    witnesses={"rollback/returns_the_stake": "oracle"},
)
class RefundsHalfTheStake(Wallet):
    """Returns half the stake of a bet that is rolled back."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        return await super().refund(order, account, bet._replace(stake=bet.stake // 2))


@defect(
    violates="SPB-CON-01 SPB-IDM-05 SPB-LST-01 SPB-RBK-01 SPB-RBK-03",
    contracts=SPORTSBOOK,
    witnesses={"rollback/returns_the_stake": "oracle"},
)
class RefundsNothing(Wallet):
    """Marks the bet as rolled back, and returns no money."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        return self.roll_back_unknown(order, account)


@defect(violates="SPB-CON-01", contracts=SPORTSBOOK, witnesses={"rollback/bet_of_another_player": "oracle"})
class RefundsWhoeverAsks(Wallet):
    """Returns the stake of another player's bet to the player whom the rollback names."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        records = self.store.bets_with_id(order.contract, order.item.original)
        return records[0]._replace(account=account.number) if records else None


@defect(violates="SPB-SES-01", contracts=SPORTSBOOK, witnesses={"session/rollback_after_the_session": "expectation"})
class RefusesARollbackAfterTheSession(Wallet):
    """Wants a live session for a rollback, though the player may be gone when it comes."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        record = self.store.session(order.contract, order.item.session)
        if record is None or not record.live:
            raise Refusal(Outcome.INVALID_SESSION, "session expired or not found")
        return await super().find_bet(order, account)
