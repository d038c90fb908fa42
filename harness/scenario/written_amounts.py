"""Amounts as a scenario writes them: decimal text in main units, or a word that depends on the player's balance."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness import money

AMOUNTS: Mapping[str, str] = {
    "zero": "0",
    "smallest_unit": "the smallest amount that the contract's wire can carry: 0.00001, or 0.01 in EUR",
    "half": "half of the player's balance, rounded down to the smallest unit",
    "everything": "exactly the player's balance",
    "more_than_everything": "the player's balance and one smallest unit",
    "int32_limit": "2^31 smallest units: one more than a signed 32-bit integer holds",
    "uint32_limit": "2^32 smallest units: what 32 bits count as nothing",
    "float32_limit": "2^24 + 1 smallest units: the first whole number that a 32-bit float cannot hold",
    "largest": "2^53 - 1 smallest units: the most that a JavaScript platform can send exactly",
}
"""Symbolic amounts with their meaning. The player's balance is the balance before the step."""

_RESOLVED: Mapping[str, Callable[[int, int], int]] = {
    "zero": lambda _balance, _unit: 0,
    "smallest_unit": lambda _balance, unit: unit,
    "half": lambda balance, unit: balance // 2 // unit * unit,
    "everything": lambda balance, _unit: balance,
    "more_than_everything": lambda balance, unit: balance + unit,
    "int32_limit": lambda _balance, unit: 2**31 * unit,
    "uint32_limit": lambda _balance, unit: 2**32 * unit,
    "float32_limit": lambda _balance, unit: (2**24 + 1) * unit,
    "largest": lambda _balance, unit: money.LARGEST_WIRE_AMOUNT * unit,
}


def resolve_amount(text: str, balance: int, smallest_unit: int) -> int:
    """The value of a written amount, in hundred-thousandths of the main unit.

    `balance` is the player's balance before the step. `smallest_unit` is the contract's `wire_unit` for the player's
    currency. Both are in hundred-thousandths. Raises ValueError if `text` is neither a plain decimal number nor in
    `AMOUNTS`.
    """
    if (symbolic := _RESOLVED.get(text)) is not None:
        return symbolic(balance, smallest_unit)
    return money.parse(text)


def why_not_amount(text: str, smallest_units: Mapping[str, int], currency: str) -> str:
    """The reason why a scenario may not write this amount, or an empty string.

    `smallest_units` has the smallest unit of `currency` for each contract, in hundred-thousandths.
    """
    if text in AMOUNTS:
        return ""
    try:
        amount = money.parse(text)
    except ValueError as error:
        return str(error)
    for contract, unit in smallest_units.items():
        if amount % unit:
            return f"{text} is finer than {money.text(unit)} {currency or 'EUR'}, the smallest amount of {contract}"
        if amount // unit > money.LARGEST_WIRE_AMOUNT:
            return f"{text} is more than 2^53 - 1 smallest units, which a platform of {contract} cannot send exactly"
    return ""
