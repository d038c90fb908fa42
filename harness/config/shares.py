"""Players that were named, divided into shares: each share can play scenarios without the players of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.model import Player

SMALLEST_SHARE = 3
"""The scenario's player, a second one of the same currency, and a bystander."""


def shares_of(players: Sequence[Player]) -> tuple[tuple[Player, ...], ...]:
    """As many shares as can each play the scenarios of two players and still have a bystander; at least one."""
    by_currency: dict[str, list[Player]] = defaultdict(list)
    for player in players:
        by_currency[player.currency].append(player)
    pairs = [each[i : i + 2] for each in by_currency.values() for i in range(0, len(each) - 1, 2)]
    count = max(1, min(len(pairs), len(players) // SMALLEST_SHARE))
    if count == 1:
        return (tuple(players),)
    shares = [list(pair) for pair in pairs[:count]]
    dealt = {player.id for share in shares for player in share}
    for number, player in enumerate(each for each in players if each.id not in dealt):
        shares[number % count].append(player)
    return tuple(tuple(share) for share in shares)
