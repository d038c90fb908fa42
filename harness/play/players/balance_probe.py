"""Reads a balance without a balance operation: a transaction of the core operation with amount 0 shows it."""

from __future__ import annotations

from typing import Any

from harness.contracts import Contract
from harness.model import Bet, Operation, Payout, Player, Settle, Unsettle

_CREDITS = frozenset({"pay", "settle", "retry"})
DEFAULT_GAME = "G1720761376617"
"""The game id of the published example."""


def zero_read(contract: Contract, player: Player, transaction_id: str, game: str = DEFAULT_GAME) -> Operation:
    """A transaction that moves no money. Its answer shows the balance."""
    core = next(spec.name for spec in contract.specs.values() if spec.core)
    common: dict[str, Any] = {
        "id": transaction_id,
        "player": player.id,
        "currency": player.currency,
        "session": player.session,
    }
    bet = player.bets[0] if player.bets else f"bet-{transaction_id}"
    words = {word for word, name in contract.words.items() if name == core}
    if not words & _CREDITS:
        if "unsettle" in words:
            return Unsettle(amount=0, bet=bet, **common)
        return Bet(amount=0, bet=bet, round=f"round-{transaction_id}", game=game, **common)
    payout = Payout(amount=0, bet=bet, win=False, round=f"round-{transaction_id}", game=game, **common)
    return Settle(items=(payout,)) if contract.specs[core].batch else payout
