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
    """The scenario's id."""
    balance: Amount
    """The balance that each role needs: at least this much, or exactly this much if `exactly` is true."""
    exactly: bool = False
    currency: str = ""
    """The players' currency. Empty means any."""
    others: tuple[str, ...] = ()
    """The roles besides the scenario's own player. They have the same currency."""
    bets: Mapping[str, int]
    """How many bets the runner places first, by role. Their stakes are added to the balance."""
    stake: Callable[[str], Amount] = _no_stake
    """A function from currency to the stake of one such bet."""
    token: bool = False
    """True if the scenario's player needs an unused one-time token."""
    expired_session: bool = False
    letters: bool = False
    """True if the scenario's player needs an id with letters."""
    everything: bool = False
    """True if the scenario takes the player's whole balance."""

    def funds(self, role: str, currency: str) -> Amount:
        """The amount that a role must hold before the first request."""
        return self.balance + self.bets.get(role, 0) * self.stake(currency)
