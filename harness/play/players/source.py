"""The interface of a source of players, and its errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from harness.model import Amount, NotApplicable, Player
from harness.scenario.needs import Needs

BYSTANDER = "bystander"
"""The role of a player who takes no part. If their balance changes, the wallet has moved another player's money."""


class NoPlayer(Exception):
    """The source has no player that fits the scenario. The scenario is skipped, with this text as its reason."""

    def __init__(self, reason: str, *, not_applicable: NotApplicable | None = None) -> None:
        """`reason` is a sentence.

        `not_applicable` is set if no player has the currency, which no wallet has to support.
        """
        super().__init__(reason)
        self.not_applicable = not_applicable


class ProvisioningFailed(Exception):
    """The address or the command that makes players has failed. The text is a configuration error with its remedy."""


class Players(Protocol):
    """A source of players for one contract. A player serves one scenario at a time."""

    def cast(self, needs: Needs) -> dict[str, Player]:
        """Players by role, each with its current `balance`. The role of the scenario's own player is an empty string.

        The role `bystander` is included if there is a player for it. Raises NoPlayer or ProvisioningFailed.
        """

    @property
    def frugal(self) -> bool:
        """True if money that a scenario moves cannot be restored.

        Scenarios then use the smallest amounts that prove their point.
        """

    @property
    def named(self) -> bool:
        """True if the user named the players. An earlier run may have used their one-time tokens."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all players that the source has had so far."""

    def back(self, cast: Mapping[str, Player], shown: Mapping[str, Amount | None]) -> None:
        """Return the players after a scenario.

        `shown` has their last known balances in hundred-thousandths, or None.
        """

    def close(self) -> tuple[str, ...]:
        """End the run.

        Returns what the operator should know of the players, in sentences, such as balances that changed.
        """
