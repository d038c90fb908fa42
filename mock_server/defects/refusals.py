"""Defects of refusals: a transaction is marked as done before it is checked, and a refusal leaves the mark behind."""

from __future__ import annotations

from harness.contracts import BadRequest, Contract
from harness.contracts.shared.json_text import JsonError, parse
from harness.model import ItemReply, Movement, Operation, Outcome, Rollback
from mock_server.defects.registry import SPORTSBOOK, defect
from mock_server.defects.rewriting import rewritten
from mock_server.order import AnyOrder, Order
from mock_server.wallet import Wallet

MOVEMENTS = "CAS-FND-04 CAS-IDM-12 SPB-BET-03 SPB-IDM-10 SPB-UNS-07"

TYPES = {"reward": "bonus", "settlement": "BET_PAID", "unsettlement": "BET_UNPAID"}
"""By operation: a type that it may have."""


def _fields(body: bytes) -> dict[str, object]:
    """The fields of a body that is one JSON object, or none."""
    try:
        value = parse(body)
    except JsonError:
        return {}
    return value if isinstance(value, dict) else {}


class LeavesMarks(Wallet):
    """The wallet with a mark on every id that was refused for `reason`. A marked id is answered with success."""

    reason = Outcome.REFUSED

    async def process(self, order: Order[Movement]) -> ItemReply:
        if self.is_marked(order):
            return self.answer_marked(order)
        return self.marked(order, await super().process(order))

    def marked(self, order: AnyOrder, answer: ItemReply) -> ItemReply:
        """The answer. If it is a refusal for the reason, the id is marked."""
        if answer.outcome is self.reason:
            self._marks.add((order.contract, self.family(order), order.item.id))
        return answer

    def is_marked(self, order: AnyOrder) -> bool:
        """True if the id was refused for the reason."""
        return (order.contract, self.family(order), order.item.id) in self._marks

    def answer_marked(self, order: AnyOrder) -> ItemReply:
        """A success without effect, with the balance of the player, or 0 for nobody."""
        account = self.store.account(order.contract, order.item.player)
        return ItemReply(
            outcome=Outcome.OK,
            id=order.item.id,
            balance=self.store.balance(account) if account else 0,
            currency=account.currency if account else "EUR",
        )

    @property
    def _marks(self) -> set[tuple[str, str, str]]:
        marks: set[tuple[str, str, str]] = self.__dict__.setdefault("_marked_ids", set())
        return marks


@defect(
    violates=MOVEMENTS,
    witnesses={
        "idempotency/refused_for_its_currency": "oracle",
        "insufficient_funds/bets_refused_for_every_reason": "oracle",
    },
)
class MarksAnIdBeforeTheCurrency(LeavesMarks):
    """Marks an id as done before it compares the currency, so a refused one is a success when it comes again."""

    reason = Outcome.WRONG_CURRENCY


@defect(
    violates=MOVEMENTS,
    witnesses={
        "idempotency/refused_for_its_player": "oracle",
        "insufficient_funds/bets_refused_for_every_reason": "oracle",
    },
)
class MarksAnIdBeforeThePlayer(LeavesMarks):
    """Marks an id as done before it looks for the player, so a refused one is a success when it comes again."""

    reason = Outcome.UNKNOWN_PLAYER


@defect(violates="SPB-IDM-10", contracts=SPORTSBOOK, witnesses={"rollback/refused_for_its_player": "oracle"})
class MarksARollbackBeforeThePlayer(LeavesMarks):
    """Marks a rollback as done before it looks for the player, so a refused one is a success when it comes again."""

    reason = Outcome.UNKNOWN_PLAYER

    async def process(self, order: Order[Movement]) -> ItemReply:
        return await Wallet.process(self, order)

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        if self.is_marked(order):
            return self.answer_marked(order)
        return self.marked(order, await super().process_rollback(order))


@defect(
    violates="CAS-IDM-12 SPB-IDM-10 SPB-UNS-07",
    witnesses={
        "idempotency/reward_refused_for_its_type": "oracle",
        "idempotency/refused_for_its_type": "oracle",
    },
)
class MarksAnIdBeforeTheType(LeavesMarks):
    """Marks an id as done before it looks at the type, so a refused one is a success when it comes again."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        try:
            return super().read(contract, name, body)
        except BadRequest:
            fields = _fields(body)
            if name not in TYPES or fields.get("type") is None or not isinstance(fields.get("transactionId"), str):
                raise
            if fields["transactionId"] not in self._typeless:
                self._typeless.add(str(fields["transactionId"]))
                raise
            return super().read(contract, name, rewritten(body, lambda each: each.update(type=TYPES[name])))

    def is_marked(self, order: AnyOrder) -> bool:
        return order.item.id in self._typeless

    @property
    def _typeless(self) -> set[str]:
        ids: set[str] = self.__dict__.setdefault("_typeless_ids", set())
        return ids
