"""Every answer that a sound wallet may give to an id that it knows, as tables.

Each row holds them all, in the lines of `answer_lines`.
"""

from __future__ import annotations

import pytest
from answer_lines import BACK, BET, LARGE, LATER, PLACED, REFUSED, RETURNED, Case, case, no, ok
from oracle_requests import bet, pay, pinned

# ----------------------------------------------------------------------------------------------------------------------
# What was answered before, sent again

AGAIN = [
    case("at once", PLACED, BET, "replay: ok 70; holds 70, applied"),
    case(
        "later",
        [*PLACED, LATER],
        BET,
        "replay: ok 120; holds 120, applied, replay_balance=current",
        "replay: ok 70; holds 120, applied, replay_balance=original",
    ),
    case(
        "later, through another operation",
        [*PLACED, LATER],
        BET,
        "cross_replay: ok 120; holds 120, applied, replay_balance=current",
        "cross_replay: ok 70; holds 120, applied, replay_balance=original",
        operation="betBatch",
    ),
    case("a twin in a batch", PLACED, BET, "duplicate_in_batch: ok 70; holds 70, applied", duplicate_in_batch=True),
    case(
        "after its answer had shown no balance",
        [ok(BET), LATER],
        BET,
        "replay: ok 120; holds 120, applied, replay_balance=current",
        "replay: ok 70; holds 120, applied, replay_balance=original",
    ),
    case(
        "after its rollback",
        RETURNED,
        BET,
        "replay: ok 100; holds 100, applied, replay_balance=current",
        "replay: ok 70; holds 100, applied, replay_balance=original",
        "late: no; holds 100, applied, late_bet=refused",
    ),
    case(
        "after its rollback, where a late bet is answered with success",
        RETURNED,
        BET,
        "replay: ok 100; holds 100, applied, replay_balance=current",
        "replay: ok 70; holds 100, applied, replay_balance=original",
        policy=pinned(late_bet="ok_without_effect"),
    ),
    case(
        "a credit whose id is that of a bet that was rolled back",
        [ok(pay("a", 30), 130), ok(BACK, 130)],
        pay("a", 30),
        "replay: ok 130; holds 130, applied",
    ),
    case(
        "with another amount",
        [*PLACED, LATER],
        bet("a", 31, "b"),
        "conflict: no; holds 120, applied, conflict=refused",
        "conflict: ok 120; holds 120, applied, conflict=first_result, replay_balance=current",
        "conflict: ok 70; holds 120, applied, conflict=first_result, replay_balance=original",
    ),
    case(
        "with an amount, after one of nothing",
        [ok(bet("a", 0), 100)],
        bet("a", 31),
        "conflict_with_zero: no; holds 100, applied, conflict=refused",
        "conflict_with_zero: ok 100; holds 100, applied, conflict=first_result",
    ),
    case(
        "with an amount of nothing",
        PLACED,
        bet("a", 0, "b"),
        "conflict: no; holds 70, applied, conflict=refused",
        "conflict: ok 70; holds 70, applied, conflict=first_result",
    ),
    case(
        "with another bet",
        [*PLACED, LATER],
        bet("a", 30, "c"),
        "reused_id: no; holds 120, applied, reused_id=refused",
        "reused_id: ok 120; holds 120, applied, reused_id=first_result, replay_balance=current",
        "reused_id: ok 70; holds 120, applied, reused_id=first_result, replay_balance=original",
    ),
    case(
        "with another bet, where reused ids are new",
        PLACED,
        bet("a", 30, "c"),
        "reused_id: no; holds 70, applied, reused_id=refused",
        "reused_id: ok 70; holds 70, applied, reused_id=first_result",
        policy=pinned(reused_id="new"),
    ),
    case(
        "with another bet, where reused ids are refused",
        PLACED,
        bet("a", 30, "c"),
        "reused_id: no; holds 70, applied, reused_id=refused",
        policy=pinned(reused_id="refused"),
    ),
    case(
        "with another bet, where reused ids are answered as the first",
        PLACED,
        bet("a", 30, "c"),
        "reused_id: ok 70; holds 70, applied, reused_id=first_result",
        policy=pinned(reused_id="first_result"),
    ),
    case(
        "with another amount, where conflicts are answered as the first",
        PLACED,
        bet("a", 31, "b"),
        "conflict: ok 70; holds 70, applied, conflict=first_result",
        policy=pinned(conflict="first_result"),
    ),
]


@pytest.mark.parametrize("row", AGAIN)
def test_all_that_may_be_answered_to_a_transaction_that_was_answered_before(row: Case) -> None:
    assert row.answers() == row.lines


# ----------------------------------------------------------------------------------------------------------------------
# What was refused before, sent again

