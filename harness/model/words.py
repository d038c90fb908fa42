"""Amounts, levels, statuses, outcomes and policies: the words that everything else is said in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

Amount: TypeAlias = int | Fraction
"""Money: hundred-thousandths of the currency's main unit (12.34567 EUR is 1234567), for every contract.

A whole number wherever the harness or a sound wallet wrote it. A `Fraction` only when a wallet has shown something
finer than 1/100000, so that even nonsense is compared and printed exactly.
"""

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | bool | int | Fraction | object | None"
"""A decoded JSON value. Numbers with a fraction or an exponent are `decimal.Decimal`, never `float`."""


class Level(StrEnum):
    """How binding a requirement is (see the contracts' README): only a MUST can fail a wallet by default."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Status(StrEnum):
    """What became of a check. `UNKNOWN` is red: a check that could not decide has not passed."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Outcome(StrEnum):
    """What a wallet said, in words that belong to no contract. All but `OK` are refusals."""

    OK = "ok"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    CONFLICT = "conflict"
    UNKNOWN_TRANSACTION = "unknown_transaction"
    UNKNOWN_PLAYER = "unknown_player"
    WRONG_CURRENCY = "wrong_currency"
    INVALID_SESSION = "invalid_session"
    INVALID_TOKEN = "invalid_token"
    UNAUTHENTICATED = "unauthenticated"
    MALFORMED = "malformed"
    REFUSED = "refused"
    """A refusal with a code that the contract does not name."""


Policy: TypeAlias = Mapping[str, frozenset[str]]
"""Where a document leaves freedom: the policy's name, and the readings of it that are accepted.

`{"replay_balance": frozenset({"original", "current"})}`. The names and readings are those of `harness.oracle`.
"""
