"""Every answer that a sound wallet may give to what is new to it, as tables.

Each row holds them all, in the lines of `answer_lines`.
"""

from __future__ import annotations

import pytest
from answer_lines import BACK, BET, ENDED, PAID, PLACED, RETURNED, Case, case, no, ok
from oracle_requests import READ, bet, pay, pinned, reward, unsettle

from harness.model import Situation

# ----------------------------------------------------------------------------------------------------------------------
# What is new to the wallet

NEW = [
    case("a bet that is covered", [], bet("a", 99), "new: ok 1; holds 1, applied, first of bet a"),
    case("a bet of all there is", [], bet("a", 100), "exact: ok 0; holds 0, applied, first of bet a"),
    case("a bet of more than there is", [], bet("a", 101), "uncovered: no; holds 100, refused"),
    case(
        "a bet of nothing",
        [],
        bet("a", 0),
        "zero: ok 100; holds 100, applied, first of bet a",
        "zero: no; holds 100, refused, zero_bet=refused",
    ),
    case(
        "a bet of nothing where such are accepted",
        [],
        bet("a", 0),
        "zero: ok 100; holds 100, applied, first of bet a",
        policy=pinned(zero_bet="accepted"),
    ),
    case(
        "a credit for a bet that was placed, by its transaction",
        PLACED,
        pay("p", 10, "a"),
        "new: ok 80; holds 80, applied, first of credit p",
    ),
    case(
        "a credit for a bet that was placed, by its bet",
        PLACED,
        pay("p", 10, "b"),
        "new: ok 80; holds 80, applied, first of credit p",
    ),
    case(
        "a credit for a bet that was never placed",
        PLACED,
        pay("p", 10, "c"),
        "new: ok 80; holds 80, applied, first of credit p",
        "unknown_bet: no; holds 70, refused, unknown_bet=refused",
    ),
    case(
        "a credit of nothing that names no bet",
        [],
        pay("p", 0),
        "zero: ok 100; holds 100, applied, first of credit p",
        "zero: no; holds 100, refused, unknown_bet=refused",
    ),
    case("a reward", [], reward("w", 10), "new: ok 110; holds 110, applied, first of reward w"),
    case("a reward of nothing", [], reward("w", 0), "zero: ok 100; holds 100, applied, first of reward w"),
    case("a read", PLACED, READ, "read: ok 70; holds 70"),
    case(
        "a twin in a batch, a bet",
        [],
        bet("a", 100),
        "duplicate_in_batch: ok 0; holds 0, applied, first of bet a",
        duplicate_in_batch=True,
    ),
    case(
        "a twin in a batch, a credit for an unknown bet",
        [],
        pay("p", 0, "b"),
        "duplicate_in_batch: ok 100; holds 100, applied, first of credit p",
        "duplicate_in_batch: no; holds 100, refused, unknown_bet=refused",
        duplicate_in_batch=True,
    ),
]


@pytest.mark.parametrize("row", NEW)
def test_all_that_may_be_answered_to_a_new_request(row: Case) -> None:
    assert row.answers() == row.lines


# ----------------------------------------------------------------------------------------------------------------------
# Deductions

