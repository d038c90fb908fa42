"""Inert text: nothing that a terminal, a browser or a reader's eye would obey is left in it."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.inert import CUT, clipped, inert, one_line, summed

OBEYED = (
    "\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\x85", "\x00", "\x08", "\x7f", "\r", "\u202e", "\u2066", "\u2069",
    "\u200b",
    "\u200f", "\ufeff", "\u00ad", "\u2028", "\u115f", "\u3164", "\ufe0f", "\u034f", "\U000e0041", "\U000e0100",
    "\ud800", "\udbff", "\ue000", "\U0010ffff",
)  # fmt: skip


def is_obeyed(character: str) -> bool:
    """True for a character that does something other than to appear."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and character not in "\n\t"


@pytest.mark.parametrize("text", OBEYED)
def test_what_a_terminal_obeys_is_escaped(text: str) -> None:
    shown = inert(f"a{text}b")
    assert shown.isascii()
    assert "\\" in shown
    assert not any(map(is_obeyed, shown))


@given(st.text())
def test_no_text_keeps_a_character_that_is_obeyed(text: str) -> None:
    shown = inert(text)
    assert not any(map(is_obeyed, shown))
    assert inert(shown) == shown
    assert "\n" not in one_line(text)
    assert "\t" not in one_line(text)


@given(st.dictionaries(st.text(), st.text()))
def test_json_keeps_its_meaning(value: dict[str, str]) -> None:
    shown = inert(json.dumps(value, ensure_ascii=False))
    assert json.loads(shown, parse_float=Decimal) == value


@pytest.mark.parametrize(
    "text", ["plain", "RS_OK, balance 74.69 EUR\n\tnext", "Grüße, Łódź, 東京, 🎲", "e\u0301t\u00e9"]
)
def test_ordinary_text_stays(text: str) -> None:
    assert inert(text) == text


def test_letters_are_not_covered_by_a_pile_of_marks() -> None:
    assert inert("a" + "\u0301" * 40).count("\u0301") <= 3


def test_a_cut_shows_that_something_is_missing() -> None:
    assert clipped("12345", 5) == "12345"
    assert clipped("123456", 5) == f"12345{CUT}"
    first, second = (summed("1" * 100 + last, 5) for last in "ab")
    assert first != second
    assert first.startswith(f"11111{CUT} (101 characters, SHA-256 ")
