"""Defects of settlements and unsettlements (sportsbook)."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from harness.contracts import Contract
from harness.model import ItemReply, Movement, Operation, Outcome, Payout, Unsettle
from mock_server.defects.registry import SPORTSBOOK, defect
from mock_server.defects.rewriting import rewritten
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, Entry, Fate, Key
from mock_server.wallet import Wallet


@defect(
    violates=(
        "SPB-CON-01 SPB-IDM-03 SPB-LST-01 SPB-MNY-01 SPB-SET-06 SPB-UNS-01 SPB-UNS-03 SPB-UNS-05 "
        "SPB-UNS-07 SPB-UNS-09 SPB-UNS-11"
    ),
    contracts=SPORTSBOOK,
    witnesses={"unsettlement/exact_deduction": "oracle"},
)
class UnsettlementCredits(Wallet):
    """Takes an unsettlement for one more settlement, and pays."""

    def is_debit(self, order: Order[Movement]) -> bool:
        return super().is_debit(order) and not isinstance(order.item, Unsettle)


@defect(
    violates="SPB-INP-04 SPB-SET-05 SPB-UNS-06",
    contracts=SPORTSBOOK,
    witnesses={"unsettlement/unknown_type": "expectation", "settlement/unknown_type": "expectation"},
)
class IgnoresTheType(Wallet):
    """Does not look at the type of a settlement or an unsettlement, and books what is no type at all."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def without_type(fields: dict[str, object]) -> None:
            if "type" in fields:
                fields["type"] = contract.kinds[name][0]

        return super().read(contract, name, rewritten(body, without_type))


@defect(
    violates="SPB-CNC-02 SPB-UNS-03 SPB-UNS-09",
    contracts=SPORTSBOOK,
    witnesses={"unsettlement/more_than_the_balance": "oracle"},
)
class UnsettlesBelowZero(Wallet):
    """Deducts an unsettlement in any case, and leaves the player with a negative balance."""

    def covers(self, order: Order[Movement], balance: int) -> bool:
        return isinstance(order.item, Unsettle) or super().covers(order, balance)


@defect(
    violates="SPB-CON-01 SPB-UNS-03 SPB-UNS-09",
    contracts=SPORTSBOOK,
    witnesses={"unsettlement/more_than_the_balance": "oracle"},
)
class UnsettlesWhatIsThere(Wallet):
    """Deducts as much of an unsettlement as there is, and answers with success."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        held = self.store.balance(account)
        if isinstance(order.item, Unsettle) and held < order.item.amount:
            order = order._replace(item=replace(order.item, amount=held))
        return await super().debit(order, account)


@defect(
    violates=("SPB-CON-01 SPB-IDM-03 SPB-MNY-01 SPB-SET-06 SPB-UNS-01 SPB-UNS-05 SPB-UNS-07 SPB-UNS-09 SPB-UNS-11"),
    contracts=SPORTSBOOK,
    witnesses={"unsettlement/exact_deduction": "oracle"},
)
class AcceptsAnUnsettlementAndDoesNothing(Wallet):
    """Answers an unsettlement with success, and leaves the collecting to somebody else."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Unsettle) and self.covers(order, self.store.balance(account)):
            order = order._replace(item=replace(order.item, amount=0))
        return await super().debit(order, account)


@defect(
    violates="SPB-CLW-01 SPB-CLW-02 SPB-CON-01 SPB-UNS-03",
    contracts=SPORTSBOOK,
    witnesses={"clawback/cash_out_is_not_reduced": "oracle", "clawback/reduced_settlement": "oracle"},
)
class CollectsTheClawbackItself(Wallet):
    """Remembers what it could not deduct, and keeps it from the next win, which the platform has reduced already."""

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        if isinstance(order.item, Payout):
            kept = min(int(order.item.amount), self._owed.pop(account.number, 0))
            order = order._replace(item=replace(order.item, amount=order.item.amount - kept))
        try:
            return await super().process_new(order, account)
        except Refusal:
            if isinstance(order.item, Unsettle):
                self._owed[account.number] = int(order.item.amount)
            raise

    @cached_property
    def _owed(self) -> dict[int, int]:
        return {}


@defect(
    violates="SPB-CLW-01 SPB-CLW-02 SPB-CNC-01",
    contracts=SPORTSBOOK,
    witnesses={"clawback/settlement_reduced_to_nothing": "oracle"},
)
class RefusesAReducedSettlement(Wallet):
    """Refuses whatever comes for a player with a refused clawback, until somebody has looked at it."""

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        if account.number in self._suspicious and isinstance(order.item, Payout):
            raise Refusal(Outcome.REFUSED, "this account is being looked at")
        try:
            return await super().process_new(order, account)
        except Refusal:
            if isinstance(order.item, Unsettle):
                self._suspicious.add(account.number)
            raise

    @cached_property
    def _suspicious(self) -> set[int]:
        return set()


