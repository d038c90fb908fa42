"""The sportsbook's wallets of `fresh_strange_wallets`: each has one bug that no registered defect has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from harness.contracts import Contract
from harness.model import (
    Bet,
    Movement,
    Operation,
    Outcome,
    Payout,
    Reply,
    Request,
    Rollback,
    Unsettle,
)
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Entry, Key
from mock_server.wallet import Wallet
from mock_server.wire import Answer


class GivesEveryCurrencyTwoDecimals(Wallet):
    """Has 2 for the decimals of every currency, so it refuses fils and moves parts of a yen."""

    def finest(self, contract: str, currency: str) -> int:
        return 1000 if contract == "sportsbook" else super().finest(contract, currency)


class RestoresTheBalanceBeforeTheBet(Wallet):
    """Rolls a bet back to the balance that it wrote down before it, whatever has moved since."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().debit(order, account)
        self._before[order.item.id] = moved.before
        return moved

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        now, then = self.store.balance(account), self._before[bet.id]
        self.store.set_balance(account, then)
        return Moved(now, then)

    @cached_property
    def _before(self) -> dict[str, int]:
        return {}


class RefusesTheRollbackOfARefusedBet(Wallet):
    """Keeps refused bets as failed, and answers the rollback of a failed bet that it is not open."""

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        if isinstance(order.item, Bet) and refusal.outcome is Outcome.INSUFFICIENT_FUNDS:
            self._failed.add(order.item.id)

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        if order.item.original in self._failed:
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "the bet is not open")
        return super().roll_back_unknown(order, account)

    @cached_property
    def _failed(self) -> set[str]:
        return set()


class TakesBackWhatTheBetWasPaid(Wallet):
    """Takes back as much as the bet was paid, and says success when the platform wanted more."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().credit(order, account)
        self._paid[order.item.bet] = self._paid.get(order.item.bet, 0) + int(order.item.amount)
        return moved

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        if not isinstance(order.item, Unsettle):
            return await super().debit(order, account)
        most = min(int(order.item.amount), self._paid.get(order.item.bet, 0))
        return await super().debit(order._replace(item=replace(order.item, amount=most)), account)

    @cached_property
    def _paid(self) -> dict[str, int]:
        return {}


class NetsAVoidAgainstTheWin(Wallet):
    """Credits a void less what the bet was paid before, though the platform has reckoned that already."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        paid, amount = self._paid.get(order.item.bet, 0), int(order.item.amount)
        self._paid[order.item.bet] = paid + amount
        if isinstance(order.item, Payout) and order.item.kind == "VOIDED":
            order = order._replace(item=replace(order.item, amount=max(0, amount - paid)))
        return await super().credit(order, account)

    @cached_property
    def _paid(self) -> dict[str, int]:
        return {}


class SettlesABetOnceForAnAmount(Wallet):
    """Has its unique index on bet, type and amount, so the second of two equal settlements is taken for a repeat."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        if isinstance(order.item, Payout):
            return key._replace(id=f"{account.number}/{order.item.bet}/{order.item.kind}/{order.item.amount}")
        return key


class WritesRefundsOverOtherMovements(Wallet):
    """Reads the account for a rollback in an ORM, and saves the whole object a moment later."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        before = self.store.balance(account)
        self.mark_rolled_back(order, account, bet)
        await self.gap()
        self.store.set_balance(account, before + bet.stake)
        return Moved(before, before + bet.stake)


class LocksThePlatformOut(Wallet):
    """Refuses the next ten requests of every client after three with wrong credentials in a row."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        doubt = super().doubts(contract, name, headers, body)
        wrong, closed = self.__dict__.get("wrong", 0), self.__dict__.get("closed", 0)
        if closed:
            self.__dict__["closed"] = closed - 1
            return doubt or "too many attempts"
        wrong = wrong + 1 if doubt else 0
        self.__dict__["wrong"], self.__dict__["closed"] = wrong % 3, 10 if wrong == 3 else 0
        return doubt


class TakesAnyLiveSession(Wallet):
    """Looks whether a session is live, and never whose it is."""

    def check_session(self, contract: str, session: str, account: Account) -> None:
        record = self.store.session(contract, session)
        owner = account if record is None else self.store.account_numbered(record.account)
        super().check_session(contract, session, owner)


class ShowsSixDigits(Wallet):
    """Formats balances with %g, which keeps six digits."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        items = tuple(
            each if each.balance is None else replace(each, balance=self._six(int(each.balance)))
            for each in reply.items
        )
        return super().write(contract, operation, replace(reply, items=items), request)

    def _six(self, balance: int) -> int:
        return int(Decimal(f"{Decimal(balance) / 100_000:.6g}") * 100_000)


class TakesAStakeForEachLine(Wallet):
    """Takes the amount of a system bet for the stake of one line, and debits three lines."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Bet) and order.item.kind == "SYSTEM":
            order = order._replace(item=replace(order.item, amount=int(order.item.amount) * 3))
        return await super().debit(order, account)


class TakesEqualStakesForADoubleClick(Wallet):
    """Takes a second bet of a player with the same amount within five seconds for a double click."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        if known is not None or not isinstance(order.item, Bet):
            return known
        last = self._last.get((account.number, int(order.item.amount)))
        return last if last is not None and self.now_ms() - last.at_ms < 5_000 else None

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        entry = super().remember(order, account, moved, shown)
        if isinstance(order.item, Bet):
            self._last[account.number, entry.amount] = entry
        return entry

    @cached_property
    def _last(self) -> dict[tuple[int, int], Entry]:
        return {}
