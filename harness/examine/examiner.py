"""Examines one wallet by one contract: runs scenarios, judges them, and returns the results as plain data.

Pre-flight comes first. It reports an error of the configuration once, before it could fail every scenario.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from harness.client import Call, Carrier, Client, Pace, Transport, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import contract_of, narrowed
from harness.contracts import Contract
from harness.examine.first_look import secrets_of, violation_of
from harness.examine.redaction import Secrets
from harness.examine.results import Results
from harness.model import Exchange, History, Operation, Policy, Scenario, Waiver
from harness.play.players import (
    CommandPlayers,
    Players,
    ProvisionedPlayers,
    ProvisioningFailed,
    Purse,
    SharedPlayers,
)
from harness.play.preflight import Facts
from harness.play.runner import Capabilities, Runner
from harness.play.settling import Settling
from harness.scenario.identities import Identities
from harness.verdict import ScenarioResult
from harness.verdict.checks import Judge, Judged, doubted, examine

MOST_SILENCES = 3
"""After so many scenarios in a row without an answer of the wallet, the others are not attempted."""


class Examiner:
    """Examines scenarios one after the other, on connections that stay open."""

    def __init__(
        self,
        under_test: WalletUnderTest,
        facts: Facts,
        *,
        wallet: Carrier | None = None,
        provision: Carrier | None = None,
        record: bool = False,
        explain: bool = True,
        waivers: Sequence[Waiver] = (),
        secrets: Secrets | None = None,
        now_ms: Callable[[], int] = unix_ms,
        judge: Judge = examine,
    ) -> None:
        """Prepare the examination; nothing is sent yet. Raises ConfigurationError for an impossible URL.

        * `wallet` and `provision` replace the connections to the URLs of `under_test`.
        * `record`: keep the exchanges for a report.
        * `explain`: give findings a probable cause and shell lines.
        * `secrets`: the secrets of the whole run, if it has more than one contract.
        * `now_ms`: the clock for signatures, in Unix milliseconds.
        * `judge`: judges a history by a contract and a policy.
        """
        self.contract: Contract = contract_of(under_test)
        self._under_test = under_test
        self._policy = _policy(self.contract, under_test, facts)
        wallet, self._provision = _ways(under_test, wallet, provision)
        self._identities = identities, requests = _sources_of_ids(under_test)
        self.client = _client(self.contract, wallet, under_test, now_ms, requests)
        self.client.existing |= {*facts.existing}
        self.capabilities = Capabilities({*facts.absent, *under_test.lacks})
        self.players = self._source_of_players(identities)
        self.settling = Settling(self._doubted, under_test.limits.settle_seconds)
        self._judged: list[tuple[History, Judged]] = []
        self._runner = self._new_runner(identities)
        hidden, players = secrets_of(under_test, secrets), under_test.players
        self.results = Results(self.contract, hidden, under_test.url, record, explain, players, tuple(waivers))
        self._silences = 0
        self._judge = judge
        self.violation = violation_of(under_test, facts, secrets)

    def examine(self, scenario: Scenario) -> ScenarioResult:
        """Run and judge one scenario. Errors of the wallet become part of the result."""
        if self.violation is not None:
            return self.results.before_scenarios(scenario, self.violation)
        if self._silences >= MOST_SILENCES:
            return self.results.undecided(scenario, "not attempted: the wallet has stopped answering")
        started = time.monotonic()
        self._judged = []
        for each in self._identities:
            each.begin(scenario.id)
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
        """The result of recorded histories, one of each run of the scenario.

        `started` is the time at which the first run began, in seconds of `time.monotonic()`.
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
        for known, judged in self._judged:
            if known is history:
                return judged
        judged = self._judge(history, self.contract, self._policy)
        self._judged.append((history, judged))
        return judged

    def _doubted(self, history: History) -> frozenset[str]:
        """The players whose balance is to be read again, because it is wrong and may come right."""
        return doubted(self.judged(history).verdicts, history, self.contract, self._policy)

    def close(self) -> tuple[str, ...]:
        """Restore the players and close every connection.

        Returns a sentence, without secrets, about each player who could not be restored.
        """
        changed = tuple(map(self.results.secrets.text, self.players.close()))
        self.client.close()
        if self._provision is not None:
            self._provision.close()
        return changed

    def _new_runner(self, identities: Identities) -> Runner:
        return Runner(
            self.client,
            self.players,
            identities,
            limits=self._under_test.limits,
            games=self._under_test.games,
            capabilities=self.capabilities,
            settling=self.settling,
        )

    def _source_of_players(self, identities: Identities) -> Players:
        under_test = self._under_test
        if self._provision is not None:
            return ProvisionedPlayers(self.contract.name, self._provision.send, identities)
        if under_test.provision_command:
            return CommandPlayers(self.contract.name, under_test.provision_command, identities)
        purse = Purse(
            self.contract,
            self._send,
            identities,
            self.capabilities.absent,
            games=under_test.games or self.contract.games,
            settle_seconds=under_test.limits.settle_seconds,
        )
        return SharedPlayers(under_test.players, purse)

    def _send(self, operation: Operation) -> Exchange:
        return self.client.call(Call(operation=operation))


def _policy(contract: Contract, under_test: WalletUnderTest, facts: Facts) -> Policy:
    """The contract's policy, narrowed by the readings that pre-flight observed, except those set in the profile."""
    chosen = dict(under_test.policies)
    return narrowed(contract.policy, [(policy, reading) for policy, reading in facts.readings if policy not in chosen])


def _sources_of_ids(under_test: WalletUnderTest) -> tuple[Identities, Identities]:
    """The source of transactions and players, and the source of the ids of HTTP calls."""
    scope = f"{under_test.contract}/{under_test.scope}"
    return (
        Identities(under_test.seed, under_test.run_id, scope),
        Identities(under_test.seed, under_test.run_id, f"{scope} requests"),
    )


def _client(
    contract: Contract, wallet: Carrier, under_test: WalletUnderTest, now_ms: Callable[[], int], requests: Identities
) -> Client:
    return Client(
        contract,
        wallet,
        under_test.credentials,
        paths=dict(under_test.paths),
        now_ms=now_ms,
        request_id=requests.transaction_id,
    )


def _ways(
    under_test: WalletUnderTest, wallet: Carrier | None, provision: Carrier | None
) -> tuple[Carrier, Carrier | None]:
    """The carriers to the wallet and to the provisioning URL, both at one pace. Opens those that are not given."""
    pace = Pace(under_test.requests_per_second or None)
    if provision is None and under_test.provision_url:
        provision = _transport(under_test, under_test.provision_url, pace)
    return wallet or _transport(under_test, under_test.url, pace), provision


def _transport(under_test: WalletUnderTest, url: str, pace: Pace) -> Transport:
    return Transport(
        url,
        tls=under_test.tls,
        time_out_seconds=under_test.time_out_seconds,
        user_agent=under_test.user_agent,
        connections=under_test.limits.connections,
        pace=pace,
    )
