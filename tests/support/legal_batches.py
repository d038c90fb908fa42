"""Wallets that read the documents about batches differently from ours and are equally right.

Each is the reference wallet with one choice changed, as in `legal_wallets`.
"""

from __future__ import annotations

import json

from harness.contracts import Contract
from harness.model import Batch, ItemReply, Operation, Outcome, Reply, Request
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet
from mock_server.wire import Answer


class BatchShowsItsEnd(Wallet):
    """Every accepted item of a batch shows the player's balance after the whole batch, and a replay the current one.

    The balance after the item alone was never shown to anybody, so a replay must not show it.
    """

    def replay_balance(self, account: Account, entry: Entry) -> int:
        return self.store.balance(account)

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        reply = await super().process_batch(contract, batch)
        owners = {item.id: item.player for item in batch.items}
        return Reply(
            outcome=reply.outcome, items=tuple(self._at_the_end(contract, each, owners) for each in reply.items)
        )

    def _at_the_end(self, contract: str, answer: ItemReply, owners: dict[str, str]) -> ItemReply:
        if answer.outcome is not Outcome.OK or answer.id not in owners:
            return answer
        balance = self.store.balance(self.find_player(contract, owners[answer.id]))
        return ItemReply(outcome=answer.outcome, id=answer.id, balance=balance, currency=answer.currency)


class BatchIsAnsweredBackwards(Wallet):
    """The answers of a batch come in another order than its items."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        body = json.loads(answer.body)
        if isinstance(body.get("data"), list):
            body["data"].reverse()
        return answer._replace(body=json.dumps(body).encode())


class DuplicatesInABatchGetOneAnswer(Wallet):
    """The same id twice in a batch is answered once."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        body = json.loads(answer.body)
        if isinstance(body.get("data"), list):
            first: dict[str, object] = {}
            for item in body["data"]:
                first.setdefault(str(item.get("transactionId")), item)
            body["data"] = list(first.values())
        return answer._replace(body=json.dumps(body).encode())


class BatchesWithNothingValidAreRefused(Wallet):
    """A batch in which no item can be accepted is refused as a whole, an empty one too."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        reply = await super().process_batch(contract, batch)
        if any(each.outcome is Outcome.OK for each in reply.items):
            return reply
        outcome = reply.items[0].outcome if reply.items else Outcome.MALFORMED
        return Reply(outcome=outcome, items=())
