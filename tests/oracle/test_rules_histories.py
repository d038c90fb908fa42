"""The wallet's rules for one request at a time, as histories: what a sound wallet may answer, and what none can."""

from __future__ import annotations

import pytest
from oracle_account import Account, situation
from oracle_requests import READ, bet, pay, reward, rollback, unsettle

from harness.model import Amount, Bet, Movement, Situation, Wrong

# ----------------------------------------------------------------------------------------------------------------------
# A new transaction


@pytest.mark.parametrize(
    ("item", "after"),
    [(bet("a", 30), 70), (pay("a", 30), 130), (reward("a", 30), 130), (unsettle("a", 30), 70)],
)
def test_a_movement_moves_its_amount_once_and_the_answer_shows_the_balance_after_it(
    item: Movement, after: Amount
) -> None:
    account = Account(100)
    for wrong in (100, after - 1, after + 1, 2 * after - 100):
        finding = account.cannot_answer(item, wrong)  # type: ignore[arg-type]
        assert (finding.situation, finding.wrong) == (Situation.NEW, Wrong.BALANCE)
    assert situation(account.answers(item, after)) is Situation.NEW  # type: ignore[arg-type]
    account.holds(after)


def test_what_could_have_been_said_is_told() -> None:
    finding = Account(100).cannot_answer(bet("a", 30), 100)
    assert [(each.accepted, each.balances) for each in finding.possible] == [(True, (70,))]


def test_an_answer_without_a_balance_moves_the_money_all_the_same() -> None:
    account = Account(100)
    account.answers(bet("a", 30))
    account.holds(70)


def test_a_debit_of_exactly_the_balance_leaves_nothing() -> None:
    account = Account(100)
    assert account.cannot_refuse(bet("a", 100)).situation is Situation.EXACT
    assert situation(account.answers(bet("a", 100), 0)) is Situation.EXACT
    account.holds(0)


@pytest.mark.parametrize("item", [bet("a", 101), unsettle("a", 101)])
def test_a_debit_that_the_balance_does_not_cover_is_refused_and_takes_nothing(item: Bet) -> None:
    account = Account(100)
    finding = account.cannot_answer(item, 0)
    assert (finding.situation, finding.wrong) == (Situation.UNCOVERED, Wrong.ACCEPTED)
    assert situation(account.refuses(item)) is Situation.UNCOVERED
    account.holds(100)


def test_a_covered_bet_and_a_credit_for_a_known_bet_cannot_be_refused() -> None:
    account = Account(100)
    finding = account.cannot_refuse(bet("a", 30, "b1"))
    assert (finding.situation, finding.wrong) == (Situation.NEW, Wrong.REFUSED)
    account.answers(bet("a", 30, "b1"), 70)
    for reference in ("a", "b1"):
        assert account.cannot_refuse(pay("p", 10, reference)).wrong is Wrong.REFUSED


@pytest.mark.parametrize("item", [pay("a", 0), reward("a", 0), unsettle("a", 0), bet("a", 0)])
def test_an_amount_of_zero_is_accepted_and_leaves_the_balance(item: Movement) -> None:
    account = Account(100)
    assert account.cannot_answer(item, 101).situation is Situation.ZERO  # type: ignore[arg-type]
    assert situation(account.answers(item, 100)) is Situation.ZERO  # type: ignore[arg-type]


def test_a_bet_of_zero_may_be_refused_and_an_unsettlement_of_zero_may_not() -> None:
    judgement = Account(100).refuses(bet("a", 0))
    assert judgement.readings == {("zero_bet", "refused")}
    Account(100, {"zero_bet": frozenset({"accepted"})}).cannot_refuse(bet("a", 0))
    assert Account(100, bets=frozenset({"b"})).cannot_refuse(unsettle("u", 0, "b")).situation is Situation.ZERO


def test_a_read_shows_the_balance_and_moves_nothing() -> None:
    account = Account(100)
    finding = account.cannot_answer(READ, 99)
    assert (finding.situation, finding.wrong) == (Situation.READ, Wrong.BALANCE)
    assert account.cannot_refuse(READ).wrong is Wrong.REFUSED
    account.answers(READ, 100)


