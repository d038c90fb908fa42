"""What a judgement costs, counted in questions to the rules rather than in time, and what happens past the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
from ledger_account import READ, Account, bet, event, pay, refusal, rollback

from harness.ledger import MONEY_ONLY, STRICT, Book, BudgetExceeded, Event, Judgement, Leniency, judge, lost
from harness.ledger.search import Budget
from harness.ledger.unfolding import combinations
from harness.model import Amount, Movement, Payout, Situation, Wrong

Judge = Callable[..., tuple[Judgement, int]]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Judge, and count the questions that all searches together asked."""
    asked = [0]
    spend = Budget.spend

    def counted(budget: Budget) -> None:
        asked[0] += 1
        spend(budget)

    monkeypatch.setattr(Budget, "spend", counted)

    def count(books: Sequence[Book], events: Sequence[Event], *, racing: bool = False) -> tuple[Judgement, int]:
        asked[0] = 0
        return judge(books, events, racing=racing), asked[0]

    return count


def worked(balance: Amount, items: Sequence[Movement], random: Random) -> tuple[list[Event], Amount]:
    """The answers of a sound wallet that works all at once in some order, in the order of sending, and the end."""
    told: dict[int, Event] = {}
    for index in random.sample(range(len(items)), len(items)):
        item = items[index]
        change = item.amount if isinstance(item, Payout) else -item.amount
        if balance + change < 0:
            told[index] = refusal(item)  # type: ignore[arg-type]
        else:
            balance += change
            told[index] = event(item, balance)  # type: ignore[arg-type]
    return [told[index] for index in range(len(items))], balance


def fifty_bets(random: Random) -> list[Movement]:
    return [bet(f"b{number}", random.randint(100, 900)) for number in range(50)]


def fifty_mixed(random: Random) -> list[Movement]:
    """Thirty single operations and two batches of ten."""
    bets: list[Movement] = [bet(f"b{number}", random.randint(1, 900)) for number in range(30)]
    return bets + [pay(f"p{number}", random.randint(1, 900)) for number in range(20)]


@pytest.mark.parametrize("make", [fifty_bets, fifty_mixed])
@pytest.mark.parametrize("seed", range(5))
def test_fifty_at_once_that_show_their_balances_are_judged_at_once(
    judged: Judge, make: Callable[[Random], list[Movement]], seed: int
) -> None:
    random = Random(seed)
    events, end = worked(12_000, make(random), random)
    judgement, questions = judged([Book(12_000)], events, racing=True)
    assert judgement.leniency == STRICT
    assert [book.balance for book in judgement.books] == [end]
    assert questions < 2 * 50


@pytest.mark.parametrize("seed", range(5))
def test_fifty_at_once_that_show_the_balances_of_others_are_judged_by_their_money(judged: Judge, seed: int) -> None:
    random = Random(seed)
    events, end = worked(12_000, fifty_mixed(random), random)
    shown = [each.balance for each in events if each.accepted]
    random.shuffle(shown)
    spoilt = [event(each.item, shown.pop()) if each.accepted else each for each in events]
    judgement, questions = judged([Book(12_000)], spoilt, racing=True)
    assert judgement.finding is None
    assert not judgement.undecided
    assert {book.balance for book in judgement.books} <= {end}
    assert questions < 8 * 50


def test_fifty_at_once_that_show_no_balance_are_judged_by_their_money(judged: Judge) -> None:
    random = Random(1)
    events, end = worked(30_000, fifty_mixed(random), random)
    judgement, questions = judged([Book(30_000)], [event(each.item) for each in events], racing=True)
    assert [book.balance for book in judgement.books] == [end]
    assert questions == 50


def test_a_race_with_two_batches_that_show_the_balance_after_them_needs_no_leniency(judged: Judge) -> None:
    balance: Amount = 30_000
    events: list[Event] = []
    for block in range(32):
        if block in {10, 20}:
            items = [pay(f"p{block}-{number}", 3 * number + block) for number in range(10)]
            balance += sum(each.amount for each in items)
            events += [event(each, balance, operation="settlement", batch=True, exchange=block) for each in items]
        else:
            balance -= 7 * block
            events.append(event(bet(f"b{block}", 7 * block), balance, exchange=block))
    judgement, questions = judged([Book(30_000)], events[::-1], racing=True)
    assert judgement.leniency == STRICT
    assert judgement.readings == {("batch_balance", "after_batch")}
    assert [book.balance for book in judgement.books] == [balance]
    assert questions < 7 * 50


@pytest.mark.parametrize("accepted", [3, 4])
def test_twenty_equal_bets_of_which_too_few_are_accepted_cost_next_to_nothing(judged: Judge, accepted: int) -> None:
    events = [event(bet(f"b{n}", 1000)) if n < accepted else refusal(bet(f"b{n}", 1000)) for n in range(20)]
    judgement, questions = judged([Book(5000)], events, racing=True)
    assert judgement.leniency == Leniency(refusals=True)
    assert [book.balance for book in judgement.books] == [5000 - 1000 * accepted]
    assert questions == 20


def test_an_overdraft_among_fifty_is_found_without_trying_any_order(judged: Judge) -> None:
    random = Random(1)
    events = [event(each) for each in fifty_bets(random)]  # type: ignore[arg-type]
    judgement, questions = judged([Book(12_000)], events, racing=True)
    assert judgement.finding is not None
    assert (judgement.finding.situation, judgement.finding.wrong) == (Situation.UNCOVERED, Wrong.ACCEPTED)
    assert questions == 0


