"""Batches as histories: not atomic, each item stands alone, and what the balance of an item may be."""

from __future__ import annotations

from typing import Any

import pytest
from oracle_account import Account, believed, event, refusal, situation
from oracle_requests import READ, bet, pay

from harness.model import Amount, Movement, Situation, Wrong
from harness.oracle import Belief, Event, judge


def item(movement: Movement, balance: Amount | None = None, **terms: Any) -> Event:
    """An item that was answered with success."""
    return event(movement, balance, operation="settlement", batch=True, **terms)  # type: ignore[arg-type]


def refused(movement: Movement, **terms: Any) -> Event:
    return refusal(movement, operation="settlement", batch=True, **terms)  # type: ignore[arg-type]


def twin(movement: Movement, balance: Amount | None = None) -> Event:
    """An item whose id is in the batch twice."""
    return item(movement, balance, duplicate_in_batch=True)


def test_items_show_the_balance_after_each_of_them_in_any_order() -> None:
    account = Account(100)
    account.batch(item(pay("p", 10), 130), item(pay("q", 20), 120))
    account.holds(130)


def test_items_may_all_show_the_balance_after_the_batch() -> None:
    account = Account(100)
    judgement = account.batch(item(pay("p", 10), 130), item(pay("q", 20), 130))
    assert judgement.readings == {("batch_balance", "after_batch")}
    account.answers(pay("p", 10), 130)
    account.answers(pay("r", 5), 135)
    account.answers(pay("q", 20), 130)


@pytest.mark.parametrize("shown", [(110, 120), (100, 130), (130, 140), (110, 140)])
def test_no_other_balances_can_be_shown(shown: tuple[int, int]) -> None:
    finding = Account(100).cannot_batch(item(pay("p", 10), shown[0]), item(pay("q", 20), shown[1]))
    assert (finding.situation, finding.wrong) == (Situation.NEW, Wrong.BALANCE)


def test_a_policy_may_forbid_the_balance_after_the_batch() -> None:
    policy = {"batch_balance": frozenset({"after_item"})}
    events = [item(pay("p", 10), 130, policy=policy), item(pay("q", 20), 130, policy=policy)]
    assert Account(100).cannot_batch(*events).wrong is Wrong.BALANCE


def test_a_bad_item_is_refused_alone() -> None:
    account = Account(100)
    account.batch(item(pay("p", 10), 110), refused(pay("q", 20), disbelieved=Situation.MALFORMED))
    account.holds(110)
    finding = account.cannot_batch(item(pay("r", 1), 111), item(pay("s", 1), 112, disbelieved=Situation.WRONG_CURRENCY))
    assert (finding.situation, finding.wrong) == (Situation.WRONG_CURRENCY, Wrong.ACCEPTED)


def test_a_good_item_cannot_be_refused_for_the_sake_of_a_bad_one() -> None:
    account = Account(100, bets=frozenset({"b"}))
    finding = account.cannot_batch(refused(pay("p", 10, "b")), refused(pay("q", 20), disbelieved=Situation.MALFORMED))
    assert (finding.event.item.id, finding.wrong) == ("p", Wrong.REFUSED)  # type: ignore[union-attr]


def test_one_id_twice_in_a_batch_is_credited_once() -> None:
    account = Account(100)
    finding = account.cannot_batch(twin(pay("p", 10), 110), twin(pay("p", 10), 120))
    assert (finding.situation, finding.wrong) == (Situation.DUPLICATE_IN_BATCH, Wrong.BALANCE)
    account.batch(twin(pay("p", 10), 110), twin(pay("p", 10), 110))
    account.holds(110)


def test_the_twin_of_an_item_repeats_the_first_balance_or_shows_the_current_one() -> None:
    for shown in (110, 130):
        account = Account(100)
        account.batch(twin(pay("p", 10), 110), item(pay("q", 20), 130), twin(pay("p", 10), shown))
        account.holds(130)


def test_one_id_twice_in_a_batch_with_different_amounts_moves_one_of_them() -> None:
    for first, moved in ((pay("p", 10), 10), (pay("p", 30), 30)):
        account = Account(100)
        other = pay("p", 40 - moved)
        account.batch(twin(first, 100 + moved), refused(other, duplicate_in_batch=True))
        account.holds(100 + moved)
    account = Account(100)
    account.batch(twin(pay("p", 10), 110), twin(pay("p", 30), 110))
    account.holds(110)
    assert Account(100).cannot_batch(twin(pay("p", 10), 110), twin(pay("p", 30), 140)).wrong is Wrong.BALANCE


def test_old_and_new_items_are_told_apart() -> None:
    account = Account(100)
    account.answers(pay("p", 10), 110, operation="payout")
    finding = account.cannot_batch(item(pay("p", 10), 120), item(pay("q", 20), 140))
    assert finding.situation in {Situation.CROSS_REPLAY, Situation.NEW}
    judgement = account.batch(item(pay("p", 10), 110), item(pay("q", 20), 130))
    assert judgement.situations == (Situation.CROSS_REPLAY, Situation.NEW)
    account.holds(130)


