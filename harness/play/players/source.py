"""What a scenario needs of its players, and what can be wrong with getting them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from harness.model import Amount, NotApplicable, Player
from harness.scenario.needs import Needs

BYSTANDER = "bystander"
"""The role of a player who takes no part. If their balance changes, the wallet has moved another player's money."""


class NoPlayer(Exception):
    """There is no player as the scenario needs one: the scenario is skipped, with this text as its reason."""

    def __init__(self, reason: str, *, not_applicable: NotApplicable | None = None) -> None:
        """`not_applicable` is set when no player has the currency, which no wallet has to have."""
        super().__init__(reason)
        self.not_applicable = not_applicable


class ProvisioningFailed(Exception):
    """The address or the command that makes players did not do its part: a configuration error, with the remedy."""


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
