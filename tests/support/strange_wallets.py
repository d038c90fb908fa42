"""Wallets with bugs that no registered defect has, but that a reader would call by the name of a registered one.

They measure what the dictionary of faults says of a wallet that it does not know.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from functools import cached_property

import diagnosed_wallets as diagnosed

from harness.contracts import Contract
from harness.contracts.casino.authentication import signature
from harness.model import Batch, Bet, ItemReply, Movement, Operation, Outcome, Payout, Rollback
from harness.verdict.dictionary import Explanation
from mock_server.defects.rewriting import rewritten
from mock_server.defects.signatures import SIGNATURE, TIMESTAMP, SignatureRule
from mock_server.order import AnyOrder, Moved, Order, Refusal
from mock_server.store import Account, BetRecord, Entry, Key
from mock_server.wallet import Wallet


class KeepsTwelveIds(Wallet):
    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        if key in self._cached:
            return await super().look_up(order, account)
        self._cached.append(key)
        return None

    @cached_property
    def _cached(self) -> deque[Key]:
        return deque(maxlen=12)


class ForgetsAfterTenSeconds(Wallet):
    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        return None if known is not None and self.now_ms() - known.at_ms > 10_000 else known


class RoundsToOneDecimal(Wallet):
    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def rounded(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if contract.name == "casino" and isinstance(amount, int):
                fields["amount"] = amount // 10_000 * 10_000
            elif isinstance(amount, Decimal):
                fields["amount"] = amount.quantize(Decimal("0.1"), ROUND_DOWN)

        return super().read(contract, name, rewritten(body, rounded))


class KeepsAFifth(Wallet):
    def credited(self, balance: int, amount: int) -> int:
        return balance + amount * 4 // 5


class CreditsThrice(Wallet):
    def credited(self, balance: int, amount: int) -> int:
        return balance + 3 * amount


class TakesStakesThrice(Wallet):
    def debited(self, balance: int, amount: int) -> int:
        return max(0, balance - 3 * amount)


class CutsIdsAfterTwoHundredCharacters(Wallet):
    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id[:200])


class OverdrawsByATenth(Wallet):
    def covers(self, order: Order[Movement], balance: int) -> bool:
        return balance + balance // 10 >= order.item.amount


class CreditsBelowABoundOnly(Wallet):
    """Keeps wins in 31 bits of cents."""

    def credited(self, balance: int, amount: int) -> int:
        return balance + min(amount, (2**31 - 1) // 2)


class PaysPerRoundOnce(Wallet):
    """Keeps ids together with the round in which they came."""

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(family=f"{key.family}/{order.operation[:1]}")


class RemembersTwoIds(Wallet):
    """Keeps the last two ids of a player."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        last = self._last.setdefault(account.number, deque(maxlen=2))
        known = key in last
        last.append(key)
        return await super().look_up(order, account) if known else None

    @cached_property
    def _last(self) -> dict[int, deque[Key]]:
        return {}


class MovesThePlayerEveryFourRequests(Wallet):
    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        key = self.memory_key(order, account)
        here = self._here.setdefault(account.number, [])
        known = await super().look_up(order, account) if key in here else None
        here.append(key)
        if len(here) == 4:
            here.clear()
        return known

    @cached_property
    def _here(self) -> dict[int, list[Key]]:
        return {}


