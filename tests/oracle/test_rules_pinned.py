"""What a wallet was said to do is the only thing that it may do: policies pinned to one reading, as histories."""

from __future__ import annotations

import pytest
from oracle_account import Account, event, situation
from oracle_requests import READ, bet, pay, reward, rollback, unsettle

from harness.model import Amount, Policy, Single, Situation, Wrong
from harness.oracle import Event
from harness.oracle.rules import allowed


def pinned(**readings: str) -> Policy:
    return {policy: frozenset({reading}) for policy, reading in readings.items()}


# ----------------------------------------------------------------------------------------------------------------------
# Bets of nothing, and the bet that a credit or a deduction names


def test_a_bet_of_nothing_must_be_refused_and_other_bets_must_not() -> None:
    account = Account(100, pinned(zero_bet="refused"))
    finding = account.cannot_answer(bet("a", 0), 100)
    assert (finding.situation, finding.wrong) == (Situation.ZERO, Wrong.ACCEPTED)
    assert account.refuses(bet("a", 0)).readings == {("zero_bet", "refused")}
    account.cannot_refuse(bet("b", 1))
    account.answers(pay("c", 0), 100)


@pytest.mark.parametrize("item", [pay("p", 10, "b"), pay("p", 0, "b"), unsettle("p", 10, "b")])
def test_a_bet_that_was_never_placed_must_be_refused(item: Single) -> None:
    account = Account(100, pinned(unknown_bet="refused", deduction="supported"))
    finding = account.cannot_answer(item)
    assert finding.wrong is Wrong.ACCEPTED
    assert account.refuses(item).readings == {("unknown_bet", "refused")}


def test_a_bet_that_was_placed_is_paid_and_so_is_a_credit_that_names_none() -> None:
    account = Account(100, pinned(unknown_bet="refused"))
    account.answers(bet("a", 30, "b"), 70)
    account.cannot_refuse(pay("p", 10, "b"))
    account.answers(pay("p", 10, "b"), 80)
    account.answers(pay("q", 10), 90)
    account.answers(reward("r", 10), 100)
    account.answers(unsettle("u", 0, "never heard of"), 100)


@pytest.mark.parametrize("reference", ["a", "b"])
def test_a_bet_whose_answer_was_lost_may_have_been_placed(reference: str) -> None:
    account = Account(100, pinned(unknown_bet="refused"))
    account.loses(bet("a", 30, "b"))
    account.answers(pay("p", 10, reference))


def test_another_lost_request_makes_no_bet_known() -> None:
    account = Account(100, pinned(unknown_bet="refused"))
    account.loses(pay("p", 30, "b"))
    assert account.cannot_answer(pay("q", 10, "b")).wrong is Wrong.ACCEPTED


def test_a_bet_that_was_refused_is_not_known() -> None:
    account = Account(10, pinned(unknown_bet="refused"))
    account.refuses(bet("a", 30, "b"))
    assert account.cannot_answer(pay("p", 10, "b"), 20).wrong is Wrong.ACCEPTED


def test_a_bet_that_was_rolled_back_is_another_matter_than_one_that_never_came() -> None:
    account = Account(100, pinned(unknown_bet="applied"))
    account.answers(bet("a", 30, "b"), 70)
    account.answers(rollback("r", "a", "b"), 100)
    assert account.refuses(pay("p", 10, "b")).readings == {("returned_bet", "refused")}
    account.cannot_refuse(pay("q", 10, "never placed"))


def test_a_bet_that_was_rolled_back_must_be_refused_or_must_be_paid() -> None:
    for reading in ("refused", "applied"):
        account = Account(100, pinned(returned_bet=reading))
        account.answers(bet("a", 30, "b"), 70)
        account.answers(rollback("r", "a", "b"), 100)
        if reading == "refused":
            assert account.cannot_answer(pay("p", 10, "b"), 110).wrong is Wrong.ACCEPTED
        else:
            assert account.cannot_refuse(pay("p", 10, "b")).wrong is Wrong.REFUSED