@pytest.mark.parametrize("balances", ["right", "current", "none"])
def test_fifty_identical_requests_are_interchangeable(judged: Judge, balances: str) -> None:
    shown = {"right": 70, "current": 60, "none": None}[balances]
    events = [event(bet("a", 30), shown) for _ in range(49)] + [refusal(bet("a", 30))]
    judgement, questions = judged([Book(100)], events, racing=True)
    refusals = Leniency(balances=balances == "current", refusals=True)
    assert judgement.leniency == refusals
    assert questions < 5 * 50


def test_fifty_debits_of_one_bet_with_money_for_some(judged: Judge) -> None:
    items = fifty_bets(Random(3))
    events, end = worked(9_000, items, Random(4))
    events.append(event(rollback("r", "unknown"), end))
    judgement, questions = judged([Book(9_000)], events, racing=True)
    assert [book.balance for book in judgement.books] == [end]
    assert judgement.leniency == STRICT
    assert questions < 3 * 50


# ----------------------------------------------------------------------------------------------------------------------
# A batch of a thousand


def thousand(player: int) -> Iterator[Movement]:
    random = Random(player)
    return (pay(f"{player}-{number}", random.randint(1, 1_000_000)) for number in range(500))


def shown(items: Sequence[Movement], how: str) -> list[Event]:
    """The answers to a batch that was applied from a balance of 0."""
    total = sum(each.amount for each in items)
    told, balance = [], 0
    for each in items:
        balance += int(each.amount)
        told.append(event(each, total if how == "whole" else balance, operation="settlement", batch=True))  # type: ignore[arg-type]
    return told


@pytest.mark.parametrize("how", ["whole", "running"])
def test_a_thousand_new_items_over_two_players_cost_a_question_each(judged: Judge, how: str) -> None:
    for player in (1, 2):
        events = shown(list(thousand(player)), how)
        Random(5).shuffle(events)
        judgement, questions = judged([Book(0)], events)
        assert judgement.finding is None
        assert len(judgement.books) == 1
        assert questions == len(events)


@pytest.mark.parametrize("how", ["whole", "running"])
def test_a_lost_batch_of_a_thousand_over_two_players_is_one_book_and_a_question_an_item(
    judged: Judge, how: str
) -> None:
    for player in (1, 2):
        items = list(thousand(player))
        books: tuple[Book, ...] = (Book(0),)
        for each in items:
            books = lost(books, event(each, operation="settlement", batch=True))  # type: ignore[arg-type]
        assert len(books) == 1
        judgement, questions = judged(books, shown(items, how))
        assert [book.balance for book in judgement.books] == [sum(each.amount for each in items)]
        assert questions == len(items)
        again, questions = judged(judgement.books, shown(items, how))
        assert again.books
        assert questions == len(items)


def test_a_thousand_old_and_new_items_mixed_that_show_current_balances_are_found_by_balance(judged: Judge) -> None:
    items = [pay(f"p{number}", number + 1) for number in range(1000)]
    books: tuple[Book, ...] = (Book(0),)
    books = judged(books, shown(items[::2], "running"))[0].books
    balance, told = books[0].balance, []
    for number, each in enumerate(items):
        balance += each.amount if number % 2 else 0
        told.append(event(each, balance, operation="settlement", batch=True))
    judgement, questions = judged(books, told)
    assert [book.balance for book in judgement.books] == [balance]
    assert questions == len(items)


@pytest.mark.parametrize("how", ["running", "whole"])
def test_a_thousand_bets_of_which_half_are_covered(judged: Judge, how: str) -> None:
    items: list[Movement] = [bet(f"b{number}", 1000 + number) for number in range(1000)]
    balance: Amount = sum(each.amount for each in items[:500])
    events: list[Event] = []
    start = balance
    for each in items:
        if each.amount <= balance:
            balance -= each.amount
            events.append(event(each, balance if how == "running" else 0, operation="bet_batch", batch=True))  # type: ignore[arg-type]
        else:
            events.append(refusal(each, operation="bet_batch", batch=True))  # type: ignore[arg-type]
    judgement, questions = judged([Book(start)], events)
    assert [book.balance for book in judgement.books] == [0]
    assert questions <= 2 * len(items)


# ----------------------------------------------------------------------------------------------------------------------
# Past the budget


def test_past_its_budget_the_oracle_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.ledger.search.LARGEST_SEARCH", 3)
    monkeypatch.setattr("harness.ledger.search.QUESTIONS_PER_EVENT", 0)
    events, _ = worked(500, [bet(f"b{n}", 10 + n) for n in range(6)], Random(1))
    judgement = judge([Book(500)], events, racing=True)
    assert judgement.undecided
    assert (judgement.books, judgement.finding) == ((), None)
    assert len(judgement.situations) == len(events)


def test_a_stricter_judgement_that_did_not_finish_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.ledger.search.LARGEST_SEARCH", 12)
    monkeypatch.setattr("harness.ledger.search.QUESTIONS_PER_EVENT", 0)
    monkeypatch.setattr("harness.ledger.hopeless.MOST_REACHED", 1)
    bets = [event(bet(f"b{n}", 10 + n), 300 if n == 9 else None) for n in range(10)]
    judgement = judge([Book(500)], bets, racing=True)
    assert judgement.leniency == MONEY_ONLY
    assert judgement.unsure


def test_too_many_open_amounts_are_not_known(judged: Judge) -> None:
    account = Account(10**9)
    for number in range(70):
        account.loses(bet(f"b{number}", 2**number))
    judgement, _ = judged(account.books, [event(READ, 10**9 - 12345)])
    assert judgement.undecided
    with pytest.raises(BudgetExceeded):
        list(combinations([(2**n, 1) for n in range(30)], None))


def test_too_many_requests_in_flight_are_not_known() -> None:
    account = Account(100)
    for number in range(8):
        account.loses(rollback(f"r{number}", f"b{number}"))
    with pytest.raises(BudgetExceeded):
        account.loses(rollback("r8", "b8"))
