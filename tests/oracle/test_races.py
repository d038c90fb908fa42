"""Races as histories: money is judged first, then refusals under contention and balances are overlooked, and told."""

from __future__ import annotations

import pytest
from oracle_account import Account, believed, event, refusal
from oracle_requests import READ, bet, pay, rollback, unsettle

from harness.model import Situation, Wrong
from harness.oracle import MONEY_ONLY, STRICT, Leniency, balances, judge

CONTENTION = Leniency(refusals=True)
BOTH = Leniency(balances=True, refusals=True)


def test_concurrent_bets_may_come_in_any_order_that_explains_the_balances() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 10), 70), event(bet("c", 20), 80), event(bet("d", 30), 40))
    assert judgement.leniency == STRICT
    assert not judgement.unsure
    account.holds(40)


def test_what_ended_before_another_began_came_first() -> None:
    account = Account(100)
    right = account.race(event(bet("a", 10), 90, at=(0, 4)), event(bet("c", 20), 70, at=(5, 9)))
    assert right.leniency == STRICT
    account = Account(100)
    wrong = account.race(event(bet("a", 10), 70, at=(0, 4)), event(bet("c", 20), 80, at=(5, 9)))
    assert wrong.leniency == MONEY_ONLY


def test_bets_that_race_for_the_same_money_are_accepted_as_far_as_it_goes() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 60), 40), refusal(bet("c", 60)), refusal(bet("d", 60)))
    assert judgement.leniency == STRICT
    account.holds(40)


def test_bets_that_race_cannot_overdraw() -> None:
    finding = Account(100).cannot_race(refusal(bet("a", 60)), event(bet("c", 60), 40), event(bet("d", 60), 40))
    assert (finding.situation, finding.wrong) == (Situation.UNCOVERED, Wrong.ACCEPTED)
    assert finding.event.item == bet("d", 60)
    assert [each.accepted for each in finding.possible] == [False]


def test_credits_in_the_race_may_cover_its_bets() -> None:
    account = Account(100)
    account.race(event(bet("a", 150), 50), event(pay("p", 100), 200))
    account.holds(50)
    Account(100).cannot_race(event(bet("a", 150), 0), event(pay("p", 40), 140))


def test_fewer_bets_than_the_money_covers_is_contention() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 30), 70), refusal(bet("c", 30)), refusal(bet("d", 30)))
    assert judgement.leniency == CONTENTION
    account.holds(70)
    account.refuses(bet("c", 30))
    account.answers(bet("c", 30), 40)


def test_of_identical_requests_one_moves_the_money() -> None:
    account = Account(100)
    judgement = account.race(*(event(bet("a", 30), 70) for _ in range(5)))
    assert judgement.leniency == STRICT
    account.holds(70)


def test_of_identical_requests_the_losers_may_be_refused_for_contention() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 30), 70), *(refusal(bet("a", 30)) for _ in range(4)))
    assert judgement.leniency == CONTENTION
    account.holds(70)
    account.cannot_refuse(bet("a", 30))


def test_of_identical_requests_at_least_one_succeeds() -> None:
    finding = Account(100).cannot_race(*(refusal(bet("a", 30)) for _ in range(5)))
    assert (finding.situation, finding.wrong) == (Situation.NEW, Wrong.REFUSED)


def test_identical_requests_that_the_balance_does_not_cover_are_all_refused() -> None:
    account = Account(20)
    assert account.race(*(refusal(bet("a", 30)) for _ in range(5))).leniency == STRICT
    account.holds(20)


def test_a_double_debit_that_shows_is_a_wrong_balance_and_found_for_certain_at_the_next_read() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 30), 70), event(bet("a", 30), 40))
    assert judgement.leniency == MONEY_ONLY
    assert balances(account.beliefs) == (70,)
    assert account.cannot_answer(READ, 40).wrong is Wrong.BALANCE


def test_answers_that_show_the_balance_of_a_later_moment_are_overlooked_and_told() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 10), 70), event(bet("c", 20), 70))
    assert judgement.leniency == MONEY_ONLY
    account.holds(70)
    account.answers(pay("p", 5), 75)
    account.answers(bet("a", 10), 70)


