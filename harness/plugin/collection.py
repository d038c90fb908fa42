"""Scenario files as pytest files, each scenario and contract as one item."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.model import Scenario, Status
from harness.plugin.block import block
from harness.result import ScenarioResult, to_data

if TYPE_CHECKING:
    from harness.plugin.run import Run

RESULT = pytest.StashKey[ScenarioResult]()


class NotSound(Exception):
    """The wallet did not pass the scenario; carries the result."""

    def __init__(self, result: ScenarioResult) -> None:
        super().__init__(result.scenario)
        self.result = result


class ScenarioFile(pytest.File):
    """A YAML file below the scenario root. Its id is its path below that root, wherever the package is installed."""

    run: Run

    @classmethod
    def below(cls, parent: pytest.Collector, path: Path, run: Run) -> ScenarioFile:
        """The file's node."""
        node: ScenarioFile = cls.from_parent(parent, path=path, nodeid=path.relative_to(run.root).as_posix())
        node.run = run
        return node

    def collect(self) -> Iterator[ScenarioItem]:
        """One item for each contract that the scenario names and that was selected."""
        from harness.scenario import ScenarioError, load_file

        try:
            scenario = load_file(self.path, self.run.root, self.run.contracts)
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        for contract in self.run.selected:
            if contract in scenario.requirements:
                yield ScenarioItem.of(self, scenario, contract)


class ScenarioItem(pytest.Item):
    """One scenario on one contract."""

    scenario: Scenario
    contract: str

    @classmethod
    def of(cls, parent: ScenarioFile, scenario: Scenario, contract: str) -> ScenarioItem:
        """The item, with its markers and the properties that JUnit shows."""
        item: ScenarioItem = cls.from_parent(parent, name=contract)
        item.scenario, item.contract = scenario, contract
        requirement = parent.run.contracts[contract].requirements[scenario.requirements[contract]]
        for marker in (scenario.category, contract, requirement.level.value.lower()):
            item.add_marker(marker)
        return item

    @property
    def run(self) -> Run:
        """The run that it belongs to."""
        parent = self.parent
        if not isinstance(parent, ScenarioFile):
            raise TypeError("a scenario item stands below a scenario file")
        return parent.run

    def runtest(self) -> None:
        """Examine the scenario. Raises NotSound, or skips."""
        result = self.run.examine(self.scenario, self.contract)
        self.stash[RESULT] = result
        self.user_properties.extend(self._properties(result))
        strict = self.run.choices.strict and result.status is Status.WARN
        if result.status in {Status.FAIL, Status.UNKNOWN} or strict:
            raise NotSound(result)
        if result.status is Status.SKIPPED:
            pytest.skip(result.reason)

    def _properties(self, result: ScenarioResult) -> list[tuple[str, str]]:
        requirements = self.run.contracts[self.contract].requirements
        ids = result.violated or (result.requirement,)
        levels = dict.fromkeys(requirements[each].level.value for each in ids if each in requirements)
        return [
            *(("requirement", each) for each in ids),
            ("level", ", ".join(levels)),
            ("contract", self.contract),
            ("verdict", result.status.value),
        ]

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What went wrong with the wallet, in words; a traceback only for a mistake of our own."""
        if isinstance(excinfo.value, NotSound):
            return block(excinfo.value.result, self.run.contracts[self.contract].requirements)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, for pytest's headings."""
        return self.path, None, f"{self.parent.nodeid if self.parent else ''}::{self.name}"


def carry_result(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put the result on the report, so that it reaches the controller from a worker."""
    if report.when == "call" and RESULT in item.stash:
        report.wallet_result = to_data(item.stash[RESULT])
