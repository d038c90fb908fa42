"""The basic types: amounts, levels, statuses, outcomes and policies."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias

Amount: TypeAlias = int | Fraction
"""Money in hundred-thousandths of the currency's main unit, for every contract: 12.34567 EUR is 1234567.

The harness and sound wallets write whole numbers. A `Fraction` occurs only if a wallet showed an amount finer than
1/100000. So even such an amount is compared and printed exactly.
"""

Json: TypeAlias = "Mapping[str, Json] | list[Json] | str | bool | int | Fraction | object | None"
"""A decoded JSON value. Numbers with a fraction or an exponent are `decimal.Decimal`, never `float`."""


PROFILE, URL, CONTRACT, PROVISION = "WALLET_PROFILE", "WALLET_URL", "WALLET_CONTRACT", "WALLET_PROVISION"
"""The environment variables that can replace options, besides those of the credentials."""
PROVISION_TOKEN = "WALLET_PROVISION_TOKEN"
"""The environment variable of the token for the address that makes players. The harness and its wallet read it."""


class Level(StrEnum):
    """How binding a requirement is (see the contracts' README). By default only a MUST can fail a wallet."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


class Status(StrEnum):
    """The result of a check. `UNKNOWN` counts as a failure: a check that could not decide has not passed."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Outcome(StrEnum):
    """What a wallet answered, in terms that belong to no contract. All outcomes but `OK` are refusals."""

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
"""The readings that are accepted where a document leaves freedom, by the policy's name.

For example `{"replay_balance": frozenset({"original", "current"})}`. `harness.oracle` defines the names and readings.
"""
