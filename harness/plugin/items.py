"""One scenario on one contract as one item of pytest, and its result on pytest's report."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.contracts import Contract
from harness.model import Scenario, Status
from harness.plugin.block import block, headline
from harness.plugin.report import RESULT as ON_REPORT
from harness.plugin.report import Finding
from harness.plugin.run import Run
from harness.verdict import ScenarioResult, from_data, to_data, waive

RESULT = pytest.StashKey[ScenarioResult]()


class NotSound(Exception):
    """The wallet did not pass the scenario."""


class ScenarioItem(pytest.Item):
    """One scenario on one contract. Its name is the contract's."""

    run: Run
    scenario: Scenario
    contract: Contract

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
        """Examine the scenario and keep the result. Raises NotSound, or skips, or fails as was expected (waived)."""
        try:
            examined = self.run.examine(self.scenario, self.contract.name)
        except Exception:
            self._keep(self._undecided("walletproof itself failed"))
            raise
        result = waive(examined, self.run.waivers, today())
        self._keep(result)
        if result.excused:
            raise pytest.xfail.Exception(_excuse(result, self.run))
        if result.status in {Status.FAIL, Status.UNKNOWN} or (self.run.choices.strict and result.status is Status.WARN):
            raise NotSound
        if result.status is Status.SKIPPED:
            pytest.skip(result.reason)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong with the wallet, in words. A traceback is for a mistake of our own, and shows no values."""
        del style
        if isinstance(excinfo.value, NotSound | pytest.xfail.Exception):
            result = self.stash[RESULT]
            text = block(result, self.contract.requirements)
            return Finding(text, headline(result), self.scenario.path, first_line(result))
        trace = excinfo.getrepr(style="short", showlocals=False, abspath=False)
        text = f"walletproof itself failed, which says nothing about the wallet: please report it.\n\n{trace}"
        return Finding(self.run.masked(text), "walletproof itself failed", self.scenario.path, 1)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands, for pytest's headings."""
        return self.path, 0, f"{self.scenario.id} on {self.contract.name}"

    def _keep(self, result: ScenarioResult) -> None:
        masked = self.stash[RESULT] = _masked(result, self.run)
        self.user_properties.extend(properties(masked, self.contract))

    def _undecided(self, reason: str) -> ScenarioResult:
        return ScenarioResult(
            scenario=self.scenario.id,
            title=self.scenario.title,
            contract=self.contract.name,
            path=self.scenario.path,
            requirement=self.scenario.requirements[self.contract.name],
            status=Status.UNKNOWN,
            reason=reason,
        )


def today() -> date:
    """The day by which waivers expire: in UTC, so that it is the same on every machine."""
    return datetime.now(UTC).date()


def _excuse(result: ScenarioResult, run: Run) -> str:
    """Who has waived what a scenario violates, why, and until when."""
    waivers = {each.requirement: each for each in run.waivers}
    told = (waivers[each] for each in result.waived)
    return "; ".join(f"{each.requirement} waived until {each.until} by {each.owner}: {each.reason}" for each in told)


def properties(result: ScenarioResult, contract: Contract) -> list[tuple[str, object]]:
    """What each JUnit case carries: the requirements violated, else the one exercised, and what came of it."""
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
    """The line of the scenario's file that a reader is to look at."""
    return next((each.line for each in result.verdicts if each.line and each.status is result.status), 1)


def _masked(result: ScenarioResult, run: Run) -> ScenarioResult:
    """The result without the credentials, should the wallet have repeated them."""
    return from_data(_without_secrets(to_data(result), run)) if run.betrayed_by(_texts(result)) else result


def _texts(result: ScenarioResult) -> str:
    told = ((each.summary, each.sent, each.said, each.again, *each.possible) for each in result.verdicts)
    return "\n".join((result.reason, *(text for texts in told for text in texts)))


def _without_secrets(value: Any, run: Run) -> Any:
    match value:
        case str():
            return run.masked(value)
        case dict():
            return {key: _without_secrets(each, run) for key, each in value.items()}
        case list():
            return [_without_secrets(each, run) for each in value]
    return value


def carry(item: pytest.Item, report: pytest.TestReport) -> None:
    """Put the result on the report of the call; in a worker of xdist as plain data, which can be sent."""
    if report.when != "call" or (result := item.stash.get(RESULT, None)) is None:
        return
    vars(report)[ON_REPORT] = to_data(result) if hasattr(item.config, "workerinput") else result
    if report.skipped and not hasattr(report, "wasxfail"):
        report.longrepr = (str(item.path), 1, f"Skipped: {result.reason}")
