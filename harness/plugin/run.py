"""The state of one run in one process: the target, what pre-flight found, and an examiner for each contract.

Under xdist the controller starts the wallet and does the pre-flight; a worker is told the outcome and starts nothing.
"""

from __future__ import annotations

import base64
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.config import Choices, Misconfigured, Settings, Target, TargetError, settled, target_of, target_of_bundled
from harness.config.subject import Subject
from harness.contracts import BUNDLED, Contract, load
from harness.examine import Examiner
from harness.model import Scenario, Waiver
from harness.play.preflight import ConfigurationProblem, Facts, preflight
from harness.plugin.bundled_wallet import BundledWallet, DidNotStart
from harness.plugin.suite import Suite
from harness.report.record import Secrets
from harness.verdict import ScenarioResult


class Run:
    """One run. Nothing is started or sent before `warm_up` or `start`."""

    def __init__(self, choices: Choices, loaded: Mapping[str, Contract], settings: Settings | None = None) -> None:
        """`loaded` has the contracts by the names under which they are loaded.

        There are no settings in a worker, nor where the configuration is so wrong that nothing can be started.
        """
        self.suite = Suite({})
        """Where the scenarios are; the plugin finds out once it knows the contracts."""
        self.choices = choices
        self.results: list[ScenarioResult] = []
        self.scenarios: dict[Path, Scenario] = {}
        """Those that were collected in this process."""
        self.problem = ""
        """Why no scenario can be run."""
        self.left_behind: list[str] = []
        """Sentences about players who do not have the balance that they were found with."""
        self._loaded = loaded
        self.settings = settings
        self._target: Target | None = None
        self._facts: Mapping[str, Facts] = {}
        self._wallet: BundledWallet | None = None
        self._examiners: dict[str, Examiner] = {}
        self._secrets: tuple[Secrets, ...] = ()

    @property
    def bundled(self) -> bool:
        """Whether the run is about the reference wallet, which it starts itself."""
        return self.settings is not None and self.settings.bundled

    @property
    def contracts(self) -> dict[str, Contract]:
        """The contracts to certify by, by their own names."""
        return {contract.name: contract for contract in self._loaded.values()}

    @property
    def started(self) -> bool:
        """Whether scenarios can be examined."""
        return self._target is not None and not self.problem

    @property
    def subjects(self) -> dict[str, Subject]:
        """The wallet under test by each contract's own name; empty before the start."""
        subjects = self._target.subjects if self._target is not None else ()
        return {self._loaded[each.contract].name: each for each in subjects}

    @property
    def urls(self) -> dict[str, str]:
        """By contract the wallet's URL, without credentials that may stand in it; empty before the start."""
        subjects = self._target.subjects if self._target is not None else ()
        return {self._loaded[each.contract].name: self.masked(_without_user(each.url)) for each in subjects}

    @property
    def would_be(self) -> dict[str, Subject]:
        """By contract what scenarios would be aimed at, for a run that sends nothing.

        Raises Misconfigured for a wallet without credentials or players.
        """
        if self.settings is None or self.settings.bundled:
            urls = {name: f"(bundled)/{name}" for name in self._loaded}
            made_up = {name: each.made_up(lambda it: f"a {it.name}") for name, each in self._loaded.items()}
            choices = self.settings or Settings(choices=self.choices, contracts=self._loaded)
            target = target_of_bundled(choices, urls, made_up, "(bundled)/__admin/player")
        else:
            target = target_of(self.settings, sending=False)
        return {self._loaded[each.contract].name: each for each in target.subjects}

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """What the operator knows to be violated; those of every contract, expired ones too."""
        return self._target.waivers if self._target is not None else ()

    @property
    def profile_digest(self) -> str:
        """SHA-256 of the profile; empty without one."""
        return self._target.profile_digest if self._target is not None else ""

    @property
    def violated(self) -> dict[str, str]:
        """By contract the requirement that pre-flight has found violated."""
        found = ((self._loaded[name].name, each.violation) for name, each in self._facts.items())
        return {name: violation.requirement for name, violation in found if violation is not None}

    @property
    def warnings(self) -> dict[str, tuple[str, ...]]:
        """By contract what pre-flight has found that is no error."""
        return {self._loaded[name].name: tuple(map(self.masked, each.warnings)) for name, each in self._facts.items()}

    def warm_up(self) -> None:
        """Have the bundled wallet start while something else is done."""
        if self.bundled and self._wallet is None and not self.choices.dry_run:
            self._wallet = BundledWallet(self.choices.defect)

    def start(self) -> None:
        """Find the wallet, or start the bundled one, and do the pre-flight; what prevents it stands in `problem`."""
        if self.problem:
            return
        try:
            target = self._find_target()
            self._secrets = _secrets_of(target)
            self.go_on(target, {subject.contract: preflight(subject) for subject in target.subjects})
        except (ConfigurationProblem, DidNotStart, TargetError) as problem:
            self.problem = self.masked(str(problem))

    def go_on(self, target: Target, facts: Mapping[str, Facts]) -> None:
        """From here on scenarios can be examined."""
        self._target, self._facts, self._secrets = target, facts, _secrets_of(target)

    def _find_target(self) -> Target:
        if self.settings is None:
            raise DidNotStart("a worker of xdist was not told of a wallet")
        if not self.settings.bundled:
            return target_of(self.settings)
        self.warm_up()
        if self._wallet is None:
            raise DidNotStart("the bundled wallet was not started")
        address = self._wallet.address(self._loaded)
        return target_of_bundled(self.settings, address.urls, self._wallet.credentials, address.provision_url)

    def examine(self, scenario: Scenario, contract: str) -> ScenarioResult:
        """Run and judge one scenario on one contract."""
        return self.examiner(contract).examine(scenario)

    def examiner(self, contract: str) -> Examiner:
        """The examiner of a contract, made when it is first asked for."""
        if contract not in self._examiners:
            subjects = self._target.subjects if self._target is not None else ()
            subject = next(each for each in subjects if self._loaded[each.contract].name == contract)
            self._examiners[contract] = Examiner(subject, self._facts[subject.contract], record=self.choices.record)
        return self._examiners[contract]

    def masked(self, text: str) -> str:
        """A text without the credentials and sessions, should a wallet or a library have repeated them."""
        for secrets in self._secrets:
            text = secrets.text(text)
        return text

    def betrayed_by(self, text: str) -> bool:
        """Whether a text has one of them in it."""
        return self.masked(text) != text

    def remark(self) -> str:
        """What the reader should know of the wallet's process; empty when all is well."""
        return self.masked(self._wallet.ended()) if self._wallet is not None and self.started else ""

    @property
    def frugal(self) -> frozenset[str]:
        """The contracts by which players have nothing given back: see `harness.scenario.frugal`."""
        return frozenset(name for name in self.subjects if self.examiner(name).players.frugal)

    @property
    def most_processes(self) -> int:
        """How many processes can work side by side with the players and connections that there are."""
        return sum(each.most_processes for each in self.subjects.values())

    def finish(self) -> None:
        """No scenario will be examined any more: players get their money back, and connections are closed."""
        while self._examiners:
            self.left_behind += self._examiners.popitem()[1].close()

    def stop(self) -> None:
        """Close connections and stop the bundled wallet."""
        self.finish()
        if self._wallet is not None:
            self._wallet.stop()

    def for_worker(self) -> str:
        """What a worker needs to know, as text: only xdist's own channel carries it."""
        return base64.b64encode(pickle.dumps((self.choices, self._target, self._facts))).decode()


