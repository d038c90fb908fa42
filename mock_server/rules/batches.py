"""Rules of batches: every item stands alone, and each is answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.model import Batch, ItemReply, Movement, Outcome, Reply
from mock_server.order import Order
from mock_server.rules.movements import Movements


class Batches(Movements):
    """A batch from the first item to the answer. The whole of it is one database transaction."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        """Work through the items and answer each."""
        operation = type(batch).__name__
        orders = [Order[Movement](contract, operation, item) for item in self.batch_items(batch)]
        answers = await self.work_through(orders)
        return Reply(outcome=self.batch_outcome(answers), items=tuple(self.batch_answers(answers)))

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        """The items that are worked: all of them."""
        return batch.items

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        """One item after the other; a refused one stops nobody."""
        return [await self.process(order) for order in orders]

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        """The answers, in the order of the items."""
        return answers

    def batch_outcome(self, answers: list[ItemReply]) -> Outcome:
        """The batch as a whole was worked: the items say what became of each."""
        del answers
        return Outcome.OK
