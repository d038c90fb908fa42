"""Defects of batches (casino): items are not processed one by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.model import Batch, ItemReply, Movement, Outcome, Reply
from mock_server.defects.registry import CASINO, defect
from mock_server.order import Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet


@defect(violates="CAS-SET-01", contracts=CASINO, witnesses={"settlement/every_item_is_answered": "completeness"})
class WorksTheFirstItemOnly(Wallet):
    """Works the first transaction of a batch, and leaves the others lying."""

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        return batch.items[:1]


@defect(
    violates="CAS-IDM-05 CAS-SET-01", contracts=CASINO, witnesses={"settlement/every_item_is_answered": "completeness"}
)
class WorksTheLastItemOnly(Wallet):
    """Overwrites one variable in a loop, so the last transaction of a batch is the only one."""

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        return batch.items[-1:]


@defect(violates="CAS-SET-01", contracts=CASINO, witnesses={"batch/full_batch": "completeness"})
class WorksTwentyFiveItems(Wallet):
    """Works one page of a batch, and forgets the pages behind it."""

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        return batch.items[:25]


@defect(violates="CAS-BAT-03", contracts=CASINO, witnesses={"batch/full_batch": "oracle"})
class RefusesALargeBatch(Wallet):
    """Refuses every transaction of a batch that has more than five hundred."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        batch = tuple(orders)
        if len(batch) <= 500:
            return await super().work_through(batch)
        return [ItemReply(outcome=Outcome.REFUSED, id=order.item.id) for order in batch]


@defect(violates="CAS-SET-01", contracts=CASINO, witnesses={"batch/invalid_item_in_the_middle": "completeness"})
class StopsAtTheBadItem(Wallet):
    """Stops at the first transaction that it refuses, and answers those before it."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        answers: list[ItemReply] = []
        for order in orders:
            answers.append(await self.process(order))
            if answers[-1].outcome is not Outcome.OK:
                break
        return answers


@defect(violates="CAS-BAT-01 CAS-BAT-02 CAS-BTB-01", contracts=CASINO, witnesses={"batch/invalid_item_last": "oracle"})
class AllOrNothing(Wallet):
    """Refuses every transaction of a batch because one of them is wrong."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        every = list(orders)
        for order in every:
            try:
                self.check(order)
            except Refusal:
                whole = Refusal(Outcome.REFUSED, "a transaction of the batch is wrong")
                return [self.answer_refusal(each, whole) for each in every]
        return await super().work_through(every)


