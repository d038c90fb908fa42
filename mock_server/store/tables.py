"""The tables into which the store writes many rows at once."""

from __future__ import annotations

from typing import NamedTuple


class Table(NamedTuple):
    """How rows are written into a table: the columns with their types, and what replaces a row of the same key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    conflict: str = ""


ENTRIES = Table(
    "entry",
    (
        ("contract", "TEXT"),
        ("family", "TEXT"),
        ("id", "BYTEA"),
        ("account", "BIGINT"),
        ("amount", "BIGINT"),
        ("effect", "BIGINT"),
        ("balance", "BIGINT"),
        ("bet", "BYTEA"),
        ("outcome", "TEXT"),
        ("reference", "TEXT"),
        ("at_ms", "BIGINT"),
    ),
    "ON CONFLICT (contract, family, id) DO UPDATE SET account = excluded.account, amount = excluded.amount,"
    " effect = excluded.effect, balance = excluded.balance, bet = excluded.bet, outcome = excluded.outcome,"
    " reference = excluded.reference, at_ms = excluded.at_ms",
)
BETS = Table(
    "bet",
    (
        ("contract", "TEXT"),
        ("id", "BYTEA"),
        ("account", "BIGINT"),
        ("bet", "BYTEA"),
        ("stake", "BIGINT"),
        ("fate", "TEXT"),
    ),
    "ON CONFLICT (contract, id, account) DO UPDATE SET bet = excluded.bet, stake = excluded.stake,"
    " fate = excluded.fate",
)
POSTINGS = Table(
    "posting",
    (
        ("account", "BIGINT"),
        ("owner", "TEXT"),
        ("currency", "TEXT"),
        ("amount", "BIGINT"),
        ("kind", "TEXT"),
        ("id", "BYTEA"),
        ("at_ms", "BIGINT"),
    ),
)
"""Both sides of a movement are postings: what the `player` gains, the `house` loses."""
