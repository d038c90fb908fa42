"""Rules of batches: every item is judged alone and answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.model import Batch, ItemReply, Movement, Outcome, Reply
from mock_server.order import Order
from mock_server.rules.movements import Movements
from mock_server.wire import Uncertain

PART = 200
"""Number of items that a large batch processes at once. They take about 10 ms."""


class OutsideTurn(Exception):
    """An error between two parts of a batch, while the batch had no open transaction."""

    def __init__(self, cause: Exception) -> None:
        """`cause` is the error itself."""
        super().__init__(str(cause))
        self.cause = cause


class Batches(Movements):
    """Processes a batch from the first item to the answer, in parts. Other requests run between two parts."""

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
        """Process one item after the other. A refused item does not stop the batch.

        Raises Uncertain for any error behind the first part, because that part stays in the books.
        """
        answers: list[ItemReply] = []
        ahead = orders if isinstance(orders, Sequence) else ()
        kept = False
        try:
            for order in orders:
                if answers and len(answers) % PART == 0:
                    await self.end_part()
                    kept = True
                    await self.begin_part(
                        order.contract, [each.item for each in ahead[len(answers) : len(answers) + PART]]
                    )
                answers.append(await self.process(order))
        except Exception as error:
            if not kept:
                raise
            raise Uncertain("the batch failed, and its first items are in the books") from error
        return answers

    async def end_part(self) -> None:
        """Let other requests run after a part of a batch. Raises OutsideTurn if the part was not stored."""

    async def begin_part(self, contract: str, items: Sequence[Movement]) -> None:
        """Begin the next part of a batch, which has these items. Raises OutsideTurn if that is not possible."""

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        """The answers, in the order of the items."""
        return answers

    def batch_outcome(self, answers: list[ItemReply]) -> Outcome:
        """The batch as a whole succeeds. Each item has its own outcome."""
        del answers
        return Outcome.OK
