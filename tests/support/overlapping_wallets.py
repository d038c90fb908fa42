"""Wallets that still process a request when it is sent again, in process and over sockets, and carriers for them."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any

from patience import PATIENCE_SECONDS

from harness.client import Carrier
from harness.contracts import Contract
from harness.model import (
    ItemReply,
    Loss,
    Movement,
    Operation,
    Outcome,
    Reply,
    Request,
    Rollback,
    Transmission,
)
from harness.proof.in_process import InProcessCarrier
from mock_server.in_process import run
from mock_server.order import AnyOrder, Order, Refusal
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet
from mock_server.wire import Answer

IN_PROGRESS = "this transaction is in progress"


class RefusesWhatIsInProgress(Wallet):
    """A transaction that comes again while it is processed is refused. The first sending counts."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        if self._mark(order) in self._busy():
            return await self.refuse(order)
        self._busy().add(self._mark(order))
        try:
            await self.before(order)
            return await super().process(order)
        finally:
            self._busy().discard(self._mark(order))

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        if self._mark(order) in self._busy():
            return self.answer_refusal(order, Refusal(Outcome.REFUSED, IN_PROGRESS))
        self._busy().add(self._mark(order))
        try:
            await self.gap()
            return await super().process_rollback(order)
        finally:
            self._busy().discard(self._mark(order))

    async def refuse(self, order: Order[Movement]) -> ItemReply:
        """The answer to a transaction that is in progress."""
        return self.answer_refusal(order, Refusal(Outcome.REFUSED, IN_PROGRESS))

    async def before(self, order: Order[Movement]) -> None:
        """Wait between the lock and the first check."""
        await self.gap()

    def _mark(self, order: AnyOrder) -> tuple[str, str, str]:
        return order.contract, self.family(order), order.item.id

    def _busy(self) -> set[tuple[str, str, str]]:
        busy: set[tuple[str, str, str]] = self.__dict__.setdefault("_in_progress", set())
        return busy


class HeldUntilItComesAgain(RefusesWhatIsInProgress):
    """Processes the first sending of what it `holds` until the second one came, which is answered with 409."""

    holds: type[Movement] | None = None

    @property
    def begun(self) -> threading.Event:
        """Set once the first sending is held."""
        event: threading.Event = self.__dict__.setdefault("_begun", threading.Event())
        return event

    @property
    def second_came(self) -> asyncio.Event:
        event: asyncio.Event = self.__dict__.setdefault("_second_came", asyncio.Event())
        return event

    async def before(self, order: Order[Movement]) -> None:
        if self.holds is not None and isinstance(order.item, self.holds) and not self.begun.is_set():
            self.begun.set()
            await asyncio.wait_for(self.second_came.wait(), PATIENCE_SECONDS)

    async def process(self, order: Order[Movement]) -> ItemReply:
        is_second = self._mark(order) in self._busy()
        try:
            return await super().process(order)
        finally:
            if self.begun.is_set() and not is_second:
                self.ended.set()

    @property
    def ended(self) -> threading.Event:
        """Set once the first sending was processed."""
        event: threading.Event = self.__dict__.setdefault("_ended", threading.Event())
        return event

    async def refuse(self, order: Order[Movement]) -> ItemReply:
        self.second_came.set()
        return await super().refuse(order)

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        busy = any(item.description == IN_PROGRESS for item in reply.items)
        return answer._replace(status=409) if busy else answer


class HeldUntilItComesOften(HeldUntilItComesAgain):
    """Processes the first sending of what it `holds` only after it has refused that many further sendings."""

    refusals = 3

    async def refuse(self, order: Order[Movement]) -> ItemReply:
        if self._is_enough():
            self.second_came.set()
        return await RefusesWhatIsInProgress.refuse(self, order)

    def _is_enough(self) -> bool:
        self.__dict__["_refused"] = self.__dict__.get("_refused", 0) + 1
        return bool(self.__dict__["_refused"] >= self.refusals)


class RefusesRollbacksMeanwhile(HeldUntilItComesOften):
    """Refuses the rollback of a bet that it still processes."""

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        if not any(held == order.item.original for _, _, held in self._busy()):
            return await super().process_rollback(order)
        if self._is_enough():
            self.second_came.set()
        return self.answer_refusal(order, Refusal(Outcome.REFUSED, IN_PROGRESS))


class TakesRollbacksMeanwhile(HeldUntilItComesAgain):
    """Takes the rollback of a bet that it still processes as one of an unknown bet. The bet is then not debited."""

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        is_held = any(held == order.item.original for _, _, held in self._busy())
        answer = await super().process_rollback(order)
        if is_held:
            self.second_came.set()
        return answer


class DebitsAfterTheRollback(TakesRollbacksMeanwhile):
    """Looks for no rollback, so that a bet is debited though its rollback was taken meanwhile."""

    def is_late(self, order: Order[Movement], account: Account) -> bool:
        return False


class BooksBothSendings(HeldUntilItComesAgain):
    """Answers the second sending with 409, and books it all the same. Then it books the first one."""

    async def refuse(self, order: Order[Movement]) -> ItemReply:
        await Wallet.process(self, order)
        return await super().refuse(order)

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        looks: Counter[str] = self.__dict__.setdefault("_looks", Counter())
        looks[order.item.id] += 1
        return known if looks[order.item.id] > 2 else None


class KeepsTheFirstRunning(InProcessCarrier):
    """A wallet goes on with a request whose answer is lost after it has answered the next request."""

    _open: tuple[Coroutine[Any, Any, Answer], ...] = ()
    _is_losing = False

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        self._is_losing = loss in {Loss.AFTER_SENDING, Loss.TIME_OUT}
        sent = super().send(request, loss=loss, time_out_seconds=time_out_seconds)
        if not self._is_losing:
            self._finish()
        self._is_losing = False
        return sent

    def _ask(self, request: Request) -> Coroutine[Any, Any, Answer]:
        work = super()._ask(request)
        return self._begin(work) if self._is_losing else work

    async def _begin(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        """Go on with the request up to its first wait. The answer is lost anyway."""
        try:
            work.send(None)
        except StopIteration as stop:
            answer: Answer = stop.value
            return answer
        self._open += (work,)
        return Answer(200, (), b"")

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        self._finish()
        return super().release(requests, time_out_seconds=time_out_seconds)

    def _finish(self) -> None:
        opened, self._open = self._open, ()
        for work in opened:
            run(work)


class WaitsUntilItBegan:
    """A carrier that waits until the wallet has begun after a lost answer, and has ended after the last refusal."""

    def __init__(self, carrier: Carrier, wallet: HeldUntilItComesAgain) -> None:
        self._carrier = carrier
        self._wallet, self._begun, self._ended = wallet, wallet.begun, wallet.ended

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        sent = self._carrier.send(request, loss=loss, time_out_seconds=time_out_seconds)
        assert loss is None or self._begun.wait(PATIENCE_SECONDS), "the wallet did not begin with the request"
        if loss is None and self._wallet.second_came.is_set():
            assert self._ended.wait(PATIENCE_SECONDS), "the wallet did not end the first request"
        return sent

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        return self._carrier.release(requests, time_out_seconds=time_out_seconds)

    def close(self) -> None:
        self._carrier.close()
