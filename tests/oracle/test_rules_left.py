"""What each answer of a sound wallet leaves in its books, as a table.

Each row holds what differs from before, for every answer that may be given, in the words of `answer_lines`.
"""

from __future__ import annotations

import pytest
from answer_lines import BACK, BET, LARGE, LATER, PAID, PLACED, REFUSED, RETURNED_BEFORE, Case, case
from oracle_requests import bet, pay, reward, rollback, unsettle

ANSWERS = [
    case("a bet", [], BET, "bet a bet -30 for b SINGLE applied, shown 70; balance 70; bets a b"),
    case(
        "a bet without a name", [], bet("a", 30), "bet a bet -30 for none SINGLE applied, shown 70; balance 70; bets a"
    ),
    case(
        "a credit",
        PLACED,
        pay("p", 10, "b"),
        "credit p payout +10 for b BET_PAID applied, shown 80; balance 80; settled b",
    ),
    case(
        "a reward for a bonus",
        PLACED,
        reward("w", 10),
        "reward w reward +10 for none bonus applied, shown 80; balance 80",
    ),
    case(
        "a deduction",
        PAID,
        unsettle("u", 10, "b"),
        "unsettlement u unsettlement -10 for b BET_UNPAID applied, shown 110; balance 110",
        "unsettlement u unsettlement -10 for b BET_UNPAID refused",
    ),
    case(
        "a deduction for a bet that was not settled",
        PLACED,
        unsettle("u", 10, "b"),
        "unsettlement u unsettlement -10 for b BET_UNPAID applied, shown 60; balance 60",
        "unsettlement u unsettlement -10 for b BET_UNPAID refused",
    ),
    case(
        "a rollback",
        PLACED,
        BACK,
        "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b",
    ),
    case(
        "a rollback that gives the bet another name",
        PLACED,
        rollback("r", "a", "c"),
        "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b c",
    ),
    case(
        "a rollback of what never came",
        [],
        BACK,
        "rollback r rollbackbet +0 for a without_effect, shown 100; rolled_back a; returned a b",
        "rollback r rollbackbet +0 for a refused",
    ),
    case(
        "a rollback of another player's bet",
        PLACED,
        BACK,
        "rollback r rollbackbet +0 for a without_effect, shown 70",
        "rollback r rollbackbet +0 for a refused",
        foreign_bet=True,
    ),
    case(
        "a rollback of a settled bet",
        PAID,
        BACK,
        "rollback r rollbackbet +30 for a applied, shown 150; balance 150; rolled_back a; returned a b",
        "rollback r rollbackbet +0 for a without_effect, shown 120; rolled_back a; returned a b",
        "rollback r rollbackbet +0 for a refused",
    ),
    case(
        "a bet after its rollback",
        RETURNED_BEFORE,
        BET,
        "bet a bet -30 for b SINGLE refused",
        "bet a bet -30 for b SINGLE without_effect, shown 100",
    ),
    case(
        "a refused bet",
        [*REFUSED, LATER],
        LARGE,
        "nothing",
        "bet a bet -120 for b SINGLE applied, shown 30; balance 30; bets a b",
    ),
    case("a refused bet of another amount, not covered", REFUSED, bet("a", 130, "c"), "nothing"),
    case("a replay", [*PLACED, LATER], BET, "nothing"),
]


@pytest.mark.parametrize("row", ANSWERS)
def test_each_answer_leaves_a_book_of_its_own(row: Case) -> None:
    assert row.changes() == row.lines