def test_where_both_are_needed_both_are_told() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 10), 70), event(bet("c", 20), 70), refusal(bet("d", 30)))
    assert judgement.leniency == BOTH
    account.holds(70)


def test_a_replay_after_a_race_repeats_what_was_shown() -> None:
    account = Account(100)
    account.race(event(bet("a", 10), 70), event(bet("c", 20), 80))
    account.answers(pay("p", 5), 75)
    account.cannot_answer(bet("a", 10), 90)
    account.answers(bet("a", 10), 70)
    account.answers(bet("c", 20), 80)


def test_reads_during_writes_show_a_balance_that_stood() -> None:
    account = Account(100)
    judgement = account.race(event(bet("a", 10), 90), event(READ, 90), event(bet("c", 20), 70), event(READ, 100))
    assert judgement.leniency == STRICT
    account = Account(100)
    judgement = account.race(event(bet("a", 10), 90), event(READ, 80), event(bet("c", 20), 70))
    assert judgement.leniency == MONEY_ONLY


def test_movements_of_zero_in_a_race_move_nothing() -> None:
    account = Account(100)
    judgement = account.race(
        event(pay("z", 0), 80), event(bet("a", 20), 80), event(pay("y", 0), 100), event(bet("x", 0), 80)
    )
    assert judgement.leniency == STRICT
    account.holds(80)


def test_a_settlement_against_its_unsettlement_keeps_the_sum() -> None:
    account = Account(0, bets=frozenset({"b"}))
    account.race(event(pay("p", 30, "b"), 30), event(unsettle("u", 30, "b"), 0))
    account.holds(0)
    account = Account(0, bets=frozenset({"b"}))
    account.race(event(pay("p", 30, "b"), 30), refusal(unsettle("u", 30, "b")))
    account.holds(30)


def test_a_payout_against_the_rollback_of_its_bet_is_explained_in_either_order() -> None:
    for shown in ((120, 150), (150, 100)):
        account = Account(100)
        account.answers(bet("a", 30, "b"), 70)
        account.race(event(pay("p", 50, "b"), shown[0]), event(rollback("r", "a", "b"), shown[1]))
        account.holds(150)
    account = Account(100)
    account.answers(bet("a", 30, "b"), 70)
    account.race(refusal(pay("p", 50, "b")), event(rollback("r", "a", "b"), 100))
    account.holds(100)


def test_a_live_payout_against_a_batch_with_the_same_id_is_credited_once() -> None:
    account = Account(100)
    judgement = account.race(
        event(pay("p", 30), 130, operation="payout", exchange=0),
        event(pay("p", 30), 150, operation="settlement", batch=True, exchange=1),
        event(pay("q", 20), 150, operation="settlement", batch=True, exchange=1),
    )
    assert judgement.leniency == STRICT
    account.holds(150)


def test_a_batch_in_a_race_may_show_the_balance_after_all_of_it() -> None:
    account = Account(100)
    judgement = account.race(
        event(bet("a", 10), 130, exchange=0),
        event(pay("p", 20), 140, operation="settlement", batch=True, exchange=1),
        event(pay("q", 20), 140, operation="settlement", batch=True, exchange=1),
    )
    assert judgement.leniency == STRICT
    assert judgement.readings == {("batch_balance", "after_batch")}
    account.holds(130)


def test_what_is_not_to_be_believed_is_refused_in_a_race_too() -> None:
    forged = event(pay("f", 50), 150, disbelieved=Situation.FORGED)
    finding = Account(100).cannot_race(event(bet("a", 10), 90), forged)
    assert finding.event is forged
    assert (finding.situation, finding.wrong) == (Situation.FORGED, Wrong.ACCEPTED)


