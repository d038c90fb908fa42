"""What a scenario needs of its players, and what can be wrong with getting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from harness.model import Amount, Player

BYSTANDER = "bystander"
"""The role of a player who takes part in nothing: whose balance moves has been mistaken for somebody else."""


class NoPlayer(Exception):
    """There is no player as the scenario needs one: the scenario is skipped, with this text as its reason."""

    def __init__(self, reason: str, *, of_currency: bool = True) -> None:
        """`of_currency` is false when nobody has the currency at all, which makes no run incomplete."""
        super().__init__(reason)
        self.of_currency = of_currency


class ProvisioningFailed(Exception):
    """The address or the command that makes players did not do its part: a configuration error, with the remedy."""


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


class Players(Protocol):
    """A source of players for one contract. A player serves one scenario at a time."""

    def cast(self, needs: Needs) -> dict[str, Player]:
        """By role (an empty string is the scenario's own) players whose `balance` is what they hold now.

        The role `bystander` is among them where there is somebody for it. Raises NoPlayer or ProvisioningFailed.
        """

    @property
    def frugal(self) -> bool:
        """Whether money that a scenario moves stays moved: then amounts are the smallest that prove the point."""

    @property
    def named(self) -> bool:
        """Whether the user named the players: then an earlier run may have used their one-time tokens."""

    def back(self, cast: Mapping[str, Player], shown: Mapping[str, Amount | None]) -> None:
        """The scenario is over; `shown` has the balances that it was seen to leave, None where it is not known."""

    def close(self) -> tuple[str, ...]:
        """The run is over. What the operator should know of the players, in sentences: who was left changed."""
