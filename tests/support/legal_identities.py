"""Legal wallets with a suspicious way to treat ids, refused transactions and credentials. None of them may fail.

Each is the reference wallet with one choice changed, like those of `legal_wallets`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from harness.contracts import BadRequest, Contract
from harness.model import ItemReply, Movement, Operation, Outcome, Rollback
from mock_server.order import Moved, Order, Refusal
from mock_server.store import Account, Key
from mock_server.wallet import Wallet


class RollbackOfAnotherTransactionIsRefused(Wallet):
    """A rollback that names a known bet and a transaction that was never sent is refused."""

    def roll_back_unknown(self, order: Order[Rollback], account: Account) -> Moved:
        if self.store.bets_with_reference(account, order.item.bet):
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet has no such transaction")
        return super().roll_back_unknown(order, account)


class PlayerIdsAreValidated(Wallet):
    """A player id that is not of letters and digits is malformed, and not only unknown."""

    def find_player(self, contract: str, player: str) -> Account:
        if not re.fullmatch(r"[1-9A-Za-z][0-9A-Za-z]{5,19}", player, re.ASCII):
            raise Refusal(Outcome.MALFORMED, "no player id")
        return super().find_player(contract, player)


class EveryRefusalBurnsItsId(Wallet):
    """An id that was refused for any reason is refused for ever, also with another player or currency."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        try:
            return super().read(contract, name, body)
        except BadRequest:
            self._burnt.update(re.findall(rb'"transactionId":"([^"]*)"', body))
            raise

    async def process(self, order: Order[Movement]) -> ItemReply:
        return await self._burning(order, super().process)

    async def process_rollback(self, order: Order[Rollback]) -> ItemReply:
        return await self._burning(order, super().process_rollback)

    async def _burning(self, order: Any, process: Callable[[Any], Awaitable[ItemReply]]) -> ItemReply:
        mark = (self.family(order), order.item.id)
        if mark in self._burnt or order.item.id.encode("utf-8", "surrogatepass") in self._burnt:
            return self.answer_refusal(order, Refusal(Outcome.REFUSED, "this id was refused before"))
        answer = await process(order)
        known = self.store.entry(Key(order.contract, *mark))
        if answer.outcome is not Outcome.OK and known is None:
            self._burnt.add(mark)
        return answer

    @property
    def _burnt(self) -> set[object]:
        burnt: set[object] = vars(self.store).setdefault("_burnt_ids", set())
        return burnt


def of_contract(contract: str) -> Callable[[type[Wallet]], bool]:
    """Whether a variant differs from the reference in that contract."""
    only: dict[str, tuple[type[Wallet], ...]] = {"sportsbook": (RollbackOfAnotherTransactionIsRefused,)}
    others = {each for name, variants in only.items() if name != contract for each in variants}
    return lambda variant: variant not in others


VARIANTS: tuple[type[Wallet], ...] = (
    RollbackOfAnotherTransactionIsRefused,
    PlayerIdsAreValidated,
    EveryRefusalBurnsItsId,
)