def test_a_credit_for_an_unknown_bet_may_be_paid_or_refused() -> None:
    paid, refused = Account(100), Account(100)
    assert situation(paid.answers(pay("p", 30, "b"), 130)) is Situation.NEW
    judgement = refused.refuses(pay("p", 30, "b"))
    assert situation(judgement) is Situation.UNKNOWN_BET
    assert judgement.readings == {("unknown_bet", "refused")}
    refused.holds(100)
    strict = Account(100, {"unknown_bet": frozenset({"applied"})})
    assert strict.cannot_refuse(pay("p", 30, "b")).wrong is Wrong.REFUSED


def test_an_empty_reference_is_no_bet_although_bets_without_one_were_placed() -> None:
    account = Account(100)
    account.answers(bet("a", 30), 70)
    account.refuses(pay("p", 10))


# ----------------------------------------------------------------------------------------------------------------------
# Requests that are not to be believed, or hardly


@pytest.mark.parametrize("why", [Situation.FORGED, Situation.TAMPERED, Situation.UNKNOWN_PLAYER])
def test_a_request_that_is_not_to_be_believed_is_refused_and_moves_nothing(why: Situation) -> None:
    account = Account(100)
    finding = account.cannot_answer(pay("a", 30), 130, disbelieved=why)
    assert (finding.situation, finding.wrong) == (why, Wrong.ACCEPTED)
    account.refuses(pay("a", 30), disbelieved=why)
    account.loses(pay("a", 30), disbelieved=why)
    account.holds(100)
    account.answers(pay("a", 30), 130)


def test_a_doubtful_request_is_refused_or_obeyed_exactly() -> None:
    for obeyed in (True, False):
        account = Account(100)
        assert account.cannot_answer(pay("a", 30), 100, doubtful=Situation.MALFORMED).wrong is Wrong.BALANCE
        if obeyed:
            account.answers(pay("a", 30), 130, doubtful=Situation.MALFORMED)
        else:
            assert situation(account.refuses(pay("a", 30), doubtful=Situation.MALFORMED)) is Situation.MALFORMED
        account.holds(130 if obeyed else 100)


def test_a_doubtful_request_that_was_refused_may_be_refused_again_when_it_is_sent_well_formed() -> None:
    account = Account(100, bets=frozenset({"b"}))
    account.refuses(pay("a", 30, "b"), doubtful=Situation.MALFORMED)
    account.refuses(pay("a", 30, "b"))
    account.answers(pay("a", 30, "b"), 130)


def test_a_session_that_ended_is_a_reason_to_refuse_only_where_the_policy_says_so() -> None:
    terms = {"refusable": ("ended_session_bet",)}
    assert Account(100).refuses(bet("a", 30), **terms).readings == {("ended_session_bet", "refused")}
    Account(100).answers(bet("a", 30), 70, **terms)
    pinned = Account(100, {"ended_session_bet": frozenset({"accepted"})})
    assert pinned.cannot_refuse(bet("a", 30), **terms).wrong is Wrong.REFUSED


# ----------------------------------------------------------------------------------------------------------------------
# The same transaction again


@pytest.mark.parametrize(("item", "after"), [(bet("a", 30), 70), (pay("a", 30), 130), (unsettle("a", 30), 70)])
def test_a_replay_moves_nothing_and_shows_the_first_balance_or_the_current_one(item: Bet, after: Amount) -> None:
    account = Account(100)
    account.answers(item, after)
    account.answers(reward("r", 5), after + 5)
    finding = account.cannot_answer(item, after + 5 + (after - 100))
    assert (finding.situation, finding.wrong) == (Situation.REPLAY, Wrong.BALANCE)
    assert account.cannot_refuse(item).wrong is Wrong.REFUSED
    assert account.answers(item, after).readings == {("replay_balance", "original")}
    assert account.answers(item, after + 5).readings == {("replay_balance", "current")}
    account.holds(after + 5)


@pytest.mark.parametrize(("reading", "right", "wrong"), [("original", 70, 75), ("current", 75, 70)])
def test_a_pinned_reading_of_the_balance_of_a_replay_is_kept(reading: str, right: Amount, wrong: Amount) -> None:
    account = Account(100, {"replay_balance": frozenset({reading})})
    account.answers(bet("a", 30), 70)
    account.answers(reward("r", 5), 75)
    account.cannot_answer(bet("a", 30), wrong)
    account.answers(bet("a", 30), right)


