"""What a judgement costs, counted in steps of the search for an order rather than in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from oracle_account import Account, believed, event, refusal
from oracle_requests import READ, bet, pay, rollback

from harness.model import Amount, Movement, Payout, Situation, Wrong
from harness.oracle import (
    MONEY_ONLY,
    STRICT,
    Belief,
    BudgetExceeded,
    Event,
    Judgement,
    Leniency,
    balances,
    explanation,
    judge,
    lost,
)
from harness.oracle.sums import combinations

Judge = Callable[..., tuple[Judgement, int]]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Judge, and count the steps that all searches for an order together took."""
    taken = [0]
    step = explanation.step  # type: ignore[attr-defined]

    def counted(*args: Any, **options: Any) -> Any:
        taken[0] += 1
        return step(*args, **options)

    monkeypatch.setattr(explanation, "step", counted)

    def count(beliefs: Sequence[Belief], events: Sequence[Event], *, racing: bool = False) -> tuple[Judgement, int]:
        taken[0] = 0
        return judge(beliefs, events, racing=racing), taken[0]

    return count


@pytest.fixture
def _poor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three steps and no more."""
    monkeypatch.setattr("harness.oracle.explanation.LARGEST_SEARCH", 3)
    monkeypatch.setattr("harness.oracle.explanation.STEPS_PER_EVENT", 0)


def worked(balance: Amount, items: Sequence[Movement], random: Random) -> tuple[list[Event], Amount]:
    """The answers of a sound wallet that works all at once in some order, in the order of sending, and the end."""
    answered: dict[int, Event] = {}
    for index in random.sample(range(len(items)), len(items)):
        item = items[index]
        change = item.amount if isinstance(item, Payout) else -item.amount
        if balance + change < 0:
            answered[index] = refusal(item)  # type: ignore[arg-type]
        else:
            balance += change
            answered[index] = event(item, balance)  # type: ignore[arg-type]
    return [answered[index] for index in range(len(items))], balance


def fifty_bets(random: Random) -> list[Movement]:
    return [bet(f"b{number}", random.randint(100, 900)) for number in range(50)]


def fifty_mixed(random: Random) -> list[Movement]:
    """Thirty bets and twenty credits."""
    bets: list[Movement] = [bet(f"b{number}", random.randint(1, 900)) for number in range(30)]
    return bets + [pay(f"p{number}", random.randint(1, 900)) for number in range(20)]


@pytest.mark.parametrize("make", [fifty_bets, fifty_mixed])
@pytest.mark.parametrize("seed", range(5))
def test_fifty_at_once_that_show_their_balances_take_two_steps_each(
    judged: Judge, make: Callable[[Random], list[Movement]], seed: int
) -> None:
    random = Random(seed)
    events, end = worked(12_000, make(random), random)
    judgement, steps = judged([believed(12_000)], events, racing=True)
    assert judgement.leniency == STRICT
    assert balances(judgement.beliefs) == (end,)
    assert steps <= 2 * 50


@pytest.mark.parametrize("seed", range(5))
def test_fifty_at_once_that_show_the_balances_of_others_are_judged_by_their_money(judged: Judge, seed: int) -> None:
    random = Random(seed)
    events, end = worked(12_000, fifty_mixed(random), random)
    shown = [each.balance for each in events if each.accepted]
    random.shuffle(shown)
    spoilt = [event(each.item, shown.pop()) if each.accepted else each for each in events]
    judgement, steps = judged([believed(12_000)], spoilt, racing=True)
    assert judgement.finding is None
    assert balances(judgement.beliefs) == (end,)
    assert steps < 8 * 50


def test_fifty_at_once_that_show_no_balance_need_no_search(judged: Judge) -> None:
    random = Random(1)
    events, end = worked(30_000, fifty_mixed(random), random)
    judgement, steps = judged([believed(30_000)], [event(each.item) for each in events], racing=True)
    assert balances(judgement.beliefs) == (end,)
    assert steps == 0


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
    judgement, steps = judged([believed(30_000)], events[::-1], racing=True)
    assert judgement.leniency == STRICT
    assert judgement.readings == {("batch_balance", "after_batch")}
    assert balances(judgement.beliefs) == (balance,)
    assert steps < 7 * 50


@pytest.mark.parametrize("accepted", [3, 4])
def test_twenty_equal_bets_of_which_too_few_are_accepted_cost_next_to_nothing(judged: Judge, accepted: int) -> None:
    events = [event(bet(f"b{n}", 1000)) if n < accepted else refusal(bet(f"b{n}", 1000)) for n in range(20)]
    judgement, steps = judged([believed(5000)], events, racing=True)
    assert judgement.leniency == Leniency(refusals=True)
    assert balances(judgement.beliefs) == (5000 - 1000 * accepted,)
    assert steps <= 20


def test_an_overdraft_among_fifty_is_found_without_a_search(judged: Judge) -> None:
    events = [event(each) for each in fifty_bets(Random(1))]  # type: ignore[arg-type]
    judgement, steps = judged([believed(12_000)], events, racing=True)
    assert judgement.finding is not None
    assert (judgement.finding.situation, judgement.finding.wrong) == (Situation.UNCOVERED, Wrong.ACCEPTED)
    assert steps == 0


@pytest.mark.parametrize("shown", [70, 60, None], ids=["right", "current", "none"])
def test_fifty_identical_requests_are_interchangeable(judged: Judge, shown: Amount | None) -> None:
    events = [event(bet("a", 30), shown) for _ in range(49)] + [refusal(bet("a", 30))]
    judgement, steps = judged([believed(100)], events, racing=True)
    assert judgement.leniency == Leniency(balances=shown == 60, refusals=True)
    assert balances(judgement.beliefs) == (70,)
    assert steps < 5 * 50


# ----------------------------------------------------------------------------------------------------------------------
# A batch of a thousand


def shown(items: Sequence[Movement], how: str) -> list[Event]:
    """The answers to a batch that was applied from a balance of 0."""
    total = sum(each.amount for each in items)
    answered, balance = [], 0
    for each in items:
        balance += int(each.amount)
        after = total if how == "whole" else balance
        answered.append(event(each, after, operation="settlement", batch=True))  # type: ignore[arg-type]
    return answered


def credits_of(number: int) -> list[Movement]:
    random = Random(number)
    return [pay(f"p{each}", random.randint(1, 1_000_000)) for each in range(number)]


@pytest.mark.parametrize("how", ["whole", "running"])
def test_a_thousand_new_items_cost_a_step_each(judged: Judge, how: str) -> None:
    events = shown(credits_of(1_000), how)
    Random(5).shuffle(events)
    judgement, steps = judged([believed(0)], events)
    assert judgement.finding is None
    assert len(judgement.beliefs) == 1
    assert steps <= 2 * len(events)


@pytest.mark.parametrize("how", ["whole", "running"])
@pytest.mark.parametrize("number", [1_000, 10_000])
def test_a_lost_batch_that_is_sent_again_is_one_belief_and_no_search(judged: Judge, how: str, number: int) -> None:
    items = credits_of(number)
    events = shown(items, how)
    beliefs = lost([believed(0)], *events)
    assert len(beliefs) == 1
    judgement, steps = judged(beliefs, events)
    assert balances(judgement.beliefs) == (sum(each.amount for each in items),)
    assert steps == 0


def test_a_thousand_old_and_new_items_mixed_that_show_current_balances_are_found_by_balance(judged: Judge) -> None:
    items = [pay(f"p{number}", number + 1) for number in range(1000)]
    beliefs = judge([believed(0)], shown(items[::2], "running")).beliefs
    (balance,), answered = balances(beliefs), []
    for number, each in enumerate(items):
        balance += each.amount if number % 2 else 0
        answered.append(event(each, balance, operation="settlement", batch=True))
    judgement, steps = judged(beliefs, answered)
    assert balances(judgement.beliefs) == (balance,)
    assert steps <= 2 * len(items)


@pytest.mark.parametrize("how", ["running", "whole"])
def test_a_thousand_bets_of_which_half_are_covered(judged: Judge, how: str) -> None:
    items: list[Movement] = [bet(f"b{number}", 1000 + number) for number in range(1000)]
    start = balance = sum(each.amount for each in items[:500])
    events: list[Event] = []
    for each in items:
        if each.amount <= balance:
            balance -= each.amount
            events.append(event(each, balance if how == "running" else 0, operation="bet_batch", batch=True))  # type: ignore[arg-type]
        else:
            events.append(refusal(each, operation="bet_batch", batch=True))  # type: ignore[arg-type]
    judgement, steps = judged([believed(start)], events)
    assert balances(judgement.beliefs) == (0,)
    assert steps <= 3 * len(items)


# ----------------------------------------------------------------------------------------------------------------------
# Past the budget


@pytest.mark.usefixtures("_poor")
def test_past_the_budget_a_batch_is_not_known_and_a_race_is_judged_by_its_money() -> None:
    events, end = worked(500, [bet(f"b{n}", 10 + n) for n in range(6)], Random(1))
    judgement = judge([believed(500)], events)
    assert judgement.undecided
    assert (judgement.beliefs, judgement.finding) == ((), None)
    judgement = judge([believed(500)], events, racing=True)
    assert not judgement.undecided
    assert (judgement.leniency, judgement.unsure) == (MONEY_ONLY, True)
    assert balances(judgement.beliefs) == (end,)


def test_too_many_lost_amounts_are_not_known() -> None:
    account = Account(10**9)
    for number in range(70):
        account.loses(bet(f"b{number}", 2**number))
    assert judge(account.beliefs, [event(READ, 10**9 - 12345)]).undecided
    with pytest.raises(BudgetExceeded):
        list(combinations([(2**n, 1) for n in range(30)], None))


def test_too_many_lost_rollbacks_are_not_known() -> None:
    account = Account(100)
    for number in range(9):
        account.answers(bet(f"b{number}", 1))
    for number in range(8):
        account.loses(rollback(f"r{number}", f"b{number}"))
    with pytest.raises(BudgetExceeded):
        account.loses(rollback("r8", "b8"))
