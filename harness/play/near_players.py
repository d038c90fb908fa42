"""Chooses the near ids of players that a run may send, after it has its players.

A near id must be nobody's. So it must differ from every id that the run knows. A form that an id generator can make is
sent only for ids that the run has chosen itself. For players that the user named, no near id goes with money.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from harness.model import Player
from harness.play.players import NoPlayer
from harness.scenario.near_ids import NEAR_FORMS, near_id
from harness.scenario.plan import Bound, Group, Plan, PlannedRequest

_NOTHING = "zero"
"""The written amount that moves no money."""


def with_near_ids(planned: Plan, cast: Mapping[str, Player], known: Collection[str], *, without_money: bool) -> Plan:
    """The plan without the transactions whose near id may be somebody's, or cannot be made.

    * `cast` has the players by role, and `known` the ids of all players that the run knows.
    * `without_money` writes the amount 0 into the transactions of near ids.

    Raises NoPlayer if the plan has near ids and none of them may be sent.
    """
    if not any(bound.draft.spelled for group in planned.groups for send in group.sends for bound in send.bound):
        return planned
    taken = {*known, *(player.id for player in cast.values())}
    choice = _Choice(cast, taken, without_money=without_money)
    groups = tuple(replace(group, sends=choice.sends(group)) for group in planned.groups)
    if not choice.near:
        raise NoPlayer("needs a player to whose id something similar can be sent that is nobody's")
    return replace(planned, groups=tuple(group for group in groups if group.sends))


class _Choice:
    """Decides on each transaction of a plan. `near` counts the near ids that may be sent."""

    def __init__(self, cast: Mapping[str, Player], taken: Collection[str], *, without_money: bool) -> None:
        self._cast = cast
        self._taken = taken
        self._without_money = without_money
        self._chosen: dict[int, tuple[Bound, ...]] = {}
        self.near = 0

    def sends(self, group: Group) -> tuple[PlannedRequest, ...]:
        """The requests of a group that have a transaction left."""
        return tuple(
            replace(send, bound=left) for send in group.sends if (left := self._bound(send.bound)) or not send.bound
        )

    def _bound(self, bound: tuple[Bound, ...]) -> tuple[Bound, ...]:
        """The transactions that may be sent. A repeated request gets the same tuple again."""
        if id(bound) not in self._chosen:
            kept = tuple(self._harmless(each) for each in bound if self._may_be_sent(each))
            self._chosen[id(bound)] = bound if kept == bound else kept
        return self._chosen[id(bound)]

    def _may_be_sent(self, bound: Bound) -> bool:
        if not (form := bound.draft.spelled):
            return True
        player = self._cast[bound.draft.player]
        near = near_id(form, player.id)
        allowed = bool(near) and near not in self._taken and (player.ours or not NEAR_FORMS[form].may_exist)
        self.near += allowed
        return allowed

    def _harmless(self, bound: Bound) -> Bound:
        if not (self._without_money and bound.draft.spelled and bound.draft.amount):
            return bound
        return replace(bound, draft=replace(bound.draft, amount=_NOTHING))
