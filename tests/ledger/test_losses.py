"""What a lost answer leaves in the books, and what happens when its request lands after all, as tables."""

from __future__ import annotations

import pytest
from answer_tables import (
    BACK,
    BET,
    BURIED,
    ENDED,
    LARGE,
    LATER,
    LOST,
    PLACED,
    REFUSED,
    RETURNED,
    Left,
    changes,
    leaves,
    lose,
    no,
    ok,
)
from ledger_account import READ, Account, bet, event, pay, reward, rollback

from harness.ledger.book import key_of
from harness.ledger.rules import landings
from harness.ledger.rules import lose as losing
from harness.model import Situation

# ----------------------------------------------------------------------------------------------------------------------
# The answer to a request is lost

LOSSES = [
    leaves("a bet", [], BET, "bet a bet -30 for b SINGLE open; open -30:bet a; slack -30 0; trail 100"),
    leaves(
        "a bet of all there is",
        [],
        bet("a", 100),
        "bet a bet -100 for none SINGLE open; open -100:bet a; slack -100 0; trail 100",
    ),
    leaves(
        "a bet that is not covered",
        [],
        LARGE,
        "bet a bet -120 for b SINGLE open, in doubt; open -120:bet a; slack -120 0; trail 100",
    ),
    leaves(
        "a bet that is not covered if another came",
        LOST,
        bet("x", 71),
        "bet x bet -71 for none SINGLE open, in doubt; open -71:bet x -30:bet a; slack -101 0",
    ),
    leaves(
        "a bet that is covered even if another came",
        LOST,
        bet("x", 70),
        "bet x bet -70 for none SINGLE open; open -70:bet x -30:bet a; slack -100 0",
    ),
    leaves(
        "a bet that is malformed",
        [],
        BET,
        "bet a bet -30 for b SINGLE open, in doubt; open -30:bet a; slack -30 0; trail 100",
        doubtful=Situation.MALFORMED,
    ),
    leaves(
        "a bet after the end of the session",
        [],
        BET,
        "bet a bet -30 for b SINGLE open, in doubt; open -30:bet a; slack -30 0; trail 100",
        refusable=ENDED,
    ),
    leaves(
        "a credit for a known bet",
        PLACED,
        pay("p", 10, "b"),
        "credit p payout +10 for b BET_PAID open; open 10:credit p; slack 0 10; trail 70",
    ),
    leaves(
        "a credit for an unknown bet",
        [],
        pay("p", 10, "b"),
        "credit p payout +10 for b BET_PAID open, in doubt; open 10:credit p; slack 0 10; trail 100",
    ),
    leaves("a request that is forged", [], BET, "nothing", disbelieved=Situation.FORGED),
    leaves("a read", [], READ, "nothing"),
    leaves("a replay", PLACED, BET, "nothing"),
    leaves("a replay with another amount", PLACED, bet("a", 31, "b"), "nothing"),
    leaves("a refused bet", REFUSED, LARGE, "in_flight bet a"),
    leaves("a bet that is lost for the second time", LOST, BET, "nothing"),
    leaves("a lost bet with another amount", LOST, bet("a", 40, "b"), "in_flight bet a"),
    leaves("a bet after its rollback", BURIED, BET, "in_flight bet a"),
    leaves("a bet after its rollback, once more", [*BURIED, ok(BET, 100)], BET, "nothing"),
    leaves("a bet with an id that another player has", [], BET, "in_flight bet a", known_elsewhere=True),
    leaves("a reward with the id of a bet", PLACED, reward("a", 10), "in_flight reward a"),
    leaves(
        "a credit with the id of a bet that was rolled back",
        BURIED,
        pay("a", 10),
        "credit a payout +10 for none BET_PAID open, in doubt; open 10:credit a; slack 0 10; trail 100",
    ),
    leaves("a rollback", PLACED, BACK, "in_flight rollback r"),
    leaves("a rollback that was answered", RETURNED, BACK, "nothing"),
    leaves("a rollback that was refused", [no(BACK)], BACK, "in_flight rollback r"),
]


@pytest.mark.parametrize("row", LOSSES)
def test_a_lost_answer_leaves_its_request_open_or_in_flight_or_nothing(row: Left) -> None:
    before = row.book()
    assert (changes(before, losing(before, row.item, row.told())),) == row.left


def test_a_loss_among_many_is_in_doubt_without_asking_which_of_them_came() -> None:
    account = Account(1000)
    for number in range(1, 21):
        account.loses(bet(f"b{number}", number))
    (book,) = account.books
    item = bet("a", 1000 - sum(range(1, 21)) + 1)
    assert losing(book, item, event(item).terms).entries[key_of(item)].doubted


# ----------------------------------------------------------------------------------------------------------------------
# A request in flight lands

LANDINGS = [
    leaves(
        "a rollback",
        [*PLACED, lose(BACK)],
        READ,
        (
            "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b; "
            "in_flight none"
        ),
    ),
    leaves(
        "a rollback while a bet is open",
        [ok(bet("o", 30), 70), lose(bet("c", 5)), lose(rollback("r", "o"))],
        READ,
        (
            "rollback r rollbackbet +30 for o applied; balance 100; rolled_back o; returned o; trail 100 70; "
            "in_flight none"
        ),
    ),
    leaves(
        "two rollbacks",
        [*PLACED, lose(BACK), lose(rollback("s", "a", "b"))],
        READ,
        (
            "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b; "
            "in_flight rollback s"
        ),
        (
            "rollback s rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b; "
            "in_flight rollback r"
        ),
    ),
    leaves(
        "a refused bet",
        [*REFUSED, LATER, lose(LARGE)],
        READ,
        "bet a bet -120 for b SINGLE applied, shown 30; balance 30; bets a b; in_flight none",
    ),
    leaves(
        "a bet of another player's id",
        [lose(BET, known_elsewhere=True)],
        READ,
        "bet a bet -30 for b SINGLE applied, shown 70; balance 70; bets a b; in_flight none",
        "bet a bet -30 for b SINGLE refused; in_flight none",
    ),
    leaves(
        "a bet in a contested time",
        [lose(BET, known_elsewhere=True, contested=True)],
        READ,
        "bet a bet -30 for b SINGLE applied, shown 70; balance 70; bets a b; in_flight none",
        "bet a bet -30 for b SINGLE refused; in_flight none",
    ),
    leaves(
        "a rollback in a contested time",
        [*PLACED, lose(BACK, contested=True)],
        READ,
        (
            "rollback r rollbackbet +30 for a applied, shown 100; balance 100; rolled_back a; returned a b; "
            "in_flight none"
        ),
    ),
]


@pytest.mark.parametrize("row", LANDINGS)
def test_a_request_in_flight_lands_as_if_it_were_sent_now_and_nobody_sees_its_answer(row: Left) -> None:
    before = row.book()
    assert tuple(dict.fromkeys(changes(before, each) for each in landings(before))) == row.left
