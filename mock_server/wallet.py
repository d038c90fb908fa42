"""The reference wallet: the smallest sound wallet, with one method for each rule.

The rules are in `mock_server.rules`, with one concept in each module. This class joins them and sends each operation to
its rule. A deliberate defect is a subclass that overrides exactly one of them.

**Races.** The rules run in one event loop. A sound rule never waits between a check and the act that depends on it. So
a request is processed from the first read to the last write without another request in between. There is no other
mutual exclusion. The rules between a check and an act are coroutines nevertheless: `look_up`, `check_bet`,
`was_returned`, `debit`, `credit`, `find_bet`, `is_rolled_back`, `is_settled` and `refund`. A defect can so override one
of them and `await self.gap()` in it. Each write is absolute (`set_balance`) or replaces (`put_entry`). What other
requests wrote during the gap is therefore lost or doubled, as in a real race. A gap after `look_up` also lets identical
requests through. So a defect that only breaks, say, the funds check of different bets looks up the id again after its
gap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from harness.contracts import Contract, Credentials
from harness.model import (
    Authenticate,
    BetBatch,
    GetBalance,
    ItemReply,
    Movement,
    Operation,
    Outcome,
    Reply,
    Retry,
    Rollback,
    Settle,
    transactions,
)
from harness.model.operations import Single
from mock_server.aside import Aside, at_once
from mock_server.clock import Clock, system_clock
from mock_server.commits import CommitAtOnce, Commits
from mock_server.fresh_ids import FreshId, random_id
from mock_server.order import Order, Refusal
from mock_server.reading import reads_of
from mock_server.rules.batches import PART, Batches, OutsideTurn
from mock_server.rules.rollbacks import Rollbacks
from mock_server.store import NotStored, Reads, Store, Unclear
from mock_server.wire import RequestHandler, Uncertain, refused


class Wallet(RequestHandler, Batches, Rollbacks):
    """A sound wallet for every bundled contract."""

    def __init__(
        self,
        store: Store,
        credentials: Mapping[str, Credentials] | None = None,
        *,
        commits: Commits | None = None,
        now_ms: Clock = system_clock,
        gap_ms: int = 0,
        fresh_id: FreshId = random_id,
        aside: Aside = at_once,
    ) -> None:
        """`credentials` are the platform's, by contract name. A contract without credentials is not served over HTTP.

        `commits` decides when changes become durable, by default at once. Every rule and every defect reads the
        time from the clock `now_ms`, and makes random ids by `fresh_id`. The length of `gap` is `gap_ms`
        milliseconds, in process 0. Large requests are read and answered by way of `aside`.
        """
        RequestHandler.__init__(self, credentials or {}, now_ms)
        Batches.__init__(self, store, now_ms)
        self.commits: Commits = commits or CommitAtOnce(store)
        self._gap_ms = gap_ms
        self.fresh_id = fresh_id
        self.aside = aside

    async def handle(self, contract: str, operation: Operation) -> Reply:
        """Answer one operation. When this returns, every change that it made is durable.

        `contract` is the name of the contract that carried it. Players, ids and sessions belong to one contract. The
        operation is refused if the database failed and certainly stored nothing of it. Raises Uncertain if something of
        it may be stored.
        """
        try:
            await self.commits.begin(self._reads(contract, transactions(operation)))
            reply = await self._decided(contract, operation)
            await self._stored(operation)
        except NotStored:
            return refused(Outcome.REFUSED, "the wallet's database failed, and nothing was done: send it again")
        except Unclear as error:
            raise Uncertain("the database did not say whether it stored the request") from error
        return reply

    async def _decided(self, contract: str, operation: Operation) -> Reply:
        """The answer to an operation. An error undoes the whole transaction in which it happened."""
        try:
            return await self.decide(contract, operation)
        except OutsideTurn as error:
            raise error.cause from None
        except Exception as error:
            cause = error.__cause__ if isinstance(error, Uncertain) else error
            if isinstance(cause, Exception) and not isinstance(cause, OutsideTurn):
                self.commits.undo(cause)
            raise

    async def _stored(self, operation: Operation) -> None:
        """Wait until everything is durable. An error loses the last part of a batch, and its first parts stay."""
        try:
            await self.commits.done()
        except Exception as error:
            if len(transactions(operation)) > PART:
                raise Uncertain("the first items of the batch are in the books") from error
            raise

    async def gap(self) -> None:
        """Let the other requests run. No sound rule calls this. A defect calls it between a check and the act."""
        await asyncio.sleep(self._gap_ms / 1000)

    async def end_part(self) -> None:
        """Make a part of a batch durable, and let the other requests run meanwhile."""
        try:
            await self.commits.done()
        except Exception as error:
            raise OutsideTurn(error) from error

    async def begin_part(self, contract: str, items: Sequence[Movement]) -> None:
        """Open a transaction for the next part of a batch."""
        try:
            await self.commits.begin(self._reads(contract, items))
        except Exception as error:
            raise OutsideTurn(error) from error

    def _reads(self, contract: str, items: Sequence[Single | Movement]) -> Reads | None:
        """What a request will ask the store for, if the store can make use of that."""
        return reads_of(contract, items) if self.store.reads_ahead else None

    async def decide(self, contract: str, operation: Operation) -> Reply:
        """Pass an operation to its rule."""
        try:
            match operation:
                case GetBalance():
                    return await self.get_balance(contract, operation)
                case Authenticate():
                    return await self.authenticate(contract, operation)
                case Rollback():
                    return _single(await self.process_rollback(Order(contract, "Rollback", operation)))
                case Settle() | Retry() | BetBatch():
                    return await self.process_batch(contract, operation)
                case _:
                    order = Order[Movement](contract, type(operation).__name__, operation)
                    return _single(await self.process(order))
        except Refusal as refusal:
            return refused(refusal.outcome, str(refusal))


class CoreOnlyWallet(Wallet):
    """A wallet that has the core operations and no other."""

    def offers(self, contract: Contract, name: str) -> bool:
        """True for the core operations alone."""
        return contract.specs[name].core


def _single(item: ItemReply) -> Reply:
    return Reply(outcome=item.outcome, items=(item,), code=item.code)
