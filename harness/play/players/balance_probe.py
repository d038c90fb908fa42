"""Reading a balance where there is no balance operation: a zero-amount transaction of the core operation."""

from __future__ import annotations

from harness.contracts import Contract
from harness.model import Operation, Payout, Player, Settle, Unsettle

DEFAULT_GAME = "G1720761376617"
"""The game id of the published example."""


def zero_read(contract: Contract, player: Player, transaction_id: str, game: str = DEFAULT_GAME) -> Operation:
    """A transaction that moves nothing and is answered with the balance."""
    core = next(spec.name for spec in contract.specs.values() if spec.core)
    common = {"id": transaction_id, "player": player.id, "currency": player.currency, "session": player.session}
    bet = player.bets[0] if player.bets else f"bet-{transaction_id}"
    if core == "unsettlement":
        return Unsettle(amount=0, bet=bet, **common)
    payout = Payout(amount=0, bet=bet, win=False, round=f"round-{transaction_id}", game=game, **common)
    return Settle(items=(payout,)) if contract.specs[core].batch else payout
