"""Rules of money: which debits a balance covers, what a movement changes, and the steps of one transaction."""

from __future__ import annotations

from harness.model import Bet, ItemReply, Movement, Outcome, Payout, Unsettle
from mock_server.order import Moved, Order, Refusal
from mock_server.rules.memory import Memory
from mock_server.rules.sessions import Sessions
from mock_server.store import Account, BetRecord, Fate


class Movements(Memory, Sessions):
    """Processes one transaction from the first check to the answer."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        """Judge and apply one transaction. A refusal concerns this transaction alone."""
        try:
            account = self.check(order)
        except Refusal as refusal:
            return self.answer_refusal(order, refusal)
        try:
            known = await self.look_up(order, account)
            if known is not None:
                return await self.answer_known(order, account, known)
            return await self.process_new(order, account)
        except Refusal as refusal:
            self.remember_refusal(order, account, refusal)
            return self.answer_refusal(order, refusal)

    def check(self, order: Order[Movement]) -> Account:
        """The account of an order whose id, player, currency, amount and session are valid. Raises Refusal."""
        self.check_id(order.item.id)
        account = self.find_player(order.contract, order.item.player)
        self.check_currency(order, account)
        self.check_amount(order, account)
        return account

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        """Apply a transaction that the wallet has not applied before. Raises Refusal."""
        if self.needs_session(order):
            self.check_session(order.contract, order.item.session, account)
        await self.check_bet(order, account)
        moved = await (self.debit if self.is_debit(order) else self.credit)(order, account)
        self.register(order, account)
        entry = self.remember(order, account, moved, self.shown_balance(moved))
        return self.answer_applied(order, account, entry)

    def is_debit(self, order: Order[Movement]) -> bool:
        """True for bets and unsettlements, which take money. Every other movement gives money."""
        return isinstance(order.item, Bet | Unsettle)

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        """Refuse a transaction that the register of bets forbids."""
        if isinstance(order.item, Bet):
            if self.is_late(order, account):
                raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet was rolled back before it arrived")
        else:
            self.check_known_bet(order, account)
            if isinstance(order.item, Payout) and await self.was_returned(order, account):
                raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet was rolled back")

    def is_late(self, order: Order[Movement], account: Account) -> bool:
        """True if the player's bet of this id was rolled back before it was received."""
        return any(
            record.account == account.number and record.fate is Fate.ROLLED_BACK
            for record in self.store.bets_with_id(order.contract, order.item.id)
        )

    def check_known_bet(self, order: Order[Movement], account: Account) -> None:
        """Check that a credit or an unsettlement names a known bet. The sound wallet accepts unknown bets, too."""

    async def was_returned(self, order: Order[Movement], account: Account) -> bool:
        """True if every bet of this credit was rolled back. The player must not receive both the stake and the win."""
        bets = self.store.bets_with_reference(account, order.item.bet) if order.item.bet else ()
        return bool(bets) and all(record.fate is Fate.ROLLED_BACK for record in bets)

    def covers(self, order: Order[Movement], balance: int) -> bool:
        """True if the balance covers a debit. An equal balance covers it."""
        return balance >= order.item.amount

    def debited(self, balance: int, amount: int) -> int:
        """The balance after a debit, in hundred-thousandths."""
        return balance - amount

    def credited(self, balance: int, amount: int) -> int:
        """The balance after a credit, in hundred-thousandths."""
        return balance + amount

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        """Take the whole amount or nothing."""
        before = self.store.balance(account)
        if not self.covers(order, before):
            raise Refusal(Outcome.INSUFFICIENT_FUNDS, "the balance does not cover the amount")
        after = self.debited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        """Add the amount to the balance."""
        before = self.store.balance(account)
        after = self.credited(before, int(order.item.amount))
        self.check_room(after)
        self.store.set_balance(account, after)
        return Moved(before, after)

    def register(self, order: Order[Movement], account: Account) -> None:
        """Update the register of bets: a bet is entered, and a credit settles the bets that it names."""
        if isinstance(order.item, Bet):
            self.place(order, account)
        elif isinstance(order.item, Payout):
            self.settle_bets(order, account)

    def place(self, order: Order[Movement], account: Account) -> None:
        """Enter a bet. Credits name it by its bet id, or by its transaction id if it has no bet id."""
        reference = order.item.bet or order.item.id
        record = BetRecord(account.number, order.item.id, reference, int(order.item.amount), Fate.PLACED)
        self.store.put_bet(order.contract, record)

    def settle_bets(self, order: Order[Movement], account: Account) -> None:
        """Settle the bets that a credit names, also one of 0. They cannot be rolled back afterwards."""
        for record in self.store.bets_with_reference(account, order.item.bet):
            if record.fate is Fate.PLACED:
                self.store.put_bet(order.contract, record._replace(fate=Fate.SETTLED))
