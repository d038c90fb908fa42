"""The casino's wallets of `newest_strange_wallets`: each has one bug that no registered defect has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from zlib import crc32

from harness.model import Batch, Bet, ItemReply, Movement, Outcome, Payout, Reply, Reward
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, Entry, Key
from mock_server.wallet import Wallet


class LooksForTheRoundWithEquals(Wallet):
    """Looks a bet up by its id and its round in SQL, where nothing equals NULL, so a bet without a round is new."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        if isinstance(order.item, Bet) and not order.item.round:
            return None
        return await super().look_up(order, account)


class AddsABatchUpIn32Bits(Wallet):
    """Adds the wins of a player in a batch up in 32 bits without a sign, and credits that sum."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        self._sums.clear()
        batch = tuple(orders)
        answers = await super().work_through(batch)
        for number, total in self._sums.items():
            if total < 2**32:
                continue
            account = self.store.account_numbered(number)
            after = self.store.balance(account) - (total - total % 2**32)
            self.store.set_balance(account, after)
            answers = [
                replace(each, balance=after) if order.item.player == account.player and each.balance else each
                for order, each in zip(batch, answers, strict=True)
            ]
        return answers

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if order.operation != "Payout":
            self._sums[account.number] += int(order.item.amount)
        return await super().credit(order, account)

    @cached_property
    def _sums(self) -> Counter[int]:
        return Counter()


class PaysAJackpotOnce(Wallet):
    """Inserts a jackpot under its own id and does nothing on conflict, so a second winner of one jackpot gets none."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Reward) and order.item.kind == "jackpot":
            if order.item.bet in self._paid:
                balance = self.store.balance(account)
                return Moved(balance, balance)
            self._paid.add(order.item.bet)
        return await super().credit(order, account)

    @cached_property
    def _paid(self) -> set[str]:
        return set()


class KeepsThePlayerInASingleton(Wallet):
    """Keeps the player of a request in a field that all requests share, and credits whom it finds there."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        self.__dict__["player"] = order.item.player
        await self.gap()
        return await super().process(order)

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        there = self.store.account(order.contract, self.__dict__["player"])
        return await super().credit(order, there or account)


class GivesUpAfterThreeRetries(Wallet):
    """Counts how often a payout came, and calls it failed after three retries, though the first one was booked."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        if isinstance(order.item, Payout):
            self._tries[key] += 1
            if self._tries[key] > 4:
                raise Refusal(Outcome.REFUSED, "this payout has failed for good")
        return await super().look_up(order, account)

    @cached_property
    def _tries(self) -> Counter[Key]:
        return Counter()


class JoinsTheBatchInOneUpdate(Wallet):
    """Credits a batch by one UPDATE with a join, which changes each account once, however many rows match it."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        self._joined.clear()
        return await super().process_batch(contract, batch)

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if order.operation in ("Settle", "Retry"):
            if account.number in self._joined:
                balance = self.store.balance(account)
                return Moved(balance, balance)
            self._joined.add(account.number)
        return await super().credit(order, account)

    @cached_property
    def _joined(self) -> set[int]:
        return set()


class TakesARefusedStakeLater(Wallet):
    """Puts a bet that it refused for want of money into a queue, and takes the stake when a win covers it."""

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        if isinstance(order.item, Bet) and refusal.outcome is Outcome.INSUFFICIENT_FUNDS:
            self._waiting.setdefault(account.number, {})[order.item.id] = order

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().credit(order, account)
        for id, bet in list(self._waiting.get(account.number, {}).items()):
            before = self.store.balance(account)
            if isinstance(bet.item, Bet) and before >= bet.item.amount:
                del self._waiting[account.number][id]
                after = before - int(bet.item.amount)
                self.store.set_balance(account, after)
                self.remember(bet, account, Moved(before, after), after)
        return moved

    @cached_property
    def _waiting(self) -> dict[int, dict[str, AnyOrder]]:
        return {}


class AddsAgainAfterAConflict(Wallet):
    """Books a win, finds that another request wrote the account meanwhile, and books the win again."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().credit(order, account)
        self.remember(order, account, moved, moved.after)
        await self.gap()
        if self.store.balance(account) == moved.after:
            return moved
        return await super().credit(order, account)


class TakesAPayoutForTheGrossWin(Wallet):
    """Credits a payout less the stake of its bet, because the old provider's amounts contained the stake."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Payout) and order.item.bet:
            stake = sum(each.stake for each in self.store.bets_with_reference(account, order.item.bet))
            order = order._replace(item=replace(order.item, amount=max(0, int(order.item.amount) - stake)))
        return await super().credit(order, account)


class ComparesHashesOfIds(Wallet):
    """Keeps a checksum of 16 bits of each transaction id in its index, and compares nothing else."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=str(crc32(key.id.encode()) % 2**16))
