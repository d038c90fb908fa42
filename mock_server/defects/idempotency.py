"""Defects of idempotency: what a wallet remembers of a transaction, and how it answers a repetition."""

from __future__ import annotations

from collections import deque
from functools import cached_property

from harness.model import Bet, ItemReply, Outcome, Unsettle
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.order import AnyOrder, Moved, Refusal, amount_of
from mock_server.store import Account, Entry, Key
from mock_server.wallet import Wallet


@defect(
    violates=(
        "CAS-BAT-05 CAS-CNC-01 CAS-CON-01 CAS-IDM-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-04 CAS-IDM-05 CAS-IDM-06 "
        "CAS-IDM-07 CAS-IDM-10 CAS-IDM-11 CAS-LST-01 CAS-ZER-02 "
        "SPB-CNC-01 SPB-CON-01 SPB-IDM-01 SPB-IDM-02 SPB-IDM-03 SPB-IDM-04 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 "
        "SPB-LST-01 SPB-RBK-01 SPB-UNS-08"
    ),
    witnesses={"idempotency/resent_settlement": "oracle", "idempotency/replayed_unsettlement": "oracle"},
)
class ForgetsEveryTransaction(Wallet):
    """Looks no transaction id up: whatever comes again is booked again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None


@defect(
    violates=(
        "CAS-BAT-05 CAS-CNC-01 CAS-CON-01 CAS-IDM-04 CAS-IDM-06 CAS-IDM-07 CAS-IDM-10 CAS-IDM-11 CAS-LST-01 "
        "SPB-CNC-01 SPB-CON-01 SPB-IDM-03 SPB-IDM-04 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 SPB-LST-01"
    ),
    witnesses={"idempotency/resent_many_times": "conservation"},
)
class MovesThePlayerEverySevenRequests(Wallet):
    """Keeps the known ids in one process's memory, and a load balancer moves the player to another now and then."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        here = self._here.setdefault(account.number, [])
        known = await super().look_up(order, account) if key in here else None
        here.append(key)
        if len(here) == 7:
            here.clear()
        return known

    @cached_property
    def _here(self) -> dict[int, list[Key]]:
        return {}


@defect(
    violates=("CAS-CON-01 CAS-IDM-10 CAS-IDM-11 CAS-LST-01 SPB-CON-01 SPB-IDM-08 SPB-IDM-09 SPB-LST-01"),
    witnesses={"idempotency/resent_after_others": "oracle"},
)
class RemembersTheLastFiveIds(Wallet):
    """Keeps the known ids in a cache of five: after some more transactions a repeat is booked again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        if key in self._cached:
            return await super().look_up(order, account)
        self._cached.append(key)
        return None

    @cached_property
    def _cached(self) -> deque[Key]:
        return deque(maxlen=5)


@defect(
    violates=(
        "CAS-BAT-05 CAS-CON-01 CAS-IDM-01 CAS-IDM-02 CAS-IDM-04 CAS-IDM-05 CAS-IDM-06 CAS-IDM-07 CAS-IDM-10 "
        "CAS-IDM-11 CAS-LST-01 "
        "SPB-CON-01 SPB-IDM-04 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 SPB-LST-01"
    ),
    witnesses={"idempotency/replay_after_other_movements": "oracle", "idempotency/resent_after_others": "oracle"},
)
class RemembersThePlayersLastIdOnly(Wallet):
    """Keeps one id beside each balance, that of the player's last transaction."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        last, self._last[account.number] = self._last.get(account.number), key
        return await super().look_up(order, account) if last == key else None

    @cached_property
    def _last(self) -> dict[int, Key]:
        return {}


@defect(
    violates="CAS-IDM-03 CAS-IDM-05 CAS-ZER-02",
    contracts=CASINO,
    witnesses={"idempotency/paid_live_then_settled": "oracle", "idempotency/retried_then_settled": "oracle"},
)
class RemembersPerOperation(Wallet):
    """Keeps the ids of each operation in a table of its own, so the night job pays again what was paid live."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(family=f"{key.family}/{order.operation}")


@defect(
    violates="CAS-IDM-01",
    contracts=CASINO,
    witnesses={"session/replay_after_the_session": "oracle"},
)
class RemembersPerSession(Wallet):
    """Knows a transaction only within the session that it came in first."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=f"{key.id}/{order.item.session}")


@defect(
    violates="CAS-IDM-05 CAS-ZER-02 SPB-IDM-02 SPB-UNS-08",
    witnesses={"idempotency/higher_amount": "oracle", "idempotency/lower_amount": "oracle"},
)
class RemembersIdAndAmount(Wallet):
    """Takes a known id with another amount for a new transaction."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=f"{key.id}/{amount_of(order)}")


@defect(
    violates=(
        "CAS-CNC-01 CAS-CON-01 CAS-IDM-02 CAS-IDM-04 CAS-IDM-05 CAS-IDM-06 CAS-IDM-07 CAS-IDM-11 CAS-LST-01 "
        "SPB-CNC-01 SPB-CON-01 SPB-IDM-01 SPB-IDM-02 SPB-IDM-03 SPB-IDM-04 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 "
        "SPB-LST-01 SPB-RBK-01 SPB-UNS-08"
    ),
    witnesses={"idempotency/resent_bet": "oracle"},
)
class LooksUpCreditsOnly(Wallet):
    """Guards against paying twice, and not against taking twice."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None if isinstance(order.item, Bet | Unsettle) else await super().look_up(order, account)


