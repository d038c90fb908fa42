"""The state of one run in one process: its configuration, the result of pre-flight, and an examiner for each contract.

Under xdist the controller starts the wallet and runs the pre-flight. A worker receives the result and starts nothing.
"""

from __future__ import annotations

import base64
import pickle
import time
from collections.abc import Mapping
from functools import reduce
from operator import add
from pathlib import Path

from harness.config import (
    Misconfigured,
    Options,
    OptionsError,
    RunConfiguration,
    WalletUnderTest,
    configure,
    without_wallet,
)
from harness.contracts import Contract, load
from harness.examine import NO_SECRETS, Examiner, Secrets, preflight, secrets_of, violations_of
from harness.explore.certifying import explored_pairs
from harness.explore.chance_item import CHANCE, explored_by_chance
from harness.model import Scenario, Waiver
from harness.play.preflight import ConfigurationProblem, Facts
from harness.play.restarts import RestartFailed
from harness.plugin.bundled_wallet import BundledWallet, DidNotStart
from harness.plugin.go import Go
from harness.plugin.suite import Suite
from harness.plugin.summary import scenarios_of
from harness.verdict import ScenarioResult, Violation


class Run:
    """One run. Nothing is started or sent before `warm_up` or `start`."""

    def __init__(self, configuration: RunConfiguration) -> None:
        """If the configuration allows no start, it has no wallets and `problem` is set."""
        self.suite = Suite({})
        """The folders of scenarios. The plugin sets them as soon as the contracts are known."""
        self.configuration = configuration
        self.options = configuration.options
        self.results: list[ScenarioResult] = []
        self.scenarios: dict[Path, Scenario] = {}
        """The scenarios that were collected in this process."""
        self.problem = ""
        """Why no scenario can be run, or an empty text."""
        self.begun: float | None = None
        """When pre-flight began in this process, as a time of `time.monotonic()`. None in a worker."""
        self.left_behind: list[str] = []
        """Sentences about players whose first balance could not be restored."""
        self._loaded = {name: load(name) for name in configuration.profile.contracts}
        """The contracts by the names under which they are loaded."""
        self._is_ready = False
        """True after pre-flight passed here or in the controller."""
        self._facts: Mapping[str, Facts] = {}
        self._wallet: BundledWallet | None = None
        self._examiners: dict[str, Examiner] = {}
        self._secrets = NO_SECRETS
        self._until: float | None = None
        self._ends = ""
        self._suite_scenarios: tuple[Scenario, ...] = ()
        self.go: Go | None = None
        """Under xdist: the file by which the controller lets epilogues begin."""
        self._owns_go = False

    @property
    def bundled(self) -> bool:
        """True if the wallet under test is the reference wallet, which the run starts itself."""
        return self.configuration.bundled

    @property
    def contracts(self) -> dict[str, Contract]:
        """The contracts of the run by their own names."""
        return {contract.name: contract for contract in self._loaded.values()}

    @property
    def started(self) -> bool:
        """True if scenarios can be examined."""
        return self._is_ready and not self.problem

    @property
    def wallets(self) -> dict[str, WalletUnderTest]:
        """The wallet under test by each contract's own name. Empty before the start."""
        return _by_contract(self.configuration) if self._is_ready else {}

    @property
    def urls(self) -> dict[str, str]:
        """The wallet's URL by contract, without credentials in it. Empty before the start."""
        return {name: self.masked(_without_user(each.url)) for name, each in self.wallets.items()}

    @property
    def would_be(self) -> dict[str, WalletUnderTest]:
        """The wallet to which scenarios would be sent, by contract, for a dry run.

        Raises Misconfigured for a wallet without credentials or players.
        """
        if self.configuration.bundled:
            urls = {name: f"(bundled)/{name}" for name in self._loaded}
            made_up = {name: each.made_up(lambda it: f"a {it.name}") for name, each in self._loaded.items()}
            return _by_contract(self.configuration.with_bundled_wallet(urls, made_up, "(bundled)/__admin/player"))
        self.configuration.require_usable(sending=False)
        return _by_contract(self.configuration)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The violations that the operator has announced, for every contract, expired ones too."""
        return self.configuration.profile.waivers if self._is_ready else ()

    @property
    def wallet_name(self) -> str:
        """The wallet's name and version, as its profile has it. Empty without one."""
        name = self.configuration.profile.wallet
        return self.masked(name.text) if name is not None else ""

    @property
    def issuer(self) -> str:
        """Who runs the certification, as the profile has it. Empty without one."""
        issuer = self.configuration.profile.issuer
        return self.masked(issuer.text) if issuer is not None else ""

    @property
    def profile_digest(self) -> str:
        """SHA-256 of the profile, hexadecimal. Empty without a profile and before the start."""
        return self.configuration.profile.digest if self._is_ready else ""

    @property
    def profile_path(self) -> str:
        """The path of the profile, as the user named it. Empty without one and before the start."""
        return self.configuration.profile.path if self._is_ready else ""

    @property
    def violated(self) -> dict[str, tuple[Violation, ...]]:
        """The violations that pre-flight has proved, by contract."""
        return {name: violations_of(each, self._facts[each.contract]) for name, each in self.wallets.items()}

    @property
    def warnings(self) -> dict[str, tuple[str, ...]]:
        """The warnings of pre-flight, by contract."""
        return {self._loaded[name].name: each.warnings for name, each in self._facts.items()}

    @property
    def exposed(self) -> tuple[str, ...]:
        """A warning for each secret that cannot be hidden everywhere. None for the bundled wallet."""
        if self.bundled or self.problem:
            return ()
        return tuple(
            f"{each} is short or a common word: it is hidden as a whole value (headers, URLs, JSON strings), and "
            "cannot be hidden elsewhere; give the test wallet a longer secret"
            for each in _secrets_of(self.configuration).exposed
        )

    def suite_scenarios(self) -> tuple[Scenario, ...]:
        """All scenarios of the suite, run or not. They are read at the first call, after the collection."""
        if not self._suite_scenarios:
            self._suite_scenarios = scenarios_of(self.suite, self.contracts, self.scenarios)
        return self._suite_scenarios

    def warm_up(self) -> None:
        """Start the bundled wallet without waiting for it."""
        if self.bundled and self._wallet is None and not self.options.dry_run:
            self._wallet = BundledWallet(self.options.defect)

    def start(self) -> None:
        """Find the wallet, or start the bundled one, and run the pre-flight. An obstacle is stored in `problem`."""
        if self.problem:
            return
        try:
            self.configuration = self._with_wallet_that_runs()
            self._secrets = _secrets_of(self.configuration)
            self.begun = time.monotonic()
            self.begin(
                {
                    each.contract: preflight(
                        each, secrets=self._secrets, until=self.begun + each.run_seconds if each.run_seconds else None
                    )
                    for each in self.configuration.wallets
                }
            )
        except ConfigurationProblem as problem:
            self.problem = str(problem)
        except (DidNotStart, OptionsError) as problem:
            self.problem = self.masked(str(problem))

    def begin(self, facts: Mapping[str, Facts]) -> None:
        """Allow scenarios to be examined. `facts` are the findings of pre-flight, by the name of the contract."""
        self._facts, self._secrets, self._is_ready = facts, _secrets_of(self.configuration), True

    def _with_wallet_that_runs(self) -> RunConfiguration:
        """The configuration of a wallet that can receive requests. The bundled wallet is started first."""
        self.configuration.require_usable()
        if not self.bundled:
            return self.configuration
        self.warm_up()
        if self._wallet is None:
            raise DidNotStart("the bundled wallet was not started")
        address = self._wallet.address(self._loaded)
        return self.configuration.with_bundled_wallet(
            address.urls, self._wallet.credentials, address.provision_url, self._wallet.provision_token
        )

    def examine(self, scenario: Scenario, contract: str) -> ScenarioResult:
        """Run and judge one scenario on one contract."""
        examiner = self.examiner(contract)
        if scenario.is_epilogue and self.go is not None and (said := self.go.said()) is not None:
            restarts, failure = said
            if failure:
                return examiner.results.undecided(scenario, failure)
            examiner.restarted(restarts)
        return examiner.examine(scenario)

    def must_not_begin(self, scenario: Scenario) -> bool:
        """True for an epilogue that the controller of xdist does not let begin, because the run was broken off."""
        return scenario.is_epilogue and self.go is not None and self.go.said() is None

    def begin_epilogues(self) -> None:
        """Under xdist, in the controller: restart the wallet if that is possible, and let the epilogues begin."""
        if self.go is None:
            return
        restartable = any(each.restart_command for each in self.wallets.values())
        examiners = [self.examiner(name) for name in self.contracts] if restartable else []
        try:
            restarts = [each.restart() for each in examiners[:1]]
            for each in examiners[1:] if any(restarts) else ():
                each.wait()
        except RestartFailed as error:
            self.go.say(0, self.masked(str(error)))
        else:
            self.go.say(sum(restarts))

    def examiner(self, contract: str) -> Examiner:
        """The examiner of a contract, created at the first call."""
        if contract not in self._examiners:
            wallet = self.wallets[contract]
            examiner = Examiner(
                wallet,
                self._facts[wallet.contract],
                record=self.options.record,
                waivers=self.waivers,
                secrets=self._secrets,
                explore=self._explored,
            )
            if self._until is not None:
                examiner.bound(self._until, self._ends)
            self._examiners[contract] = examiner
        return self._examiners[contract]

    def _explored(self, examiner: Examiner, scenario: Scenario, most_requests: int) -> ScenarioResult:
        """The common result of generated scenarios: of the pairs, or of those by chance."""
        if scenario.id == CHANCE:
            return explored_by_chance(examiner, scenario, self.options.explore, self.options.seed)
        return explored_pairs(examiner, scenario, most_requests)

    def bound(self, until: float, ends: str) -> None:
        """End the run at a time of `time.monotonic()`. `ends` is the reason that is given then."""
        self._until, self._ends = until, ends
        for examiner in self._examiners.values():
            examiner.bound(until, ends)

    def answer_ns(self, contract: str) -> int:
        """How long the wallet took for an ordinary answer of pre-flight, in nanoseconds."""
        return self._facts[self.wallets[contract].contract].answer_ns

    def masked(self, text: str) -> str:
        """The text without credentials and sessions, which a wallet or a library may have repeated."""
        return self._secrets.text(text)

    def remark(self) -> str:
        """A warning about the wallet's process, or an empty text."""
        return self.masked(self._wallet.ended()) if self._wallet is not None and self.started else ""

    @property
    def frugal(self) -> frozenset[str]:
        """The contracts by which players cannot get money back: see `harness.scenario.smallest_amounts`."""
        return frozenset(name for name in self.wallets if self.examiner(name).players.frugal)

    @property
    def most_processes(self) -> int:
        """Number of processes that can work side by side with the given players and connections."""
        return sum(each.most_processes for each in self.wallets.values())

    def finish(self) -> None:
        """Restore the balances of players and close connections, after the last scenario."""
        while self._examiners:
            self.left_behind += self._examiners.popitem()[1].close()

    def stop(self) -> None:
        """Close connections and stop the bundled wallet."""
        self.finish()
        if self._wallet is not None:
            self._wallet.stop()
        if self.go is not None and self._owns_go:
            self.go.remove()

    def for_worker(self) -> str:
        """The data for a worker as text, for xdist's own channel."""
        if self.go is None:
            self.go, self._owns_go = Go.new(), True
        return base64.b64encode(pickle.dumps((self.configuration, self._facts, self.go))).decode()