DEDUCTIONS = [
    case(
        "of what was paid",
        PAID,
        unsettle("u", 50, "b"),
        "new: ok 70; holds 70, applied, first of unsettlement u",
        "new: no; holds 120, refused, deduction=unsupported",
    ),
    case(
        "of more than was paid",
        PAID,
        unsettle("u", 51, "b"),
        "new: ok 69; holds 69, applied, first of unsettlement u",
        "new: no; holds 120, refused, deduction=unsupported",
        "new: no; holds 120, refused, unsettlement_beyond_payout=refused",
    ),
    case(
        "of more than there is",
        PAID,
        unsettle("u", 121, "b"),
        "uncovered: no; holds 120, refused",
        "uncovered: no; holds 120, refused, deduction=unsupported",
        "uncovered: no; holds 120, refused, unsettlement_beyond_payout=refused",
    ),
    case(
        "of nothing, for a bet that was never placed",
        [],
        unsettle("u", 0, "b"),
        "zero: ok 100; holds 100, applied, first of unsettlement u",
        "zero: no; holds 100, refused, unknown_bet=refused",
    ),
    case(
        "of what another bet was paid",
        PAID,
        unsettle("u", 10, "a"),
        "new: ok 110; holds 110, applied, first of unsettlement u",
        "new: no; holds 120, refused, unsettlement_beyond_payout=refused",
        policy=pinned(deduction="supported"),
    ),
    case(
        "for a bet that was never placed",
        [],
        unsettle("u", 10, "b"),
        "new: ok 90; holds 90, applied, first of unsettlement u",
        "new: no; holds 100, refused, unknown_bet=refused",
        "new: no; holds 100, refused, unsettlement_beyond_payout=refused",
        policy=pinned(deduction="supported"),
    ),
    case(
        "for a bet that was rolled back",
        RETURNED,
        unsettle("u", 10, "b"),
        "new: ok 90; holds 90, applied, first of unsettlement u",
        "new: no; holds 100, refused, returned_bet=refused",
        "new: no; holds 100, refused, unsettlement_beyond_payout=refused",
        policy=pinned(deduction="supported"),
    ),
    case(
        "of what was paid for a bet that was rolled back",
        [*PAID, ok(BACK, 120)],
        unsettle("u", 50, "b"),
        "new: ok 70; holds 70, applied, first of unsettlement u",
        "new: no; holds 120, refused, returned_bet=refused",
        policy=pinned(deduction="supported", returned_bet="refused"),
    ),
    case(
        "of what was not taken back after all",
        [*PAID, no(unsettle("v", 121, "b"))],
        unsettle("u", 50, "b"),
        "new: ok 70; holds 70, applied, first of unsettlement u",
        policy=pinned(deduction="supported"),
    ),
    case(
        "of what a bet without a name was paid",
        [ok(pay("p", 50), 150)],
        unsettle("u", 50),
        "new: ok 100; holds 100, applied, first of unsettlement u",
        "new: no; holds 150, refused, unknown_bet=refused",
        policy=pinned(deduction="supported"),
    ),
    case(
        "that the wallet never makes",
        PAID,
        unsettle("u", 50, "b"),
        "new: no; holds 120, refused, deduction=unsupported",
        policy=pinned(deduction="unsupported"),
    ),
    case(
        "of nothing, that the wallet never makes",
        PAID,
        unsettle("u", 0, "b"),
        "zero: ok 120; holds 120, applied, first of unsettlement u",
        policy=pinned(deduction="unsupported"),
    ),
]


@pytest.mark.parametrize("row", DEDUCTIONS)
def test_all_that_may_be_answered_to_a_deduction(row: Case) -> None:
    assert row.answers() == row.lines


# ----------------------------------------------------------------------------------------------------------------------
# What surrounds a request

