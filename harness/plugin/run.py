"""The state of one run in one process: the target, what pre-flight found, and an examiner for each contract.

Under xdist the controller starts the wallet and does the pre-flight; a worker is told the outcome and starts nothing.
"""

from __future__ import annotations

import base64
import os
import pickle
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.contracts import BUNDLED, Contract, load
from harness.contracts.schema import bundled
from harness.model import Scenario
from harness.plugin.bundled_wallet import BundledWallet, DidNotStart
from harness.preflight import ConfigurationProblem, Facts, preflight
from harness.result import ScenarioResult
from harness.target import Choices, Target, contracts_of, target_of, target_of_bundled

if TYPE_CHECKING:
    from harness.examiner import Examiner


class Run:
    """One run. Nothing is started or sent before `start`."""

    def __init__(self, choices: Choices) -> None:
        """Raises TargetError for options that do not fit together."""
        self.choices = choices
        self.root: Path = bundled("scenarios").resolve()
        self.selected = contracts_of(choices, os.environ)
        self.target: Target | None = None if not choices.url else target_of(choices, os.environ)
        self.facts: dict[str, Facts] = {}
        self.results: list[ScenarioResult] = []
        self.problem = ""
        self._wallet: BundledWallet | None = None
        self._examiners: dict[str, Examiner] = {}

    @cached_property
    def contracts(self) -> dict[str, Contract]:
        """Every contract that a scenario may name."""
        return {name: load(name) for name in dict.fromkeys((*BUNDLED, *self.selected))}

    def start(self) -> None:
        """Start the bundled wallet where no other is named, and do the pre-flight; a problem stands in `problem`."""
        try:
            if self.target is None:
                self._wallet = BundledWallet()
                address = self._wallet.address
                self.target = target_of_bundled(
                    self.choices, address.urls, self._wallet.credentials, address.provision_url
                )
            for subject in self.target.subjects:
                self.facts[subject.contract] = preflight(subject)
        except (ConfigurationProblem, DidNotStart) as problem:
            self.problem = str(problem)

    @property
    def started(self) -> bool:
        """Whether scenarios can be examined."""
        return bool(self.facts) and not self.problem

    def examine(self, scenario: Scenario, contract: str) -> ScenarioResult:
        """Run and judge one scenario on one contract."""
        if contract not in self._examiners:
            from harness.examiner import Examiner

            subjects = self.target.subjects if self.target is not None else ()
            subject = next(each for each in subjects if each.contract == contract)
            self._examiners[contract] = Examiner(subject, self.facts[contract])
        return self._examiners[contract].examine(scenario)

    def stop(self) -> None:
        """Close connections and stop the bundled wallet."""
        for examiner in self._examiners.values():
            examiner.close()
        self._examiners.clear()
        if self._wallet is not None:
            self._wallet.stop()
            self._wallet = None

    def for_worker(self) -> str:
        """What a worker needs to know, as text. It stays on this machine: execnet carries it through a pipe."""
        return base64.b64encode(pickle.dumps((self.target, self.facts))).decode()

    def adopt(self, told: str, scope: str) -> None:
        """Take over what the controller found out."""
        target, facts = _unpickled(told)
        self.target = target.in_scope(scope)
        self.facts = facts


def _unpickled(told: str) -> Any:
    # The text comes from our own controller process, through the pipe that it opened to this worker.
    return pickle.loads(base64.b64decode(told))  # noqa: S301