def test_a_bet_that_was_rolled_back_before_it_came_falls_under_both() -> None:
    one = Account(100, pinned(returned_bet="refused"))
    one.answers(rollback("r", "a", "b"), 100)
    one.answers(pay("p", 10, "b"), 110)
    both = Account(100, pinned(returned_bet="refused", unknown_bet="refused"))
    both.answers(rollback("r", "a", "b"), 100)
    assert both.cannot_answer(pay("p", 10, "b"), 110).wrong is Wrong.ACCEPTED


def test_a_settled_bet_whose_rollback_was_without_effect_is_still_paid() -> None:
    account = Account(100, pinned(returned_bet="refused", rollback_of_settled="kept"))
    account.answers(bet("a", 30, "b"), 70)
    account.answers(pay("p", 50, "b"), 120)
    account.answers(rollback("r", "a", "b"), 120)
    account.answers(pay("q", 10, "b"), 130)


# ----------------------------------------------------------------------------------------------------------------------
# Deductions


def test_a_wallet_that_never_deducts_must_refuse_but_for_nothing() -> None:
    account = Account(100, pinned(deduction="unsupported"))
    account.answers(bet("a", 30, "b"), 70)
    account.answers(pay("p", 50, "b"), 120)
    assert account.cannot_answer(unsettle("u", 10, "b"), 110).wrong is Wrong.ACCEPTED
    account.answers(unsettle("v", 0, "b"), 120)


@pytest.mark.parametrize(("amount", "beyond"), [(50, False), (51, True)])
def test_no_more_is_deducted_than_was_paid(amount: Amount, beyond: bool) -> None:
    account = Account(100, pinned(unsettlement_beyond_payout="refused", deduction="supported"))
    account.answers(bet("a", 30, "b"), 70)
    account.answers(pay("p", 60, "b"), 130)
    account.answers(unsettle("u", 10, "b"), 120)
    account.answers(pay("q", 40, "another"), 160)
    if beyond:
        assert account.cannot_answer(unsettle("v", amount, "b"), 160 - amount).wrong is Wrong.ACCEPTED
    else:
        account.answers(unsettle("v", amount, "b"), 160 - amount)


def test_a_credit_whose_answer_was_lost_may_have_been_paid() -> None:
    account = Account(100, pinned(unsettlement_beyond_payout="refused", deduction="supported"))
    account.answers(bet("a", 30, "b"), 70)
    account.loses(pay("p", 20, "b"))
    account.answers(unsettle("u", 20, "b"))
    assert account.cannot_answer(unsettle("v", 1, "b")).wrong is Wrong.ACCEPTED


# ----------------------------------------------------------------------------------------------------------------------
# Requests that a wallet may refuse for what surrounds them


@pytest.mark.parametrize("policy", ["unknown_game", "ended_session_bet"])
def test_a_new_request_must_be_refused_and_a_replay_need_not(policy: str) -> None:
    account = Account(100, pinned(**{policy: "refused"}))
    account.answers(bet("old", 10), 90)
    finding = account.cannot_answer(bet("new", 10), 80, refusable=(policy,))
    assert (finding.situation, finding.wrong) == (Situation.NEW, Wrong.ACCEPTED)
    assert account.refuses(bet("new", 10), refusable=(policy,)).readings == {(policy, "refused")}
    account.answers(bet("old", 10), 90, refusable=(policy,))


def test_a_read_must_be_refused() -> None:
    account = Account(100, pinned(ended_session_read="refused"))
    assert account.cannot_answer(READ, 100, refusable=("ended_session_read",)).wrong is Wrong.ACCEPTED
    account.refuses(READ, refusable=("ended_session_read",))
    account.answers(READ, 100)


def test_what_was_said_to_be_accepted_cannot_be_refused() -> None:
    account = Account(100, pinned(unknown_game="accepted"))
    assert account.cannot_refuse(bet("a", 10), refusable=("unknown_game",)).wrong is Wrong.REFUSED
    account.answers(bet("a", 10), 90, refusable=("unknown_game",))


