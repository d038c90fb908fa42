"""How often generated scenarios and their shrinking may restart the wallet. A restart may take a minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_BY_PAIRS = 3
"""How many scenarios of the pairs restart the wallet at most. The others are played without their restart."""
_RESTART = "restart"


@dataclass(slots=True)
class RestartLimit:
    """The restarts of one purpose. After `most` of them, or so many seconds of them, no further scenario makes any.

    The last scenario may exceed `most`, because a race is repeated, with the restart.
    """

    most: int
    seconds: float
    used: int = 0
    spent_seconds: float = 0.0
    left_out: int = 0
    """How many scenarios were played without their restart or, in shrinking, not at all."""

    def allows(self, restarts: int = 1) -> bool:
        """True if so many further restarts may be begun."""
        return self.used + restarts <= self.most and self.spent_seconds < self.seconds

    def note(self, restarts: int, seconds: float) -> None:
        """Count restarts, and the seconds that they took."""
        self.used += restarts
        self.spent_seconds += seconds


@dataclass(slots=True)
class RestartLimits:
    """The restarts of exploring one contract, by their purpose."""

    pairs: RestartLimit = field(default_factory=lambda: RestartLimit(MOST_BY_PAIRS, 180))
    chance: RestartLimit = field(default_factory=lambda: RestartLimit(20, 60))
    shrinking: RestartLimit = field(default_factory=lambda: RestartLimit(20, 60))

    def sentences(self) -> tuple[str, ...]:
        """What was left out because a limit was reached. Empty if nothing was, or if no wallet was restarted."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[str]:
        for name, limit in (("of the pairs", self.pairs), ("by chance", self.chance)):
            if limit.used and limit.left_out:
                yield (
                    f"hooks.restart: generated scenarios {name} restarted the wallet {_times(limit)}; {limit.left_out} "
                    "more were played without their restart"
                )
        if self.shrinking.used and self.shrinking.left_out:
            yield (
                f"hooks.restart: shrinking restarted the wallet {_times(self.shrinking)} and went no further, so a "
                "finding with a restart may have more steps than it needs"
            )


def _times(limit: RestartLimit) -> str:
    return f"{limit.used} time{'' if limit.used == 1 else 's'} in {limit.spent_seconds:.0f} s"


def restarts(generated: Mapping[str, Any]) -> bool:
    """True if a step of the scenario restarts the wallet."""
    return any(_RESTART in step for step in generated["steps"])


def without_restarts(generated: Mapping[str, Any]) -> dict[str, Any]:
    """The scenario without the steps that restart the wallet. It may have no steps then."""
    return {**generated, "steps": [step for step in generated["steps"] if _RESTART not in step]}