def test_a_replay_through_another_operation_is_the_same_transaction() -> None:
    account = Account(100)
    account.answers(pay("p", 30), 130, operation="payout")
    finding = account.cannot_answer(pay("p", 30), 160, operation="settlement")
    assert (finding.situation, finding.wrong) == (Situation.CROSS_REPLAY, Wrong.BALANCE)
    assert account.cannot_refuse(pay("p", 30), operation="settlement").situation is Situation.CROSS_REPLAY
    account.answers(pay("p", 30), 130, operation="settlement")


def test_a_refused_debit_that_is_sent_again_is_refused_still_or_judged_afresh() -> None:
    account = Account(100)
    account.refuses(bet("a", 120))
    account.answers(pay("p", 50), 150)
    finding = account.cannot_answer(bet("a", 120), 150)
    assert (finding.situation, finding.wrong) == (Situation.REPLAY_OF_REFUSED, Wrong.BALANCE)
    assert account.refuses(bet("a", 120)).readings == {("replay_of_refused", "refused")}
    assert account.answers(bet("a", 120), 30).readings == {("replay_of_refused", "afresh")}
    assert situation(account.answers(bet("a", 120), 30)) is Situation.REPLAY
    account.holds(30)


def test_a_refused_debit_that_is_still_not_covered_cannot_be_answered_with_success() -> None:
    account = Account(100)
    account.refuses(bet("a", 120))
    finding = account.cannot_answer(bet("a", 120), 100)
    assert (finding.situation, finding.wrong) == (Situation.REPLAY_OF_REFUSED, Wrong.ACCEPTED)


@pytest.mark.parametrize(("reading", "refused", "answered"), [("refused", True, False), ("afresh", False, True)])
def test_a_pinned_reading_of_the_replay_of_a_refusal_is_kept(reading: str, *, refused: bool, answered: bool) -> None:
    def again() -> Account:
        account = Account(100, {"replay_of_refused": frozenset({reading})})
        account.refuses(bet("a", 120))
        account.answers(pay("p", 50), 150)
        return account

    (again().refuses if refused else again().cannot_refuse)(bet("a", 120))
    (again().answers if answered else again().cannot_answer)(bet("a", 120), 30)


# ----------------------------------------------------------------------------------------------------------------------
# A known id with other content


def test_a_known_id_with_another_amount_is_refused_or_answered_as_the_first_and_moves_nothing() -> None:
    account = Account(100)
    account.answers(pay("p", 30), 130)
    for wrong in (160, 170, 140):
        finding = account.cannot_answer(pay("p", 40), wrong)
        assert (finding.situation, finding.wrong) == (Situation.CONFLICT, Wrong.BALANCE)
    assert account.refuses(pay("p", 40)).readings == {("conflict", "refused")}
    assert ("conflict", "first_result") in account.answers(pay("p", 40), 130).readings
    account.holds(130)


def test_a_transaction_of_zero_is_remembered() -> None:
    account = Account(100)
    account.answers(pay("p", 0), 100)
    assert account.cannot_answer(pay("p", 40), 140).situation is Situation.CONFLICT_WITH_ZERO
    account.refuses(pay("p", 40))
    account.answers(pay("p", 40), 100)


def test_a_pinned_reading_of_a_conflict_is_kept() -> None:
    account = Account(100, {"conflict": frozenset({"refused"})})
    account.answers(pay("p", 30), 130)
    assert account.cannot_answer(pay("p", 40), 130).wrong is Wrong.ACCEPTED


def test_a_refused_id_with_another_amount_is_refused_or_judged_afresh() -> None:
    account = Account(100)
    account.refuses(bet("a", 120))
    assert account.cannot_answer(bet("a", 90), 100).situation is Situation.CONFLICT
    account.refuses(bet("a", 90))
    account.answers(bet("a", 90), 10)
    account.holds(10)


@pytest.mark.parametrize("other", [{"bet": "b2"}, {"round": "r2"}, {"game": "g2"}, {"kind": "CASHOUT"}])
def test_a_known_id_for_another_bet_round_game_or_kind_is_refused_or_answered_as_the_first(
    other: dict[str, str],
) -> None:
    first = pay("p", 30, bet="b1", round="r1", game="g1")
    second = pay("p", 30, **{"bet": "b1", "round": "r1", "game": "g1", **other})
    account = Account(100)
    account.answers(first, 130)
    assert account.cannot_answer(second, 160).situation is Situation.REUSED_ID
    account.refuses(second)
    account.answers(second, 130)
    account.holds(130)


