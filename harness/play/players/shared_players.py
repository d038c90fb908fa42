"""Divides named players into shares, so that processes can work side by side and each player serves one of them.

The players and the scenario alone decide which share plays a scenario. The number of processes has no influence, so
verdicts and skipped scenarios are the same with any number of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from zlib import crc32

from harness.config.shares import shares_of
from harness.model import Amount, Player
from harness.play.players.purse import Purse
from harness.play.players.static import StaticPlayers
from harness.scenario.needs import Needs


def share_for(shares: Sequence[Sequence[Player]], needs: Needs) -> int:
    """The number of the share that plays a scenario.

    It has the players that the scenario needs, if any share has them.
    """
    able = [number for number, share in enumerate(shares) if _able(share, needs)] or list(range(len(shares)))
    return able[crc32(needs.scenario.encode()) % len(able)]


def _able(share: Sequence[Player], needs: Needs) -> bool:
    groups: dict[str, list[Player]] = defaultdict(list)
    for player in share:
        if needs.currency in {"", player.currency}:
            groups[player.currency].append(player)
    return any(
        len(group) > len(needs.others) and any(_leads(each, needs) for each in group) for group in groups.values()
    )


def _leads(player: Player, needs: Needs) -> bool:
    return bool((player.token or not needs.token) and (player.expired_session or not needs.expired_session))


class SharedPlayers:
    """Static players in shares. A scenario uses the players of its own share only."""

    def __init__(self, players: Sequence[Player], purse: Purse) -> None:
        """Divide the players. `purse` reads and moves their money."""
        self._shares = shares_of(players)
        self._sources = [StaticPlayers(share, purse) for share in self._shares]
        self._purse = purse
        self._lent: StaticPlayers | None = None

    @property
    def frugal(self) -> bool:
        """True if money that a scenario moves cannot be restored in this wallet."""
        return self._purse.frugal

    @property
    def named(self) -> bool:
        """True: the user named these players."""
        return True

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the players of all shares."""
        return frozenset(player.id for share in self._shares for player in share)

    def cast(self, needs: Needs) -> dict[str, Player]:
        """The players from the scenario's share. See `StaticPlayers.cast`."""
        source = self._sources[share_for(self._shares, needs)]
        cast = source.cast(needs)
        self._lent = source
        return cast

    def back(self, cast: Mapping[str, Player], shown: Mapping[str, Amount | None]) -> None:
        """Return the players to their share. See `StaticPlayers.back`."""
        if self._lent is not None:
            self._lent.back(cast, shown)

    def close(self) -> tuple[str, ...]:
        """Restore the players of all shares. See `StaticPlayers.close`."""
        return tuple(sentence for each in self._sources for sentence in each.close())
