"""Defects of races: other requests run between a check and the act that depends on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from harness.model import Bet, ItemReply, Movement, Outcome, Payout, Rollback, Unsettle
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Entry, Key
from mock_server.wallet import Wallet


@defect(
    violates=(
        "CAS-CNC-01 CAS-CON-01 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06 "
        "SPB-CNC-01 SPB-CON-01 SPB-IDM-02 SPB-IDM-03 SPB-IDM-04 SPB-IDM-05"
    ),
    witnesses={"races/identical_bets": "conservation", "races/identical_unsettlements": "conservation"},
)
class LooksUpTooEarly(Wallet):
    """Looks a transaction id up, and books a moment later, when the same request may have come in beside it."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        found = await super().look_up(order, account)
        await self.gap()
        return found


@defect(
    violates="CAS-FND-02 CAS-IDM-06 SPB-BET-02 SPB-IDM-03 SPB-IDM-05 SPB-RBK-03 SPB-UNS-09",
    witnesses={"races/bets_against_the_balance": "oracle"},
)
class ChecksFundsTooEarly(Wallet):
    """Checks the balance, and takes the stake a moment later from whatever is there then."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        if not self.covers(order, self.store.balance(account)):
            return await super().debit(order, account)
        await self.gap()
        before = self.store.balance(account)
        after = self.debited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)


@defect(
    violates="CAS-CNC-02 CAS-CON-01 CAS-IDM-06 SPB-CNC-02 SPB-CON-01 SPB-IDM-04",
    witnesses={"races/credits": "conservation"},
)
class OverwritesCredits(Wallet):
    """Reads the balance, adds the win, and writes the sum over what others have written meanwhile."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        await self.gap()
        after = self.credited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)


@defect(
    violates="CAS-CON-01 CAS-FND-02 SPB-BET-02 SPB-CON-01 SPB-IDM-04 SPB-RBK-03 SPB-UNS-09",
    witnesses={"races/bets_within_the_balance": "conservation"},
)
class OverwritesDebits(Wallet):
    """Reads the balance, takes the stake off, and writes the rest over what others have written meanwhile."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        if not self.covers(order, before):
            return await super().debit(order, account)
        await self.gap()
        after = self.debited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)


@defect(
    violates="SPB-IDM-05 SPB-RBK-01 SPB-RBK-03",
    contracts=SPORTSBOOK,
    witnesses={"races/bet_against_its_rollback": "conservation"},
)
class LooksForTheBetTooEarly(Wallet):
    """Finds no bet to roll back, and closes its books a moment later on a bet that has come meanwhile."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        found = await super().find_bet(order, account)
        await self.gap()
        return found


@defect(
    violates="SPB-CNC-01 SPB-CON-01 SPB-IDM-02 SPB-IDM-03 SPB-IDM-05 SPB-RBK-03",
    contracts=SPORTSBOOK,
    witnesses={"races/bet_against_its_rollback": "conservation"},
)
class LooksForTheRollbackTooEarly(Wallet):
    """Finds that a bet was not rolled back, and takes the stake a moment later, when it has been."""

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        await super().check_bet(order, account)
        await self.gap()


@defect(
    violates="SPB-IDM-05 SPB-RBK-01",
    contracts=SPORTSBOOK,
    witnesses={"races/rollbacks_with_different_ids": "conservation"},
)
class RefundsAtOnce(Wallet):
    """Sees that a bet stands, and returns the stake a moment later, when another rollback may have done so."""

    async def is_settled(self, bet: BetRecord) -> bool:
        settled = await super().is_settled(bet)
        await self.gap()
        return settled


@defect(
    violates="SPB-CON-01",
    contracts=SPORTSBOOK,
    witnesses={"races/unsettlement_against_the_win_that_covers_it": "conservation"},
)
class UnsettlesInTwoSteps(Wallet):
    """Takes what is there for an unsettlement, waits for more, and refuses it when no more came."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        if not isinstance(order.item, Unsettle) or self.covers(order, before):
            return await super().debit(order, account)
        self.store.set_balance(account, 0)
        await self.gap()
        self.store.set_balance(account, before)
        return await super().debit(order, account)


@defect(violates="CAS-CNC-01 CAS-CNC-02 SPB-CNC-01 SPB-CNC-02", witnesses={"races/reads_during_writes": "oracle"})
class ShowsHalfABet(Wallet):
    """Holds a reserve on the account before it books a bet, and shows the balance without it to whoever asks."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        account = self.store.account(order.contract, order.item.player)
        if account is None or not isinstance(order.item, Bet):
            return await super().process(order)
        reserve = min(self.store.balance(account), 700)
        self.store.set_balance(account, self.store.balance(account) - reserve)
        await self.gap()
        self.store.set_balance(account, self.store.balance(account) + reserve)
        return await super().process(order)