def test_what_an_operation_does_not_carry_makes_no_other_transaction() -> None:
    account = Account(100)
    account.answers(pay("p", 30), 130, operation="retry")
    assert account.cannot_refuse(pay("p", 30, "b1", round="r1"), operation="settlement").wrong is Wrong.REFUSED


def test_an_id_that_was_refused_for_one_bet_is_not_answered_with_success_for_another_unless_it_is_paid() -> None:
    account = Account(100)
    account.refuses(pay("p", 30, "b1"))
    assert account.cannot_answer(pay("p", 30, "b2"), 100).wrong is Wrong.BALANCE
    account.answers(pay("p", 30, "b2"), 130)


@pytest.mark.parametrize("elsewhere", [True, False])
def test_an_id_of_another_operation_or_player_is_new_or_refused_or_answered_as_the_first(*, elsewhere: bool) -> None:
    def account() -> Account:
        account = Account(100)
        account.answers(bet("x" if elsewhere else "a", 30), 70)
        return account

    item = reward("a", 10)
    new, refused, first = account(), account(), account()
    judgement = new.answers(item, 80, known_elsewhere=elsewhere)
    assert situation(judgement) is Situation.REUSED_ID
    assert judgement.readings == (frozenset() if elsewhere else {("reused_id", "new")})
    new.holds(80)
    assert refused.refuses(item, known_elsewhere=elsewhere).readings == {("reused_id", "refused")}
    refused.holds(70)
    assert ("reused_id", "first_result") in first.answers(item, 70, known_elsewhere=elsewhere).readings
    first.holds(70)


# ----------------------------------------------------------------------------------------------------------------------
# Unsettlements


def _settled() -> Account:
    """A bet of 20 that was paid 50."""
    account = Account(100)
    account.answers(bet("a", 20, "b"), 80)
    account.answers(pay("p", 50, "b"), 130)
    return account


def test_an_unsettlement_of_what_was_paid_is_deducted_unless_the_wallet_never_deducts() -> None:
    account = _settled()
    judgement = account.refuses(unsettle("u", 50, "b"))
    assert judgement.readings == {("deduction", "unsupported")}
    pinned = _settled()
    pinned.policy = {"deduction": frozenset({"supported"})}
    assert pinned.cannot_refuse(unsettle("u", 50, "b")).wrong is Wrong.REFUSED
    pinned.answers(unsettle("u", 50, "b"), 80)


def test_a_wallet_that_has_deducted_once_supports_deductions() -> None:
    account = _settled()
    account.answers(unsettle("u1", 10, "b"), 120)
    assert account.cannot_refuse(unsettle("u2", 10, "b")).wrong is Wrong.REFUSED
    account.refuses(unsettle("u3", 121, "b"))


def test_more_than_was_paid_may_be_refused_and_may_be_deducted() -> None:
    account = _settled()
    account.answers(unsettle("u1", 30, "b"), 100)
    account.answers(unsettle("u2", 20, "b"), 80)
    assert account.refuses(unsettle("u3", 1, "b")).readings == {("unsettlement_beyond_payout", "refused")}
    account.answers(unsettle("u4", 1, "b"), 79)


def test_an_unsettlement_of_an_unknown_bet_may_be_refused() -> None:
    account = Account(100, {"deduction": frozenset({"supported"})})
    assert ("unknown_bet", "refused") in account.refuses(unsettle("u", 10, "b")).readings
    account.answers(unsettle("u2", 10, "b"), 90)


def test_a_refused_unsettlement_takes_nothing_and_a_reduced_settlement_is_credited_as_sent() -> None:
    account = _settled()
    account.refuses(unsettle("u", 131, "b"))
    account.answers(pay("p2", 0, "b"), 130)
    account.answers(pay("p3", 7, "b"), 137)
    account.holds(137)


# ----------------------------------------------------------------------------------------------------------------------
# Exactness


def test_nothing_finer_than_the_smallest_unit_goes_unnoticed() -> None:
    account = Account(2**53 + 1)
    account.answers(bet("a", 1), 2**53)
    account.cannot_answer(pay("p", 1), 2**53)
    account.answers(pay("p", 1), 2**53 + 1)


def test_a_rollback_is_in_its_own_file() -> None:
    account = Account(100)
    account.answers(bet("a", 30, "b"), 70)
    account.answers(rollback("r", "a", "b"), 100)
