"""What a judgement tells: whom a finding accuses, what could have been said instead, and what was not decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from oracle_account import Account, believed, event, refusal
from oracle_requests import READ, bet, pay, reward, rollback, unsettle

from harness.model import Situation, Wrong
from harness.oracle import MONEY_ONLY, STRICT, Belief, Event, Finding, Leniency, balances, judge, lost
from harness.oracle.judge import MOST_POSSIBLE, SMALL_BATCH
from harness.oracle.lost import MOST_BELIEFS

KNOWN = believed(100, bets=frozenset({"b"}))
CREDIT_REFUSED = refusal(pay("p", 10, "b"))
FORGED = event(pay("f", 10), 110, disbelieved=Situation.FORGED)
WRONG_READ = event(READ, 7)
AFTER_ITEM = {"batch_balance": frozenset({"after_item"})}


def found(events: Sequence[Event], *books: Belief, racing: bool = False) -> Finding:
    finding = judge(books or [KNOWN], events, racing=racing).finding
    assert finding is not None
    return finding


# ----------------------------------------------------------------------------------------------------------------------
# Whom it accuses


@pytest.mark.parametrize("racing", [False, True], ids=["batch", "race"])
@pytest.mark.parametrize(
    ("events", "accused", "wrong"),
    [
        pytest.param([CREDIT_REFUSED, FORGED], 1, Wrong.ACCEPTED, id="money given before money refused"),
        pytest.param([WRONG_READ, FORGED], 1, Wrong.ACCEPTED, id="money given before a wrong balance"),
        pytest.param([event(reward("w", 1), 101), FORGED], 1, Wrong.ACCEPTED, id="not what is right"),
    ],
)
def test_the_event_that_speaks_most_clearly_is_accused(
    events: list[Event], accused: int, wrong: Wrong, racing: bool
) -> None:
    finding = found(events, racing=racing)
    assert finding.event is events[accused]
    assert finding.wrong is wrong


@pytest.mark.parametrize(
    ("events", "accused", "wrong"),
    [
        pytest.param([WRONG_READ, CREDIT_REFUSED], 1, Wrong.REFUSED, id="a refusal before a wrong balance"),
        pytest.param([WRONG_READ, event(reward("w", 1), 3)], 0, Wrong.BALANCE, id="the first of two wrong balances"),
        pytest.param([refusal(bet("a", 200)), WRONG_READ], 1, Wrong.BALANCE, id="not a rightful refusal"),
    ],
)
def test_of_a_batch_the_event_that_speaks_most_clearly_is_accused(
    events: list[Event], accused: int, wrong: Wrong
) -> None:
    finding = found(events)
    assert finding.event is events[accused]
    assert finding.wrong is wrong


def test_a_race_overlooks_wrong_balances_and_accuses_what_is_left() -> None:
    finding = found([WRONG_READ, event(reward("w", 1), 3), CREDIT_REFUSED, event(unsettle("u", 200))], racing=True)
    assert (finding.event.item.id, finding.wrong) == ("u", Wrong.ACCEPTED)  # type: ignore[union-attr]


def test_the_book_that_explains_most_tells_what_is_wrong_and_of_equals_the_first() -> None:
    near, far = believed(100), believed(50)
    events = [event(reward("w", 1), 101), event(reward("v", 1), 7)]
    for books in ((near, far), (far, near)):
        finding = found(events, *books)
        assert finding.event is events[1]
        assert finding.possible[0].balances == (102,)
    assert [found([WRONG_READ], *books).possible[0].balances for books in ((near, far), (far, near))] == [(100,), (50,)]


def test_what_could_have_been_said_is_told_up_to_a_number() -> None:
    account = Account(100)
    for number in range(5):
        account.loses(bet(f"b{number}", 2**number))
    finding = account.cannot_answer(bet("a", 90), 99)
    assert finding.wrong is Wrong.BALANCE
    assert len(finding.possible) == MOST_POSSIBLE


def test_a_wrong_balance_is_told_with_the_situation_of_an_answer_like_it() -> None:
    account = Account(100)
    account.answers(bet("a", 30), 70)
    finding = account.cannot_answer(bet("a", 40), 30)
    assert (finding.situation, finding.wrong) == (Situation.CONFLICT, Wrong.BALANCE)
    assert [each.accepted for each in finding.possible] == [False, True]


@pytest.mark.parametrize(
    ("told", "situation"),
    [
        pytest.param(event(bet("a", 100), 0), Situation.EXACT, id="as it was answered"),
        pytest.param(refusal(bet("a", 101)), Situation.UNCOVERED, id="as it was refused"),
        pytest.param(event(bet("a", 101), 0), Situation.UNCOVERED, id="as it should have been refused"),
        pytest.param(refusal(bet("a", 50)), Situation.NEW, id="as it should have been answered"),
        pytest.param(event(pay("f", 1), disbelieved=Situation.STALE), Situation.STALE, id="as it is not believed"),
        pytest.param(event(READ, 100), Situation.READ, id="a read"),
        pytest.param(refusal(pay("p", 10, "other")), Situation.UNKNOWN_BET, id="refused as a credit of an unknown bet"),
        pytest.param(event(pay("p", 10, "other"), 110), Situation.NEW, id="accepted as a credit like any"),
    ],
)
def test_every_event_is_told_what_it_was_to_the_wallet(told: Event, situation: Situation) -> None:
    assert judge([KNOWN], [told]).situations == (situation,)


# ----------------------------------------------------------------------------------------------------------------------
# Several books


def test_balances_are_told_once_each_the_lowest_first() -> None:
    assert balances([believed(30), believed(10), believed(30, bets=frozenset({"b"})), believed(20)]) == (10, 20, 30)


def test_equal_books_are_one_after_an_answer_and_after_a_lost_one() -> None:
    twice = [believed(100), believed(100)]
    assert len(judge(twice, [event(bet("a", 10), 90)]).beliefs) == 1
    assert len(lost(twice, event(bet("a", 10)))) == 1
    assert len(lost([believed(100), believed(90)], event(bet("a", 10)))) == 2


def test_only_the_books_that_explain_an_answer_are_left() -> None:
    judgement = judge([believed(100), believed(90), believed(80)], [event(bet("a", 10))])
    assert balances(judgement.beliefs) == (70, 80, 90)
    judgement = judge([believed(100), believed(90), believed(80)], [event(bet("a", 10), 80)])
    assert balances(judgement.beliefs) == (80,)
    judgement = judge([believed(100), believed(9), believed(80)], [event(bet("a", 10))])
    assert balances(judgement.beliefs) == (70, 90)


def test_a_reading_is_told_only_when_every_book_rests_on_it() -> None:
    sent = [event(pay("p", 10, "b"))]
    refused = [refusal(pay("p", 10, "b"))]
    both = [believed(100), believed(90)]
    reading = {("unknown_bet", "refused")}
    assert judge(both, refused).readings == reading
    assert judge([believed(100), believed(90, bets=frozenset({"b"}))], refused).readings == reading
    assert judge(both, sent).readings == frozenset()
    again = judge([believed(80)], refused).beliefs[0]
    assert judge([again], refused).readings == {("replay_of_refused", "refused")}
    assert judge([again, *both], refused).readings == frozenset()
    assert judge([*both, again], refused).readings == frozenset()


@pytest.mark.parametrize(("books", "undecided"), [(MOST_BELIEFS, False), (MOST_BELIEFS + 1, True)])
def test_more_books_than_are_held_are_not_known(books: int, undecided: bool) -> None:
    judgement = judge([believed(number) for number in range(books)], [event(reward("w", 1))])
    assert judgement.undecided is undecided
    assert len(judgement.beliefs) == (0 if undecided else books)


@pytest.mark.parametrize(("stake", "undecided"), [(345, False), (344, True)])
def test_an_answer_that_leaves_more_books_than_are_kept_is_not_known(stake: int, undecided: bool) -> None:
    """Nine lost bets leave 512 balances, one for each sum. The stake was covered in 256 or 257 of them."""
    account = Account(600)
    for number in range(9):
        account.loses(bet(f"b{number}", 2**number))
    judgement = judge(account.beliefs, [event(bet("a", stake))])
    assert judgement.undecided is undecided
    assert len(judgement.beliefs) == (0 if undecided else MOST_BELIEFS)
    assert judgement.situations == (Situation.NEW,)


# ----------------------------------------------------------------------------------------------------------------------
# When the budget ends


@pytest.fixture
def _poor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve questions and no more."""
    monkeypatch.setattr("harness.oracle.explanation.LARGEST_SEARCH", 12)
    monkeypatch.setattr("harness.oracle.explanation.STEPS_PER_EVENT", 0)


