"""Rules of idempotency: an applied transaction is remembered and never applied again.

A refused transaction is not remembered, and a repetition is judged anew. The documents permit both this and the
opposite.
"""

from __future__ import annotations

from harness.model import ItemReply, Outcome, Rollback
from mock_server.order import FAMILIES, AnyOrder, Moved, Refusal, amount_of, subject_of
from mock_server.rules.accounts import Accounts
from mock_server.store import Account, Entry, Key


class Memory(Accounts):
    """Remembers transactions and answers those that it knows."""

    def family(self, order: AnyOrder) -> str:
        """The id space of a transaction: it depends on the transaction's kind, not on the operation that carried it."""
        return FAMILIES[type(order.item)]

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        """The key of a transaction: its whole id as sent. Ids are global, so `account` does not matter."""
        del account
        return Key(order.contract, self.family(order), order.item.id)

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        """The stored entry of this transaction. A defect may wait here, between the check and the act."""
        return self.store.entry(self.memory_key(order, account))

    def is_same(self, order: AnyOrder, account: Account, entry: Entry) -> bool:
        """True if a known id has its first player and amount again, and for a rollback its first bet."""
        bet_matches = not isinstance(order.item, Rollback) or subject_of(order) == entry.bet
        return entry.account == account.number and entry.amount == amount_of(order) and bet_matches

    async def answer_known(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """The answer to a known id: the first answer again, or a refusal if the transaction was changed."""
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
        """The balance in a repeated answer, which is the one shown first. The current balance is permitted, too."""
        del account
        return entry.balance

    async def answer_conflict(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """Refuse a known id with another amount, player or bet."""
        del order, account, entry
        raise Refusal(Outcome.CONFLICT, "this transaction id was used for another transaction")

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        """Store the effect of a transaction and the balance `shown` in its answer. One of 0 is stored, too."""
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
        """Store nothing about a refusal."""

    def new_reference(self) -> str:
        """The wallet's own reference for a new transaction."""
        return self.fresh_id(16)

    def answer_applied(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        """The answer to a transaction that was just applied."""
        return ItemReply(
            outcome=entry.outcome,
            id=order.item.id,
            balance=entry.balance,
            currency=account.currency,
            reference=entry.reference,
        )

    def shown_balance(self, moved: Moved) -> int:
        """The balance in the answer, which is the one after the movement."""
        return moved.after

    def answer_refusal(self, order: AnyOrder, refusal: Refusal) -> ItemReply:
        """The answer to a transaction that a rule refused."""
        return ItemReply(outcome=refusal.outcome, id=order.item.id, description=str(refusal))
