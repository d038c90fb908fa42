"""Every answer that a sound wallet may give to what comes after a rollback, as tables.

Each row holds them all, in the lines of `answer_lines`.
"""

from __future__ import annotations

import pytest
from answer_lines import BACK, BET, LATER, PLACED, RETURNED, RETURNED_BEFORE, Case, case, no, ok
from oracle_requests import bet, pay, pinned, rollback

from harness.model import Situation

# ----------------------------------------------------------------------------------------------------------------------
# A bet that comes after its rollback

LATE = [
    case(
        "for the first time",
        RETURNED_BEFORE,
        BET,
        "late: no; holds 100, refused, late_bet=refused",
        "late: ok 100; holds 100, no effect, first of bet a, late_bet=ok_without_effect",
    ),
    case(
        "for the second time, after a refusal",
        [*RETURNED_BEFORE, no(BET)],
        BET,
        "late: no; holds 100, refused, late_bet=refused",
        "late: ok 100; holds 100, no effect, first of bet a, late_bet=ok_without_effect",
    ),
    case(
        "for the second time, after success",
        [*RETURNED_BEFORE, ok(BET, 100), LATER],
        BET,
        "replay: ok 150; holds 150, no effect, replay_balance=current",
        "replay: ok 100; holds 150, no effect, replay_balance=original",
        "late: no; holds 150, no effect, late_bet=refused",
    ),
    case(
        "for the second time with another amount",
        [*RETURNED_BEFORE, ok(BET, 100)],
        bet("a", 31, "b"),
        "conflict: no; holds 100, no effect, conflict=refused",
        "conflict: ok 100; holds 100, no effect, conflict=first_result",
    ),
    case(
        "where it is refused",
        RETURNED_BEFORE,
        BET,
        "late: no; holds 100, refused, late_bet=refused",
        policy=pinned(late_bet="refused"),
    ),
    case(
        "where it is answered with success",
        RETURNED_BEFORE,
        BET,
        "late: ok 100; holds 100, no effect, first of bet a, late_bet=ok_without_effect",
        policy=pinned(late_bet="ok_without_effect"),
    ),
    case(
        "where it is malformed besides",
        RETURNED_BEFORE,
        BET,
        "malformed: no; holds 100, refused",
        "malformed: ok 100; holds 100, no effect, first of bet a, late_bet=ok_without_effect",
        doubtful=Situation.MALFORMED,
    ),
]


@pytest.mark.parametrize("row", LATE)
def test_all_that_may_be_answered_to_a_bet_that_comes_after_its_rollback(row: Case) -> None:
    assert row.answers() == row.lines


# ----------------------------------------------------------------------------------------------------------------------
# Credits after a rollback

AFTER_ROLLBACK = [
    case(
        "by the bet",
        RETURNED,
        pay("p", 10, "b"),
        "new: ok 110; holds 110, applied, first of credit p",
        "unknown_bet: no; holds 100, refused, returned_bet=refused",
    ),
    case(
        "by the transaction, where a returned bet is refused",
        RETURNED,
        pay("p", 10, "a"),
        "unknown_bet: no; holds 100, refused, returned_bet=refused",
        policy=pinned(returned_bet="refused"),
    ),
    case(
        "by the name that only the rollback gave it",
        [*PLACED, ok(rollback("r", "a", "c"), 100)],
        pay("p", 10, "c"),
        "new: ok 110; holds 110, applied, first of credit p",
        "unknown_bet: no; holds 100, refused, returned_bet=refused",
        policy=pinned(unknown_bet="applied"),
    ),
    case(
        "of a bet that only the rollback is known of",
        RETURNED_BEFORE,
        pay("p", 10, "b"),
        "new: ok 110; holds 110, applied, first of credit p",
        "unknown_bet: no; holds 100, refused, unknown_bet=refused",
    ),
    case(
        "of a bet that only the rollback is known of, where an unknown bet is paid",
        RETURNED_BEFORE,
        pay("p", 10, "a"),
        "new: ok 110; holds 110, applied, first of credit p",
        "unknown_bet: no; holds 100, refused, returned_bet=refused",
        policy=pinned(unknown_bet="applied"),
    ),
    case(
        "after a rollback that was another player's",
        [*PLACED, ok(BACK, 70, foreign_bet=True)],
        pay("p", 10, "b"),
        "new: ok 80; holds 80, applied, first of credit p",
    ),
]


@pytest.mark.parametrize("row", AFTER_ROLLBACK)
def test_all_that_may_be_answered_to_a_credit_after_a_rollback(row: Case) -> None:
    assert row.answers() == row.lines