TEN = [event(bet(f"b{n}", 10 + n), 300 if n == 9 else None) for n in range(10)]


@pytest.mark.usefixtures("_poor")
def test_what_no_search_finished_is_undecided_and_says_nothing_else() -> None:
    judgement = judge([believed(500)], TEN)
    assert judgement.undecided
    assert (judgement.beliefs, judgement.finding, judgement.readings) == ((), None, frozenset())
    assert judgement.leniency == STRICT
    assert judgement.situations == (Situation.NEW,) * 10
    assert not judgement.unsure


@pytest.mark.usefixtures("_poor")
def test_what_the_most_lenient_judge_calls_impossible_is_so_although_a_stricter_one_did_not_finish() -> None:
    judgement = judge([believed(500)], [*TEN, FORGED], racing=True)
    assert not judgement.undecided
    assert judgement.finding is not None
    assert judgement.finding.event is FORGED


@pytest.mark.usefixtures("_poor")
def test_a_judgement_that_no_stricter_one_can_spoil_is_sure() -> None:
    events = [event(each.item) for each in TEN]
    judgement = judge([believed(500)], events, racing=True)
    assert (judgement.leniency, judgement.unsure) == (STRICT, False)
    judgement = judge([believed(500)], [*events, event(READ, 7)], racing=True)
    assert (judgement.leniency, judgement.unsure) == (MONEY_ONLY, True)


