"""Wallets that read the documents differently from ours and are equally right. The harness must not fail any of them.

Each is the reference wallet with one choice changed. Its docstring names the reading of the contracts' page that allows
this.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from legal_batches import (
    BatchesWithNothingValidAreRefused,
    BatchIsAnsweredBackwards,
    BatchShowsItsEnd,
    DuplicatesInABatchGetOneAnswer,
)
from legal_notations import ReadsNotationsTheOtherWay, TakesScalarsForOneAnother
from legal_wallets_over_time import OldIdsAreInASlowArchive, SessionsEndAtARestart, SessionsLastAMinute
from overlapping_wallets import RefusesWhatIsInProgress

from harness.contracts import Contract
from harness.model import (
    Bet,
    GetBalance,
    ItemReply,
    Movement,
    Operation,
    Outcome,
    Payout,
    Reply,
    Request,
    Reward,
    Rollback,
    Unsettle,
)
from mock_server.order import FAMILIES, AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Entry, Fate
from mock_server.wallet import CoreOnlyWallet, Wallet
from mock_server.wire import Answer


class ErrorsAreBadRequests(Wallet):
    """Casino errors come with 400 instead of 200."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        refused = contract.name == "casino" and reply.outcome is not Outcome.OK
        return answer._replace(status=400) if refused else answer


class ErrorsAreOk(Wallet):
    """Casino errors come with 200, a wrong signature among them."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer._replace(status=200) if contract.name == "casino" else answer


class ReplaysShowTheCurrentBalance(Wallet):
    """A replay is answered with the current balance."""

    def replay_balance(self, account: Account, entry: Entry) -> int:
        return self.store.balance(account)


class ConflictsGetTheFirstResult(Wallet):
    """A known id with another amount is answered as the first time, and moves no money."""

    async def answer_conflict(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        if entry.account != account.number:
            raise Refusal(Outcome.CONFLICT, "the id is another player's")
        return self.answer_replay(order, account, entry)


class RefusalsAreRemembered(Wallet):
    """A refused transaction stays refused, whatever the balance is later."""

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        if self.store.entry(self.memory_key(order, account)) is None:
            self._refused().setdefault((order.contract, self.family(order), order.item.id), refusal.outcome)

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        outcome = self._refused().get((order.contract, self.family(order), order.item.id))
        if outcome is not None:
            raise Refusal(outcome, "this transaction was refused before")
        return await super().look_up(order, account)

    def _refused(self) -> dict[tuple[str, str, str], Outcome]:
        remembered: dict[tuple[str, str, str], Outcome] = vars(self.store).setdefault("_refusals", {})
        return remembered


class AnswersHaveExtraFields(Wallet):
    """Every answer, and every item of a batch, has fields that no document defines."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        body = json.loads(answer.body)
        extra = {"serverTime": "2026-11-21T00:00:00Z", "node": {"name": "a", "load": 0}}
        if isinstance(items := body.get("data"), list):
            body["data"] = [{**item, **extra} for item in items]
        text = json.dumps({**body, **extra}).encode()
        return answer._replace(body=text) if contract.name == "casino" else answer


class LateBetsSucceedWithoutEffect(Wallet):
    """A bet that comes after its rollback is answered with success, and not debited."""

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        if isinstance(order.item, Bet) and self.is_late(order, account):
            balance = self.store.balance(account)
            entry = self.remember(order, account, Moved(balance, balance), balance)
            return self.answer_applied(order, account, entry)
        return await super().process_new(order, account)


class RollbackOfSettledIsRefunded(Wallet):
    """A bet that was settled is rolled back like any other."""

    async def is_settled(self, bet: BetRecord) -> bool:
        return False


class RollbackAgainIsRefused(Wallet):
    """A second rollback, with an id of its own, is refused."""

    def roll_back_again(self, account: Account, bet: BetRecord) -> Moved:
        raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet was rolled back already")


class BetsOfEndedSessionsAreTaken(Wallet):
    """A bet is accepted without regard to its session, and a balance is shown."""

    def needs_session(self, order: Order[Movement]) -> bool:
        return False

    async def get_balance(self, contract: str, operation: GetBalance) -> Reply:
        account = self.find_player(contract, operation.player)
        item = ItemReply(outcome=Outcome.OK, balance=self.read_balance(account), currency=account.currency)
        return Reply(outcome=Outcome.OK, items=(item,))


class BetsOfNothingAreRefused(Wallet):
    """A bet of 0 is refused."""

    def check_amount(self, order: Order[Movement], account: Account) -> int:
        amount = super().check_amount(order, account)
        if isinstance(order.item, Bet) and not amount:
            raise Refusal(Outcome.MALFORMED, "a bet needs a stake")
        return amount


