"""Wallets with one deliberate bug each. The harness must catch every one of them, for the reason that it names.

Each defect is a subclass of the reference wallet that overrides one rule. Each module holds the defects of one theme.
"""

from __future__ import annotations

from difflib import get_close_matches

from mock_server.defects import (
    batches,
    credentials,
    debits,
    idempotency,
    identifiers,
    inputs,
    interruptions,
    late_repeats,
    money,
    notations,
    players,
    races,
    refusals,
    rollbacks,
    seldom,
    sessions,
    settlements,
    signatures,
    wire,
    zero,
)
from mock_server.defects.registry import Defect, UnknownDefect, Witness, registered

THEMES = (
    idempotency,
    late_repeats,
    refusals,
    identifiers,
    players,
    money,
    debits,
    zero,
    batches,
    signatures,
    credentials,
    rollbacks,
    settlements,
    sessions,
    seldom,
    inputs,
    notations,
    interruptions,
    wire,
    races,
)
"""The modules that register defects, in the order of the documents."""

__all__ = ["DEFECTS", "THEMES", "Defect", "UnknownDefect", "Witness", "named"]

DEFECTS = registered()
"""Every defect by name."""


def named(name: str) -> Defect:
    """The defect of that name. Raises UnknownDefect with the nearest names."""
    try:
        return DEFECTS[name]
    except KeyError:
        close = get_close_matches(name, DEFECTS, n=3) or list(DEFECTS)[:3]
        raise UnknownDefect(
            f"no defect {name!r}: `walletproof list bugs` lists them, such as {', '.join(close)}"
        ) from None
