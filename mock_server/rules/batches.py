"""Rules of batches: every item is judged alone and answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.model import Batch, ItemReply, Movement, Outcome, Reply
from mock_server.order import Order
from mock_server.rules.movements import Movements


class Batches(Movements):
    """Processes a batch from the first item to the answer, in one database transaction."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        """Process the items and answer each."""
        operation = type(batch).__name__
        orders = [Order[Movement](contract, operation, item) for item in self.batch_items(batch)]
        answers = await self.work_through(orders)
        return Reply(outcome=self.batch_outcome(answers), items=tuple(self.batch_answers(answers)))

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        """The items to process: all of them."""
        return batch.items

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        """Process one item after the other. A refused item does not stop the batch."""
        return [await self.process(order) for order in orders]

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        """The answers, in the order of the items."""
        return answers

    def batch_outcome(self, answers: list[ItemReply]) -> Outcome:
        """The batch as a whole succeeds. Each item has its own outcome."""
        del answers
        return Outcome.OK
