"""Exact money: amounts, currencies with their exponents, and the written forms of an amount.

Inside the harness an amount is a whole number of hundred-thousandths of the main unit (`model.Amount`). No function in
the project passes an amount through a binary float.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from harness.model import Amount

SCALE = 100_000
"""Hundred-thousandths in one main unit: finer than any ISO 4217 currency needs."""

DECIMALS = 5
LARGEST_WIRE_AMOUNT = 2**53 - 1
"""The largest amount that a scenario may write. A JavaScript platform cannot send a larger integer exactly."""

_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_PLAIN = re.compile(r"(?P<whole>[0-9]{1,20})(?:\.(?P<part>[0-9]{1,20}))?\Z", re.ASCII)


def exponent(currency: str) -> int:
    """How many decimals a currency has by ISO 4217: JPY 0, USD 2, KWD 3. An unknown code has 2."""
    return _EXPONENTS.get(currency, 2)


def smallest_unit(currency: str) -> int:
    """The smallest amount of a currency that a contract with decimal amounts can move, in hundred-thousandths."""
    return SCALE // int(10 ** exponent(currency))


def parse(text: str) -> int:
    """The amount written in main units, `"12.34567"`, in hundred-thousandths.

    Raises ValueError with a sentence if the text is no plain decimal number or is finer than 1/100000.
    """
    match = _PLAIN.match(text)
    if match is None:
        raise ValueError(f"{text!r} is not an amount: write digits with at most one point, such as 12.34567")
    part = match["part"] or ""
    if part[DECIMALS:].strip("0"):
        raise ValueError(f"{text} is finer than 0.00001, the smallest amount that any contract can carry")
    return int(match["whole"]) * SCALE + int(part[:DECIMALS].ljust(DECIMALS, "0"))


def from_decimal(value: Decimal | int) -> Amount:
    """The exact amount of a JSON number in main units. It is a `Fraction` if it is finer than 1/100000."""
    numerator, denominator = value.as_integer_ratio()
    amount, finer = divmod(numerator * SCALE, denominator)
    return Fraction(numerator * SCALE, denominator) if finer else amount


def to_decimal(amount: Amount, currency: str) -> Decimal:
    """The amount as a decimal in main units with the currency's number of decimals, `Decimal("200.00")`.

    The function never rounds. It keeps further decimals if the amount has them.
    """
    return Decimal(text(amount, currency))


def text(amount: Amount, currency: str = "") -> str:
    """An amount in main units for a reader or a decimal wire: `"12.34567"`, `"200.00"`, `"0.3"` without a currency.

    The function never rounds. It shows further decimals if the amount has them.
    """
    sign = "-" if amount < 0 else ""
    value: Amount = -amount if amount < 0 else amount
    whole, rest = divmod(value, SCALE)
    digits = f"{rest:0{DECIMALS}}".rstrip("0") if isinstance(rest, int) else _digits(rest / SCALE)
    digits = digits.ljust(exponent(currency) if currency else 0, "0")
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def _digits(rest: Fraction) -> str:
    """The decimals of a fraction below 1, at most sixty."""
    digits = ""
    while rest and len(digits) < 60:
        digit, rest = divmod(rest * 10, 1)
        digits += str(digit)
    return digits


def show(amount: Amount | None, currency: str = "") -> str:
    """The amount with its currency, `"12.34 EUR"`. A dash if the amount is None."""
    if amount is None:
        return "-"
    return f"{text(amount, currency)} {currency}".rstrip()
