"""Carries a scenario out and records what happened. It never judges.

A run first prepares the players and the bets that credits belong to. It then sends the scenario's steps. It ends by
reading the balance of every player who took part, and of a bystander who did not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from harness.client import Client, unix_ms
from harness.model import (
    CLOSING,
    PREPARATION,
    History,
    Limits,
    NotApplicable,
    Player,
    Scenario,
)
from harness.play.abilities import Capabilities
from harness.play.body_limit import Capacity
from harness.play.longest_ids import LongestIds
from harness.play.near_players import with_near_ids
from harness.play.players import BYSTANDER, NoPlayer, Players, zero_read
from harness.play.restarts import Restarts
from harness.play.scenario_run import RunContext, ScenarioRun
from harness.play.sending import Patience, WalletGone
from harness.play.settling import Settling, Waits
from harness.scenario.estimates import needs_of, steps_of, takes_everything
from harness.scenario.faults import BEYOND_EXACT
from harness.scenario.identities import Identities
from harness.scenario.plan import Plan, plan
from harness.scenario.smallest_amounts import smallest
from harness.scenario.words import UNKNOWN

__all__ = ["CLOSING", "PREPARATION", "Capabilities", "Runner", "needs_of", "zero_read"]

FEWEST_FOR_A_RACE = 2
TOO_LARGE = "needs a player of its own: the amount is too large to be given back"
"""Why players that the user named do not play a scenario with an amount beyond 2^53."""


class Runner:
    """Runs scenarios of one contract against one wallet."""

    def __init__(
        self,
        client: Client,
        players: Players,
        identities: Identities,
        *,
        limits: Limits | None = None,
        games: Sequence[str] = (),
        capabilities: Capabilities | None = None,
        settling: Settling | None = None,
        patience: Patience | None = None,
        restarts: Restarts | None = None,
        now_ms: Callable[[], int] = unix_ms,
    ) -> None:
        """Prepare a runner.

        * `games` are game ids that the wallet knows. Without any, those of the contract are used.
        * `settling` decides which balances are read again, and how long a first sending may still run. Without it,
          nothing is waited for.
        * Without `patience` nothing is waited for.
        * `restarts` restarts the wallet where a scenario wants it, and `now_ms` is the clock for late repetitions.
        """
        self._players = players
        self._settling = settling
        self._contract = client.contract
        self.context = RunContext(
            client=client,
            identities=identities,
            limits=limits or Limits(),
            games=tuple(games) or client.contract.games,
            capabilities=capabilities or Capabilities(),
            patience=patience or Patience(),
            capacity=Capacity(client),
            longest=LongestIds(client),
            restarts=restarts or Restarts(),
            waits=Waits(settling.seconds, settling.now, settling.wait) if settling is not None else Waits(),
            now_ms=now_ms,
            tokens_may_be_spent=players.named,
        )

    def run(self, scenario: Scenario) -> tuple[History, ...]:
        """The histories of one scenario: one, or one for each repetition of a race. Raises ProvisioningFailed.

        The bystander is the same in all repetitions, so its balance is read after the first and after the last one.
        """
        histories = [self._run_once(scenario)]
        once = self._players.frugal and (scenario.funds_exactly or takes_everything(scenario))
        # A named player has one token, and other scenarios need those of the other players.
        once = once or (self._players.named and "authenticate" in _words(scenario))
        if not once and self._is_repeated(scenario):
            while len(histories) < self.context.limits.races and not (histories[-1].skipped or histories[-1].stopped):
                is_last = len(histories) + 1 == self.context.limits.races
                again = self._run_once(scenario, reads_bystander=is_last)
                if again.skipped:
                    break  # There is no player for it any more. The histories so far are judged.
                histories.append(again)
        return tuple(histories)

    def _is_repeated(self, scenario: Scenario) -> bool:
        """True if the scenario has a race, and if no group of its requests is larger than the allowed connections."""
        if not any(step.at_once or step.word == "at_once" for step in steps_of(scenario.steps)):
            return False  # Such a scenario need not be planned again.
        planned = plan(scenario, self._contract, self.context.limits, self.context.identities)
        return planned.races and all(len(each.sends) <= self.context.limits.connections for each in planned.groups)

    def _run_once(self, scenario: Scenario, *, reads_bystander: bool = True) -> History:
        if lacking := self._lacking(scenario):
            return History(
                contract=self._contract.name,
                scenario=scenario,
                skipped=NotApplicable.OPERATION.of(lacking),
                not_applicable=NotApplicable.OPERATION,
            )
        if self._players.named and any(step.faults == BEYOND_EXACT for step in steps_of(scenario.steps)):
            return History(contract=self._contract.name, scenario=scenario, skipped=TOO_LARGE)
        if self._players.frugal:
            scenario = smallest(scenario, self._contract)
        planned = plan(scenario, self._contract, self.context.limits, self.context.identities)
        if planned.races and self.context.limits.connections < FEWEST_FOR_A_RACE:
            alone = "needs two connections at once, and no more than one is allowed"
            return History(contract=self._contract.name, scenario=scenario, skipped=alone)
        bets = self.context.capabilities.has(self._contract, self._contract.words.get("bet", ""))
        try:
            cast = self._players.cast(needs_of(scenario, planned, self._contract, stakes=bets))
            planned = self._with_near_ids(planned, cast)
        except NoPlayer as reason:
            return History(
                contract=self._contract.name,
                scenario=scenario,
                skipped=str(reason),
                not_applicable=reason.not_applicable,
            )
        run = ScenarioRun(self.context, self._with_strangers(cast), scenario)
        try:
            run.everything(planned, reads_bystander=reads_bystander)
            if self._settling is None:
                return run.history(scenario)
            return self._settling.settle(lambda: run.history(scenario), run.read_again)
        finally:
            self._give_back(run)

    def _give_back(self, run: ScenarioRun) -> None:
        """Return the players. What cannot be restored now is tried again when the players are closed."""
        with contextlib.suppress(WalletGone):
            self._players.back(run.players, run.last_shown)

    def _with_strangers(self, cast: dict[str, Player]) -> dict[str, Player]:
        """The cast, with a player that the wallet does not know, before the bystander."""
        unknown = replace(cast[""], id=self.context.identities.number(), balance=None)
        playing = {role: player for role, player in cast.items() if role != BYSTANDER}
        standing = {role: player for role, player in cast.items() if role == BYSTANDER}
        return {**playing, UNKNOWN: unknown, **standing}

    def _with_near_ids(self, planned: Plan, cast: dict[str, Player]) -> Plan:
        """The plan with those near ids alone that may be sent. Raises NoPlayer, with the players returned."""
        try:
            return with_near_ids(planned, cast, self._players.ids, without_money=self._players.named)
        except NoPlayer:
            self._players.back(cast, {role: player.balance for role, player in cast.items()})
            raise

    def _lacking(self, scenario: Scenario) -> str:
        """The first operation of a scenario that was found to be absent. Empty if none is absent."""
        for word in _words(scenario):
            name = self._contract.words.get(word, "")
            if name and not self.context.capabilities.has(self._contract, name):
                return name
        return ""


def _words(scenario: Scenario) -> frozenset[str]:
    return frozenset(step.word for step in steps_of(scenario.steps))
