"""One player's account as the oracle follows it through a history: the beliefs, and the steps not yet confirmed.

Every step whose effect no balance has confirmed stays a suspect (see `harness.verdict.checks.blame`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.model import Player, Situation, Verdict
from harness.oracle import Belief, Event, Judgement, balances
from harness.verdict.checks.blame import Suspect

_MAY_SHOW_THE_PAST = frozenset(
    {
        Situation.REPLAY,
        Situation.CROSS_REPLAY,
        Situation.CONFLICT,
        Situation.CONFLICT_WITH_ZERO,
        Situation.REUSED_ID,
        Situation.DUPLICATE_IN_BATCH,
        Situation.RACE_OF_ONE,
    }
)
"""A replay may be answered with the balance of the first time, which says nothing about the balance now."""


@dataclass(slots=True)
class Account:
    """What is believed of a player's account. Once no belief is left, the player is judged no further."""

    player: Player
    beliefs: tuple[Belief, ...]
    dead: bool = False
    suspects: list[Suspect] = field(default_factory=list)
    warnings: list[Verdict] = field(default_factory=list)
    """What concurrent answers showed amiss, told only if the money is right in the end: one cause, one finding."""

    def follow(self, judgement: Judgement, answered: Sequence[tuple[Event, Suspect]], *, racing: bool) -> None:
        """Take over what a judgement left, and forget the suspects when a balance confirmed the beliefs.

        A balance that was shown during a race confirms nothing of what was still under way.
        """
        self.beliefs = judgement.beliefs
        if racing or not self._confirmed(answered):
            self.suspects += [suspect for _, suspect in answered]
        else:
            # What was refused may have been worked after the balance was shown: of the items of a batch, that is.
            self.suspects = [suspect for event, suspect in answered if not event.accepted]

    def _confirmed(self, answered: Sequence[tuple[Event, Suspect]]) -> bool:
        """Whether the last answer shows the balance that all beliefs agree on, and not one remembered from before."""
        if any(suspect.situation.partition(".")[0] in _MAY_SHOW_THE_PAST for _, suspect in answered):
            return False
        shown = [event.balance for event, _ in answered if event.accepted and event.balance is not None]
        return set(balances(self.beliefs)) == set(shown[-1:])
