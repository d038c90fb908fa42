"""What one run of a scenario needs of its players."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from harness.model import Amount


def _no_stake(currency: str) -> Amount:
    del currency
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one run of a scenario needs. Amounts are in hundred-thousandths of the main unit."""

    scenario: str = ""
    """Its id."""
    balance: Amount
    """At least this much for each role, or exactly this much."""
    exactly: bool = False
    currency: str = ""
    """Empty is any."""
    others: tuple[str, ...] = ()
    """Roles besides the scenario's own player; they have its currency."""
    bets: Mapping[str, int]
    """By role how many bets the runner places first: their stakes come on top of the balance."""
    stake: Callable[[str], Amount] = _no_stake
    """By currency the stake of one such bet."""
    token: bool = False
    """The scenario's player needs a one-time token that nobody has used."""
    expired_session: bool = False
    everything: bool = False
    """The scenario takes all that the player has."""

    def funds(self, role: str, currency: str) -> Amount:
        """What a role must hold before the first request."""
        return self.balance + self.bets.get(role, 0) * self.stake(currency)