SURROUNDED = [
    case("forged", PLACED, BET, "forged: no; holds 70, applied", disbelieved=Situation.FORGED),
    case(
        "doubtful",
        PLACED,
        pay("p", 10, "b"),
        "malformed: ok 80; holds 80, applied, first of credit p",
        "malformed: no; holds 70, refused",
        doubtful=Situation.MALFORMED,
    ),
    case(
        "doubtful, a replay",
        PLACED,
        BET,
        "malformed: ok 70; holds 70, applied",
        "malformed: no; holds 70, applied",
        doubtful=Situation.MALFORMED,
    ),
    case(
        "doubtful, a read",
        [],
        READ,
        "expired_session: ok 100; holds 100",
        "expired_session: no; holds 100",
        doubtful=Situation.EXPIRED_SESSION,
    ),
    case(
        "doubtful, and the session has ended",
        [],
        bet("x", 10),
        "malformed: ok 90; holds 90, applied, first of bet x",
        "malformed: no; holds 100, refused",
        doubtful=Situation.MALFORMED,
        refusable=ENDED,
    ),
    case(
        "doubtful, and other requests were in flight",
        [],
        bet("x", 10),
        "malformed: ok 90; holds 90, applied, first of bet x",
        "malformed: no; holds 100, refused",
        doubtful=Situation.MALFORMED,
        contested=True,
    ),
    case(
        "doubtful, what cannot be accepted",
        [],
        bet("x", 101),
        "malformed: no; holds 100, refused",
        doubtful=Situation.MALFORMED,
    ),
    case(
        "after the end of the session",
        [],
        bet("x", 100),
        "exact: ok 0; holds 0, applied, first of bet x",
        "exact: no; holds 100, refused, ended_session_bet=refused",
        refusable=ENDED,
    ),
    case(
        "after the end of the session, a replay",
        PLACED,
        BET,
        "replay: ok 70; holds 70, applied",
        "replay: no; holds 70, applied, ended_session_bet=refused",
        refusable=ENDED,
    ),
    case(
        "for an unknown game after the end of a session that may go on",
        [],
        bet("x", 10),
        "new: ok 90; holds 90, applied, first of bet x",
        "new: no; holds 100, refused, unknown_game=refused",
        policy=pinned(ended_session_bet="accepted"),
        refusable=(*ENDED, "unknown_game"),
    ),
    case(
        "for an unknown game that must be refused after the end of a session that may go on",
        [],
        bet("x", 10),
        "new: no; holds 100, refused, unknown_game=refused",
        policy=pinned(ended_session_bet="accepted", unknown_game="refused"),
        refusable=(*ENDED, "unknown_game"),
    ),
    case(
        "for an unknown game that must be refused, a replay",
        PLACED,
        BET,
        "replay: ok 70; holds 70, applied",
        "replay: no; holds 70, applied, unknown_game=refused",
        policy=pinned(unknown_game="refused"),
        refusable=("unknown_game",),
    ),
    case(
        "for an unknown game that must be refused, and not covered",
        [],
        bet("x", 101),
        "uncovered: no; holds 100, refused",
        policy=pinned(unknown_game="refused"),
        refusable=("unknown_game",),
    ),
    case(
        "for an unknown game that must be refused, and doubtful",
        [],
        bet("x", 10),
        "malformed: no; holds 100, refused",
        policy=pinned(unknown_game="refused"),
        refusable=("unknown_game",),
        doubtful=Situation.MALFORMED,
    ),
    case(
        "after the end of a session that may go on, among others in flight",
        [],
        bet("x", 10),
        "new: ok 90; holds 90, applied, first of bet x",
        "new: no; holds 100, refused, in contention",
        policy=pinned(ended_session_bet="accepted"),
        refusable=ENDED,
        contested=True,
    ),
    case(
        "among others in flight, a bet",
        [],
        bet("x", 100),
        "exact: ok 0; holds 0, applied, first of bet x",
        "exact: no; holds 100, refused, in contention",
        contested=True,
    ),
    case(
        "among others in flight, a replay",
        PLACED,
        BET,
        "replay: ok 70; holds 70, applied",
        "replay: no; holds 70, applied, in contention",
        contested=True,
    ),
    case(
        "among others in flight, a read",
        [],
        READ,
        "read: ok 100; holds 100",
        "read: no; holds 100, in contention",
        contested=True,
    ),
    case(
        "among others in flight, a rollback",
        PLACED,
        BACK,
        "rollback: ok 100; holds 100, applied, first of rollback r",
        "rollback: no; holds 70, refused, in contention",
        contested=True,
    ),
    case(
        "among others in flight, what may be refused anyhow",
        [],
        pay("p", 10),
        "new: ok 110; holds 110, applied, first of credit p",
        "new: no; holds 100, refused, unknown_bet=refused",
        contested=True,
    ),
]


@pytest.mark.parametrize("row", SURROUNDED)
def test_all_that_may_be_answered_to_a_request_that_more_is_known_of(row: Case) -> None:
    assert row.answers() == row.lines