class UnknownBetsAreRefused(Wallet):
    """A credit or an unsettlement is refused if it names a bet that the wallet does not know."""

    def check_known_bet(self, order: Order[Movement], account: Account) -> None:
        names_a_bet = bool(order.item.bet) and not isinstance(order.item, Bet | Reward)
        if names_a_bet and not self.store.bets_with_reference(account, order.item.bet):
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "no such bet")


class TakesShortIdsOnly(Wallet):
    """A transaction is refused if its id is longer than 64 characters. No document names a limit."""

    most = 64

    async def process(self, order: Order[Movement]) -> ItemReply:
        if len(order.item.id) > self.most:
            return self.answer_refusal(order, Refusal(Outcome.REFUSED, "the transaction id is too long"))
        return await super().process(order)


class TakesOrdinaryIdsOnly(TakesShortIdsOnly):
    """A transaction is refused if its id is longer than 36 characters."""

    most = 36


class ReturnedBetsArePaid(Wallet):
    """A settlement is paid even if its bet was rolled back."""

    async def was_returned(self, order: Order[Movement], account: Account) -> bool:
        return False


class UnknownGamesAreRefused(Wallet):
    """A game that the wallet does not know is refused."""

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        if order.contract == "casino" and order.item.game == "G0000000000000":
            raise Refusal(Outcome.REFUSED, "no such game")
        await super().check_bet(order, account)


class WinsAgainstTheirAmountAreRefused(Wallet):
    """A win without money, and a loss with money, are refused (casino)."""

    def check_amount(self, order: Order[Movement], account: Account) -> int:
        amount = super().check_amount(order, account)
        has_word = (
            order.contract == "casino" and order.operation != "Retry"
        )  # A retry does not say whether it is a win.
        if has_word and isinstance(order.item, Payout) and order.item.win != (amount > 0):
            raise Refusal(Outcome.MALFORMED, "is it won or lost?")
        return amount


class EndedSessionsCreditNothing(Wallet):
    """A live payout or reward, and a rollback, need a live session. The night job and settlements do not."""

    def needs_session(self, order: Order[Movement]) -> bool:
        live = order.contract == "casino" and order.operation in {"Payout", "Retry", "Reward"}
        return super().needs_session(order) or live

    async def process_new_rollback(self, order: Order[Rollback], account: Account) -> ItemReply:
        self.check_session(order.contract, order.item.session, account)
        return await super().process_new_rollback(order, account)


class OneIdIsOneTransaction(ConflictsGetTheFirstResult):
    """One id is one transaction, whatever the operation. The second request is answered as the first one."""

    def family(self, order: AnyOrder) -> str:
        return "any"


class RollbackOfRefusedIsRefused(RefusalsAreRemembered):
    """A bet that the wallet has refused cannot be rolled back. A bet that it does not know can."""

    async def process_new_rollback(self, order: Order[Rollback], account: Account) -> ItemReply:
        if (order.contract, FAMILIES[Bet], order.item.original) in self._refused():
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet was refused")
        return await super().process_new_rollback(order, account)


class RollbackOfSettledIsKept(Wallet):
    """A rollback of a settled bet is answered with success and moves no money."""

    async def process_new_rollback(self, order: Order[Rollback], account: Account) -> ItemReply:
        bet = await self.find_bet(order, account)
        if bet is None or bet.fate is not Fate.SETTLED:
            return await super().process_new_rollback(order, account)
        balance = self.store.balance(account)
        return self.answer_applied(order, account, self.remember(order, account, Moved(balance, balance), balance))