@pytest.mark.parametrize("size", [2, 20])
def test_the_event_of_a_finding_is_one_of_those_that_were_given(size: int) -> None:
    events = [refusal(bet("a", 30)) for _ in range(size)]
    finding = Account(100).cannot_race(*events)
    assert any(finding.event is each for each in events)
    events = [event(unsettle(f"u{number}", 30), 70) for number in range(size)]
    account = Account(size * 10)
    account.answers(unsettle("u", 1), size * 10 - 1)
    finding = account.cannot_race(*events)
    assert any(finding.event is each for each in events)


def test_identical_credits_that_were_all_booked_are_an_error_and_no_riddle() -> None:
    answers = [event(pay("t1", 20), 100 + 20 * (n + 1)) for n in range(20)]
    judgement = judge([believed(100)], answers, racing=True)
    assert not judgement.undecided
    assert judgement.leniency == MONEY_ONLY
    assert {each.book.balance for each in judgement.beliefs} == {120}, "whoever reads 500 next has read a wrong balance"


@pytest.mark.parametrize("reads", [2, 12])
def test_an_id_that_another_operation_has_had_refused_may_be_answered_with_any_balance_among_few_and_among_many(
    reads: int,
) -> None:
    """A wallet with one space of ids repeats what that id has had, and nobody knows what that showed."""
    events = [*[event(READ, 10)] * reads, refusal(pay("t", 5)), event(bet("t", 3), 4)]
    judgement = judge([believed(10)], events, racing=True)
    assert judgement.leniency == STRICT
    assert balances(judgement.beliefs) == (7, 10), "the money alone does not say whether the bet was placed"


@pytest.mark.parametrize(
    ("shown", "possible"), [(64, False), (65, True), (70, True), (75, True), (80, True), (81, False)]
)
def test_a_lost_bet_may_have_come_at_any_moment_of_two_silent_answers(shown: int, possible: bool) -> None:
    """Of a bet of 5 and a credit of 10 at once either may have come first: the account stood between 95 and 110."""
    account = Account(100)
    account.loses(bet("a", 30))
    account.race(event(bet("x", 5)), event(pay("y", 10)))
    if possible:
        account.answers(bet("a", 30), shown)
        account.holds(75)
    else:
        account.cannot_answer(bet("a", 30), shown)


def test_a_lost_bet_came_at_a_moment_that_an_answer_of_its_own_shows() -> None:
    account = Account(100)
    account.loses(bet("a", 30))
    account.answers(bet("x", 5), 95)
    account.answers(pay("y", 10), 105)
    account.cannot_answer(bet("a", 30), 80)
    account.answers(bet("a", 30), 65)


def test_a_refusal_for_lack_of_money_comes_in_its_time_though_a_smaller_one_cannot_come_yet() -> None:
    account = Account(100)
    judgement = account.race(
        refusal(bet("s", 5), at=(5, 9)), refusal(bet("l", 200), at=(0, 4)), event(bet("a", 100), 0, at=(5, 9))
    )
    assert judgement.leniency == STRICT


AFTER_BATCH = frozenset({("batch_balance", "after_batch")})


@pytest.mark.parametrize(
    ("bet_shows", "batch_shows", "leniency", "readings"),
    [
        pytest.param(90, 130, STRICT, AFTER_BATCH, id="the batch in one go, after the bet"),
        pytest.param(110, 130, STRICT, AFTER_BATCH, id="the bet within the batch"),
        pytest.param(111, 130, MONEY_ONLY, frozenset(), id="a balance that never stood"),
    ],
)
@pytest.mark.parametrize("contended", [False, True], ids=["", "contended"])
def test_a_batch_that_shows_the_balance_after_it_is_judged_with_what_else_must_be_overlooked(
    bet_shows: int, batch_shows: int, leniency: Leniency, readings: frozenset[tuple[str, str]], contended: bool
) -> None:
    judgement = Account(100).race(
        event(bet("a", 10), bet_shows, exchange=0),
        *(event(pay(each, 20), batch_shows, operation="settlement", batch=True, exchange=1) for each in "pq"),
        *([refusal(bet("c", 10), exchange=2)] if contended else []),
    )
    assert judgement.leniency == Leniency(balances=leniency.balances, refusals=contended)
    assert judgement.readings == readings
