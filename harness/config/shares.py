"""Divides named players into shares. Scenarios of different shares use different players and can run side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from harness.model import Player

SMALLEST_SHARE = 3
"""The fewest players in a share: the scenario's player, a second one of the same currency, and a bystander."""


def shares_of(players: Sequence[Player]) -> tuple[tuple[Player, ...], ...]:
    """As many shares as possible, at least one.

    Each share can play the scenarios of two players and has a bystander.
    """
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
