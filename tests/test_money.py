"""Money is exact: texts in both directions, the exponents of currencies, and what is refused with which sentence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import money

REPEATABLE = settings(derandomize=True, deadline=None)


@pytest.mark.parametrize(
    ("currency", "exponent", "unit"),
    [("JPY", 0, 100_000), ("XPF", 0, 100_000), ("UYW", 4, 10), ("KWD", 3, 100), ("USD", 2, 1000), ("???", 2, 1000)],
)
def test_a_currency_has_its_exponent_and_its_smallest_unit(currency: str, exponent: int, unit: int) -> None:
    assert money.exponent(currency) == exponent
    assert money.smallest_unit(currency) == unit
    assert isinstance(money.smallest_unit(currency), int)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("7", 700_000),
        ("12.34567", 1_234_567),
        ("0.00001", 1),
        ("0.1", 10_000),
        ("007.50", 750_000),
        ("1.2345600000", 123_456),
        ("99999999999999999999", 99_999_999_999_999_999_999 * 100_000),
    ],
)
def test_an_amount_is_read_exactly(text: str, amount: int) -> None:
    assert money.parse(text) == amount


@pytest.mark.parametrize("text", ["", ".5", "1.", "1,5", "-1", "+1", "1e3", " 1", "1\n", "1.2.3", "٣", "1" * 21])
def test_what_is_no_plain_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 12\.34567$") as caught:
        money.parse(text)
    assert str(caught.value) == f"{text!r} is not an amount: write digits with at most one point, such as 12.34567"


@pytest.mark.parametrize("text", ["0.000001", "1.123456", "1.0000000001"])
def test_what_no_contract_can_carry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="finer") as caught:
        money.parse(text)
    assert str(caught.value) == f"{text} is finer than 0.00001, the smallest amount that any contract can carry"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "", "0"),
        (0, "EUR", "0.00"),
        (0, "JPY", "0"),
        (1, "", "0.00001"),
        (1, "EUR", "0.00001"),
        (-1, "EUR", "-0.00001"),
        (-100_000, "", "-1"),
        (30_000, "", "0.3"),
        (30_000, "EUR", "0.30"),
        (20_000_000, "EUR", "200.00"),
        (20_000_000, "", "200"),
        (20_000_000, "KWD", "200.000"),
        (20_050_000, "JPY", "200.5"),
        (Fraction(1, 10), "EUR", "0.000001"),
        (Fraction(1, 2), "JPY", "0.000005"),
    ],
)
def test_an_amount_is_written_without_rounding(amount: int | Fraction, currency: str, text: str) -> None:
    assert money.text(amount, currency) == text
    assert money.to_decimal(amount, currency) == Decimal(text)
    assert str(money.to_decimal(20_000_000, "EUR")) == "200.00"


def test_a_fraction_without_an_end_is_cut_after_sixty_digits() -> None:
    assert money.text(Fraction(100_000, 3)) == "0." + "3" * 60


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (None, "EUR", "-"),
        (None, "", "-"),
        (1_234_000, "EUR", "12.34 EUR"),
        (1_234_000, "", "12.34"),
        (0, "JPY", "0 JPY"),
        (20_000_000, "EUR", "200.00 EUR"),
    ],
)
def test_an_amount_is_shown_with_its_currency(amount: int | None, currency: str, text: str) -> None:
    assert money.show(amount, currency) == text


def test_an_amount_without_a_currency_may_be_named_alone() -> None:
    assert (money.text(100_000), money.show(100_000), money.show(None)) == ("1", "1", "-")


def test_a_number_of_the_wire_is_an_amount_and_a_finer_one_stays_a_fraction() -> None:
    assert money.from_decimal(Decimal("12.34567")) == 1_234_567
    assert isinstance(money.from_decimal(Decimal("12.34567")), int)
    assert money.from_decimal(3) == 300_000
    assert money.from_decimal(Decimal("-0.5")) == -50_000
    assert money.from_decimal(Decimal("0.000001")) == Fraction(1, 10)


@given(st.integers(0, 10**24), st.sampled_from(["", "EUR", "JPY", "KWD", "UYW"]))
@REPEATABLE
def test_what_is_written_reads_back_the_same(amount: int, currency: str) -> None:
    assert money.parse(money.text(amount, currency)) == amount
    assert money.from_decimal(money.to_decimal(amount, currency)) == amount
