"""Rules of rollbacks: the stake is returned once, and a bet that arrives after its rollback is refused."""

from __future__ import annotations

from harness.model import ItemReply, Outcome, Rollback
from mock_server.order import Moved, Order, Refusal
from mock_server.rules.memory import Memory
from mock_server.store import Account, BetRecord, Fate


class Rollbacks(Memory):
    """Processes one rollback from the first check to the answer. A rollback needs no live session."""

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        """Judge and apply one rollback."""
        try:
            self.check_id(order.item.id)
            account = self.find_player(order.contract, order.item.player)
            known = await self.look_up(order, account)
            if known is not None:
                return await self.answer_known(order, account, known)
            return await self.process_new_rollback(order, account)
        except Refusal as refusal:
            return self.answer_refusal(order, refusal)

    async def process_new_rollback(self, order: Order[Rollback], account: Account) -> ItemReply:
        """Undo an open bet. A rollback of any other bet succeeds without effect."""
        bet = await self.find_bet(order, account)
        if bet is None:
            moved = self.roll_back_unknown(order, account)
        elif await self.is_rolled_back(bet):
            moved = self.roll_back_again(account, bet)
        elif await self.is_settled(bet):
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet is settled")
        else:
            moved = await self.refund(order, account, bet)
        self.mark_rolled_back(order, account, bet)
        entry = self.remember(order, account, moved, self.shown_balance(moved))
        return self.answer_applied(order, account, entry)

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        """The player's bet to undo, or None. A rollback cannot name another player's bet."""
        records = self.store.bets_with_id(order.contract, order.item.original)
        for record in records:
            if record.account == account.number:
                return record
        if any(record.fate is not Fate.ROLLED_BACK for record in records):
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet belongs to another player")
        return None

    async def is_rolled_back(self, bet: BetRecord) -> bool:
        """True if the stake was already returned."""
        return bet.fate is Fate.ROLLED_BACK

    async def is_settled(self, bet: BetRecord) -> bool:
        """True if the bet was settled. Its payout stands, and the stake is not returned in addition."""
        return bet.fate is Fate.SETTLED

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        """Answer the rollback of a bet that was never received or was refused. No money moves."""
        del order
        balance = self.store.balance(account)
        return Moved(balance, balance)

    def roll_back_again(self, account: Account, bet: BetRecord) -> Moved:
        """Answer the rollback of a bet that was already rolled back. No money moves."""
        del bet
        balance = self.store.balance(account)
        return Moved(balance, balance)

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        """Return the stake. The amount comes from the wallet's register, because a rollback carries none."""
        del order
        before = self.store.balance(account)
        after = before + bet.stake
        self.check_room(after)
        self.store.set_balance(account, after)
        return Moved(before, after)

    def mark_rolled_back(self, order: Order[Rollback], account: Account, bet: BetRecord | None) -> None:
        """Mark the bet as rolled back, even if it was never received, because it may still arrive."""
        if bet is None:
            bet = BetRecord(account.number, order.item.original, "", 0, Fate.ROLLED_BACK)
        self.store.put_bet(order.contract, bet._replace(fate=Fate.ROLLED_BACK))