@defect(
    violates="CAS-BAT-02 CAS-BTB-01 CAS-FND-02 CAS-IDM-05 CAS-RTY-01 CAS-SET-02",
    contracts=CASINO,
    witnesses={"batch/invalid_item_first": "oracle"},
)
class CreditsAndRefusesTheBatch(Wallet):
    """Credits the valid transactions of a batch, and answers the whole of it with an error because one was not."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        reply = await super().process_batch(contract, batch)
        if all(item.outcome is Outcome.OK for item in reply.items):
            return reply
        return Reply(outcome=Outcome.REFUSED, items=())


@defect(
    violates=(
        "CAS-BAT-01 CAS-BAT-02 CAS-BTB-01 CAS-CNC-02 CAS-IDM-02 CAS-INP-02 CAS-LST-01 CAS-MNY-01 CAS-RTY-01 "
        "CAS-SES-02 CAS-SET-03 CAS-ZER-01"
    ),
    contracts=CASINO,
    witnesses={"batch/invalid_item_in_the_middle": "oracle"},
)
class SwapsTheAnswers(Wallet):
    """Matches answers to transactions by their place in a list that was sorted in between."""

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        ids = [each.id for each in answers]
        return [replace(each, id=id) for each, id in zip(answers, [*ids[1:], *ids[:1]], strict=True)]


@defect(violates="CAS-SET-01", contracts=CASINO, witnesses={"settlement/every_item_is_answered": "completeness"})
class LeavesOneAnswerOut(Wallet):
    """Works all transactions of a batch, and loses the last answer."""

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        return answers[:-1] if len(answers) > 1 else answers


@defect(violates="CAS-SET-01", contracts=CASINO, witnesses={"settlement/every_item_is_answered": "completeness"})
class AnswersForAStranger(Wallet):
    """Answers a batch with a transaction more than it had."""

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        return [*answers, replace(answers[-1], id="a-transaction-of-yesterday")] if answers else answers


@defect(
    violates="CAS-BAT-02 CAS-BAT-05 CAS-BTB-01 CAS-CNC-02 CAS-IDM-01 CAS-LST-01 CAS-RTY-01",
    contracts=CASINO,
    witnesses={"batch/two_players": "oracle"},
)
class ShowsOneBalanceForAll(Wallet):
    """Shows the balance of the last player of a batch to all of them."""

    def batch_answers(self, answers: list[ItemReply]) -> list[ItemReply]:
        shown = [each.balance for each in answers if each.balance is not None]
        return [each if each.balance is None else replace(each, balance=shown[-1]) for each in answers]


@defect(
    violates=(
        "CAS-BAL-01 CAS-BAT-01 CAS-BAT-02 CAS-CNC-01 CAS-CON-01 CAS-IDM-04 CAS-IDM-06 CAS-INP-02 CAS-LST-01 CAS-SET-03"
    ),
    contracts=CASINO,
    witnesses={"batch/two_players": "oracle"},
)
class CreditsTheFirstPlayer(Wallet):
    """Credits all transactions of a batch to the player of the first one."""

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        return [replace(each, player=batch.items[0].player) for each in batch.items]


@defect(
    violates="CAS-IDM-02 CAS-IDM-05 CAS-LST-01",
    contracts=CASINO,
    witnesses={"idempotency/duplicate_in_batch": "conservation"},
)
class LooksTheWholeBatchUpFirst(Wallet):
    """Looks all ids of a batch up first and books then, so an id that stands twice is booked twice."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        every = list(orders)
        before = {each.item.id for each in every if self._knows(each)}
        answers = []
        for order in every:
            if order.item.id not in before and (account := self._account(order)):
                self.store.forget(self.memory_key(order, account))
            answers.append(await self.process(order))
        return answers

    def _account(self, order: Order[Movement]) -> Account | None:
        return self.store.account(order.contract, order.item.player)

    def _knows(self, order: Order[Movement]) -> bool:
        account = self._account(order)
        return account is not None and self.store.entry(self.memory_key(order, account)) is not None


@defect(
    violates="CAS-BAT-01 CAS-BAT-05 CAS-CNC-01 CAS-IDM-04 CAS-IDM-10 CAS-LST-01",
    contracts=CASINO,
    witnesses={"idempotency/resent_in_a_larger_batch": "oracle"},
)
class RefusesABatchWithARepeat(Wallet):
    """Refuses a batch as a whole when it knows one of its transactions already."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        every = list(orders)
        for order in every:
            account = self.store.account(order.contract, order.item.player)
            if account is not None and self.store.entry(self.memory_key(order, account)) is not None:
                refusal = Refusal(Outcome.CONFLICT, "the batch was worked already")
                return [self.answer_refusal(each, refusal) for each in every]
        return await super().work_through(every)


@defect(
    violates="CAS-BAT-01 CAS-BAT-02 CAS-BAT-05 CAS-BTB-01 CAS-FND-02 CAS-INP-02 CAS-INP-09",
    contracts=CASINO,
    witnesses={"batch/mixed_batch_sent_again": "oracle"},
)
class SkipsTheItemAfterABadOne(Wallet):
    """Deletes a bad transaction from the list that it walks through, and so skips the one behind it."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        answers: list[ItemReply] = []
        skip = False
        for order in orders:
            if skip:
                answers.append(ItemReply(outcome=Outcome.OK, id=order.item.id, balance=0))
                skip = False
                continue
            answers.append(await self.process(order))
            skip = answers[-1].outcome is not Outcome.OK
        return answers