AFTER_REFUSAL = [
    case(
        "still not covered",
        REFUSED,
        LARGE,
        "replay_of_refused: no; holds 100, refused, replay_of_refused=refused",
        "replay_of_refused: no; holds 100, refused",
    ),
    case(
        "covered by now",
        [*REFUSED, LATER],
        LARGE,
        "replay_of_refused: no; holds 150, refused, replay_of_refused=refused",
        "replay_of_refused: ok 30; holds 30, applied, first of bet a, replay_of_refused=afresh",
    ),
    case(
        "covered by now, a twin in a batch",
        [*REFUSED, LATER],
        LARGE,
        "duplicate_in_batch: no; holds 150, refused, replay_of_refused=refused",
        "duplicate_in_batch: ok 30; holds 30, applied, first of bet a, replay_of_refused=afresh",
        duplicate_in_batch=True,
    ),
    case(
        "with a smaller amount",
        REFUSED,
        bet("a", 90, "b"),
        "conflict: no; holds 100, refused, replay_of_refused=refused",
        "conflict: ok 10; holds 10, applied, first of bet a, replay_of_refused=afresh",
    ),
    case(
        "with a smaller amount, where it is judged afresh",
        REFUSED,
        bet("a", 90, "b"),
        "conflict: no; holds 100, refused, replay_of_refused=refused",
        "conflict: ok 10; holds 10, applied, first of bet a, replay_of_refused=afresh",
        policy=pinned(replay_of_refused="afresh"),
    ),
    case(
        "with a smaller amount, where it is refused again",
        REFUSED,
        bet("a", 90, "b"),
        "conflict: no; holds 100, refused, replay_of_refused=refused",
        policy=pinned(replay_of_refused="refused"),
    ),
    case(
        "with a larger amount",
        REFUSED,
        bet("a", 130, "b"),
        "conflict: no; holds 100, refused, replay_of_refused=refused",
        "conflict: no; holds 100, refused",
    ),
    case(
        "with another bet",
        [*REFUSED, LATER],
        bet("a", 120, "c"),
        "reused_id: no; holds 150, refused, replay_of_refused=refused",
        "reused_id: ok 30; holds 30, applied, first of bet a, replay_of_refused=afresh",
    ),
    case(
        "a bet of nothing",
        [no(bet("a", 0))],
        bet("a", 0),
        "replay_of_refused: no; holds 100, refused, replay_of_refused=refused",
        "replay_of_refused: ok 100; holds 100, applied, first of bet a, replay_of_refused=afresh",
        "replay_of_refused: no; holds 100, refused, zero_bet=refused",
    ),
    case(
        "a bet of nothing, now of something",
        [no(bet("a", 0))],
        bet("a", 10),
        "conflict_with_zero: no; holds 100, refused, replay_of_refused=refused",
        "conflict_with_zero: ok 90; holds 90, applied, first of bet a, replay_of_refused=afresh",
    ),
    case(
        "a bet of nothing, now of something, where it is judged afresh",
        [no(bet("a", 0))],
        bet("a", 10),
        "conflict_with_zero: no; holds 100, refused, replay_of_refused=refused",
        "conflict_with_zero: ok 90; holds 90, applied, first of bet a, replay_of_refused=afresh",
        policy=pinned(replay_of_refused="afresh"),
    ),
    case(
        "where it is judged afresh",
        [*REFUSED, LATER],
        LARGE,
        "replay_of_refused: ok 30; holds 30, applied, first of bet a, replay_of_refused=afresh",
        policy=pinned(replay_of_refused="afresh"),
    ),
    case(
        "where it is refused again",
        [*REFUSED, LATER],
        LARGE,
        "replay_of_refused: no; holds 150, refused, replay_of_refused=refused",
        policy=pinned(replay_of_refused="refused"),
    ),
    case(
        "a credit for an unknown bet",
        [no(pay("p", 10, "b"))],
        pay("p", 10, "b"),
        "replay_of_refused: no; holds 100, refused, replay_of_refused=refused",
        "replay_of_refused: ok 110; holds 110, applied, first of credit p, replay_of_refused=afresh",
        "replay_of_refused: no; holds 100, refused, unknown_bet=refused",
    ),
    case(
        "with the id of a credit",
        [ok(pay("a", 10), 110), no(bet("a", 30))],
        bet("a", 30),
        "replay_of_refused: no; holds 110, refused, replay_of_refused=refused",
        "replay_of_refused: ok 80; holds 80, applied, first of bet a, replay_of_refused=afresh, reused_id=new",
        "replay_of_refused: no; holds 110, refused, reused_id=refused",
        "replay_of_refused: ok 110; holds 110, refused, replay_of_refused=afresh, reused_id=first_result",
        "reused_id: ok 110; holds 110, refused, reused_id=first_result",
    ),
    case(
        "with an id that another player has, too",
        [no(pay("p", 10))],
        pay("p", 10),
        "replay_of_refused: no; holds 100, refused, replay_of_refused=refused",
        "replay_of_refused: ok 110; holds 110, applied, first of credit p, replay_of_refused=afresh, reused_id=new",
        "replay_of_refused: no; holds 100, refused, reused_id=new, unknown_bet=refused",
        "replay_of_refused: no; holds 100, refused, reused_id=refused",
        "replay_of_refused: ok anything; holds 100, refused, replay_of_refused=afresh, reused_id=first_result",
        "reused_id: ok anything; holds 100, refused, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "rolled back since",
        [*REFUSED, ok(BACK, 100)],
        LARGE,
        "late: no; holds 100, refused, late_bet=refused",
        "late: ok 100; holds 100, no effect, first of bet a, late_bet=ok_without_effect",
    ),
    case(
        "rolled back since, with an id that another player has, too",
        [*REFUSED, ok(BACK, 100)],
        LARGE,
        "late: no; holds 100, refused, late_bet=refused",
        "late: ok 100; holds 100, no effect, first of bet a, late_bet=ok_without_effect",
        "reused_id: ok anything; holds 100, refused, reused_id=first_result",
        known_elsewhere=True,
    ),
]


@pytest.mark.parametrize("row", AFTER_REFUSAL)
def test_all_that_may_be_answered_to_a_transaction_that_was_refused_before(row: Case) -> None:
    assert row.answers() == row.lines
