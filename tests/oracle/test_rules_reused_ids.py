"""Every answer that a sound wallet may give to an id that something else has, as a table.

Each row holds them all, in the lines of `answer_lines`.
"""

from __future__ import annotations

import pytest
from answer_lines import BET, LATER, PLACED, REFUSED, RETURNED_BEFORE, Case, case, no
from oracle_requests import bet, pay, pinned, reward

# ----------------------------------------------------------------------------------------------------------------------
# An id that something else has

SHARED = [
    case(
        "of a bet, for a reward",
        [*PLACED, LATER],
        reward("a", 10),
        "reused_id: ok 130; holds 130, applied, first of reward a, reused_id=new",
        "reused_id: no; holds 120, refused, reused_id=refused",
        "reused_id: ok 120; holds 120, reused_id=first_result, replay_balance=current",
        "reused_id: ok 70; holds 120, reused_id=first_result, replay_balance=original",
    ),
    case(
        "of a refused bet, for a reward",
        REFUSED,
        reward("a", 10),
        "reused_id: ok 110; holds 110, applied, first of reward a, reused_id=new",
        "reused_id: no; holds 100, refused, reused_id=refused",
        "reused_id: ok anything; holds 100, reused_id=first_result",
    ),
    case(
        "of a bet and of a refused credit, for a reward",
        [*PLACED, no(pay("a", 10))],
        reward("a", 10),
        "reused_id: ok 80; holds 80, applied, first of reward a, reused_id=new",
        "reused_id: no; holds 70, refused, reused_id=refused",
        "reused_id: ok 70; holds 70, reused_id=first_result",
    ),
    case(
        "of another player",
        [],
        bet("x", 10),
        "reused_id: ok 90; holds 90, applied, first of bet x, reused_id=new",
        "reused_id: no; holds 100, refused, reused_id=refused",
        "reused_id: ok anything; holds 100, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "of another player, not covered",
        [],
        bet("x", 101),
        "reused_id: no; holds 100, refused, reused_id=new",
        "reused_id: no; holds 100, refused, reused_id=refused",
        "reused_id: ok anything; holds 100, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "of another player, for a credit of an unknown bet",
        [],
        pay("x", 10, "b"),
        "reused_id: ok 110; holds 110, applied, first of credit x, reused_id=new",
        "reused_id: no; holds 100, refused, reused_id=new, unknown_bet=refused",
        "reused_id: no; holds 100, refused, reused_id=refused",
        "reused_id: ok anything; holds 100, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "of another player, for a bet that comes after its rollback",
        RETURNED_BEFORE,
        BET,
        "reused_id: no; holds 100, refused, reused_id=new, late_bet=refused",
        "reused_id: ok 100; holds 100, no effect, first of bet a, reused_id=new, late_bet=ok_without_effect",
        "reused_id: no; holds 100, refused, reused_id=refused",
        "reused_id: ok anything; holds 100, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "of another player, where reused ids are new",
        [],
        bet("x", 10),
        "reused_id: ok 90; holds 90, applied, first of bet x, reused_id=new",
        policy=pinned(reused_id="new"),
        known_elsewhere=True,
    ),
    case(
        "of another player, where reused ids are refused",
        [],
        bet("x", 10),
        "reused_id: no; holds 100, refused, reused_id=refused",
        policy=pinned(reused_id="refused"),
        known_elsewhere=True,
    ),
    case(
        "of another player, where reused ids are answered as the first",
        [],
        bet("x", 10),
        "reused_id: ok anything; holds 100, reused_id=first_result",
        policy=pinned(reused_id="first_result"),
        known_elsewhere=True,
    ),
]


@pytest.mark.parametrize("row", SHARED)
def test_all_that_may_be_answered_to_an_id_that_something_else_has(row: Case) -> None:
    assert row.answers() == row.lines