def _by_contract(configuration: RunConfiguration) -> dict[str, WalletUnderTest]:
    return {load(each.contract).name: each for each in configuration.wallets}


def _secrets_of(configuration: RunConfiguration) -> Secrets:
    """The values that no text may hold. Keys and user names are excluded, since they may be words of a URL."""
    return reduce(add, (secrets_of(each).without_public() for each in configuration.wallets), NO_SECRETS)


def _without_user(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + separator + authority.rpartition("@")[2] + slash + path


def planned(options: Options, environment: Mapping[str, str]) -> Run:
    """The run that options and environment ask for. Raises OptionsError for options that contradict each other.

    An error in the wallet's configuration is stored in the run's `problem` and reported as any other.
    """
    try:
        run = Run(configure(options, environment))
    except Misconfigured as problem:
        run = Run(without_wallet(options))
        run.problem = str(problem)
        return run
    try:
        if options.dry_run:
            run.configuration.require_usable(sending=False)
    except Misconfigured as problem:
        run.problem = str(problem)
    return run


def run_of_worker(text: str, scope: str, processes: int) -> Run:
    """The run of a worker, made from the text of its controller.

    `scope` keeps its players and ids apart from those of other workers.
    """
    # The text comes from our own controller process, through the channel that it opened to this worker.
    configuration, facts, go = pickle.loads(base64.b64decode(text))  # noqa: S301
    run = Run(configuration.in_process(scope, processes))
    run.begin(facts)
    run.go = go
    return run
