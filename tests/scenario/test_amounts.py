"""Symbolic amounts come to what their meaning says, and nothing is ever rounded."""

from __future__ import annotations

import pytest

from harness.money import SCALE, parse
from harness.scenario import AMOUNTS, resolve_amount

CENT = SCALE // 100


@pytest.mark.parametrize(
    ("text", "balance", "unit", "expected"),
    [
        ("12.34567", 0, 1, 1_234_567),
        ("zero", 5 * SCALE, CENT, 0),
        ("smallest_unit", 0, CENT, CENT),
        ("smallest_unit", 0, 1, 1),
        ("everything", 7, 1, 7),
        ("more_than_everything", 5 * SCALE, CENT, 5 * SCALE + CENT),
        ("half", parse("0.05"), CENT, parse("0.02")),
        ("int32_limit", 0, 1, 2**31),
        ("uint32_limit", 0, CENT, 2**32 * CENT),
        ("float32_limit", 0, 1, 16_777_217),
        ("largest", 0, 1, 9_007_199_254_740_991),
    ],
)
def test_an_amount_comes_to(text: str, balance: int, unit: int, expected: int) -> None:
    assert resolve_amount(text, balance, unit) == expected


def test_every_symbolic_amount_is_a_whole_number_of_the_smallest_unit() -> None:
    assert all(resolve_amount(each, 12 * CENT, CENT) % CENT == 0 for each in AMOUNTS)


def test_an_unknown_amount_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'most' is not an amount"):
        resolve_amount("most", 1, 1)
