"""One commit for all requests of one turn: nobody is answered before it, and all of them fail with it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from wallet_at_hand import AtHand

from harness.model import Movement, Operation, Outcome, Reply
from mock_server.commits import CommitAtOnce, CommitEachTurn
from mock_server.order import Moved, Order
from mock_server.rules.batches import PART
from mock_server.store import PATIENCE_SECONDS, RETRY_SECONDS, Account, NotStored, Unclear
from mock_server.store.sqlite import SqliteStore
from mock_server.wallet import Wallet
from mock_server.wire import Uncertain


class Watched(SqliteStore):
    """Counts its commits, and fails those that it is told to."""

    def __init__(self) -> None:
        self.commits = 0
        self.fails = False
        super().__init__(None)

    def commit(self) -> None:
        if not self.busy:
            return
        self.commits += 1
        if self.fails:
            raise OSError("the disk is full")
        super().commit()


def ask_at_once(at: AtHand, *operations: Operation) -> list[Reply | BaseException]:
    async def ask() -> list[Reply | BaseException]:
        asked: list[Awaitable[Reply]] = [at.wallet.handle(at.contract, each) for each in operations]
        return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(ask())


async def until_processed(commits: CommitEachTurn) -> None:
    """Wait until requests have been processed and wait for their commit."""
    for _ in range(100):
        if commits._waiting:
            return
        await asyncio.sleep(0)
    raise AssertionError("no request was processed")


@pytest.fixture
def store() -> Watched:
    return Watched()


@pytest.fixture
def at(store: Watched) -> AtHand:
    at = AtHand(store=store)
    at.wallet = Wallet(store, commits=CommitEachTurn(store))
    store.commits = 0
    return at


def test_requests_of_one_turn_share_a_commit(at: AtHand, store: Watched) -> None:
    replies = ask_at_once(at, *(at.payout(1) for _ in range(50)))
    shown = {reply.items[0].balance for reply in replies if isinstance(reply, Reply)}
    assert shown == {*range(1001, 1051)}
    assert (store.commits, at.holds(), store.busy) == (1, 1050, False)


def test_a_request_alone_is_committed_before_its_answer(at: AtHand, store: Watched) -> None:
    for number in range(1, 4):
        ask_at_once(at, at.payout(1))
        assert (store.commits, store.busy) == (number, False)


def test_a_commit_that_fails_fails_the_whole_turn(at: AtHand, store: Watched) -> None:
    payouts = [at.payout(1) for _ in range(3)]
    store.fails = True
    assert [str(each) for each in ask_at_once(at, *payouts)] == ["the disk is full"] * 3
    assert (at.holds(), store.busy) == (1000, False)
    store.fails = False
    ask_at_once(at, *payouts)
    assert at.holds() == 1003


class LosesAnswers(SqliteStore):
    """Commits, and does not learn whether it has."""

    def commit(self) -> None:
        if self.busy:
            super().commit()
            if self._proof is not None:
                raise Unclear("no answer", self._proof)


@pytest.mark.parametrize("can_be_looked_up", [True, False])
def test_a_commit_without_an_answer_is_looked_up(tmp_path: Path, can_be_looked_up: bool) -> None:
    file = tmp_path / "books.sqlite"
    at = AtHand(store=SqliteStore(file))
    store = LosesAnswers(file)
    at.wallet = Wallet(store, commits=CommitEachTurn(store))
    if not can_be_looked_up:
        store._where = tmp_path
    replies = ask_at_once(at, at.payout(1), at.payout(2))
    if can_be_looked_up:
        assert [reply.items[0].balance for reply in replies if isinstance(reply, Reply)] == [1001, 1003]
    else:
        assert [type(reply) for reply in replies] == [Uncertain, Uncertain]
    assert at.holds() == 1003


class Locked(SqliteStore):
    """Counts the attempts to open a transaction while another writer has the lock."""

    locked = True
    attempts = 0
    unlocked_at = 0

    def try_begin(self) -> bool:
        self.attempts += 1
        if self.attempts == self.unlocked_at:
            self.locked = False
        return not self.locked and super().try_begin()


def test_a_locked_store_is_waited_for_by_all_together() -> None:
    at = AtHand()
    store = Locked(None)
    at.wallet = Wallet(store, commits=CommitEachTurn(store))
    replies = ask_at_once(at, *(at.payout(1) for _ in range(50)))
    assert {reply.outcome for reply in replies if isinstance(reply, Reply)} == {Outcome.REFUSED}
    assert store.attempts <= PATIENCE_SECONDS / RETRY_SECONDS


def test_a_store_that_is_unlocked_meanwhile_serves_all_who_wait() -> None:
    store = Locked(None)
    store.locked = False
    at = AtHand(store=store)
    store.locked = True
    at.wallet = Wallet(store, commits=CommitEachTurn(store))

    store.unlocked_at = store.attempts + 4
    replies = ask_at_once(at, *(at.payout(1) for _ in range(50)))
    assert all(isinstance(reply, Reply) and reply.accepted for reply in replies)
    assert at.holds() == 1050


class RefusesOne(SqliteStore):
    """Refuses one commit, by number, or to open a transaction after it."""

    number = 0
    commits = 0
    opens = True

    def commit(self) -> None:
        if not self.busy:
            return
        self.commits += 1
        if self.commits == self.number:
            if self.opens:
                self.rollback()
                raise NotStored("the disk is full")
            super().commit()
            return
        super().commit()

    def try_begin(self) -> bool:
        if not self.opens and self.commits == self.number:
            raise NotStored("the file is gone")
        return super().try_begin()


@pytest.mark.parametrize(
    ("items", "number", "opens", "known", "kept"),
    [
        (PART, 1, True, True, 0),
        (2 * PART, 1, True, True, 0),
        (2 * PART, 2, True, False, PART),
        (3 * PART, 2, True, False, PART),
        (2 * PART, 1, False, False, PART),
    ],
)
def test_a_batch_is_refused_only_if_none_of_its_parts_is_stored(
    items: int, number: int, opens: bool, known: bool, kept: int
) -> None:
    store = RefusesOne(None)
    at = AtHand(store=store)
    at.wallet = Wallet(store, commits=CommitEachTurn(store))
    store.commits, store.number, store.opens = 0, number, opens
    (reply,) = ask_at_once(at, at.settle(*(at.payout(1) for _ in range(items))))
    store.number = -1
    if known:
        assert isinstance(reply, Reply)
        assert reply.outcome is Outcome.REFUSED
    else:
        assert type(reply) is Uncertain
    assert at.holds() == 1000 + kept


def test_a_part_that_is_not_stored_does_not_disturb_the_next_turn() -> None:
    others: list[asyncio.Future[Reply]] = []

    class StartsAnother(RefusesOne):
        def commit(self) -> None:
            if self.busy and self.commits + 1 == self.number:
                others.append(asyncio.ensure_future(hand.wallet.handle(hand.contract, hand.payout(5))))
            super().commit()

    store = StartsAnother(None)
    hand = AtHand(store=store)
    hand.wallet = Wallet(store, commits=CommitEachTurn(store))
    store.commits, store.number = 0, 1

    async def ask() -> tuple[Reply, Reply]:
        batch = await hand.wallet.handle(hand.contract, hand.settle(*(hand.payout(1) for _ in range(PART + 1))))
        return batch, await others[0]

    batch, other = asyncio.run(ask())
    assert (batch.outcome, other.outcome, hand.holds()) == (Outcome.REFUSED, Outcome.OK, 1005)


def test_a_batch_that_fails_late_takes_its_last_turn_along_and_keeps_its_first_part(at: AtHand, store: Watched) -> None:
    others: list[asyncio.Future[Reply]] = []

    class StumblesLate(Wallet):
        async def begin_part(self, contract: str, items: Sequence[Movement]) -> None:
            await super().begin_part(contract, items)
            others.append(asyncio.ensure_future(self.handle(at.contract, at.payout(2))))
            await until_processed(commits)
            raise ZeroDivisionError("half-way")

    commits = CommitEachTurn(store)
    at.wallet = StumblesLate(store, commits=commits)
    batch = at.settle(*(at.payout(1) for _ in range(PART + 1)))

    async def ask() -> None:
        with pytest.raises(Uncertain):
            await at.wallet.handle(at.contract, batch)
        with pytest.raises(ZeroDivisionError):
            await others[0]

    asyncio.run(ask())
    assert at.holds() == 1000 + PART


class Stumbles(Wallet):
    """Fails half-way through the debit of 13."""

    async def debit(self, order: Order[Any], account: Account) -> Moved:
        if order.item.amount == 13:
            self.store.set_balance(account, 0)
            raise ZeroDivisionError("half-way")
        return await super().debit(order, account)


def test_a_request_that_fails_takes_its_turn_along_and_not_the_next(at: AtHand, store: Watched) -> None:
    at.wallet = Stumbles(store, commits=CommitEachTurn(store))
    answers = ask_at_once(at, at.payout(1, id="before"), at.bet(13), at.payout(2, id="after"))
    assert [type(answer).__name__ for answer in answers] == ["ZeroDivisionError", "ZeroDivisionError", "Reply"]
    assert at.holds() == 1002, "what was answered is in the books, and nothing else"


def test_a_single_commit_that_fails_leaves_nothing(store: Watched) -> None:
    at = AtHand(store=store)
    at.wallet = Wallet(store, commits=CommitAtOnce(store))
    store.fails = True
    with pytest.raises(OSError, match="disk is full"):
        at.ask(at.payout(1))
    assert (at.holds(), store.busy) == (1000, False)


def test_one_who_left_does_not_disturb_the_others(at: AtHand, store: Watched) -> None:
    async def leave_early(start: Callable[[], Awaitable[Reply]]) -> Reply:
        leaving = asyncio.ensure_future(start())
        staying = asyncio.ensure_future(at.wallet.handle(at.contract, at.payout(2)))
        await until_processed(commits)
        leaving.cancel()
        return await staying

    commits = CommitEachTurn(store)
    at.wallet = Wallet(store, commits=commits)

    payout = at.payout(1)
    reply = asyncio.run(leave_early(lambda: at.wallet.handle(at.contract, payout)))
    assert (reply.accepted, at.holds()) == (True, 1003)
