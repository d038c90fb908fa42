"""The bets that are placed before a scenario's first step, so that credits and unsettlements have one to refer to."""

from __future__ import annotations

from harness.contracts import Contract
from harness.model import Bet, Payout, Player
from harness.scenario.plan import Placed


def bet_of(placed: Placed, player: Player, contract: Contract, game: str) -> Bet:
    """A bet of the smallest stake."""
    return Bet(
        id=placed.id,
        player=player.id,
        currency=player.currency,
        session=player.session,
        amount=contract.wire_unit(player.currency),
        bet=placed.bet,
        round=f"round-{placed.bet}",
        game=game,
        kind=contract.kind_of("bet"),
    )


def lost_of(placed: Placed, player: Player, contract: Contract) -> Payout:
    """The settlement of such a bet as lost, so that an unsettlement can follow."""
    return Payout(
        id=f"{placed.id[:-1]}z",
        player=player.id,
        currency=player.currency,
        session=player.session,
        amount=0,
        bet=contract.bet_reference(placed.id, placed.bet),
        kind=contract.kind_of("pay"),
        win=False,
    )
