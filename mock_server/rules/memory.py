"""Rules of idempotency: a transaction is remembered when it was applied, and is then never applied again.

A refused transaction leaves no trace: sent again it is judged afresh. The documents allow that and its opposite.
"""

from __future__ import annotations

import os

from harness.model import ItemReply, Outcome, Rollback
from mock_server.order import FAMILIES, AnyOrder, Moved, Refusal, amount_of, subject_of
from mock_server.rules.accounts import Accounts
from mock_server.store import Account, Entry, Key


class Memory(Accounts):
    """What the wallet knows of earlier transactions, and what it answers to one that it knows."""

    def family(self, order: AnyOrder) -> str:
        """The id space that a transaction belongs to: by what it is, not by the operation that it came through."""
        return FAMILIES[type(order.item)]

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        """Where a transaction is remembered: its id, whole and as sent. `account` does not matter: ids are global."""
        del account
        return Key(order.contract, self.family(order), order.item.id)

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        """What is remembered of this transaction. A defect may wait here, between the check and the act."""
        return self.store.entry(self.memory_key(order, account))

    def is_same(self, order: AnyOrder, account: Account, entry: Entry) -> bool:
        """Whether a known id comes with what it came with first: player and amount, and for a rollback the bet."""
        bet_matches = not isinstance(order.item, Rollback) or subject_of(order) == entry.bet
        return entry.account == account.number and entry.amount == amount_of(order) and bet_matches

    async def answer_known(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """The answer to a transaction whose id is known: what was answered first, or a refusal of a changed one."""
        if self.is_same(order, account, entry):
            return self.answer_replay(order, account, entry)
        return await self.answer_conflict(order, account, entry)

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """The first answer again, with the same reference."""
        return ItemReply(
            outcome=entry.outcome,
            id=order.item.id,
            balance=self.replay_balance(account, entry),
            currency=account.currency,
            reference=entry.reference,
        )

    def replay_balance(self, account: Account, entry: Entry) -> int:
        """The balance in a repeated answer: the one that was shown first. The current one would be as good."""
        del account
        return entry.balance

    async def answer_conflict(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """A known id with another amount, player or bet is refused."""
        del order, account, entry
        raise Refusal(Outcome.CONFLICT, "this transaction id was used for another transaction")

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        """Write down what was done and answered, whatever the amount: a transaction of 0 is one too."""
        amount = int(amount_of(order))
        entry = Entry(
            account=account.number,
            amount=amount,
            effect=moved.after - moved.before,
            balance=shown,
            bet=subject_of(order),
            outcome=Outcome.OK,
            reference=self.new_reference(),
            at_ms=self.now_ms(),
        )
        self.store.put_entry(self.memory_key(order, account), entry)
        return entry

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        """A refusal leaves no trace."""

    def new_reference(self) -> str:
        """The wallet's own reference of a transaction."""
        return os.urandom(16).hex()

    def answer_applied(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """The answer to a transaction that was applied just now."""
        return ItemReply(
            outcome=entry.outcome,
            id=order.item.id,
            balance=entry.balance,
            currency=account.currency,
            reference=entry.reference,
        )

    def shown_balance(self, moved: Moved) -> int:
        """The balance in the answer: the one after the movement."""
        return moved.after

    def answer_refusal(self, order: AnyOrder, refusal: Refusal) -> ItemReply:
        """The answer to a transaction that a rule refused."""
        return ItemReply(outcome=refusal.outcome, id=order.item.id, description=str(refusal))
