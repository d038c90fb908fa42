"""Reads a balance without a balance operation: a transaction of the core operation with amount 0 shows it."""

from __future__ import annotations

from typing import Any

from harness.contracts import Contract
from harness.model import Bet, Operation, Payout, Player, Settle, Unsettle

_CREDITS = frozenset({"pay", "settle", "retry"})


def zero_read(contract: Contract, player: Player, transaction_id: str, game: str = "") -> Operation:
    """A transaction that moves no money. Its answer shows the balance.

    `game` is the id of a game that the wallet knows. If it is empty, it is one of the contract.
    """
    core = next(spec.name for spec in contract.specs.values() if spec.core)
    common: dict[str, Any] = {
        "id": transaction_id,
        "player": player.id,
        "currency": player.currency,
        "session": player.session,
    }
    game = game or contract.games[0]
    bet = player.bets[0] if player.bets else f"bet-{transaction_id}"
    words = {word for word, name in contract.words.items() if name == core}
    kind = contract.kind_of(min(words))
    if not words & _CREDITS:
        if "unsettle" in words:
            return Unsettle(amount=0, bet=bet, kind=kind, **common)
        return Bet(amount=0, bet=bet, round=f"round-{transaction_id}", game=game, kind=kind, **common)
    payout = Payout(amount=0, bet=bet, win=False, round=f"round-{transaction_id}", game=game, kind=kind, **common)
    return Settle(items=(payout,)) if contract.specs[core].batch else payout
