"""Requests in flight at once: a sound wallet answers them one by one, and a defect can hold a window open."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest
from wallet_at_hand import AtHand

from harness.model import Bet, Outcome, Rollback, Unsettle
from mock_server.in_process import Waiting, run, run_together
from mock_server.order import AnyOrder, Moved, Order
from mock_server.store import Account, BetRecord, Entry
from mock_server.wallet import Wallet


class LooksUpTooEarly(Wallet):
    """Looks the id up, waits, and believes what it saw."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        found = await super().look_up(order, account)
        await self.gap()
        return found


class ChecksFundsTooEarly(Wallet):
    """Checks the balance, waits, and takes the amount from what is there then."""

    async def debit(self, order: Order[Any], account: Account) -> Moved:
        if not self.covers(order, self.store.balance(account)):
            return await super().debit(order, account)
        await self.gap()
        before = self.store.balance(account)
        self.store.set_balance(account, before - order.item.amount)
        return Moved(before, before - order.item.amount)


class LosesUpdates(Wallet):
    """Reads the balance, waits, and writes the sum over what others wrote."""

    async def credit(self, order: Order[Any], account: Account) -> Moved:
        before = self.store.balance(account)
        await self.gap()
        self.store.set_balance(account, before + order.item.amount)
        return Moved(before, before + order.item.amount)


class LooksForTheBetTooEarly(Wallet):
    """A rollback finds no bet, waits, and closes the books on a bet that has come meanwhile."""

    async def find_bet(self, order: Order[Rollback], account: Account) -> BetRecord | None:
        found = await super().find_bet(order, account)
        await self.gap()
        return found


class LooksForTheRollbackTooEarly(Wallet):
    """A bet finds no rollback of itself, waits, and debits although the rollback has come meanwhile."""

    async def check_bet(self, order: Order[Any], account: Account) -> None:
        await super().check_bet(order, account)
        await self.gap()


class RefundsTwice(Wallet):
    """Sees that the bet stands, waits, and returns the stake."""

    async def is_rolled_back(self, bet: BetRecord) -> bool:
        await self.gap()
        return await super().is_rolled_back(bet)


class RefundsWhileSettling(Wallet):
    """Sees that the bet is not settled, waits, and returns the stake."""

    async def is_settled(self, bet: BetRecord) -> bool:
        await self.gap()
        return await super().is_settled(bet)


def ready(wallet_type: type[Wallet]) -> AtHand:
    return AtHand("sportsbook", balance=10_000, wallet_type=wallet_type)


@pytest.mark.parametrize(("wallet_type", "effects"), [(Wallet, 1), (LooksUpTooEarly, 20)])
@pytest.mark.parametrize(("make", "change"), [(AtHand.bet, -100), (AtHand.payout, 100), (AtHand.unsettle, -100)])
def test_identical_transactions(wallet_type: type[Wallet], effects: int, make: type, change: int) -> None:
    at = AtHand(balance=10_000, wallet_type=wallet_type)
    replies = at.ask_together(*[make(at, 100, id="x")] * 20)
    assert at.holds() == 10_000 + effects * change
    assert {reply.outcome for reply in replies} == {Outcome.OK}


@pytest.mark.parametrize(("wallet_type", "left"), [(Wallet, 0), (ChecksFundsTooEarly, -10_000)])
def test_bets_with_funds_for_some(wallet_type: type[Wallet], left: int) -> None:
    at = ready(wallet_type)
    replies = at.ask_together(*(at.bet(1000) for _ in range(20)))
    assert at.holds() == left
    accepted = 10 if wallet_type is Wallet else 20
    assert Counter(reply.outcome for reply in replies)[Outcome.OK] == accepted


@pytest.mark.parametrize(("wallet_type", "held"), [(Wallet, 30_000), (LosesUpdates, 11_000)])
def test_different_credits(wallet_type: type[Wallet], held: int) -> None:
    at = ready(wallet_type)
    at.ask_together(*(at.payout(1000) for _ in range(20)))
    assert at.holds() == held


@pytest.mark.parametrize(
    ("wallet_type", "bet_first", "held"),
    [
        (Wallet, False, 10_000),
        (Wallet, True, 10_000),
        (LooksForTheBetTooEarly, False, 7000),
        (LooksForTheRollbackTooEarly, True, 7000),
    ],
)
def test_a_bet_against_its_rollback(wallet_type: type[Wallet], bet_first: bool, held: int) -> None:
    at = ready(wallet_type)
    pair = [at.rollback("b"), at.bet(3000, id="b")]
    at.ask_together(*(reversed(pair) if bet_first else pair))
    assert at.holds() == held


@pytest.mark.parametrize(("wallet_type", "held"), [(Wallet, 10_000), (RefundsTwice, 13_000)])
def test_two_rollbacks_of_one_bet(wallet_type: type[Wallet], held: int) -> None:
    at = ready(wallet_type)
    at.ask(at.bet(3000, id="b"))
    at.ask_together(at.rollback("b"), at.rollback("b"))
    assert at.holds() == held


@pytest.mark.parametrize(("wallet_type", "held"), [(Wallet, 10_000), (RefundsWhileSettling, 19_000)])
def test_a_payout_against_the_rollback(wallet_type: type[Wallet], held: int) -> None:
    at = ready(wallet_type)
    at.ask(at.bet(3000, id="b", bet="B"))
    at.ask_together(at.rollback("b", bet="B"), at.payout(9000, bet="B"))
    assert at.holds() == held


def test_a_batch_against_a_live_payout() -> None:
    at = AtHand(balance=0)
    payouts = [at.payout(10) for _ in range(50)]
    at.ask_together(at.settle(*payouts), *payouts, at.settle(*payouts))
    assert at.holds() == 500


def test_mixed_load_has_an_exact_sum() -> None:
    at = ready(Wallet)
    load: list[Bet | Unsettle | Any] = [make(1000) for make in (at.bet, at.payout, at.unsettle, at.payout) * 10]
    replies = at.ask_together(*load)
    assert {reply.outcome for reply in replies} == {Outcome.OK}
    assert at.holds() == 10_000


async def others() -> None:
    await asyncio.sleep(0)


async def _turns(name: str, told: list[str]) -> str:
    for _ in range(2):
        told.append(name)
        await others()
    return name


def test_turns_are_taken_in_a_fixed_order() -> None:
    told: list[str] = []
    assert run_together([_turns("a", told), _turns("b", told)]) == ["a", "b"]
    assert told == ["a", "b", "a", "b"]


class World:
    """Something outside that is waited for."""

    def __await__(self) -> Generator[str, None, None]:
        yield "news"


async def _waits_for(world: World) -> None:
    await world


def test_waiting_for_the_world_is_an_error_in_process() -> None:
    with pytest.raises(Waiting, match="waits for 'news': in process a rule may only give up its turn"):
        run(_waits_for(World()))


async def _fails() -> str:
    await others()
    raise ValueError("no")


def test_what_one_raises_ends_them_all() -> None:
    told: list[str] = []
    with pytest.raises(ValueError, match="no"):
        run_together([_fails(), _turns("a", told)])
    assert told == ["a"]