def test_a_lenient_judgement_whose_stricter_ones_were_finished_is_sure() -> None:
    judgement = judge([believed(100)], [event(bet("a", 10), 70), event(bet("c", 20), 70)], racing=True)
    assert (judgement.leniency, judgement.unsure) == (MONEY_ONLY, False)
    contended = [event(bet("a", 10), 90), refusal(bet("c", 20))]
    judgement = judge([believed(100)], contended, racing=True)
    assert (judgement.leniency, judgement.unsure) == (Leniency(refusals=True), False)


def test_a_bet_whose_cover_depends_on_too_many_lost_amounts_is_undecided() -> None:
    account = Account(1000)
    for number in range(70):
        account.loses(bet(f"b{number}", number + 1))
    judgement = judge(account.beliefs, [event(bet("a", 500))])
    assert judgement.undecided
    assert (judgement.beliefs, judgement.finding, judgement.situations) == ((), None, (Situation.NEW,))


# ----------------------------------------------------------------------------------------------------------------------
# Races and what was lost before them


def test_a_lost_request_may_come_after_the_one_of_a_race_that_was_refused() -> None:
    account = Account(20)
    account.loses(bet("a", 30))
    account.race(refusal(bet("a", 30)), event(pay("p", 20), 40))
    account.answers(READ, 10)
    alone = Account(20)
    alone.loses(bet("a", 30))
    alone.refuses(bet("a", 30))
    alone.answers(pay("p", 20), 40)
    alone.cannot_answer(READ, 10)


def test_identical_requests_whose_answers_disagree_are_remembered_with_neither() -> None:
    account = Account(100)
    account.race(event(bet("a", 30), 65), event(bet("a", 30), 66), event(bet("c", 5), 70))
    account.answers(reward("w", 1), 66)
    account.answers(bet("a", 30), 70)


def test_a_balance_that_only_one_answer_shows_is_remembered_though_others_are_at_odds() -> None:
    account = Account(100)
    account.race(event(bet("a", 30), 65), event(bet("a", 30), 66), event(bet("c", 5), 71))
    account.answers(reward("w", 1), 66)
    account.cannot_answer(bet("c", 5), 70)
    account.answers(bet("c", 5), 71)


# ----------------------------------------------------------------------------------------------------------------------
# Batches whose first answer was lost


def resent(count: int, shown: int) -> tuple[Account, list[Event]]:
    """So many credits of 10 were lost, and are answered when they are sent again, all with this balance."""
    account = Account(100, bets=frozenset({"b"}))
    for number in range(count):
        account.loses(pay(f"p{number}", 10), operation="settlement", batch=True, policy=AFTER_ITEM)
    terms: dict[str, Any] = {"operation": "settlement", "batch": True, "policy": AFTER_ITEM}
    return account, [event(pay(f"p{number}", 10), shown, **terms) for number in range(count)]


