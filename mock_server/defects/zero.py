"""Defects of zero amounts: the settlement of a lost bet is a transaction of 0."""

from __future__ import annotations

from harness.model import ItemReply, Movement, Outcome, Payout
from mock_server.defects.registry import defect
from mock_server.order import AnyOrder, Moved, Order, Refusal, amount_of
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet


@defect(
    violates="CAS-ZER-01 CAS-BAT-01 SPB-UNS-02 SPB-SET-02 SPB-AUT-01 SPB-AUT-02 SPB-CLW-01",
    witnesses={"zero_amount/lost_bet": "oracle", "zero_amount/zero_unsettlement": "oracle"},
)
class RefusesZero(Wallet):
    """Takes an amount of 0 for a missing one, and refuses it."""

    def check_amount(self, order: Order[Movement], account: Account) -> int:
        if not order.item.amount:
            raise Refusal(Outcome.MALFORMED, "the amount is missing")
        return super().check_amount(order, account)


@defect(
    violates="CAS-ZER-02 SPB-IDM-04 SPB-UNS-08",
    witnesses={
        "zero_amount/zero_is_remembered": "oracle",
        "zero_amount/zero_unsettlement_is_remembered": "oracle",
    },
)
class ForgetsZero(Wallet):
    """Writes nothing down where nothing was moved, so the same id can come with money later."""

    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        entry = super().remember(order, account, moved, shown)
        if isinstance(order.item, Movement) and not amount_of(order):
            self.store.forget(self.memory_key(order, account))
        return entry


@defect(
    violates="CAS-ZER-01 SPB-SET-02",
    witnesses={
        "zero_amount/lost_bet_on_an_empty_account": "oracle",
        "zero_amount/zero_unsettlement_on_an_empty_account": "oracle",
    },
)
class RefusesZeroOnAnEmptyAccount(Wallet):
    """Refuses whatever concerns an account without money, a lost bet too."""

    def check_amount(self, order: Order[Movement], account: Account) -> int:
        if not order.item.amount and not self.store.balance(account):
            raise Refusal(Outcome.INSUFFICIENT_FUNDS, "the account is empty")
        return super().check_amount(order, account)


@defect(violates="CAS-INP-08 CAS-ZER-01 SPB-INP-08 SPB-SET-02", witnesses={"zero_amount/live_lost_bet": "oracle"})
class TakesTheStakeAgainForALostBet(Wallet):
    """Takes the stake of a lost bet when the loss is reported, though it was taken when the bet was placed."""

    def credited(self, balance: int, amount: int) -> int:
        return super().credited(balance, amount) if amount else max(0, balance - 1000)


@defect(violates="CAS-ANS-01 CAS-SET-04 SPB-ANS-01", witnesses={"zero_amount/live_lost_bet": "schema"})
class ShowsNoBalanceForALostBet(Wallet):
    """Answers a lost bet without a balance, because none changed."""

    def answer_applied(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        answer = super().answer_applied(order, account, entry)
        if not isinstance(order.item, Payout) or entry.amount:
            return answer
        return ItemReply(outcome=answer.outcome, id=answer.id, currency=answer.currency, reference=answer.reference)
