"""The sportsbook's wallets of `newest_strange_wallets`: each has one bug that no registered defect has."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from harness.contracts import Contract
from harness.model import Bet, ItemReply, Movement, Outcome, Payout, Rollback, Unsettle
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Entry, Fate, Key
from mock_server.wallet import Wallet


class LocksAUserAfterFiveWrongPasswords(Wallet):
    """Locks a user after five wrong passwords in a row, and answers the next three right ones as wrong."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        doubt = super().doubts(contract, name, headers, body)
        user = self._user(headers)
        if doubt:
            self._wrong[user] = min(5, self._wrong[user] + 1)
        elif self._wrong[user] in range(5, 8):
            self._wrong[user] += 1
            return "this user is locked"
        else:
            self._wrong[user] = 0
        return doubt

    def _user(self, headers: Mapping[str, str]) -> bytes:
        try:
            return base64.b64decode(headers.get("authorization", "").rpartition(" ")[2]).partition(b":")[0]
        except (binascii.Error, ValueError):
            return b""

    @cached_property
    def _wrong(self) -> Counter[bytes]:
        return Counter()


class RefundsOneLineOfASystemBet(Wallet):
    """Keeps a system bet as three lines, and returns the stake of one when it is rolled back."""

    def place(self, order: Order[Movement], account: Account) -> None:
        super().place(order, account)
        if isinstance(order.item, Bet) and order.item.kind == "SYSTEM":
            self._systems.add(order.item.id)

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        if bet.id in self._systems:
            bet = bet._replace(stake=bet.stake // 3000 * 1000)
        return await super().refund(order, account, bet)

    @cached_property
    def _systems(self) -> set[str]:
        return set()


class KeepsStakesInCents(Wallet):
    """Debits exactly, but keeps the stake of a bet in a column with two decimals, and returns it from there."""

    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        return await super().refund(order, account, bet._replace(stake=bet.stake // 1000 * 1000))


class DeletesASettlementThatItTakesBack(Wallet):
    """Deletes the settlements of a bet when it is unsettled, so an old settlement that is sent again is new."""

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        entry = super().remember(order, account, moved, shown)
        if isinstance(order.item, Payout):
            self._settled.setdefault((account.number, order.item.bet), []).append(self.memory_key(order, account))
        return entry

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().debit(order, account)
        if isinstance(order.item, Unsettle):
            for key in self._settled.pop((account.number, order.item.bet), ()):
                self.store.forget(key)
        return moved

    @cached_property
    def _settled(self) -> dict[tuple[int, str], list[Key]]:
        return {}


class AsksTooEarlyWhetherABetWasReturned(Wallet):
    """Finds that a bet was not rolled back, and pays its win a moment later, when it has been."""

    async def was_returned(self, order: Order[Movement], account: Account) -> bool:
        returned = await super().was_returned(order, account)
        await self.gap()
        return returned

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        known = self.store.entry(self.memory_key(order, account))
        return super().remember(order, account, moved, shown) if known is None else known

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        return _unless_booked(self, order, account) or await super().credit(order, account)


class FindsABetByTheRollbacksOwnId(Wallet):
    """Looks for the bet under the rollback's transactionId, which is the same one in the documents' examples."""

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        return await super().process_rollback(order._replace(item=replace(order.item, original=order.item.id)))


class KeepsTheLastMessageOfABet(Wallet):
    """Puts settlements into a queue that keeps the last message of each key, and has the bet for its key."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        key = account.number, order.item.bet
        self._last[key] = order.item.id
        await self.gap()
        if booked := _unless_booked(self, order, account):
            return booked
        if self._last[key] != order.item.id:
            balance = self.store.balance(account)
            return Moved(balance, balance)
        return await super().credit(order, account)

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        known = self.store.entry(self.memory_key(order, account))
        return super().remember(order, account, moved, shown) if known is None else known

    @cached_property
    def _last(self) -> dict[tuple[int, str], str]:
        return {}


class ChecksAWinAgainstTheOdds(Wallet):
    """Refuses a settlement of more than the stake times the odds of its bet, though the odds are for display only."""

    def place(self, order: Order[Movement], account: Account) -> None:
        super().place(order, account)
        if isinstance(order.item, Bet) and order.item.odds:
            key = account.number, order.item.bet
            self._most[key] = self._most.get(key, Decimal()) + int(order.item.amount) * Decimal(order.item.odds)

    def check_known_bet(self, order: Order[Movement], account: Account) -> None:
        most = self._most.get((account.number, order.item.bet))
        if isinstance(order.item, Payout) and most is not None and order.item.amount > most:
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "more than the bet can win")

    @cached_property
    def _most(self) -> dict[tuple[int, str], Decimal]:
        return {}


class UndoesARollbackByTheNext(Wallet):
    """Turns the state of a bet round at each rollback, so a second one with its own id takes the stake again."""

    def roll_back_again(self, account: Account, bet: BetRecord) -> Moved:
        before = self.store.balance(account)
        after = max(0, before - bet.stake)
        self.store.set_balance(account, after)
        return Moved(before, after)

    def mark_rolled_back(self, order: Order[Rollback], account: Account, bet: BetRecord | None) -> None:
        if bet is not None and bet.fate is Fate.ROLLED_BACK:
            self.store.put_bet(order.contract, bet._replace(fate=Fate.PLACED))
        else:
            super().mark_rolled_back(order, account, bet)


class ReturnsOpenStakesAtLogin(Wallet):
    """Ends the bets that a player left open when the player logs in again, and returns their stakes."""

    def place(self, order: Order[Movement], account: Account) -> None:
        super().place(order, account)
        self._placed.setdefault(account.number, []).append(order.item.id)

    def start_session(self, account: Account) -> str:
        for id in self._placed.pop(account.number, ()):
            for bet in self.store.bets_with_id(account.contract, id):
                if bet.account == account.number and bet.fate is Fate.PLACED:
                    self.store.set_balance(account, self.store.balance(account) + bet.stake)
                    self.store.put_bet(account.contract, bet._replace(fate=Fate.ROLLED_BACK))
        return super().start_session(account)

    @cached_property
    def _placed(self) -> dict[int, list[str]]:
        return {}


def _unless_booked(wallet: Wallet, order: Order[Movement], account: Account) -> Moved | None:
    """No movement if the same transaction was booked during the gap. Raises Refusal if that one was another."""
    entry = wallet.store.entry(wallet.memory_key(order, account))
    if entry is None:
        return None
    if not wallet.is_same(order, account, entry):
        raise Refusal(Outcome.CONFLICT, "this transaction id was used for another transaction")
    balance = wallet.store.balance(account)
    return Moved(balance, balance)
