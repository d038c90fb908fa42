"""Complaints about a file: every one of them, once, in the order of lines, with the nearest valid word."""

from __future__ import annotations

import pytest

from harness.files.complaints import Complaints, ScenarioError, nearest


def test_an_author_sees_every_complaint_once_and_in_the_order_of_lines() -> None:
    complaints = Complaints("a.yaml")
    complaints.add(10, "second")
    complaints.add(2, "first")
    complaints.add(10, "second")
    with pytest.raises(ScenarioError) as caught:
        complaints.raise_if_any()
    assert caught.value.complaints == ("a.yaml:2: first", "a.yaml:10: second")
    assert str(caught.value) == "a.yaml:2: first\na.yaml:10: second"


def test_a_file_without_complaints_raises_nothing() -> None:
    Complaints("a.yaml").raise_if_any()


def test_an_unknown_word_is_named_with_its_sort() -> None:
    complaints = Complaints("a.yaml")
    complaints.unknown(3, "key", "titel", ["title", "steps"])
    assert complaints.found == [(3, "unknown key 'titel'; did you mean 'title'?")]


@pytest.mark.parametrize(
    ("word", "valid", "end"),
    [
        ("Bet", ["bet", "balance"], "; did you mean 'bet'?"),
        ("qqq", ["bet", "balance"], "; valid are: balance, bet"),
        ("qqq", [], ""),
    ],
)
def test_the_nearest_word_is_proposed_and_all_where_none_is_near(word: str, valid: list[str], end: str) -> None:
    assert nearest(word, valid) == end