def test_covered_bets_of_a_batch_are_debited_and_uncovered_ones_refused_alone() -> None:
    account = Account(100)
    account.batch(item(bet("a", 60), 40), refused(bet("c", 60)), item(bet("d", 40), 0))
    account.holds(0)


def test_a_bet_of_a_batch_that_the_balance_always_covers_cannot_be_refused() -> None:
    finding = Account(100).cannot_batch(item(bet("a", 60), 40), refused(bet("c", 40)))
    assert (finding.event.item.id, finding.wrong) == ("c", Wrong.REFUSED)  # type: ignore[union-attr]


def test_a_batch_cannot_spend_what_is_not_there() -> None:
    finding = Account(100).cannot_batch(item(bet("a", 60), 40), item(bet("c", 60), 0))
    assert (finding.situation, finding.wrong) == (Situation.UNCOVERED, Wrong.ACCEPTED)


@pytest.mark.parametrize("size", [3, 20])
@pytest.mark.parametrize("applied", ["none", "half", "all"])
def test_a_lost_batch_that_is_sent_again_is_credited_once(size: int, applied: str) -> None:
    account = Account(100)
    items = [pay(f"p{number}", 10) for number in range(size)]
    for each in items:
        account.loses(each, operation="settlement", batch=True)
    account.answers(READ, 100 + 10 * {"none": 0, "half": size // 2, "all": size}[applied])
    total = 100 + 10 * size
    assert account.cannot_batch(*(item(each, total + 10) for each in items)).wrong is Wrong.BALANCE
    account.batch(*(item(each, total) for each in items))
    account.holds(total)


def test_an_item_of_a_lost_batch_that_is_refused_the_second_time_is_not_in_the_books() -> None:
    account = Account(100)
    for number in range(20):
        account.loses(pay(f"p{number}", 10), operation="settlement", batch=True)
    events = [item(pay(f"p{number}", 10)) for number in range(19)]
    account.batch(*events, refused(pay("p19", 10)))
    account.holds(290)


def test_situations_are_told_in_the_order_of_the_items() -> None:
    account = Account(100)
    account.answers(pay("p", 10), 110)
    judgement = account.batch(item(pay("q", 0), 110), item(pay("p", 10), 110), item(pay("r", 1), 111))
    assert judgement.situations == (Situation.ZERO, Situation.CROSS_REPLAY, Situation.NEW)
    assert situation(account.answers(READ, 111)) is Situation.READ


def test_a_batch_that_rests_on_a_reading_in_every_book_that_explains_it_tells_so() -> None:
    """Who knows the bet cannot refuse its credit; a book that does not explain the batch has no say."""
    refusal_of = ("unknown_bet", "refused")
    events = [item(pay("p", 10), 130), item(pay("q", 20), 130), refused(pay("r", 5, "x"))]
    books = [believed(100), believed(100, rolled_back=frozenset({"y"})), believed(70, bets=frozenset({"z"}))]
    judgement = judge(books, events)
    assert judgement.readings == {("batch_balance", "after_batch"), refusal_of}
    assert {each.book.balance for each in judgement.beliefs} == {130}
    known = entry_of_refused(believed(100))
    judgement = judge([believed(100), known], events)
    assert judgement.readings == {("batch_balance", "after_batch")}
    judgement = judge([known, believed(100)], events)
    assert judgement.readings == {("batch_balance", "after_batch")}


def entry_of_refused(book: Belief) -> Belief:
    """The book after the credit was refused once: it is refused again for that reason."""
    (after,) = judge([book], [refused(pay("r", 5, "x"))]).beliefs
    return after


def test_a_policy_may_ask_for_the_balance_after_the_batch() -> None:
    policy = {"batch_balance": frozenset({"after_batch"})}
    items = (pay("p", 10), pay("q", 20))
    finding = Account(100).cannot_batch(item(items[0], 110, policy=policy), item(items[1], 130, policy=policy))
    assert (finding.event.item, finding.wrong, finding.situation) == (items[0], Wrong.BALANCE, Situation.NEW)
    (possible,) = finding.possible
    assert (possible.accepted, possible.balances, possible.book.balance) == (True, (130,), 130)
    assert (possible.situation, possible.readings) == (Situation.NEW, (("batch_balance", "after_batch"),))
    account = Account(100)
    account.batch(item(items[0], 130, policy=policy), item(items[1], 130, policy=policy))
    account.answers(pay("r", 5), 135, policy=policy)
    account.holds(135)


def test_a_batch_that_cannot_be_searched_within_the_budget_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.oracle.explanation.LARGEST_SEARCH", 1)
    monkeypatch.setattr("harness.oracle.explanation.STEPS_PER_EVENT", 0)
    judgement = judge([believed(100)], [item(pay(f"p{number}", 10), 130) for number in range(3)])
    assert judgement.undecided
    assert (judgement.beliefs, judgement.finding) == ((), None)


def test_what_is_found_leaves_no_books() -> None:
    judgement = judge([believed(100)], [item(pay("p", 10), 111), item(pay("q", 20), 112)])
    assert judgement.finding is not None
    assert (judgement.beliefs, judgement.undecided) == ((), False)
