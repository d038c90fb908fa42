"""What each answer of a sound wallet leaves in its books, as a table.

Each row holds what differs from before, for every answer that may be given, in the words of `answer_tables`.
"""

from __future__ import annotations

import pytest
from answer_tables import BACK, BET, BURIED, LARGE, LATER, LOST, PAID, PLACED, REFUSED, Left, changes, leaves, lose, ok
from ledger_account import READ, bet, pay, reward, rollback, unsettle

from harness.ledger import allowed
from harness.model import Situation

ANSWERS = [
    leaves("a bet", [], BET, "bet a bet -30 for b SINGLE applied, shown 70; balance 70; bets a b"),
    leaves(
        "a bet without a name", [], bet("a", 30), "bet a bet -30 for none SINGLE applied, shown 70; balance 70; bets a"
    ),
    leaves(
        "a credit",
        PLACED,
        pay("p", 10, "b"),
        "credit p payout +10 for b BET_PAID applied, shown 80; balance 80; settled b",
    ),
    leaves(
        "a reward for a bonus",
        PLACED,
        reward("w", 10),
        "reward w reward +10 for none bonus applied, shown 80; balance 80",
    ),
    leaves(
        "a deduction",
        PAID,
        unsettle("u", 10, "b"),
        "unsettlement u unsettlement -10 for b BET_UNPAID applied, shown 110; balance 110",
        "unsettlement u unsettlement -10 for b BET_UNPAID refused",
    ),
    leaves(
        "a deduction for a bet that was not settled",
        PLACED,
        unsettle("u", 10, "b"),
        "unsettlement u unsettlement -10 for b BET_UNPAID applied, shown 60; balance 60",
        "unsettlement u unsettlement -10 for b BET_UNPAID refused",
    ),
    leaves(
        "a rollback",
        PLACED,
        BACK,
        "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b",
    ),
    leaves(
        "a rollback that gives the bet another name",
        PLACED,
        rollback("r", "a", "c"),
        "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b c",
    ),
    leaves(
        "a rollback of what never came",
        [],
        BACK,
        "rollback r rollbackbet +0 for a without_effect, shown 100; rolled_back a; returned a b",
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of another player's bet",
        PLACED,
        BACK,
        "rollback r rollbackbet +0 for a without_effect, shown 70",
        "rollback r rollbackbet +0 for a refused",
        foreign_bet=True,
    ),
    leaves(
        "a rollback of a settled bet",
        PAID,
        BACK,
        "rollback r rollbackbet +30 for a applied, shown 150; balance 150; rolled_back a; returned a b",
        "rollback r rollbackbet +0 for a without_effect, shown 120; rolled_back a; returned a b",
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of a lost bet",
        LOST,
        BACK,
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +0 for a applied, shown 100; "
            "rolled_back a; returned a b; open none; slack 0 0; trail none"
        ),
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of a lost bet that has come",
        [*LOST, ok(READ, 70)],
        BACK,
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +30 for a applied, shown 100; "
            "balance 100; rolled_back a; returned a b; open none; taken none; slack 0 0; arrived 0; trail none"
        ),
    ),
    leaves(
        "a rollback of one of two lost bets, of which one has come",
        [*LOST, lose(bet("c", 30)), ok(READ, 70)],
        BACK,
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +30 for a applied, shown 100; "
            "balance 100; rolled_back a; returned a b; open -30:bet c; taken none; slack -30 0; arrived 0; "
            "trail 100 70"
        ),
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +0 for a applied, shown 70; "
            "rolled_back a; returned a b; open -30:bet c; slack -30 0"
        ),
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of one of two lost bets that was settled, of which one has come",
        [*LOST, lose(bet("c", 30)), ok(pay("p", 50, "b"), 150), ok(READ, 120)],
        BACK,
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +30 for a applied, shown 150; "
            "balance 150; rolled_back a; returned a b; open -30:bet c; taken none; slack -30 0; arrived 0; "
            "trail 100 120 150"
        ),
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +0 for a applied, shown 120; "
            "rolled_back a; returned a b; open -30:bet c; slack -30 0"
        ),
        (
            "bet a bet -30 for b SINGLE applied; rollback r rollbackbet +0 for a without_effect, shown 120; "
            "rolled_back a; returned a b; open -30:bet c; taken none; slack -30 0; arrived 0; trail 100 120 150"
        ),
        (
            "bet a bet -30 for b SINGLE without_effect; "
            "rollback r rollbackbet +0 for a without_effect, shown 120; rolled_back a; returned a b; "
            "open -30:bet c; slack -30 0"
        ),
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of a lost bet in doubt",
        [lose(LARGE), LATER],
        BACK,
        (
            "bet a bet -120 for b SINGLE without_effect; rollback r rollbackbet +0 for a applied, shown 150; "
            "rolled_back a; returned a b; open none; slack 0 0; trail none"
        ),
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of a settled lost bet in doubt",
        [lose(BET, doubtful=Situation.MALFORMED), ok(pay("p", 50, "b"), 150)],
        BACK,
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +0 for a applied, shown 150; "
            "rolled_back a; returned a b; open none; slack 0 0; trail none"
        ),
        (
            "bet a bet -30 for b SINGLE without_effect; "
            "rollback r rollbackbet +0 for a without_effect, shown 150; rolled_back a; returned a b; open none; "
            "slack 0 0; trail none"
        ),
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a rollback of a settled bet in doubt that has come",
        [lose(BET, doubtful=Situation.MALFORMED), ok(pay("p", 50, "b"), 150), ok(READ, 120)],
        BACK,
        (
            "bet a bet -30 for b SINGLE without_effect; rollback r rollbackbet +30 for a applied, shown 150; "
            "balance 150; rolled_back a; returned a b; open none; taken none; slack 0 0; arrived 0; trail none"
        ),
        (
            "bet a bet -30 for b SINGLE applied; rollback r rollbackbet +0 for a without_effect, shown 120; "
            "rolled_back a; returned a b; open none; taken none; slack 0 0; arrived 0; trail none"
        ),
        "rollback r rollbackbet +0 for a refused",
    ),
    leaves(
        "a bet after its rollback",
        BURIED,
        BET,
        "bet a bet -30 for b SINGLE refused",
        "bet a bet -30 for b SINGLE without_effect, shown 100",
    ),
    leaves(
        "a lost bet",
        LOST,
        BET,
        "bet a bet -30 for b SINGLE applied; balance 70; bets a b; open none; slack 0 0; trail none",
    ),
    leaves(
        "a lost bet that has come",
        [*LOST, ok(READ, 70)],
        BET,
        ("bet a bet -30 for b SINGLE applied; bets a b; open none; taken none; slack 0 0; arrived 0; trail none"),
    ),
    leaves(
        "a lost bet in doubt",
        [lose(BET, doubtful=Situation.MALFORMED)],
        BET,
        "bet a bet -30 for b SINGLE applied; balance 70; bets a b; open none; slack 0 0; trail none",
        "bet a bet -30 for b SINGLE refused; open none; slack 0 0; trail none",
    ),
    leaves(
        "a lost bet that the money is there for exactly",
        [lose(bet("a", 100))],
        bet("a", 100),
        "bet a bet -100 for none SINGLE applied; balance 0; bets a; open none; slack 0 0; trail none",
    ),
    leaves(
        "one of two lost bets, of which one has come",
        [*LOST, lose(bet("c", 30)), ok(READ, 70)],
        BET,
        (
            "bet a bet -30 for b SINGLE applied; bets a b; open -30:bet c; taken none; slack -30 0; arrived 0; "
            "trail 100 70"
        ),
        "bet a bet -30 for b SINGLE applied; balance 40; bets a b; open -30:bet c; slack -30 0; trail 100 70",
    ),
    leaves(
        "a lost bet that is refused, while another has come",
        [lose(BET, doubtful=Situation.MALFORMED), lose(bet("c", 30)), ok(READ, 70)],
        BET,
        (
            "bet a bet -30 for b SINGLE applied; bets a b; open -30:bet c; taken none; slack -30 0; arrived 0; "
            "trail 100 70"
        ),
        "bet a bet -30 for b SINGLE applied; balance 40; bets a b; open -30:bet c; slack -30 0; trail 100 70",
        "bet a bet -30 for b SINGLE refused; open -30:bet c; slack -30 0",
    ),
    leaves(
        "a lost bet under another name",
        LOST,
        bet("a", 30, "c", round="r"),
        "bet a bet -30 for b SINGLE applied; balance 70; bets a b; open none; slack 0 0; trail none",
        "bet a bet -30 for c r SINGLE applied; balance 70; bets a c; open none; slack 0 0; trail none",
        "nothing",
    ),
    leaves(
        "a lost credit",
        [*PLACED, lose(pay("p", 10, "b"))],
        pay("p", 10, "b"),
        "credit p payout +10 for b BET_PAID applied; balance 80; settled b; open none; slack 0 0; trail none",
    ),
    leaves(
        "a lost bet with another amount",
        LOST,
        bet("a", 40, "b"),
        "nothing",
        "bet a bet -30 for b SINGLE applied; balance 70; bets a b; open none; slack 0 0; trail none",
        ("bet a bet -40 for b SINGLE applied, shown 60; balance 60; bets a b; open none; slack 0 0; trail none"),
    ),
    leaves(
        "a lost bet with another amount, while another has come",
        [*LOST, lose(bet("c", 30)), ok(READ, 70)],
        bet("a", 40, "b"),
        "nothing",
        (
            "bet a bet -30 for b SINGLE applied; bets a b; open -30:bet c; taken none; slack -30 0; arrived 0; "
            "trail 100 70"
        ),
        "bet a bet -30 for b SINGLE applied; balance 40; bets a b; open -30:bet c; slack -30 0; trail 100 70",
        (
            "bet a bet -40 for b SINGLE applied, shown 30; balance 30; bets a b; open -30:bet c; slack -30 0; "
            "trail 100 60"
        ),
    ),
    leaves(
        "a lost deduction of all with another amount",
        [*PAID, lose(unsettle("u", 50, "b"))],
        unsettle("u", 40, "b"),
        "nothing",
        ("unsettlement u unsettlement -50 for b BET_UNPAID applied; balance 70; open none; slack 0 0; trail none"),
        (
            "unsettlement u unsettlement -40 for b BET_UNPAID applied, shown 80; balance 80; open none; "
            "slack 0 0; trail none"
        ),
    ),
    leaves(
        "a refused bet",
        [*REFUSED, LATER],
        LARGE,
        "nothing",
        "bet a bet -120 for b SINGLE applied, shown 30; balance 30; bets a b",
    ),
    leaves("a refused bet of another amount, not covered", REFUSED, bet("a", 130, "c"), "nothing"),
    leaves("a replay", [*PLACED, LATER], BET, "nothing"),
]


@pytest.mark.parametrize("row", ANSWERS)
def test_each_answer_leaves_a_book_of_its_own(row: Left) -> None:
    before = row.book()
    left = (changes(before, each.book) for each in allowed(before, row.item, row.told()))
    assert tuple(dict.fromkeys(left)) == row.left