@defect(violates="CAS-CNC-01 CAS-CNC-03 SPB-BRS-01 SPB-CNC-01", witnesses={"races/bets_within_the_balance": "oracle"})
class RefusesUnderContention(Wallet):
    """Locks an account while it works on a bet, and refuses what comes meanwhile instead of letting it wait."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        if account.number in self._locked:
            raise Refusal(Outcome.REFUSED, "try again")
        self._locked.add(account.number)
        try:
            await self.gap()
        finally:
            self._locked.discard(account.number)
        return await super().look_up(order, account)

    @cached_property
    def _locked(self) -> set[int]:
        return set()


@defect(
    violates="CAS-CNC-01 CAS-CNC-03",
    contracts=CASINO,
    witnesses={"races/settlement_beside_other_requests": "oracle"},
)
class RefusesSettlementsUnderContention(Wallet):
    """Refuses a settlement whose player is locked by another request, instead of letting it wait."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        player = order.item.player
        if order.operation == "Settle" and self._locked[player]:
            return self.answer_refusal(order, Refusal(Outcome.REFUSED, "try again"))
        self._locked[player] += 1
        try:
            await self.gap()
            return await super().process(order)
        finally:
            self._locked[player] -= 1

    @cached_property
    def _locked(self) -> Counter[str]:
        return Counter()


@defect(
    violates="CAS-CNC-01 CAS-CNC-03",
    contracts=CASINO,
    witnesses={"races/batches_over_two_players": "oracle"},
)
class LocksPlayersInTheOrderOfTheBatch(Wallet):
    """Locks the players of a batch in the order of its items, and refuses what waits for a batch that waits for it."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        batch = list(orders)
        mine: set[str] = set()
        me = object()
        try:
            for player in dict.fromkeys(each.item.player for each in batch):
                await self._lock(player, me, mine)
                await self.gap()
            return await super().work_through(batch)
        except Refusal as refusal:
            return [self.answer_refusal(each, refusal) for each in batch]
        finally:
            self._waits_for.pop(me, None)
            for player in mine:
                del self._holder[player]

    async def _lock(self, player: str, me: object, mine: set[str]) -> None:
        while (holder := self._holder.get(player)) is not None:
            if self._waits_for.get(holder) in mine:
                raise Refusal(Outcome.REFUSED, "deadlock detected")
            self._waits_for[me] = player
            await self.gap()
        self._waits_for.pop(me, None)
        self._holder[player] = me
        mine.add(player)

    @cached_property
    def _holder(self) -> dict[str, object]:
        return {}

    @cached_property
    def _waits_for(self) -> dict[object, str]:
        return {}


@defect(
    violates=(
        "CAS-BAT-05 CAS-CNC-02 CAS-CON-01 CAS-IDM-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-07 CAS-IDM-10 CAS-IDM-11 "
        "CAS-LST-01 "
        "SPB-CNC-02 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 SPB-LST-01"
    ),
    witnesses={"races/credits": "oracle"},
)
class ShowsABalanceOfItsOwn(Wallet):
    """Shows after a win the balance that it had read before everybody else's win, plus its own."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        account = self.store.account(order.contract, order.item.player)
        if account is None or not isinstance(order.item, Payout):
            return await super().process(order)
        before = self.store.balance(account)
        await self.gap()
        answer = await super().process(order)
        return answer if answer.balance is None else replace(answer, balance=before + order.item.amount)


@defect(violates="SPB-BRS-01 SPB-CNC-01", contracts=SPORTSBOOK, witnesses={"races/burst_of_settlements": "oracle"})
class DropsABurst(Wallet):
    """Takes ten transactions at a time, and refuses the rest of a burst."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        self._waiting.append(order.item.id)
        try:
            if len(self._waiting) > 10:
                raise Refusal(Outcome.REFUSED, "too many transactions at once")
            await self.gap()
        finally:
            self._waiting.remove(order.item.id)
        return await super().look_up(order, account)

    @cached_property
    def _waiting(self) -> list[str]:
        return []


@defect(
    violates="CAS-CON-01 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06",
    contracts=CASINO,
    witnesses={"races/overlapping_batches": "conservation"},
)
class LooksABatchUpTooEarly(Wallet):
    """Looks the ids of a batch up, and books them a moment later, when another batch may have brought the same."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        every = list(orders)
        fresh = [each for each in every if self.store.entry(self._key(each)) is None]
        await self.gap()
        for each in fresh:
            self.store.forget(self._key(each))
        return await super().work_through(every)

    def _key(self, order: Order[Movement]) -> Key:
        return Key(order.contract, self.family(order), order.item.id)


@defect(
    violates="SPB-CNC-02 SPB-CON-01 SPB-IDM-04",
    contracts=SPORTSBOOK,
    witnesses={"races/rollback_beside_other_movements": "conservation"},
)
class OverwritesWithARefund(Wallet):
    """Reads the balance for a rollback, and writes it with the stake over what others have written meanwhile."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        before = self.store.balance(account)
        self.mark_rolled_back(order, account, bet)
        await self.gap()
        self.store.set_balance(account, before + bet.stake)
        return Moved(before, before + bet.stake)