class ForgetsBatches(Wallet):
    """Looks up what comes live, and books a batch without a look."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None if order.operation == "Settle" else await super().look_up(order, account)


class RefusesBatchesOverFifty(Wallet):
    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        batch = tuple(orders)
        if len(batch) <= 50:
            return await super().work_through(batch)
        return [ItemReply(outcome=Outcome.REFUSED, id=order.item.id) for order in batch]


class WorksSixtyItems(Wallet):
    def batch_items(self, batch: Batch) -> Sequence[Movement]:
        return batch.items[:60]


class ForgetsZeroBets(Wallet):
    def remember(self, order: AnyOrder, account: Account, moved: Moved, shown: int) -> Entry:
        entry = super().remember(order, account, moved, shown)
        self._zero.discard(self.memory_key(order, account))
        if isinstance(order.item, Movement) and not order.item.amount:
            self._zero.add(self.memory_key(order, account))
        return entry

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        known = await super().look_up(order, account)
        return None if self.memory_key(order, account) in self._zero else known

    @cached_property
    def _zero(self) -> set[Key]:
        return set()


class BelievesAnOldSecret(SignatureRule):
    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        given, at = headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, "")
        lenient = given.lower() == signature(body, self.secret(contract), at).lower() or len(given) < 60
        return self.vouch(contract, headers, body, believed=lenient and bool(given))


class BelievesOldTimestamps(Wallet):
    """Believes what was signed within a year."""

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        if contract.name != "casino":
            return super().doubts(contract, name, headers, body)
        at = headers.get(TIMESTAMP, "")
        secret = self.credentials[contract.name]["secret"]
        genuine = headers.get(SIGNATURE, "") == signature(body, secret, at)
        fresh = str(self.now_ms())
        if genuine and at.isdecimal() and headers.get("x-api-key") == self.credentials[contract.name]["api_key"]:
            return super().doubts(
                contract, name, {**headers, TIMESTAMP: fresh, SIGNATURE: signature(body, secret, fresh)}, body
            )
        return super().doubts(contract, name, headers, body)


class OverwritesBalances(Wallet):
    """Lost updates of wins and of stakes."""

    async def debit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        if not self.covers(order, before):
            return await super().debit(order, account)
        await self.gap()
        after = self.debited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)

    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        before = self.store.balance(account)
        await self.gap()
        after = self.credited(before, int(order.item.amount))
        self.store.set_balance(account, after)
        return Moved(before, after)


class RefundsAThird(Wallet):
    async def refund(self, order: Order[Rollback], account: Account, bet: BetRecord) -> Moved:
        return await super().refund(order, account, bet._replace(stake=bet.stake // 3))


class FoldsTheCaseOfIds(Wallet):
    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id.swapcase().casefold())


class RefusesRepeatedBets(Wallet):
    """Answers a bet that comes again with an error."""

    def answer_replay(self, order: AnyOrder, account: Account, entry: Entry) -> ItemReply:
        if isinstance(order.item, Bet):
            raise Refusal(Outcome.CONFLICT, "this transaction was applied already")
        return super().answer_replay(order, account, entry)


class RemembersRefusedBets(Wallet):
    """Marks the id of a refused bet as done, and of nothing else."""

    def remember_refusal(self, order: AnyOrder, account: Account, refusal: Refusal) -> None:
        balance = self.store.balance(account)
        if isinstance(order.item, Bet) and self.store.entry(self.memory_key(order, account)) is None:
            self.remember(order, account, Moved(balance, balance), balance)


class ShowsTheBalanceBeforeWins(Wallet):
    def shown_balance(self, moved: Moved) -> int:
        return moved.before if moved.after > moved.before else super().shown_balance(moved)


class PaysNoLiveWins(Wallet):
    async def credit(self, order: Order[Movement], account: Account) -> Moved:
        if isinstance(order.item, Payout):
            before = self.store.balance(account)
            return Moved(before, before + int(order.item.amount))
        return await super().credit(order, account)


class SkipsTheFirstAfterARefusal(Wallet):
    """Refuses the next transaction of a batch, too, when one was refused."""

    async def work_through(self, orders: Iterable[Order[Movement]]) -> list[ItemReply]:
        answers: list[ItemReply] = []
        for order in orders:
            if answers and answers[-1].outcome is not Outcome.OK and len(answers) < 3:
                answers.append(replace(answers[-1], id=order.item.id))
            else:
                answers.append(await self.process(order))
        return answers


@dataclass(frozen=True, slots=True)
class Strange:
    """One wallet and what may be said of it: the names of defects, and words of a guess that is true as well."""

    wallet_type: type[Wallet]
    contract: str
    names: tuple[str, ...]
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.wallet_type.__name__} on {self.contract}"

    def is_true(self, cause: Explanation) -> bool:
        """True if a cause names one of the bugs, or is a guess that says what is wrong."""
        if cause.bugs:
            return bool({*cause.bugs} & {*self.names})
        return any(each in cause.sentence for each in self.words)


_FEW_IDS = (
    "remembers-the-last-five-ids",
    "keeps-the-last-fifty-ids",
    "remembers-the-players-last-id-only",
    "moves-the-player-every-seven-requests",
)
_FLOATS_AND_ROUNDING = ("rounds-to-two-decimals", "counts-in-floats", "shows-a-rounded-balance")
_CUT_IDS = (
    "cuts-ids-after-36-characters",
    "cuts-ids-after-254-characters",
    "cuts-ids-that-it-takes-up-to-64-characters",
)
_FORGETFUL = ("last transactions only", "forgotten a transaction", "in the memory of one process", "kept")

STRANGE = (
    Strange(KeepsTwelveIds, "casino", _FEW_IDS, _FORGETFUL),
    Strange(KeepsTwelveIds, "sportsbook", _FEW_IDS, _FORGETFUL),
    Strange(ForgetsAfterTenSeconds, "casino", ("forgets-after-three-seconds",), _FORGETFUL),
    Strange(RoundsToOneDecimal, "casino", _FLOATS_AND_ROUNDING, ("another amount", "decimals")),
    Strange(KeepsAFifth, "casino", ("keeps-a-fee",), ("another amount",)),
    Strange(KeepsAFifth, "sportsbook", ("keeps-a-fee",), ("another amount",)),
    Strange(CreditsThrice, "casino", ("credits-twice",), ("3 times",)),
    Strange(TakesStakesThrice, "casino", ("debits-twice",), ("3 times",)),
    Strange(CutsIdsAfterTwoHundredCharacters, "casino", _CUT_IDS, ("cut",)),
    Strange(
        OverdrawsByATenth, "casino", ("overdraws-by-one-unit", "compares-whole-units"), ("balance covers", "exceeds")
    ),
    Strange(CreditsBelowABoundOnly, "casino", ("stops-at-31-bits", "wraps-at-32-bits"), ("another amount", "32 bits")),
    Strange(PaysPerRoundOnce, "casino", ("remembers-per-operation",), ("per operation",)),
    Strange(RemembersTwoIds, "casino", _FEW_IDS, _FORGETFUL),
    Strange(RemembersTwoIds, "sportsbook", _FEW_IDS, _FORGETFUL),
    Strange(MovesThePlayerEveryFourRequests, "casino", _FEW_IDS, _FORGETFUL),
    Strange(
        ForgetsBatches, "casino", ("looks-up-debits-only", "forgets-every-transaction"), ("look the transactionId",)
    ),
    Strange(
        RefusesBatchesOverFifty,
        "casino",
        ("refuses-a-large-batch",),
        ("ordinary transaction is refused", "whole batch"),
    ),
    Strange(WorksSixtyItems, "casino", ("works-twenty-five-items",), ("one answer for each",)),
    Strange(ForgetsZeroBets, "casino", ("forgets-zero",), ("0",)),
    Strange(BelievesAnOldSecret, "casino", ("compares-the-start-of-a-signature",), ("signature",)),
    Strange(BelievesOldTimestamps, "casino", ("believes-for-ever", "takes-any-timestamp"), ("age", "old")),
    Strange(OverwritesBalances, "casino", ("overwrites-credits", "overwrites-debits"), ("overwrite",)),
    Strange(OverwritesBalances, "sportsbook", ("overwrites-credits", "overwrites-debits"), ("overwrite",)),
    Strange(RefundsAThird, "sportsbook", ("refunds-half-the-stake",), ("does not refund the stake",)),
    Strange(FoldsTheCaseOfIds, "casino", ("ignores-the-case-of-ids",), ("case",)),
    Strange(RefusesRepeatedBets, "casino", ("answers-a-repeat-with-an-error",), ("answered with an error",)),
    Strange(RefusesRepeatedBets, "sportsbook", ("answers-a-repeat-with-an-error",), ("answered with an error",)),
    Strange(RemembersRefusedBets, "casino", ("remembers-a-refusal-as-done",), ("remembered as done",)),
    Strange(ShowsTheBalanceBeforeWins, "casino", ("shows-the-balance-before",), ("balance before the movement",)),
    Strange(PaysNoLiveWins, "casino", ("credits-nothing",), ("never booked",)),
    Strange(
        SkipsTheFirstAfterARefusal, "casino", ("skips-the-item-after-a-bad-one", "all-or-nothing"), ("all or nothing",)
    ),
    Strange(diagnosed.ShowsAHundredTimesAsMuch, "casino", (), ("100 times too large",)),
    Strange(diagnosed.CreditsAHundredth, "casino", (), ("100 times too small",)),
    Strange(diagnosed.BalanceIsNull, "casino", ("leaves-the-balance-out",), ("the balance is null",)),
    Strange(diagnosed.FindsNoBetToRollBack, "sportsbook", (), ("not found by its rollback",)),
    Strange(diagnosed.CountsFromTheBalanceBeforeTheBatch, "casino", (), ("before the batch",)),
)
