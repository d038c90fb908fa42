"""Every answer that a sound wallet may give to a rollback, as a table.

Each row holds them all, in the lines of `answer_lines`.
"""

from __future__ import annotations

import pytest
from answer_lines import BACK, BET, PAID, PLACED, REFUSED, RETURNED, RETURNED_BEFORE, Case, case, no, ok
from oracle_requests import bet, pay, pinned, rollback

# ----------------------------------------------------------------------------------------------------------------------
# Rollbacks

BACK_AGAIN = [
    case("of a bet", PLACED, BACK, "rollback: ok 100; holds 100, applied, first of rollback r"),
    case(
        "of a bet, the same once more",
        [*RETURNED, ok(bet("o", 10), 90)],
        BACK,
        "replay: ok 90; holds 90, applied, replay_balance=current",
        "replay: ok 100; holds 90, applied, replay_balance=original",
    ),
    case(
        "of a bet, the same once more, through another operation",
        RETURNED,
        BACK,
        "cross_replay: ok 100; holds 100, applied",
        operation="cancel",
    ),
    case(
        "of a bet, under another id",
        RETURNED,
        rollback("s", "a", "b"),
        "rollback_again: ok 100; holds 100, no effect, first of rollback s, rollback_again=ok",
        "rollback_again: no; holds 100, refused, rollback_again=refused",
    ),
    case(
        "of a bet, under another id, where that is refused",
        RETURNED,
        rollback("s", "a", "b"),
        "rollback_again: no; holds 100, refused, rollback_again=refused",
        policy=pinned(rollback_again="refused"),
    ),
    case(
        "of another bet, under the same id",
        [*RETURNED, ok(bet("o", 10), 90)],
        rollback("r", "o"),
        "reused_id: no; holds 90, applied, reused_id=refused",
        "reused_id: ok 90; holds 90, applied, reused_id=first_result, replay_balance=current",
        "reused_id: ok 100; holds 90, applied, reused_id=first_result, replay_balance=original",
    ),
    case(
        "of another bet, under the same id, where that is answered as the first",
        [*RETURNED, ok(bet("o", 10), 90)],
        rollback("r", "o"),
        "reused_id: ok 90; holds 90, applied, reused_id=first_result, replay_balance=current",
        "reused_id: ok 100; holds 90, applied, reused_id=first_result, replay_balance=original",
        policy=pinned(reused_id="first_result"),
    ),
    case(
        "of a bet that never came",
        [],
        BACK,
        "rollback_of_unknown: ok 100; holds 100, no effect, first of rollback r, rollback_of_unknown=ok",
        "rollback_of_unknown: no; holds 100, refused, rollback_of_unknown=refused",
    ),
    case(
        "of a bet that never came, where that is refused",
        [],
        BACK,
        "rollback_of_unknown: no; holds 100, refused, rollback_of_unknown=refused",
        policy=pinned(rollback_of_unknown="refused"),
    ),
    case(
        "of a bet that came after its first rollback",
        [*RETURNED_BEFORE, ok(BET, 100)],
        rollback("s", "a", "b"),
        "rollback_again: ok 100; holds 100, no effect, first of rollback s, rollback_again=ok",
        "rollback_again: no; holds 100, refused, rollback_again=refused",
    ),
    case(
        "of another player's bet",
        PLACED,
        BACK,
        "rollback_of_foreign: ok 70; holds 70, no effect, first of rollback r, rollback_of_foreign=ok_without_effect",
        "rollback_of_foreign: no; holds 70, refused, rollback_of_foreign=refused",
        foreign_bet=True,
    ),
    case(
        "of another player's bet, where that is refused",
        PLACED,
        BACK,
        "rollback_of_foreign: no; holds 70, refused, rollback_of_foreign=refused",
        policy=pinned(rollback_of_foreign="refused"),
        foreign_bet=True,
    ),
    case(
        "of a bet, after one that was another player's",
        [*PLACED, ok(rollback("q", "a", "b"), 70, foreign_bet=True)],
        BACK,
        "rollback: ok 100; holds 100, applied, first of rollback r",
    ),
    case(
        "of a refused bet",
        REFUSED,
        BACK,
        "rollback_of_refused: ok 100; holds 100, no effect, first of rollback r, rollback_of_refused=ok",
        "rollback_of_refused: no; holds 100, refused, rollback_of_refused=refused",
    ),
    case(
        "of a refused bet, where that is refused",
        REFUSED,
        BACK,
        "rollback_of_refused: no; holds 100, refused, rollback_of_refused=refused",
        policy=pinned(rollback_of_refused="refused"),
    ),
    case(
        "of a settled bet",
        PAID,
        BACK,
        "rollback_of_settled: ok 150; holds 150, applied, first of rollback r, rollback_of_settled=refunded",
        "rollback_of_settled: ok 120; holds 120, no effect, first of rollback r, rollback_of_settled=kept",
        "rollback_of_settled: no; holds 120, refused, rollback_of_settled=refused",
    ),
    case(
        "of a settled bet, where the stake comes back",
        PAID,
        BACK,
        "rollback_of_settled: ok 150; holds 150, applied, first of rollback r, rollback_of_settled=refunded",
        policy=pinned(rollback_of_settled="refunded"),
    ),
    case(
        "of a settled bet, where the stake is kept",
        PAID,
        BACK,
        "rollback_of_settled: ok 120; holds 120, no effect, first of rollback r, rollback_of_settled=kept",
        policy=pinned(rollback_of_settled="kept"),
    ),
    case(
        "of a settled bet, where that is refused",
        PAID,
        BACK,
        "rollback_of_settled: no; holds 120, refused, rollback_of_settled=refused",
        policy=pinned(rollback_of_settled="refused"),
    ),
    case(
        "of a bet that was settled by its transaction",
        [*PLACED, ok(pay("p", 50, "a"), 120)],
        rollback("r", "a"),
        "rollback_of_settled: ok 120; holds 120, no effect, first of rollback r, rollback_of_settled=kept",
        policy=pinned(rollback_of_settled="kept"),
    ),
    case(
        "of a bet that was settled by its own name only",
        PAID,
        rollback("r", "a"),
        "rollback_of_settled: ok 120; holds 120, no effect, first of rollback r, rollback_of_settled=kept",
        policy=pinned(rollback_of_settled="kept"),
    ),
    case(
        "that names another bet, which was settled",
        [*PLACED, ok(pay("p", 50, "c"), 120)],
        rollback("r", "a", "c"),
        "rollback_of_settled: ok 120; holds 120, no effect, first of rollback r, rollback_of_settled=kept",
        policy=pinned(rollback_of_settled="kept"),
    ),
    case(
        "of a bet, while another was settled",
        [*PLACED, ok(pay("p", 50, "c"), 120)],
        BACK,
        "rollback: ok 150; holds 150, applied, first of rollback r",
    ),
    case(
        "after its refusal",
        [no(BACK)],
        BACK,
        "replay_of_refused: no; holds 100, refused, replay_of_refused=refused",
        "rollback_of_unknown: ok 100; holds 100, no effect, first of rollback r, rollback_of_unknown=ok",
        "rollback_of_unknown: no; holds 100, refused, rollback_of_unknown=refused",
    ),
    case(
        "after its refusal, with a bet since",
        [no(BACK), *PLACED],
        BACK,
        "replay_of_refused: no; holds 70, refused, replay_of_refused=refused",
        "rollback: ok 100; holds 100, applied, first of rollback r",
    ),
    case(
        "after its refusal, with a bet since, where it is refused again",
        [no(BACK), *PLACED],
        BACK,
        "replay_of_refused: no; holds 70, refused, replay_of_refused=refused",
        policy=pinned(replay_of_refused="refused"),
    ),
    case(
        "after its refusal, with a bet since, where it is judged afresh",
        [no(BACK), *PLACED],
        BACK,
        "rollback: ok 100; holds 100, applied, first of rollback r",
        policy=pinned(replay_of_refused="afresh"),
    ),
    case(
        "after its refusal, with an id that another player has, too",
        [no(BACK), *PLACED],
        BACK,
        "replay_of_refused: no; holds 70, refused, replay_of_refused=refused",
        "reused_id: ok 100; holds 100, applied, first of rollback r, reused_id=new",
        "reused_id: no; holds 70, refused, reused_id=refused",
        "reused_id: ok anything; holds 70, refused, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "after its refusal, with the id of a credit",
        [ok(pay("r", 5), 105), no(BACK), ok(BET, 75)],
        BACK,
        "replay_of_refused: no; holds 75, refused, replay_of_refused=refused",
        "reused_id: ok 105; holds 105, applied, first of rollback r, reused_id=new",
        "reused_id: no; holds 75, refused, reused_id=refused",
        "reused_id: ok 75; holds 75, refused, reused_id=first_result, replay_balance=current",
        "reused_id: ok 105; holds 75, refused, reused_id=first_result, replay_balance=original",
    ),
    case(
        "with the id of its bet",
        PLACED,
        rollback("a", "a", "b"),
        "reused_id: ok 100; holds 100, applied, first of rollback a, reused_id=new",
        "reused_id: no; holds 70, refused, reused_id=refused",
        "reused_id: ok 70; holds 70, reused_id=first_result",
    ),
    case(
        "with an id that another player has",
        PLACED,
        BACK,
        "reused_id: ok 100; holds 100, applied, first of rollback r, reused_id=new",
        "reused_id: no; holds 70, refused, reused_id=refused",
        "reused_id: ok anything; holds 70, reused_id=first_result",
        known_elsewhere=True,
    ),
    case(
        "with an id that another player has, where that is answered as the first",
        PLACED,
        BACK,
        "reused_id: ok anything; holds 70, reused_id=first_result",
        policy=pinned(reused_id="first_result"),
        known_elsewhere=True,
    ),
]


@pytest.mark.parametrize("row", BACK_AGAIN)
def test_all_that_may_be_answered_to_a_rollback(row: Case) -> None:
    assert row.answers() == row.lines