def _secrets_of(target: Target) -> tuple[Secrets, ...]:
    """What no text may hold. Keys and users are none of it: they may be words that stand in a URL."""
    found = [Secrets.of(load(each.contract), each.credentials, players=each.players) for each in target.subjects]
    return tuple(
        replace(each, named=tuple(pair for pair in each.named if pair[1] not in each.public)) for each in found
    )


def _without_user(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme + separator + authority.rpartition("@")[2] + slash + path


def planned(choices: Choices, environment: Mapping[str, str]) -> Run:
    """The run that options and environment ask for. Raises TargetError for options that do not go together.

    What is wrong with the wallet's configuration stands in the run's `problem`: it is told as every other one is.
    """
    try:
        settings = settled(choices, environment)
    except Misconfigured as problem:
        run = Run(choices, {name: load(name) for name in BUNDLED})
        run.problem = str(problem)
        return run
    run = Run(choices, settings.contracts, settings)
    try:
        if choices.dry_run and not settings.bundled:
            target_of(settings, sending=False)
    except Misconfigured as problem:
        run.problem = str(problem)
    return run


def adopted(told: str, scope: str, processes: int) -> Run:
    """The run of a worker, as its controller has told it; `scope` keeps its players and ids apart from the others'."""
    # The text comes from our own controller process, through the channel that it opened to this worker.
    choices, target, facts = pickle.loads(base64.b64decode(told))  # noqa: S301
    run = Run(choices, {subject.contract: load(subject.contract) for subject in target.subjects})
    run.go_on(target.in_process(scope, processes), facts)
    return run
