"""Examines one wallet by one contract: runs scenarios, judges them, and returns the results as plain data.

Pre-flight comes first. It reports an error of the configuration once, before it could fail every scenario.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from harness.client import Call, Carrier, Client, Pace, Transport, unix_ms
from harness.config import WalletUnderTest
from harness.config.tailoring import contract_of, narrowed
from harness.contracts import Contract
from harness.examine.first_look import secrets_of, violation_of
from harness.examine.garbage import without_collection
from harness.examine.memory import Memory
from harness.examine.redaction import Secrets
from harness.examine.results import Results
from harness.model import Exchange, GetBalance, History, Operation, Player, Policy, Scenario, Waiver
from harness.oracle import Belief
from harness.play.epilogue import Epilogue
from harness.play.players import (
    CommandPlayers,
    Players,
    ProvisionedPlayers,
    ProvisioningFailed,
    Purse,
    SharedPlayers,
    zero_read,
)
from harness.play.preflight import Facts
from harness.play.recovery import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, Recovery
from harness.play.restarts import RestartFailed, Restarts, by_command, until_it_answers
from harness.play.runner import Capabilities, Runner
from harness.play.sending import Patience, PatientSending, WalletGone
from harness.play.settling import Settling
from harness.scenario.identities import Identities
from harness.verdict import ScenarioResult
from harness.verdict.checks import Judge, Judged, doubted, examine

MOST_SILENCES = 3
"""After so many scenarios in a row for which no player could be made, the others are not attempted."""
BATCH_TIMES = 3
"""The answer to a batch is waited for so many times longer than another one."""
_OF_A_PROXY = frozenset({502, 503, 504})
"""Statuses with which a proxy answers for a wallet that does not run."""


@dataclass(frozen=True, slots=True)
class Interlude:
    """What happens before the epilogue: the wallet is restarted, after a pause."""

    restart: Callable[[], None] | None = None
    """Replaces the command of the profile that restarts the wallet."""
    pause: Callable[[float], None] = time.sleep
    """Waits for a number of seconds."""


Explore: TypeAlias = Callable[["Examiner", Scenario, int], ScenarioResult]
"""Plays generated scenarios by an examiner with at most so many requests, and returns their common result."""


class Examiner:
    """Examines scenarios one after the other, on connections that stay open.

    `patience` says how long the run waits for the wallet, and until when it may last. `ended` is the reason why the run
    ended before its last scenario, and empty while it goes on.
    """

    ended = ""
    _silences = 0
    _closing = False
    last_runs: tuple[tuple[History, Judged], ...] = ()
    """The runs of the scenario that was judged last, each with its judgement."""
    _avoided_by: frozenset[str] = frozenset()
    _judged: list[tuple[History, Judged]]
    """The histories of the present scenario that have been judged, with their judgements."""
    exploring = False
    """True while generated scenarios are examined. The epilogue repeats none of them, so they are not remembered."""

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
        interlude: Interlude = Interlude(),
        judge: Judge = examine,
        explore: Explore | None = None,
    ) -> None:
        """Prepare the examination; nothing is sent yet. Raises ConfigurationError for an impossible URL.

        * `wallet` and `provision` replace the connections to the URLs of `under_test`.
        * `record`: keep the exchanges for a report; `explain`: give findings a probable cause and shell lines.
        * `secrets`: the secrets of the whole run, if it has more than one contract.
        * `now_ms`: the clock for signatures, in Unix milliseconds; `interlude`: what happens before the epilogue.
        * `judge`: judges a history by a contract and a policy; `explore`: plays the scenarios of the pairs.
        """
        self._under_test, self.contract = under_test, contract_of(under_test)
        self._policy = _policy(self.contract, under_test, facts)
        wallet, self._provision = _ways(under_test, wallet, provision)
        self._identities = identities, requests = _sources_of_ids(under_test)
        self.client = _client(self.contract, wallet, under_test, now_ms, requests, facts)
        self.capabilities = Capabilities({*facts.absent, *under_test.lacks}, facts.takes_zero)
        self.players = self._source_of_players(identities)
        self.patience = Patience(Recovery(under_test.recovery_seconds), under_test.recovery_seconds)
        self.restarts = Restarts(interlude.restart or self._command(under_test.restart_command))
        self.settling = Settling(self._doubted, under_test.limits.settle_seconds)
        self._runner = self._new_runner(identities, now_ms)
        hidden, players = secrets_of(under_test, secrets), under_test.players
        self.results = Results(self.contract, hidden, under_test.url, record, explain, players, tuple(waivers))
        self._judge, self._judged, self._pause, self._explore = judge, [], interlude.pause, explore
        self.ended, self.violation = facts.ended, violation_of(under_test, facts, secrets)
        self._memory = Memory(now_ms, lambda: self.restarts.count, self.players.named)

    def _new_runner(self, identities: Identities, now_ms: Callable[[], int]) -> Runner:
        return Runner(
            self.client,
            self.players,
            identities,
            limits=self._under_test.limits,
            games=self._under_test.games,
            capabilities=self.capabilities,
            settling=self.settling,
            patience=self.patience,
            restarts=self.restarts,
            now_ms=now_ms,
        )

    def examine(self, scenario: Scenario) -> ScenarioResult:
        """Run and judge one scenario. Errors of the wallet become part of the result."""
        if self.violation is not None:
            return self.results.before_scenarios(scenario, self.violation)
        if self.ended:
            return self.results.not_reached(scenario, self.ended)
        if scenario.is_explored:
            return self._explored(scenario)
        if self._silences >= MOST_SILENCES:
            return self.results.undecided(scenario, "not attempted: no player could be made for the scenarios before")
        started = time.monotonic()
        self._judged, self.last_runs = [], ()
        for each in self._identities:
            each.begin(scenario.id)
        if scenario.is_epilogue:
            return self._epilogue(scenario, started)
        try:
            histories = self._histories(scenario)
        except ProvisioningFailed as error:
            self._silences += 1
            return self.results.undecided(scenario, str(error))
        except WalletGone as gone:
            self.ended = str(gone)
            return self.results.not_reached(scenario, self.ended)
        self._silences = 0
        self.ended = next((each.ended for each in histories if each.ended), "")
        return self.judge(scenario, histories, started=started)

    def _explored(self, scenario: Scenario) -> ScenarioResult:
        """The result of the generated scenarios, each race of which is run once. The epilogue repeats none of them."""
        if self._explore is None:
            return self.results.skipped(scenario, "no generated scenarios are played here")
        context = self._runner.context
        self._runner.context = replace(context, limits=replace(context.limits, races=1))
        try:
            return self._explore(self, scenario, context.limits.explore)
        finally:
            self._runner.context = context

    def _histories(self, scenario: Scenario) -> tuple[History, ...]:
        """The histories of one scenario. A provisioning address that does not answer is waited for, as the wallet is.

        Raises ProvisioningFailed, and WalletGone if the run cannot go on.
        """
        self.patience.check()
        begun, pause = self.patience.now(), FIRST_PAUSE_SECONDS
        while True:
            try:
                return self._runner.run(scenario)
            except ProvisioningFailed as error:
                if not error.unanswered:
                    raise
                if self.patience.now() + pause >= begun + self._under_test.recovery_seconds:
                    clock = time.strftime("%H:%M:%S", time.localtime(self.patience.unix()))
                    raise WalletGone(f"{error} (since before {clock}, at {scenario.id})") from None
            self.patience.sleep(pause)
            self.patience.check()
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def bound(self, until: float, ends: str) -> None:
        """End the run at a time of `time.monotonic()`. `ends` is the reason that is given then."""
        self.patience.until, self.patience.ends = until, ends

    def judge(
        self, scenario: Scenario, histories: Sequence[History], *, started: float | None = None
    ) -> ScenarioResult:
        """The result of recorded histories, one of each run of the scenario.

        `started` is the time at which the first run began, in seconds of `time.monotonic()`.
        """
        judged = [(run, self.judged(history)) for run, history in enumerate(histories) if history.exchanges]
        self.last_runs = tuple((histories[run], each) for run, each in judged)
        for run, each in judged:
            if self.exploring:
                self._memory.count(histories[run])
            else:
                self._memory.note(histories[run], each)
            self._avoided_by |= {*each.avoided_by}
        return self._result(scenario, histories, judged, started)

    def _epilogue(self, scenario: Scenario, started: float) -> ScenarioResult:
        """Send the first transactions of this process again, read every player, and judge that."""
        if not self._memory.repeats():
            nothing = "no earlier scenario has left a transaction that could be sent again"
            return self.results.skipped(scenario, nothing, self._avoided_by)
        if self._under_test.limits.age_seconds:
            self._pause(self._under_test.limits.age_seconds)
        try:
            self.restarts.restart()
        except RestartFailed as error:
            return self.results.undecided(scenario, str(error))
        epilogue = Epilogue(self._runner, scenario, self._memory.players())
        epilogue.play(self._memory.repeats())
        history = self.settling.settle(epilogue.history, epilogue.read_again)
        self.ended = history.ended
        return self._result(scenario, (history,), [(0, self.judged(history))], started)

    def _result(
        self,
        scenario: Scenario,
        histories: Sequence[History],
        judged: Sequence[tuple[int, Judged]],
        started: float | None,
    ) -> ScenarioResult:
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
        carried = self._carried(history)
        judge = partial(examine, carried=carried) if carried else self._judge
        with without_collection():
            judged = judge(history, self.contract, self._policy)
        self._judged.append((history, judged))
        return judged

    def _doubted(self, history: History) -> frozenset[str]:
        """The players whose balance is to be read again, because it is wrong and may come right."""
        verdicts = self.judged(history).verdicts
        return doubted(verdicts, history, self.contract, self._policy, self._carried(history))

    def _carried(self, history: History) -> Mapping[str, Sequence[Belief]]:
        """What is believed of the players before an epilogue. Empty for every other scenario."""
        return self._memory.beliefs(history.players) if history.scenario.is_epilogue else {}

    def restart(self) -> int:
        """Restart the wallet by the profile's command, and wait until it answers. Raises RestartFailed.

        Returns how often it was restarted: 0 without a command, otherwise 1.
        """
        return int(self.restarts.restart())

    def wait(self) -> None:
        """Wait until the wallet answers, after it was restarted by another examiner. Raises RestartFailed."""
        until_it_answers(self._answers, self._under_test.recovery_seconds)

    def restarted(self, times: int) -> None:
        """Take into account that somebody else has restarted the wallet."""
        self.restarts.count += times

    def close(self) -> tuple[str, ...]:
        """Restore the players and close every connection.

        Returns a sentence, without secrets, about each player who could not be restored.
        """
        self._closing = True
        changed = tuple(map(self.results.secrets.text, self.players.close()))
        self.client.close()
        if self._provision is not None:
            self._provision.close()
        return changed

    def _source_of_players(self, identities: Identities) -> Players:
        under_test = self._under_test
        if self._provision is not None:
            token = under_test.provision_token
            return ProvisionedPlayers(self.contract.name, self._provision.send, identities, token=token)
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

    def _command(self, command: str) -> Callable[[], None] | None:
        return by_command(command, self._answers, self._under_test.recovery_seconds) if command else None

    def _answers(self) -> bool:
        """True if the wallet itself answers, whatever it says to an amount of 0 for a player that it does not know."""
        nobody = Player(id=self._runner.context.identities.number(), currency="EUR")
        zero = zero_read(self.contract, nobody, self._runner.context.identities.transaction_id())
        received = self._send(zero).transmission.received
        return received is not None and received.status not in _OF_A_PROXY

    def _send(self, operation: Operation) -> Exchange:
        call = Call(operation=operation)
        if self._closing or not isinstance(operation, GetBalance):
            return self.client.call(call)
        return PatientSending(self.client, self.patience, "the players' balances", lambda: operation).call(call)[-1]


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
    contract: Contract,
    wallet: Carrier,
    under_test: WalletUnderTest,
    now_ms: Callable[[], int],
    requests: Identities,
    facts: Facts,
) -> Client:
    client = Client(
        contract,
        wallet,
        under_test.credentials,
        paths=dict(under_test.paths),
        time_out_seconds=under_test.time_out_seconds,
        batch_time_out_seconds=BATCH_TIMES * under_test.time_out_seconds,
        now_ms=now_ms,
        request_id=requests.transaction_id,
    )
    client.existing |= {*facts.existing}
    return client


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
