"""The casino's wallets of `fresh_strange_wallets`: each has one bug that no registered defect has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from harness.contracts import Contract
from harness.contracts.casino.authentication import signature
from harness.model import (
    Batch,
    Bet,
    ItemReply,
    Movement,
    Operation,
    Outcome,
    Payout,
    Reply,
    Reward,
)
from mock_server.defects.signatures import SIGNATURE, TIMESTAMP
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, Entry, Key
from mock_server.wallet import Wallet


class PaysARoundOnce(Wallet):
    """Has its unique index on player and round, so a second win of a round is taken for a repeat of the first."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        if isinstance(order.item, Payout) and order.item.round:
            return key._replace(id=f"{account.number}/{order.item.round}")
        return key

    def is_same(self, order: AnyOrder, account: Account, entry: Entry) -> bool:
        by_round = isinstance(order.item, Payout) and bool(order.item.round)
        return by_round or super().is_same(order, account, entry)


class RollsTheBatchBackBehindItsAnswers(Wallet):
    """Rolls its database session back when an item is refused, which undoes the items answered before it."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        answers: list[ItemReply] = []
        done: list[tuple[Account, Key, int]] = []
        for order in orders:
            account = self.store.account(order.contract, order.item.player)
            key = self.memory_key(order, account) if account else None
            before = self.store.balance(account) if account else 0
            new = key is not None and self.store.entry(key) is None
            answers.append(await self.process(order))
            if answers[-1].outcome is not Outcome.OK:
                for other, its_key, effect in done:
                    self.store.set_balance(other, self.store.balance(other) - effect)
                    self.store.forget(its_key)
                done.clear()
            elif account and key and new:
                done.append((account, key, self.store.balance(account) - before))
        return answers


class BalanceMissesTheNightJob(Wallet):
    """Keeps balances in a cache that live requests refresh, and that the night job, which writes SQL, does not."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        answer = await super().process(order)
        account = self.store.account(order.contract, order.item.player)
        if account and order.operation != "Settle":
            self._shown[account.number] = self.store.balance(account)
        return answer

    def read_balance(self, account: Account) -> int:
        return self._shown.setdefault(account.number, super().read_balance(account))

    @cached_property
    def _shown(self) -> dict[int, int]:
        return {}


class GatewayRepeatsEverySeventh(Wallet):
    """Stands behind a proxy that sends a slow request again, and passes on the complaint about the second one."""

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        answer = await super().process_new(order, account)
        self.__dict__["served"] = served = self.__dict__.get("served", 0) + 1
        if served % 7 == 0:
            raise Refusal(Outcome.CONFLICT, "this transaction is in progress")
        return answer


class TakesThePlayerFromTheSession(Wallet):
    """Loads the player of the session for a bet, and never compares it with the player of the body."""

    async def decide(self, contract: str, operation: Operation) -> Reply:
        if isinstance(operation, Bet):
            session = self.store.session(contract, operation.session)
            if session is not None:
                operation = replace(operation, player=self.store.account_numbered(session.account).player)
        return await super().decide(contract, operation)


class SignsEscapedSlashes(Wallet):
    """Writes the body again with PHP's json_encode, which escapes slashes, before it computes the signature."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        secret = self.credentials[contract.name]["secret"]
        right = signature(body.replace(b"/", b"\\/"), secret, headers.get(TIMESTAMP, ""))
        if b"/" in body and headers.get(SIGNATURE) != right:
            return "the signature is wrong"
        return super().doubts(contract, name, headers, body)


class TakesTheTimestampForANonce(Wallet):
    """Refuses a second genuine request with a timestamp that it has seen, as if it were recorded and sent again."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        doubt = super().doubts(contract, name, headers, body)
        at = headers.get(TIMESTAMP, "")
        if doubt or contract.name != "casino":
            return doubt
        if at in self._seen:
            return "this request was sent before"
        self._seen.add(at)
        return ""

    @cached_property
    def _seen(self) -> set[str]:
        return set()


class LosesTheLastOfEachHundred(Wallet):
    """Works a batch in pieces of a hundred, and counts one too few in each full piece."""

    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        return tuple(item for at, item in enumerate(batch.items, 1) if at % 100)


class BooksOneSumForAPlayer(Wallet):
    """Adds the wins of a player in a batch up, and keeps the sum under the id of the first one only."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        self._heads.clear()
        return await super().work_through(orders)

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        entry = super().remember(order, account, moved, shown)
        if order.operation == "Settle":
            if account.number in self._heads:
                self.store.forget(self.memory_key(order, account))
            self._heads.add(account.number)
        return entry

    @cached_property
    def _heads(self) -> set[int]:
        return set()


class PutsBonusesIntoAnotherBalance(Wallet):
    """Books bonuses on a balance of their own, which the platform never sees."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Reward) and order.item.kind == "bonus":
            balance = self.store.balance(account)
            return Moved(balance, balance)
        return await super().credit(order, account)


class ChecksABatchAgainstItsStart(Wallet):
    """Loads the balances before a batch of bets, and compares every stake with those."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        self._loaded.clear()
        return await super().process_batch(contract, batch)

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        loaded = self._loaded.setdefault(account.number, before) if order.operation == "BetBatch" else before
        if not self.covers(order, loaded):
            return await super().debit(order, account)
        after = self.debited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)

    @cached_property
    def _loaded(self) -> dict[int, int]:
        return {}


class DoesNotCountTheRows(Wallet):
    """Updates a balance where its version is the one read, and never looks whether a row was updated."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        if not self.covers(order, before):
            return await super().debit(order, account)
        return await self._update(account, before, self.debited(before, int(order.item.amount)))

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        return await self._update(account, before, self.credited(before, int(order.item.amount)))

    async def _update(self, account: Account, before: int, after: int) -> Moved:
        await self.gap()
        if self.store.balance(account) == before:
            self.store.set_balance(account, after)
        return Moved(before, after)
