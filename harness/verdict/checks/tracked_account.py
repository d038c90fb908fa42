"""One player's account during the judgement of a history: the beliefs, and the unconfirmed requests.

A request is a suspect until a balance confirms its effect (see `harness.verdict.checks.blame`).
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
"""The answer in these situations may show the balance of the first request instead of the present one."""


@dataclass(slots=True)
class Account:
    """The beliefs about a player's account. `dead` is True if the player is not judged any more."""

    player: Player
    beliefs: tuple[Belief, ...]
    dead: bool = False
    suspects: list[Suspect] = field(default_factory=list)
    warnings: list[Verdict] = field(default_factory=list)
    """Warnings about concurrent answers. They are reported only if the player has no other finding."""

    def follow(self, judgement: Judgement, answered: Sequence[tuple[Event, Suspect]], *, racing: bool) -> None:
        """Store the beliefs of a judgement, and clear the suspects if a balance has confirmed the beliefs.

        A balance that was shown during a race confirms nothing, because other requests were still open.
        """
        self.beliefs = judgement.beliefs
        if racing or not self._confirmed(answered):
            self.suspects += [suspect for _, suspect in answered]
        else:
            # In a batch, the wallet may have worked a refused item after it had computed the balance.
            self.suspects = [suspect for event, suspect in answered if not event.accepted]

    def _confirmed(self, answered: Sequence[tuple[Event, Suspect]]) -> bool:
        """True if all beliefs have the balance of the last answer, and that balance cannot be an old one."""
        if any(suspect.situation.partition(".")[0] in _MAY_SHOW_THE_PAST for _, suspect in answered):
            return False
        shown = [event.balance for event, _ in answered if event.accepted and event.balance is not None]
        return set(balances(self.beliefs)) == set(shown[-1:])
