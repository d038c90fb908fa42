"""Examines one wallet by one contract: runs scenarios, has them judged, and says in plain data what came of it.

Pre-flight comes first: what is wrong with the configuration is one error there, not eighty failures later.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from harness.client import Call, Carrier, Client, Pace, Transport, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import narrowed
from harness.contracts import Contract
from harness.examine.first_look import contract_of, secrets_of, violation_of
from harness.examine.redaction import Secrets
from harness.examine.results import Results
from harness.model import Exchange, History, Operation, Policy, Scenario, Waiver
from harness.play.players import (
    DEFAULT_GAME,
    CommandPlayers,
    Players,
    ProvisionedPlayers,
    ProvisioningFailed,
    Purse,
    SharedPlayers,
)
from harness.play.preflight import Facts
from harness.play.runner import Capabilities, Runner
from harness.scenario.identities import Identities
from harness.verdict import ScenarioResult
from harness.verdict.checks import Judged, examine

MOST_SILENCES = 3
"""After so many scenarios in a row in which the wallet no longer answered, the rest are not attempted."""


class Examiner:
    """Examines scenarios one after the other, on connections that stay warm."""

    def __init__(
        self,
        tested: WalletUnderTest,
        facts: Facts,
        *,
        wallet: Carrier | None = None,
        provision: Carrier | None = None,
        record: bool = False,
        explain: bool = True,
        waivers: Sequence[Waiver] = (),
        secrets: Secrets | None = None,
        now_ms: Callable[[], int] = unix_ms,
    ) -> None:
        """Nothing is sent yet. `record` keeps exchanges for a report. Raises ConfigurationError for an impossible URL.

        Without `explain` findings have no probable cause and no shell lines. `wallet` and `provision` are ways to a
        wallet that is not behind the tested's URLs. `secrets` are those of the whole run, where it has more than one
        tested. `now_ms` is the clock that requests are signed by, in Unix milliseconds.
        """
        self.contract: Contract = contract_of(tested)
        self._tested = tested
        self._policy = _policy(self.contract, tested, facts)
        wallet, self._provision = _ways(tested, wallet, provision)
        self.client = Client(self.contract, wallet, tested.credentials, paths=dict(tested.paths), now_ms=now_ms)
        self.capabilities = Capabilities({*facts.absent, *tested.lacks})
        identities = Identities(tested.seed, tested.run_id, f"{tested.contract}/{tested.scope}")
        self.players = self._source_of_players(identities)
        limits, games = tested.limits, tested.games
        self._runner = Runner(
            self.client, self.players, identities, limits=limits, games=games, capabilities=self.capabilities
        )
        hidden, players = secrets_of(tested, secrets), tested.players
        self.results = Results(self.contract, hidden, tested.url, record, explain, players, tuple(waivers))
        self._silences = 0
        self.violation = violation_of(tested, facts, secrets)

    def examine(self, scenario: Scenario) -> ScenarioResult:
        """Run and judge one scenario. Whatever the wallet does becomes a result."""
        if self.violation is not None:
            return self.results.before_scenarios(scenario, self.violation)
        if self._silences >= MOST_SILENCES:
            return self.results.undecided(scenario, "not attempted: the wallet has stopped answering")
        started = time.monotonic()
        try:
            histories = self._runner.run(scenario)
        except ProvisioningFailed as error:
            self._silences += 1
            return self.results.undecided(scenario, str(error))
        silent = any(history.stopped for history in histories)
        self._silences = self._silences + 1 if silent else 0
        return self.judge(scenario, histories, started=started)

    def judge(
        self, scenario: Scenario, histories: Sequence[History], *, started: float | None = None
    ) -> ScenarioResult:
        """What comes of histories that have been recorded: one of each run of the scenario.

        `started` is when the first run began, by `time.monotonic()`.
        """
        judged = [(run, self.judged(history)) for run, history in enumerate(histories) if history.exchanges]
        return self.results.of_runs(
            scenario,
            histories,
            judged,
            absent=self.capabilities.absent,
            seconds="0" if started is None else f"{time.monotonic() - started:.3f}",
        )

    def judged(self, history: History) -> Judged:
        """The judgement of one history by this wallet's contract."""
        return examine(history, self.contract, self._policy)

    def close(self) -> tuple[str, ...]:
        """Restore the players and close every connection. Sentences about players who were left changed, redacted."""
        changed = tuple(map(self.results.secrets.text, self.players.close()))
        self.client.close()
        if self._provision is not None:
            self._provision.close()
        return changed

    def _source_of_players(self, identities: Identities) -> Players:
        tested = self._tested
        if self._provision is not None:
            return ProvisionedPlayers(self.contract.name, self._provision.send, identities)
        if tested.provision_command:
            return CommandPlayers(self.contract.name, tested.provision_command, identities)
        games = tested.games or (DEFAULT_GAME,)
        return SharedPlayers(
            tested.players, Purse(self.contract, self._send, identities, self.capabilities.absent, games)
        )

    def _send(self, operation: Operation) -> Exchange:
        return self.client.call(Call(operation=operation))


def _policy(contract: Contract, tested: WalletUnderTest, facts: Facts) -> Policy:
    """The contract's policy, narrowed by the readings that were seen, where the profile has not chosen one."""
    chosen = dict(tested.policies)
    return narrowed(contract.policy, [(policy, reading) for policy, reading in facts.readings if policy not in chosen])


def _ways(tested: WalletUnderTest, wallet: Carrier | None, provision: Carrier | None) -> tuple[Carrier, Carrier | None]:
    """To the wallet and to what makes players, on connections of our own where none are given; one pace for both."""
    pace = Pace(tested.requests_per_second or None)
    if provision is None and tested.provision_url:
        provision = _transport(tested, tested.provision_url, pace)
    return wallet or _transport(tested, tested.url, pace), provision


def _transport(tested: WalletUnderTest, url: str, pace: Pace) -> Transport:
    return Transport(
        url,
        tls=tested.tls,
        time_out_seconds=tested.time_out_seconds,
        user_agent=tested.user_agent,
        connections=tested.limits.connections,
        pace=pace,
    )