@defect(
    violates="SPB-SET-06 SPB-UNS-11", contracts=SPORTSBOOK, witnesses={"unsettlement/deduction_in_two_parts": "oracle"}
)
class UnsettlesABetOnce(Wallet):
    """Remembers an unsettlement by its bet, so a second one of the same bet is taken for a repeat."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=order.item.bet) if isinstance(order.item, Unsettle) else key


@defect(
    violates="SPB-CNC-01 SPB-CON-01 SPB-MNY-01 SPB-SET-02 SPB-SET-03 SPB-SET-06 SPB-SET-07",
    contracts=SPORTSBOOK,
    witnesses={"settlement/several_settlements_of_one_bet": "oracle"},
)
class SettlesABetOnce(Wallet):
    """Remembers a settlement by its bet, so a second one of the same bet is taken for a repeat."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=order.item.bet) if isinstance(order.item, Payout) else key


@defect(
    violates="SPB-CNC-01 SPB-SET-06",
    contracts=SPORTSBOOK,
    witnesses={"settlement/settled_again_after_an_unsettlement": "oracle"},
)
class ClosesABetForEver(Wallet):
    """Closes a bet when it is unsettled, and refuses to settle it again."""

    async def process_new(self, order: Order[Movement], account: Account) -> ItemReply:
        if isinstance(order.item, Payout) and (account.number, order.item.bet) in self._closed:
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "this bet is closed")
        answer = await super().process_new(order, account)
        if isinstance(order.item, Unsettle):
            self._closed.add((account.number, order.item.bet))
        return answer

    @cached_property
    def _closed(self) -> set[tuple[int, str]]:
        return set()


@defect(violates="SPB-CLW-02 SPB-SET-01", contracts=SPORTSBOOK, witnesses={"settlement/cash_out": "oracle"})
class PaysNoCashOut(Wallet):
    """Knows BET_PAID only, and pays nothing for a cash-out."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Payout) and order.item.kind == "CASHOUT":
            order = order._replace(item=replace(order.item, amount=0))
        return await super().credit(order, account)


@defect(violates="SPB-SET-01 SPB-SET-03", contracts=SPORTSBOOK, witnesses={"settlement/voided_bet": "oracle"})
class ReturnsTheStakeForAVoid(Wallet):
    """Pays the stake in its own books for a void, not the amount that the platform says."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Payout) and order.item.kind == "VOIDED":
            bets = self.store.bets_with_reference(account, order.item.bet)
            order = order._replace(item=replace(order.item, amount=sum(bet.stake for bet in bets)))
        return await super().credit(order, account)


@defect(
    violates=(
        "SPB-BRS-01 SPB-CNC-01 SPB-ERR-01 SPB-IDM-02 SPB-IDM-05 SPB-IDM-07 SPB-INP-05 SPB-LST-01 "
        "SPB-MNY-01 SPB-SET-01 SPB-SET-02 SPB-SET-04 SPB-SET-06 SPB-SET-07"
    ),
    contracts=SPORTSBOOK,
    witnesses={"ordering/settled_in_a_later_session": "oracle"},
)
class SettlesInASessionOnly(Wallet):
    """Wants a live session for a settlement, which carries none."""

    def needs_session(self, order: Order[Movement]) -> bool:
        return super().needs_session(order) or isinstance(order.item, Payout)


@defect(violates="SPB-INP-08 SPB-SET-02", contracts=SPORTSBOOK, witnesses={"settlement/lost_sports_bet": "oracle"})
class PaysTheStakeForALostBet(Wallet):
    """Takes a settlement of 0 for one whose amount is to be looked up, and pays the stake."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Payout) and not order.item.amount:
            bets = self.store.bets_with_reference(account, order.item.bet)
            order = order._replace(item=replace(order.item, amount=sum(bet.stake for bet in bets)))
        return await super().credit(order, account)


@defect(
    violates="SPB-SET-07",
    contracts=SPORTSBOOK,
    witnesses={"settlement/every_type_for_one_bet": "oracle"},
)
class VoidsNoPaidBet(Wallet):
    """Refuses to void what is left of a bet that was paid or cashed out before."""

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        settled = self.store.bets_with_reference(account, order.item.bet)
        if (
            isinstance(order.item, Payout)
            and order.item.kind == "VOIDED"
            and any(each.fate is Fate.SETTLED for each in settled)
        ):
            raise Refusal(Outcome.REFUSED, "this bet has been paid")
        return await super().credit(order, account)


@defect(
    violates="SPB-IDM-05",
    contracts=SPORTSBOOK,
    witnesses={"idempotency/resent_settlement_after_its_unsettlement": "conservation"},
)
class DeletesASettlementThatItTakesBack(Wallet):
    """Deletes the settlements of a bet that is unsettled, and pays one of them again when it is sent again."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        moved = await super().debit(order, account)
        if isinstance(order.item, Unsettle):
            for key in self._settled.pop((account.number, order.item.bet), ()):
                self.store.forget(key)
        return moved

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        entry = super().remember(order, account, moved, shown)
        if isinstance(order.item, Payout):
            self._settled.setdefault((account.number, entry.bet), []).append(self.memory_key(order, account))
        return entry

    @cached_property
    def _settled(self) -> dict[tuple[int, str], list[Key]]:
        return {}
