"""The vocabulary of scenarios agrees with the kinds of operation that a platform can send."""

from __future__ import annotations

from harness.model import OPERATION_OF
from harness.scenario.words import BETS, DEBITS, MODIFIERS_OF, OF_A_BET, OPERATIONS, STRUCTURE, WORDS


def test_every_kind_of_operation_has_one_word_and_every_word_a_kind() -> None:
    assert list(OPERATIONS) == list(OPERATION_OF)
    assert len(set(OPERATION_OF.values())) == len(OPERATION_OF)
    assert set(MODIFIERS_OF) == set(WORDS) == {*OPERATIONS, *STRUCTURE}


def test_words_are_grouped_by_what_they_ask_for() -> None:
    assert BETS == ("bet", "bet_batch")
    assert DEBITS == ("bet", "bet_batch", "unsettle")
    assert OF_A_BET == ("pay", "settle", "retry", "unsettle")


def test_what_belongs_to_a_bet_may_name_it() -> None:
    assert all("bet" in OPERATIONS[word].fields for word in OF_A_BET)
    assert not any("bet" in OPERATIONS[word].fields for word in BETS)