@defect(
    violates=(
        "CAS-BAT-05 CAS-CON-01 CAS-IDM-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-05 CAS-IDM-06 CAS-IDM-07 CAS-IDM-10 "
        "CAS-IDM-11 CAS-LST-01 CAS-ZER-02 "
        "SPB-CON-01 SPB-IDM-02 SPB-IDM-04 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 SPB-LST-01 SPB-UNS-08"
    ),
    witnesses={"idempotency/resent_settlement": "oracle", "idempotency/resent_payout": "oracle"},
)
class LooksUpDebitsOnly(Wallet):
    """Guards against taking twice, and not against paying twice."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return await super().look_up(order, account) if isinstance(order.item, Bet | Unsettle) else None


@defect(
    violates="CAS-CNC-01 CAS-IDM-04 CAS-LST-01 SPB-CNC-01 SPB-IDM-01 SPB-IDM-05 SPB-LST-01",
    witnesses={"idempotency/resent_bet_of_everything": "oracle"},
)
class ChecksFundsBeforeTheId(Wallet):
    """Checks the funds before the id, so a bet of everything is refused when it comes again."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        if isinstance(order.item, Bet | Unsettle) and self.store.balance(account) < order.item.amount:
            raise Refusal(Outcome.INSUFFICIENT_FUNDS, "the balance does not cover the amount")
        return await super().look_up(order, account)


@defect(
    violates=(
        "CAS-BAT-05 CAS-CNC-01 CAS-IDM-02 CAS-IDM-04 CAS-IDM-10 CAS-LST-01 "
        "SPB-CNC-01 SPB-IDM-01 SPB-IDM-05 SPB-IDM-08 SPB-LST-01 SPB-SES-01"
    ),
    witnesses={"idempotency/resent_payout": "oracle", "idempotency/replay_is_a_success": "oracle"},
)
class AnswersARepeatWithAnError(Wallet):
    """Answers a transaction that it has applied already with an error, and the platform takes it for failed."""

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        raise Refusal(Outcome.CONFLICT, "this transaction was applied already")


@defect(
    violates=(
        "CAS-BAL-01 CAS-BAT-01 CAS-BAT-05 CAS-CON-01 CAS-IDM-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-06 CAS-IDM-07 "
        "CAS-IDM-10 CAS-IDM-11 CAS-LST-01 "
        "SPB-BAL-01 SPB-CON-01 SPB-IDM-01 SPB-IDM-03 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 SPB-LST-01 SPB-RBK-01"
    ),
    witnesses={"idempotency/resent_settlement": "conservation", "idempotency/replayed_unsettlement": "conservation"},
)
class BooksBehindACachedAnswer(Wallet):
    """Repeats the first answer word for word, and moves the money again all the same."""

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        self.store.set_balance(account, max(0, self.store.balance(account) + entry.effect))
        return super().answer_replay(order, account, entry)


@defect(
    violates=(
        "CAS-BAT-05 CAS-CNC-02 CAS-CON-01 CAS-IDM-01 CAS-IDM-02 CAS-IDM-03 CAS-IDM-07 CAS-IDM-10 CAS-IDM-11 "
        "CAS-LST-01 "
        "SPB-CNC-02 SPB-CON-01 SPB-IDM-01 SPB-IDM-05 SPB-IDM-08 SPB-IDM-09 SPB-LST-01"
    ),
    witnesses={"idempotency/resent_settlement": "oracle", "idempotency/replayed_unsettlement": "oracle"},
)
class ShowsNoMoneyOnARepeat(Wallet):
    """Answers a repeat with balance 0, because nothing was computed."""

    def replay_balance(self, account: Account, entry: Entry) -> int:
        return 0


@defect(
    violates="SPB-IDM-04",
    contracts=SPORTSBOOK,
    witnesses={"idempotency/replay_keeps_the_reference": "reference"},
)
class GivesARepeatANewReference(Wallet):
    """Makes up a new walletTransactionId at each repeat."""

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        return super().answer_replay(order, account, entry._replace(reference=self.new_reference()))


@defect(
    violates="CAS-IDM-04",
    contracts=CASINO,
    witnesses={"idempotency/replay_repeats_the_answer": "expectation"},
)
class MarksARepeat(Wallet):
    """Adds a word to the answer of a repeat, instead of repeating the first answer."""

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        first = super().answer_replay(order, account, entry)
        return ItemReply(
            outcome=first.outcome,
            id=first.id,
            balance=first.balance,
            currency=first.currency,
            echo={"note": "already processed"},
        )


@defect(
    violates="CAS-CNC-02 CAS-IDM-05 CAS-ZER-02 SPB-CNC-02 SPB-IDM-02 SPB-IDM-04 SPB-UNS-08",
    witnesses={"idempotency/higher_amount": "oracle"},
)
class PaysTheDifference(Wallet):
    """Takes a known id with another amount for a correction, and books the difference."""

    async def answer_conflict(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        before = self.store.balance(account)
        sign = 1 if entry.effect >= 0 else -1
        after = max(0, before + sign * (int(amount_of(order)) - entry.amount))
        self.store.set_balance(account, after)
        return self.answer_applied(order, account, self.remember(order, account, Moved(before, after), after))


@defect(
    violates="CAS-FND-04 SPB-BET-03 SPB-IDM-10 SPB-UNS-07",
    witnesses={
        "insufficient_funds/refused_bet_is_sent_again": "oracle",
        "unsettlement/refused_then_sent_again": "oracle",
    },
)
class RemembersARefusalAsDone(Wallet):
    """Marks an id as done before it checks the funds, so a refused transaction is a success when it comes again."""

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        balance = self.store.balance(account)
        if self.store.entry(self.memory_key(order, account)) is None:
            self.remember(order, account, Moved(balance, balance), balance)
