"""One scenario on one contract as one item of pytest, with its result on pytest's report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Contract
from harness.examine import undecided
from harness.model import Scenario, Status
from harness.plugin.block import block, example, headline
from harness.plugin.report import RESULT as ON_REPORT
from harness.plugin.report import FailureText
from harness.plugin.run import Run
from harness.verdict import ScenarioResult, to_data

RESULT = pytest.StashKey[ScenarioResult]()
REPORT = pytest.StashKey[pytest.TestReport]()


class NotSound(Exception):
    """The wallet did not pass the scenario."""


class ScenarioItem(pytest.Item):
    """One scenario on one contract. Its name is the contract's."""

    run: Run
    scenario: Scenario
    contract: Contract
    _reported: pytest.TestReport | None = None
    """The report of the call, if another plugin is about to repeat the call within it."""

    @classmethod
    def of(cls, parent: pytest.Collector, run: Run, scenario: Scenario, contract: Contract) -> ScenarioItem:
        """The item, with the markers that `-m` selects by: category, contract and level."""
        item: ScenarioItem = cls.from_parent(parent, name=contract.name)
        item.run, item.scenario, item.contract = run, scenario, contract
        level = contract.requirements[scenario.requirements[contract.name]].level
        for marker in (scenario.category, contract.name, level.lower()):
            item.add_marker(marker)
        return item

    def runtest(self) -> None:
        """Examine the scenario and keep the result. Raises NotSound, skips, or marks a waived failure as expected."""
        if self.run.must_not_begin(self.scenario):
            pytest.skip("the run was broken off")
        try:
            result = self.run.examine(self.scenario, self.contract.name)
        except Exception:
            self._keep(undecided(self.scenario, self.contract, "walletproof itself failed"))
            raise
        self._keep(result)
        if result.excused:
            raise pytest.xfail.Exception(_excuse(result, self.run))
        if result.status in {Status.FAIL, Status.UNKNOWN} or (self.run.options.strict and result.status is Status.WARN):
            raise NotSound
        if result.status is Status.SKIPPED:
            pytest.skip(result.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The finding in words. A traceback is shown only for an error of our own, and without values."""
        del style
        if isinstance(excinfo.value, NotSound | pytest.xfail.Exception):
            result = self.stash[RESULT]
            text = block(result, self.contract.requirements)
            short = "" if self.config.option.verbose > 0 else example(result, self.contract.requirements)
            return FailureText(text, headline(result), self.scenario.path, first_line(result), short)
        trace = excinfo.getrepr(style="short", showlocals=False, abspath=False)
        text = f"walletproof itself failed, which says nothing about the wallet: please report it.\n\n{trace}"
        return FailureText(self.run.masked(text), "walletproof itself failed", self.scenario.path, 1)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The place of the scenario, for pytest's headings."""
        return self.path, 0, f"{self.scenario.id} on {self.contract.name}"

    def _initrequest(self) -> None:
        """Prepare a repetition within the same report, as pytest-retry asks a test function to do.

        That plugin changes the report of the first call, so the result of the repetition is attached to that report.
        """
        self._reported = self.stash.get(REPORT, None)

    def _keep(self, result: ScenarioResult) -> None:
        self.stash[RESULT] = result
        if self._reported is not None:
            carry(self, self._reported)
        self.user_properties.extend(properties(result, self.contract))


def _excuse(result: ScenarioResult, run: Run) -> str:
    """The waivers of the violated requirements: owner, reason and end."""
    waivers = {each.requirement: each for each in run.waivers}
    used = (waivers[each] for each in result.waived)
    return "; ".join(f"{each.requirement} waived until {each.until} by {each.owner}: {each.reason}" for each in used)


def properties(result: ScenarioResult, contract: Contract) -> list[tuple[str, object]]:
    """The properties of a JUnit case: the requirements violated, or else the one exercised, and the result."""
    ids = result.violated or (result.requirement,)
    levels = dict.fromkeys(contract.requirements[each].level for each in ids if each in contract.requirements)
    return [
        *(("requirement", each) for each in ids),
        ("level", ", ".join(levels)),
        ("contract", contract.name),
        ("verdict", result.status.value),
        *(("waived", each) for each in result.waived),
    ]


def first_line(result: ScenarioResult) -> int:
    """The line of the scenario's file that a reader should look at."""
    return next((each.line for each in result.verdicts if each.line and each.status is result.status), 1)


def carry(item: pytest.Item, report: pytest.TestReport) -> None:
    """Attach the result to the report of the call. In a worker of xdist it is plain data that can be sent."""
    if report.when != "call" or (result := item.stash.get(RESULT, None)) is None:
        return
    item.stash[REPORT] = report
    vars(report)[ON_REPORT] = to_data(result) if hasattr(item.config, "workerinput") else result
    if report.skipped and not hasattr(report, "wasxfail"):
        report.longrepr = (str(item.path), 1, f"Skipped: {result.reason}")