@pytest.mark.parametrize(("size", "possible"), [(SMALL_BATCH, False), (SMALL_BATCH + 1, True)])
def test_a_small_batch_that_is_sent_again_is_searched_and_a_large_one_is_not(size: int, possible: bool) -> None:
    """A balance of a new item that no sum explains is found among a few items; among many it need only lie between."""
    account, events = resent(size - 1, 110)
    events.append(event(pay("q", 5), 113, operation="settlement", batch=True, policy=AFTER_ITEM))
    if possible:
        account.batch(*events)
        account.holds(95 + 10 * size)
    else:
        assert account.cannot_batch(*events).event is events[-1]


@pytest.mark.parametrize(("shown", "possible"), [(99, False), (100, True), (190, True), (191, False)])
def test_a_large_batch_that_is_sent_again_shows_balances_between_before_and_after(shown: int, possible: bool) -> None:
    account, events = resent(SMALL_BATCH + 1, shown)
    if possible:
        account.batch(*events)
        return
    finding = account.cannot_batch(*events)
    assert finding.event is events[0]
    assert (finding.situation, finding.wrong) == (Situation.REPLAY, Wrong.BALANCE)
    assert [each.accepted for each in finding.possible] == [True, True]
    assert {each.book.balance for each in finding.possible} == {190}


def test_of_a_large_batch_that_is_sent_again_the_first_wrong_balance_is_accused() -> None:
    account, events = resent(SMALL_BATCH + 2, 150)
    unlike = [event(events[n].item, 999, operation="settlement", batch=True) for n in (4, 6)]
    finding = account.cannot_batch(*events[:4], unlike[0], events[5], unlike[1], *events[7:])
    assert finding.event is unlike[0]


def test_of_a_large_batch_that_is_sent_again_what_cannot_be_refused_is_accused_first() -> None:
    account, events = resent(SMALL_BATCH + 1, 999)
    refused = refusal(pay("q", 10, "b"), operation="settlement", batch=True)
    finding = account.cannot_batch(*events, refused)
    assert finding.event is refused
    assert finding.wrong is Wrong.REFUSED


# ----------------------------------------------------------------------------------------------------------------------
# Batches that show the balance after all of them


@pytest.mark.parametrize(
    ("shown", "possible"), [(110, True), (111, False), (109, False), (135, True)], ids=["then", "more", "less", "now"]
)
def test_an_item_that_was_lost_shows_the_balance_of_then_or_the_one_after_the_batch(shown: int, possible: bool) -> None:
    account = Account(100)
    account.loses(pay("p", 10))
    events = [event(pay("p", 10), shown), event(pay("q", 20), 135), event(pay("r", 5), 135)]
    if possible:
        assert account.batch(*events).readings >= {("batch_balance", "after_batch")}
        account.holds(135)
    else:
        account.cannot_batch(*events)


@pytest.mark.parametrize(
    ("shown", "possible"),
    [(70, True), (95, True), (71, False), (None, True)],
    ids=["then", "now", "neither", "nothing"],
)
def test_an_item_that_was_answered_before_repeats_that_or_shows_the_balance_after_the_batch(
    shown: int | None, possible: bool
) -> None:
    account = Account(100)
    account.answers(bet("a", 30), 70)
    events = [event(bet("a", 30), shown), event(pay("q", 20), 95), event(pay("r", 5), 95)]
    if possible:
        account.batch(*events)
        account.holds(95)
    else:
        account.cannot_batch(*events)


def test_an_item_that_was_refused_before_shows_the_balance_after_the_batch() -> None:
    account = Account(20)
    account.refuses(bet("a", 30))
    events = [event(pay("q", 20), 15), event(pay("r", 5), 15), event(bet("a", 30), 15)]
    account.cannot_batch(*events[:2], event(bet("a", 30), 14))
    account.batch(*events)
    account.holds(15)


def test_reads_and_refusals_of_a_batch_show_nothing_that_matters() -> None:
    account = Account(100)
    account.batch(event(pay("q", 20), 125), event(pay("r", 5), 125), refusal(bet("a", 200)))
    account.holds(125)


def test_only_the_books_that_end_where_a_batch_shows_are_left() -> None:
    events = [event(pay("q", 20), 125), event(pay("r", 5), 125)]
    judgement = judge([believed(90), believed(100), believed(110)], events)
    assert balances(judgement.beliefs) == (125,)
    assert judgement.readings == {("batch_balance", "after_batch")}


def test_a_rollback_in_a_race_keeps_what_it_says_of_its_bet() -> None:
    account = Account(100)
    account.race(event(rollback("r", "a"), 100), refusal(bet("a", 10)))
    account.cannot_answer(bet("a", 10), 90)
