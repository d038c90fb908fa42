"""Defects of a memory that does not last: by age, by number, or until the process ends."""

from __future__ import annotations

from collections import deque
from functools import cached_property

from harness.model import Movement, Rollback
from mock_server.defects.registry import SPORTSBOOK, defect
from mock_server.order import AnyOrder, Moved, Order
from mock_server.store import Account, BetRecord, Entry, Key
from mock_server.wallet import Wallet

_EPILOGUE = "epilogue/first_transactions"


@defect(violates="CAS-IDM-11 SPB-IDM-09", witnesses={_EPILOGUE: "oracle"})
class ForgetsAfterThreeSeconds(Wallet):
    """Keeps a known id for three seconds: what comes again later is booked again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        return None if known is not None and self.now_ms() - known.at_ms > 3_000 else known


@defect(violates="SPB-IDM-09", contracts=SPORTSBOOK, witnesses={_EPILOGUE: "oracle"})
class ForgetsRollbacksAfterTwoSeconds(Wallet):
    """Keeps the rollback of a bet that has not come for two seconds, and takes the stake of a bet that comes later."""

    def mark_rolled_back(self, order: Order[Rollback], account: Account, bet: BetRecord | None) -> None:
        super().mark_rolled_back(order, account, bet)
        if bet is None:
            self._marked_ms[order.item.original] = self.now_ms()

    def is_late(self, order: Order[Movement], account: Account) -> bool:
        never_came = all(not record.bet for record in self.store.bets_with_id(order.contract, order.item.id))
        expired = self.now_ms() - self._marked_ms.get(order.item.id, 0) > 2_000
        return super().is_late(order, account) and not (never_came and expired)

    @cached_property
    def _marked_ms(self) -> dict[str, int]:
        return {}


@defect(violates="CAS-IDM-11 CAS-LST-01 SPB-IDM-09 SPB-LST-01", witnesses={_EPILOGUE: "oracle"})
class KeepsTheLastFiftyIds(Wallet):
    """Keeps the known ids in a cache of fifty for all players, so the fifty-first drives out the first."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return await super().look_up(order, account) if self.memory_key(order, account) in self._cached else None

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        self._cached.append(self.memory_key(order, account))
        return super().remember(order, account, moved, shown)

    @cached_property
    def _cached(self) -> deque[Key]:
        return deque(maxlen=50)


@defect(
    violates="CAS-IDM-11 CAS-LST-01 SPB-IDM-09 SPB-LST-01",
    witnesses={
        "idempotency/resent_after_a_thousand_others": "oracle",
        "idempotency/settled_after_a_thousand_others": "oracle",
    },
)
class KeepsAPlayersLastFiveHundredIds(Wallet):
    """Keeps the last five hundred ids of each player, because an account page shows no more."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        return known if known is None or self.memory_key(order, account) in self._of(known.account) else None

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        self._of(account.number).append(self.memory_key(order, account))
        return super().remember(order, account, moved, shown)

    def _of(self, number: int) -> deque[Key]:
        return self._lists.setdefault(number, deque(maxlen=500))

    @cached_property
    def _lists(self) -> dict[int, deque[Key]]:
        return {}


@defect(
    violates="CAS-IDM-11 CAS-LST-01 SPB-IDM-09 SPB-LST-01",
    witnesses={_EPILOGUE: "oracle", "lost_replies/settlement_without_an_answer": "oracle"},
)
class ForgetsAtARestart(Wallet):
    """Keeps the known ids in the memory of its process: after a restart, what comes again is booked again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return await super().look_up(order, account) if self.memory_key(order, account) in self._known else None

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        self._known.add(self.memory_key(order, account))
        return super().remember(order, account, moved, shown)

    @cached_property
    def _known(self) -> set[Key]:
        return set()
