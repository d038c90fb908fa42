"""Every answer that a sound wallet may give after the answer to a request was lost, as a table.

Each row holds them all, in the lines of `answer_tables`.
"""

from __future__ import annotations

import pytest
from answer_tables import BET, ENDED, LARGE, LATER, LOST, PAID, PLACED, Case, case, lose, ok, pinned
from ledger_account import READ, bet, pay, rollback, unsettle

from harness.model import Situation

# ----------------------------------------------------------------------------------------------------------------------
# What was lost, sent again

OPEN = [
    case("nothing else has happened", LOST, BET, "replay: ok 70; holds 70, applied, first of bet a"),
    case(
        "a read has shown that it came", [*LOST, ok(READ, 70)], BET, "replay: ok 70; holds 70, applied, first of bet a"
    ),
    case(
        "the balance has moved since",
        [*LOST, ok(bet("x", 5), 95)],
        BET,
        "replay: ok 65; holds 65, applied, first of bet a",
        "replay: ok 65|70; holds 65, applied, first of bet a",
    ),
    case(
        "through another operation",
        LOST,
        BET,
        "cross_replay: ok 70; holds 70, applied, first of bet a",
        operation="betBatch",
    ),
    case(
        "a twin in a batch, lost",
        LOST,
        BET,
        "duplicate_in_batch: ok 70; holds 70, applied, first of bet a",
        duplicate_in_batch=True,
    ),
    case(
        "another of the same amount was lost, too",
        [*LOST, lose(bet("c", 30))],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: ok 40..70; holds 70, applied, first of bet a",
    ),
    case(
        "another of another amount was lost, too",
        [*LOST, lose(bet("c", 7))],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: ok 63..70; holds 70, applied, first of bet a",
    ),
    case(
        "a credit was lost, too",
        [*LOST, lose(pay("p", 15))],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: ok 70..85; holds 70, applied, first of bet a",
    ),
    case(
        "a rollback of another bet was lost, too",
        [*LOST, lose(rollback("q", "other"))],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
    ),
    case("the money is gone by now", [*LOST, ok(bet("x", 80), 20)], BET, "replay: no; holds 20, refused"),
    case(
        "the money is gone by now, in a race",
        [*LOST, ok(bet("x", 80), 20)],
        BET,
        "replay: no; holds 20, open in doubt",
        racing=True,
    ),
    case(
        "the money is gone by now, but for a lost credit",
        [*LOST, lose(pay("p", 15)), ok(bet("x", 80), 20)],
        BET,
        "replay: ok 5; holds 5, applied, first of bet a",
        "replay: ok 0..85; holds 5, applied, first of bet a",
        "replay: no; holds 20, refused",
    ),
    case(
        "the money was not there then",
        [lose(LARGE), LATER],
        LARGE,
        "replay: ok 30; holds 30, applied, first of bet a",
        "replay: no; holds 150, refused, replay_of_refused=refused",
    ),
    case(
        "the money was not there then, where refusals are judged afresh",
        [lose(LARGE), LATER],
        LARGE,
        "replay: ok 30; holds 30, applied, first of bet a",
        policy=pinned(replay_of_refused="afresh"),
    ),
    case(
        "a credit that had to be paid then and now",
        [*PLACED, lose(pay("p", 10, "b"))],
        pay("p", 10, "b"),
        "replay: ok 80; holds 80, applied, first of credit p",
    ),
    case(
        "a credit of an unknown bet",
        [lose(pay("p", 10, "b"))],
        pay("p", 10, "b"),
        "replay: ok 110; holds 110, applied, first of credit p",
        "replay: no; holds 100, refused, unknown_bet=refused",
    ),
    case(
        "a credit of an unknown bet, in a race",
        [lose(pay("p", 10, "b"))],
        pay("p", 10, "b"),
        "replay: ok 110; holds 110, applied, first of credit p",
        "replay: no; holds 100, open in doubt, unknown_bet=refused",
        racing=True,
    ),
    case(
        "malformed then",
        [lose(BET, doubtful=Situation.MALFORMED)],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: no; holds 100, refused, replay_of_refused=refused",
    ),
    case(
        "malformed then, and it has come",
        [lose(BET, doubtful=Situation.MALFORMED), ok(READ, 70)],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
    ),
    case(
        "the session was over then",
        [lose(BET, refusable=ENDED)],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: no; holds 100, refused, replay_of_refused=refused",
    ),
    case(
        "the session was over then, where that is no reason",
        [lose(BET, refusable=ENDED)],
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        policy=pinned(ended_session_bet="accepted"),
    ),
    case(
        "with an id that another player has, too, lost",
        LOST,
        BET,
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: no; holds 100, refused, reused_id=refused",
        "reused_id: ok anything; holds 100, refused, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "with another bet, lost",
        LOST,
        bet("a", 30, "c"),
        "reused_id: ok 70; holds 70, applied, first of bet a",
        "reused_id: no; holds 100, open, reused_id=refused",
    ),
    case(
        "with another amount, lost",
        LOST,
        bet("a", 40, "b"),
        "conflict: no; holds 100, open, conflict=refused",
        "conflict: ok anything; holds 70, applied, first of bet a, conflict=first_result",
        "conflict: ok 60; holds 60, applied, first of bet a",
    ),
    case(
        "with another amount that is not covered",
        LOST,
        bet("a", 140, "b"),
        "conflict: no; holds 100, open, conflict=refused",
        "conflict: ok anything; holds 70, applied, first of bet a, conflict=first_result",
        "conflict: no; holds 100, open in doubt",
    ),
    case(
        "with another amount after it has come",
        [*LOST, ok(READ, 70)],
        bet("a", 40, "b"),
        "conflict: no; holds 70, open, conflict=refused",
        "conflict: ok anything; holds 70, applied, first of bet a, conflict=first_result",
    ),
    case(
        "with another amount, where conflicts are refused",
        LOST,
        bet("a", 40, "b"),
        "conflict: no; holds 100, open, conflict=refused",
        "conflict: ok 60; holds 60, applied, first of bet a",
        policy=pinned(conflict="refused"),
    ),
    case(
        "with an amount after one of nothing, lost",
        [lose(bet("a", 0))],
        bet("a", 10),
        "conflict_with_zero: no; holds 100, open, conflict=refused",
        "conflict_with_zero: ok anything; holds 100, applied, first of bet a, conflict=first_result",
        "conflict_with_zero: ok 90; holds 90, applied, first of bet a",
        policy=pinned(zero_bet="accepted"),
    ),
    case(
        "a bet that is covered unless the lost one came",
        LOST,
        bet("x", 80),
        "new: ok 20; holds 20, applied, first of bet x",
        "uncovered: no; holds 70, refused",
    ),
    case(
        "a bet that is covered whether or not the lost one came",
        LOST,
        bet("x", 70),
        "new: ok 30; holds 30, applied, first of bet x",
    ),
    case(
        "a bet that is not covered even if the lost credit came",
        [lose(pay("p", 50))],
        bet("x", 151),
        "uncovered: no; holds 100, refused",
    ),
    case(
        "the money was gone for a while",
        [lose(bet("a", 80)), ok(bet("x", 50), 50), ok(pay("p", 100), 150)],
        bet("a", 80),
        "replay: ok 70; holds 70, applied, first of bet a",
        "replay: ok 20|70; holds 70, applied, first of bet a",
        "replay: no; holds 150, refused, replay_of_refused=refused",
    ),
    case(
        "the money was there all the time, for a while exactly",
        [lose(bet("a", 50)), ok(bet("x", 50), 50), ok(pay("p", 100), 150)],
        bet("a", 50),
        "replay: ok 100; holds 100, applied, first of bet a",
        "replay: ok 0|50|100; holds 100, applied, first of bet a",
    ),
    case(
        "of all there was, with a credit since",
        [lose(bet("a", 100)), ok(pay("p", 50))],
        bet("a", 100),
        "replay: ok 50; holds 50, applied, first of bet a",
        "replay: ok 0|50; holds 50, applied, first of bet a",
    ),
    case(
        "of all there was, while a credit was lost, too",
        [lose(bet("a", 100)), lose(pay("p", 20))],
        bet("a", 100),
        "replay: ok 0; holds 0, applied, first of bet a",
        "replay: ok 0..20; holds 0, applied, first of bet a",
    ),
    case(
        "that only another lost one can cover, exactly",
        [lose(LARGE), lose(pay("p", 20))],
        LARGE,
        "replay: ok 0; holds 0, applied, first of bet a",
        "replay: ok 0..0; holds 0, applied, first of bet a",
        "replay: no; holds 100, refused",
    ),
    case(
        "with the id of a credit, lost",
        [*LOST, ok(pay("a", 5), 105, policy=pinned(reused_id="new"))],
        BET,
        "replay: ok 75; holds 75, applied, first of bet a",
        "replay: ok 70|75; holds 75, applied, first of bet a",
        "replay: no; holds 105, refused, reused_id=refused",
        "reused_id: ok 105; holds 105, refused, reused_id=first_result",
    ),
    case(
        "a deduction of all that was paid",
        [*PAID, lose(unsettle("u", 50, "b"))],
        unsettle("u", 50, "b"),
        "replay: ok 70; holds 70, applied, first of unsettlement u",
        policy=pinned(deduction="supported"),
    ),
    case(
        "a deduction of all that was paid, with another amount",
        [*PAID, lose(unsettle("u", 50, "b"))],
        unsettle("u", 40, "b"),
        "conflict: no; holds 120, open, conflict=refused",
        "conflict: ok anything; holds 70, applied, first of unsettlement u, conflict=first_result",
        "conflict: ok 80; holds 80, applied, first of unsettlement u",
        policy=pinned(deduction="supported"),
    ),
]


@pytest.mark.parametrize("row", OPEN)
def test_all_that_may_be_answered_to_a_request_while_an_answer_is_lost(row: Case) -> None:
    assert row.offered() == row.answers
