"""What keeps a search short: each history here costs a question an event, or a few, and far more without a shortcut.

A question is one put to the rules of a wallet. The numbers are what is asked today; more is a shortcut that is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from ledger_account import READ, Account, bet, event, pay, refusal, reward, rollback, unsettle

from harness.ledger import STRICT, Book, Event, judge
from harness.ledger.search import FEW, Budget
from harness.model import Amount, Single, Situation


class Counter:
    """How many questions were asked since it was made."""

    asked = 0


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter()
    spend = Budget.spend

    def counted(budget: Budget) -> None:
        counter.asked += 1
        spend(budget)

    monkeypatch.setattr(Budget, "spend", counted)
    return counter


def shuffled(events: Sequence[Event]) -> list[Event]:
    return Random(1).sample(events, len(events))


def after(*answered: Event, balance: Amount = 1000) -> Book:
    """The book after answers that came one after the other."""
    account = Account(balance)
    for each in answered:
        account.answers(each.item, each.balance) if each.accepted else account.refuses(each.item)
    (book,) = account.books
    return book


def after_losing(*items: Single, balance: Amount = 1000) -> Book:
    """The book after the answers to some requests were lost."""
    account = Account(balance)
    for each in items:
        account.loses(each)
    (book,) = account.books
    return book


N = 16
X = frozenset({"x"})
BETS = [bet(f"b{n}", 10 + n) for n in range(N)]
STAKES = sum(each.amount for each in BETS)
LEFT = 1000 - STAKES
PAID = STAKES
CREDITS = [pay(f"p{n}", 10 + n) for n in range(N)]
RUNNING = [event(each, 1000 - sum(b.amount for b in BETS[: n + 1])) for n, each in enumerate(BETS)]
OLD = after(*RUNNING)

SILENT_BETS = [event(each) for each in BETS]
SILENT_CREDITS = [event(each) for each in CREDITS]


RUNNING_ON = [event(bet(f"n{n}", b.amount), LEFT - sum(x.amount for x in BETS[: n + 1])) for n, b in enumerate(BETS)]
READS = [event(READ, each.balance) for each in RUNNING]
DOUBTFUL = [event(each.item, each.balance, doubtful=Situation.TAMPERED) for each in RUNNING]
NEVER_COVERED = [refusal(bet(f"x{n}", 5000 + n)) for n in range(N)]
LATER_UNCOVERED = [refusal(bet(f"x{n}", 800 + n)) for n in range(N)]
EQUAL = [bet(f"e{n}", 10) for n in range(N)]
ALIKE = [pay(f"e{n}", 10) for n in range(N)]
OF_X = [pay(f"e{n}", 10, "x") for n in range(N)]
FORGED_OF_X = [
    refusal(make(f"{make.__name__}{n}", n, "x"), disbelieved=Situation.FORGED)
    for n in range(N // 2)
    for make in (pay, unsettle)
]
DEDUCTED = [event(unsettle(f"u{n}", 10, "x")) for n in range(4)]
RETURNED = [event(rollback(f"r{n}", f"b{n}")) for n in range(3)]
REWARDS = [event(reward(f"w{n}", 10), 10 + 10 * n) for n in range(70)]
EMPTY = [event(reward(f"z{n}", 0)) for n in range(70)]
LOST_BET = after_losing(bet("lost", 7))
LOST_ROLLBACK = after_losing(rollback("lost", "unknown"))
LOST_CREDITS = after_losing(*CREDITS, balance=0)


@pytest.mark.parametrize(
    ("book", "events", "end", "most"),
    [
        pytest.param(Book(STAKES), SILENT_BETS, 0, N, id="covered bets"),
        pytest.param(Book(0), SILENT_CREDITS, PAID, N, id="credits"),
        pytest.param(Book(0), [*SILENT_BETS, *SILENT_CREDITS], 0, 9 * N, id="credits that cover bets"),
        pytest.param(Book(100), [event(READ, 100)] * N, 100, N, id="reads"),
        pytest.param(OLD, RUNNING, LEFT, N, id="replays"),
        pytest.param(OLD, SILENT_BETS, LEFT, N, id="silent replays"),
        pytest.param(OLD, [event(rollback(f"r{n}", f"b{n}")) for n in range(N)], 1000, N, id="silent rollbacks"),
        pytest.param(
            Book(0), [event(rollback(f"r{n}", f"u{n}"), 0) for n in range(N)], 0, N, id="rollbacks of nothing"
        ),
        pytest.param(Book(9), [refusal(each, disbelieved=Situation.FORGED) for each in CREDITS], 9, N, id="forged"),
        pytest.param(Book(9, bets=X), FORGED_OF_X, 9, N, id="forged credits and deductions of one bet"),
        pytest.param(Book(5), [refusal(each) for each in BETS], 5, N, id="uncovered bets"),
        pytest.param(Book(9), [refusal(each) for each in CREDITS], 9, N, id="refused credits of unknown bets"),
        pytest.param(Book(9), [event(pay(f"z{n}", 0), 9) for n in range(N)], 9, N, id="credits of nothing"),
        pytest.param(Book(1000), RUNNING, LEFT, N, id="balances that lead from one to the next"),
        pytest.param(Book(1000), [*RUNNING, *RUNNING], LEFT, 3 * N, id="each sent twice"),
        pytest.param(OLD, [*RUNNING, *RUNNING_ON], LEFT - STAKES, 3 * N, id="replays among new ones"),
        pytest.param(Book(1000), [*RUNNING, *READS], LEFT, 40, id="reads in between"),
        pytest.param(Book(STAKES), [*SILENT_BETS, *NEVER_COVERED], 0, 2 * N, id="bets that nothing covers"),
        pytest.param(Book(1000), [*RUNNING, *LATER_UNCOVERED], LEFT, 3 * N, id="bets that are uncovered later"),
        pytest.param(Book(1000), [*map(event, EQUAL), event(READ, 920)], 840, N + 1, id="equal bets around a read"),
        pytest.param(Book(0), [*map(event, ALIKE), event(READ, 80)], 160, N + 1, id="equal credits around a read"),
        pytest.param(Book(0, bets=X), [*map(event, OF_X), event(READ, 80)], 160, N + 1, id="equal credits of one bet"),
        pytest.param(Book(0), [*SILENT_CREDITS[:8], event(READ, 33)], 108, 1300, id="unlike credits around a read"),
        pytest.param(LOST_BET, SILENT_BETS, LEFT, N, id="silent bets beside a lost one"),
        pytest.param(LOST_BET, RUNNING, LEFT, 140, id="bets beside a lost one"),
        pytest.param(
            LOST_BET, [*RUNNING[:4], event(bet("lost", 7))], 947, 25, id="a lost bet sent again beside others"
        ),
        pytest.param(LOST_ROLLBACK, RUNNING, LEFT, 1100, id="bets beside a lost rollback"),
        pytest.param(LOST_CREDITS, SILENT_CREDITS, PAID, N, id="lost credits sent again"),
        pytest.param(LOST_CREDITS, [*SILENT_CREDITS, *map(event, EQUAL)], 120, 40, id="lost credits that cover bets"),
        pytest.param(Book(1000), DOUBTFUL, LEFT, N, id="requests that might be refused"),
        pytest.param(Book(0, bets=X), [*map(event, OF_X), *DEDUCTED], 120, 150, id="credits and deductions of one bet"),
        pytest.param(Book(1000), [*SILENT_BETS, *RETURNED], LEFT + 33, 190, id="bets and rollbacks of some"),
        pytest.param(Book(0), REWARDS, 700, 70, id="more than are compared"),
        pytest.param(Book(0), [*REWARDS, *EMPTY], 700, 210, id="more than are compared, half of them of nothing"),
    ],
)
def test_order_is_not_tried_where_it_does_not_matter(
    counter: Counter, book: Book, events: list[Event], end: Amount, most: int
) -> None:
    judgement = judge([book], shuffled(events), racing=True)
    assert judgement.leniency == STRICT
    assert {each.balance for each in judgement.books} == {end}
    assert counter.asked <= most


@pytest.mark.parametrize("size", [FEW, FEW + 1])
def test_only_of_few_events_each_is_asked_whether_it_fits_the_balance(counter: Counter, size: int) -> None:
    """The last shall be first: without an index by balance every other one is asked before it."""
    backwards = RUNNING[:size][::-1]
    judge([Book(1000)], backwards, racing=True)
    assert counter.asked == (sum(range(size + 1)) if size <= FEW else size)


def test_where_none_of_many_fits_each_is_asked_once(counter: Counter) -> None:
    """More than are compared, and none comes first: no order is tried beyond that."""
    events = [refusal(pay(f"k{n}", n + 1, "x")) for n in range(70)]
    finding = judge([Book(100, bets=X)], events).finding
    assert finding is not None
    assert finding.event is events[0]
    assert counter.asked == 70 + 70  # Item by item, and by the balance after all of it.


def test_all_books_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two books need four questions together; with three it is not known."""
    monkeypatch.setattr("harness.ledger.search.QUESTIONS_PER_EVENT", 0)
    for allowed, undecided in ((4, False), (3, True)):
        monkeypatch.setattr("harness.ledger.search.LARGEST_SEARCH", allowed)
        books = [Book(100), Book(100, rolled_back=frozenset({"z"}))]
        judgement = judge(books, [event(READ, 100), event(READ, 100)], racing=True)
        assert judgement.undecided is undecided
        assert len(judgement.books) == (0 if undecided else 2)


def test_a_large_batch_has_a_larger_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.ledger.search.LARGEST_SEARCH", 3)
    monkeypatch.setattr("harness.ledger.search.QUESTIONS_PER_EVENT", 1)
    assert not judge([Book(1000)], RUNNING).undecided
