"""Requests of one player, and the facts about them, as the tests of the oracle write them.

Amounts are small whole numbers, so that a reader can add them up.
"""

from __future__ import annotations

from typing import Any

from harness.model import Amount, Bet, GetBalance, Payout, Policy, Reward, Rollback, Single, Unsettle
from harness.oracle import Terms

PLAYER = "anna"
READ = GetBalance(player=PLAYER)
_OPERATIONS: dict[type, str] = {
    Bet: "bet",
    Payout: "payout",
    Reward: "reward",
    Unsettle: "unsettlement",
    Rollback: "rollbackbet",
    GetBalance: "balance",
}


def bet(id: str, amount: Amount, bet: str = "", **fields: str) -> Bet:
    return Bet(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet, **{"kind": "SINGLE", **fields})  # type: ignore[arg-type]


def pay(id: str, amount: Amount, bet: str = "", **fields: str) -> Payout:
    return Payout(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet, **{"kind": "BET_PAID", **fields})  # type: ignore[arg-type]


def reward(id: str, amount: Amount) -> Reward:
    return Reward(id=id, player=PLAYER, currency="EUR", amount=amount, kind="bonus")


def unsettle(id: str, amount: Amount, bet: str = "") -> Unsettle:
    return Unsettle(id=id, player=PLAYER, currency="EUR", amount=amount, bet=bet, kind="BET_UNPAID")


def rollback(id: str, original: str, bet: str = "") -> Rollback:
    return Rollback(id=id, original=original, bet=bet, player=PLAYER)


def terms(item: Single, **facts: Any) -> Terms:
    """The facts about a request. Facts that are not given are those of an ordinary request by its own operation."""
    return Terms(**{"operation": _OPERATIONS[type(item)], "policy": {}, **facts})


def pinned(**readings: str) -> Policy:
    """A policy that accepts one reading only of each policy named."""
    return {policy: frozenset({reading}) for policy, reading in readings.items()}
