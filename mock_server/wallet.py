"""The reference wallet: the smallest sound wallet, one method per rule.

The rules are in `mock_server.rules`, one concept a module; this class joins them and sends each operation to its rule.
A deliberate defect is a subclass that overrides exactly one of them.

**Races.** The rules run in one event loop, and a sound rule never waits between a check and the act that rests on it:
a request is worked from the first read to the last write without another in between, and that is all the mutual
exclusion that there is. The rules at such a point (`look_up`, `check_bet`, `was_returned`, `debit`, `credit`,
`find_bet`, `is_rolled_back`, `is_settled`, `refund`) are coroutines all the same, so that a defect can override one of
them and `await self.gap()` in it. Each write is absolute (`set_balance`) or replaces (`put_entry`), so what the others
wrote meanwhile is lost or doubled as in a real race. A gap anywhere after `look_up` lets identical requests through
too: a defect that is to break nothing but, say, the cover of different bets looks the id up again after its gap.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from harness.contracts import Contract, Credentials
from harness.model import (
    Authenticate,
    BetBatch,
    GetBalance,
    ItemReply,
    Movement,
    Operation,
    Reply,
    Retry,
    Rollback,
    Settle,
)
from mock_server.clock import Clock, system_clock
from mock_server.commits import CommitAtOnce, Commits
from mock_server.order import Order, Refusal
from mock_server.rules.batches import Batches
from mock_server.rules.rollbacks import Rollbacks
from mock_server.store import Store
from mock_server.wire import Counter, refused


class Wallet(Counter, Batches, Rollbacks):
    """A sound wallet for both contracts."""

    def __init__(
        self,
        store: Store,
        credentials: Mapping[str, Credentials] | None = None,
        *,
        commits: Commits | None = None,
        now_ms: Clock = system_clock,
        gap_ms: int = 0,
    ) -> None:
        """`credentials` are the platform's, by contract name: a contract without any is not served over HTTP.

        `commits` decides when the books become durable: at once by default. `now_ms` is the clock that every rule
        and every defect asks for the time. `gap_ms` is how long `gap` lasts; in process it must be 0.
        """
        Counter.__init__(self, credentials or {}, now_ms)
        Batches.__init__(self, store, now_ms)
        self.commits: Commits = commits or CommitAtOnce(store)
        self._gap_ms = gap_ms

    async def handle(self, contract: str, operation: Operation) -> Reply:
        """Answer one operation; when this returns, what it moved is durable.

        `contract` is the name of the contract that it came by: players, ids and sessions belong to one contract.
        """
        try:
            self.store.begin()
            reply = await self.decide(contract, operation)
        except Exception as error:
            self.commits.undo(error)
            raise
        await self.commits.done()
        return reply

    async def gap(self) -> None:
        """Let the other requests in. No sound rule does; a defect does, between a check and the act."""
        await asyncio.sleep(self._gap_ms / 1000)

    async def decide(self, contract: str, operation: Operation) -> Reply:
        """Send an operation to its rule."""
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
        """Only the core operations."""
        return contract.specs[name].core


def _single(item: ItemReply) -> Reply:
    return Reply(outcome=item.outcome, items=(item,), code=item.code)