def test_an_id_of_another_operation_or_a_buried_bet_may_be_answered_as_ever() -> None:
    account = Account(100, pinned(ended_session_bet="refused"))
    account.answers(pay("a", 10), 110)
    account.answers(bet("a", 10), refusable=("ended_session_bet",))
    other = Account(100, pinned(ended_session_bet="refused"))
    other.answers(bet("a", 10), 90, refusable=("ended_session_bet",), known_elsewhere=True)
    late = Account(100, pinned(ended_session_bet="refused"))
    late.answers(rollback("r", "a"), 100)
    late.answers(bet("a", 10), 100, refusable=("ended_session_bet",))


# ----------------------------------------------------------------------------------------------------------------------
# Balances in a batch


def batch(reading: str, *events: tuple[Single, Amount]) -> tuple[Event, ...]:
    return tuple(event(item, balance, policy=pinned(batch_balance=reading)) for item, balance in events)


def test_every_item_shows_the_balance_after_the_batch() -> None:
    account = Account(100)
    finding = account.cannot_batch(*batch("after_batch", (pay("p", 10), 110), (pay("q", 20), 130)))
    assert (finding.situation, finding.wrong) == (Situation.NEW, Wrong.BALANCE)
    assert finding.event.item == pay("p", 10)
    assert [(each.accepted, each.balances, each.readings) for each in finding.possible] == [
        (True, (130,), (("batch_balance", "after_batch"),))
    ]
    judgement = account.batch(*batch("after_batch", (pay("p", 10), 130), (pay("q", 20), 130)))
    assert ("batch_balance", "after_batch") in judgement.readings
    account.holds(130)


@pytest.mark.parametrize("reading", ["after_batch", "after_item"])
def test_a_batch_in_which_both_readings_are_the_same_is_right_under_each(reading: str) -> None:
    account = Account(100)
    account.batch(*batch(reading, (pay("p", 10), 110)))
    account.batch(*batch(reading, (pay("q", 20), 130), (pay("z", 0), 130)))
    account.holds(130)


def test_every_item_shows_the_balance_after_itself() -> None:
    account = Account(100)
    finding = account.cannot_batch(*batch("after_item", (pay("p", 10), 130), (pay("q", 20), 130)))
    assert finding.wrong is Wrong.BALANCE
    account.batch(*batch("after_item", (pay("p", 10), 110), (pay("q", 20), 130)))


# ----------------------------------------------------------------------------------------------------------------------
# Known ids


def test_a_refused_id_of_another_player_is_refused_again_though_refusals_are_judged_afresh() -> None:
    account = Account(100, pinned(replay_of_refused="afresh"))
    account.refuses(pay("a", 10), known_elsewhere=True)
    again = account.refuses(pay("a", 10), known_elsewhere=True)
    assert situation(again) is Situation.REPLAY_OF_REFUSED
    account.holds(100)


def test_a_refused_rollback_with_a_movements_id_is_refused_again() -> None:
    account = Account(100, pinned(replay_of_refused="afresh"))
    account.answers(pay("r", 10), 110)
    account.answers(bet("a", 30), 80)
    account.refuses(rollback("r", "a"))
    account.refuses(rollback("r", "a"))
    account.holds(80)


@pytest.mark.parametrize("reading", ["new", "refused", "first_result"])
def test_a_known_id_with_another_round_has_an_answer_under_every_reading(reading: str) -> None:
    account = Account(100, pinned(reused_id=reading))
    account.answers(bet("a", 10, round="r1"), 90)
    book = account.beliefs[0].book
    terms = event(bet("a", 10, round="r2"), policy=pinned(reused_id=reading)).terms
    possible = {each.accepted for each in allowed(book, bet("a", 10, round="r2"), terms)}
    assert possible == {"new": {True, False}, "refused": {False}, "first_result": {True}}[reading]


def test_a_malformed_request_that_is_refused_shows_no_reading() -> None:
    account = Account(100, pinned(deduction="supported"))
    assert account.refuses(unsettle("u", 10, "b"), doubtful=Situation.MALFORMED).readings == frozenset()
    account = Account(100, pinned(deduction="supported"))
    assert account.refuses(unsettle("u", 10, "b")).readings == {("unknown_bet", "refused")}
