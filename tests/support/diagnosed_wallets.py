"""Wallets with bugs that no registered defect has. Diagnosis can name the probable cause of each."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from credentials_at_hand import public_of, secret_of

from harness.contracts import Contract
from harness.model import (
    Batch,
    Bet,
    ItemReply,
    Movement,
    Operation,
    Outcome,
    Reply,
    Request,
    Reward,
    Rollback,
)
from mock_server.defects.rewriting import rewritten
from mock_server.defects.signatures import SIGNATURE, SignatureRule
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet
from mock_server.wire import Answer


class ShowsAHundredTimesAsMuch(Wallet):
    def shown_balance(self, moved: Moved) -> int:
        return super().shown_balance(moved) * 100


class CreditsAHundredth(Wallet):
    def credited(self, balance: int, amount: int) -> int:
        return balance + amount // 100


class ShowsABalanceOfItsOwnOnARepeat(Wallet):
    def replay_balance(self, account: Account, entry: Entry) -> int:
        return entry.balance + 12_345


class RefusesWhatCameByAnotherOperation(Wallet):
    """Keeps the operation by which an id came, and refuses the same id by another operation."""

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        if order.operation == "Settle" and entry.amount and len(self._came_live) and order.item.id in self._came_live:
            raise Refusal(Outcome.CONFLICT, "came by another operation")
        return super().answer_replay(order, account, entry)

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        if order.operation == "Payout":
            self._came_live.add(order.item.id)
        return await super().process_new(order, account)

    @property
    def _came_live(self) -> set[str]:
        found: set[str] = self.__dict__.setdefault("came_live", set())
        return found


class BalanceIsNull(Wallet):
    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        if not isinstance(operation, Bet) or not reply.accepted:
            return answer
        head, mark, rest = answer.body.partition(b'"balance":')
        return answer._replace(body=head + mark + b"null" + rest.lstrip(b"0123456789."))


class AddsWhatIsNoNumber(Wallet):
    """Adds an amount that is not there: the sum is no number, and is written as null."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def complete(fields: dict[str, object]) -> None:
            fields.setdefault("amount", 0)

        return super().read(contract, name, rewritten(body, complete))

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        if not isinstance(operation, Bet) or not reply.accepted or b'"amount"' in request.body:
            return answer
        head, mark, rest = answer.body.partition(b'"balance":')
        return answer._replace(body=head + mark + b"null" + rest.lstrip(b"0123456789."))


class AnswersBetsWithAPage(Wallet):
    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer._replace(body=b"<html>welcome</html>") if isinstance(operation, Bet) else answer


class LosesTheTwentiethItem(Wallet):
    """Answers every item of a batch with success, and books all but the twentieth."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        self.__dict__["twentieth"] = batch.items[19].id if len(batch.items) > 19 else ""
        return await super().process_batch(contract, batch)

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if order.item.id == self.__dict__.get("twentieth"):
            balance = self.store.balance(account)
            return Moved(balance, balance)
        return await super().credit(order, account)


def refuses(wanted: Callable[[Movement], bool], outcome: Outcome) -> type[Wallet]:
    """A wallet that refuses some valid movements with one code."""

    class Refusing(Wallet):
        async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
            if wanted(order.item):
                raise Refusal(outcome, "for no reason")
            return await super().process_new(order, account)

    return Refusing


REFUSES_REWARDS = {
    outcome: refuses(lambda item: isinstance(item, Reward), outcome)
    for outcome in (
        Outcome.UNKNOWN_PLAYER,
        Outcome.WRONG_CURRENCY,
        Outcome.UNAUTHENTICATED,
        Outcome.UNKNOWN_TRANSACTION,
    )
}
REFUSES_FOREIGN_TEXT = refuses(lambda item: not item.round.isascii(), Outcome.UNKNOWN_TRANSACTION)


class CountsFromTheBalanceBeforeTheBatch(Wallet):
    """Reads the balance once for the whole batch."""

    async def process_batch(self, contract: str, batch: Batch) -> Reply:
        self.__dict__["first"] = {}
        return await super().process_batch(contract, batch)

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if order.operation != "Settle":
            return await super().credit(order, account)
        before = self.__dict__["first"].setdefault(account.number, self.store.balance(account))
        after = before + int(order.item.amount)
        self.store.set_balance(account, after)
        return Moved(before, after)


class FindsNoBetToRollBack(Wallet):
    async def process_new_rollback(self, order: Order[Rollback], account: Account) -> ItemReply:
        if self.store.bets_with_id(order.contract, order.item.original):
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "not found")
        return await super().process_new_rollback(order, account)


class BelievesAnEmptySignature(SignatureRule):
    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        return self.vouch(contract, headers, body, believed=headers.get(SIGNATURE) == "")


def believes(sign: Callable[[str, str, str], bool]) -> type[Wallet]:
    """A sportsbook's wallet that also accepts some invalid headers. `sign` decides by header, user and password."""

    class Believing(Wallet):
        def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
            who = self.credentials[contract.name]
            if sign(headers.get("authorization", ""), public_of(who), secret_of(who)):
                return ""
            return super().doubts(contract, name, headers, body)

    return Believing


def _decoded(header: str) -> str:
    try:
        return base64.b64decode(header.partition(" ")[2], validate=True).decode()
    except ValueError:
        return "no base64"


BELIEVES_AN_EMPTY_PASSWORD = believes(lambda header, user, password: _decoded(header) == f"{user}:")
BELIEVES_NONSENSE = believes(lambda header, user, password: bool(header) and _decoded(header) == "no base64")
BELIEVES_A_USER_ALONE = believes(lambda header, user, password: _decoded(header) == user)
BELIEVES_AN_EMPTY_HEADER = believes(lambda header, user, password: header in {"", "Basic", "Basic "})


class AnswersWithTheAnswerBefore(Wallet):
    """Keeps the answer to a settlement where all requests share it, and gives it to the settlement after it."""

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = await super().serve(contract, name, headers, body)
        if name != "settlement":
            return answer
        before: Answer = self.__dict__.get("shared", answer)
        self.__dict__["shared"] = answer
        return before