class RollbackOfForeignIsOk(Wallet):
    """A rollback of another player's bet is answered with success, and undoes nothing."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        records = self.store.bets_with_id(order.contract, order.item.original)
        return next((each for each in records if each.account == account.number), None)

    def mark_rolled_back(self, order: Order[Rollback], account: Account, bet: BetRecord | None) -> None:
        if bet is not None or not self.store.bets_with_id(order.contract, order.item.original):
            super().mark_rolled_back(order, account, bet)


class DeductsNoMoreThanWasPaid(Wallet):
    """An unsettlement of more than the bet was paid is refused."""

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        if isinstance(order.item, Unsettle) and order.item.amount > self._paid().get(order.item.bet, 0):
            raise Refusal(Outcome.INSUFFICIENT_FUNDS, "this bet was not paid so much")
        await super().check_bet(order, account)

    def register(self, order: Order[Movement], account: Account) -> None:
        super().register(order, account)
        sign = {Payout: 1, Unsettle: -1}.get(type(order.item), 0)
        self._paid()[order.item.bet] = self._paid().get(order.item.bet, 0) + sign * int(order.item.amount)

    def _paid(self) -> dict[str, int]:
        paid: dict[str, int] = vars(self.store).setdefault("_paid_by_bet", {})
        return paid


class NeverDeducts(Wallet):
    """Deduction is not supported: every unsettlement that is not 0 is answered with 402."""

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        if isinstance(order.item, Unsettle) and order.item.amount:
            raise Refusal(Outcome.INSUFFICIENT_FUNDS, "deduction is not supported")
        await super().check_bet(order, account)


class IdsBelongToPlayers(Wallet):
    """An id is unique for its player only. Another player's transaction with the same id is a new one."""

    def memory_key(self, order: AnyOrder, account: Account):  # type: ignore[no-untyped-def]  # a NamedTuple of the store
        key = super().memory_key(order, account)
        return key._replace(id=f"{account.number}/{key.id}")


class RefusesUnderContention(Wallet):
    """Of concurrent requests for one player all but one are refused without effect, as by a lock without waiting.

    A settlement of the casino waits for the lock, because the platform books a refused one as a lost bet.
    """

    async def process(self, order: Order[Movement]) -> ItemReply:
        busy: set[str] = self.__dict__.setdefault("_busy", set())
        player = order.item.player
        while player in busy:
            if order.operation != "Settle" or order.contract != "casino":
                return self.answer_refusal(order, Refusal(Outcome.REFUSED, "busy"))
            await self.gap()
        busy.add(player)
        try:
            await self.gap()
            return await super().process(order)
        finally:
            busy.discard(player)


class CoreOnly(CoreOnlyWallet):
    """A wallet without optional operations. Balances are read with transactions of 0."""


def of_contract(contract: str) -> Callable[[type[Wallet]], bool]:
    """Whether a variant differs from the reference in that contract."""
    only = {
        "casino": (
            ErrorsAreBadRequests,
            ErrorsAreOk,
            BatchShowsItsEnd,
            BatchIsAnsweredBackwards,
            DuplicatesInABatchGetOneAnswer,
            BatchesWithNothingValidAreRefused,
            AnswersHaveExtraFields,
            UnknownGamesAreRefused,
            WinsAgainstTheirAmountAreRefused,
        ),
        "sportsbook": (
            LateBetsSucceedWithoutEffect,
            ReturnedBetsArePaid,
            RollbackOfSettledIsRefunded,
            RollbackOfSettledIsKept,
            RollbackAgainIsRefused,
            RollbackOfRefusedIsRefused,
            RollbackOfForeignIsOk,
            DeductsNoMoreThanWasPaid,
            NeverDeducts,
        ),
    }
    others = {each for name, variants in only.items() if name != contract for each in variants}
    return lambda variant: variant not in others


VARIANTS: tuple[type[Wallet], ...] = (
    ErrorsAreBadRequests,
    ErrorsAreOk,
    ReplaysShowTheCurrentBalance,
    ConflictsGetTheFirstResult,
    RefusalsAreRemembered,
    BatchShowsItsEnd,
    BatchIsAnsweredBackwards,
    DuplicatesInABatchGetOneAnswer,
    BatchesWithNothingValidAreRefused,
    AnswersHaveExtraFields,
    LateBetsSucceedWithoutEffect,
    RollbackOfSettledIsRefunded,
    RollbackAgainIsRefused,
    BetsOfEndedSessionsAreTaken,
    BetsOfNothingAreRefused,
    UnknownBetsAreRefused,
    ReturnedBetsArePaid,
    UnknownGamesAreRefused,
    WinsAgainstTheirAmountAreRefused,
    EndedSessionsCreditNothing,
    OneIdIsOneTransaction,
    RollbackOfRefusedIsRefused,
    RollbackOfSettledIsKept,
    RollbackOfForeignIsOk,
    DeductsNoMoreThanWasPaid,
    NeverDeducts,
    IdsBelongToPlayers,
    RefusesUnderContention,
    SessionsLastAMinute,
    SessionsEndAtARestart,
    OldIdsAreInASlowArchive,
    RefusesWhatIsInProgress,
    ReadsNotationsTheOtherWay,
    TakesScalarsForOneAnother,
    CoreOnly,
)

__all__ = ["VARIANTS", "OldIdsAreInASlowArchive", "SessionsEndAtARestart", "SessionsLastAMinute", "of_contract"]
