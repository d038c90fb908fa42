"""Reports a violation that pre-flight found if no selected scenario reports it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.model import Scenario
from harness.plugin.block import block, headline
from harness.plugin.report import RESULT, FailureText
from harness.plugin.run import Run
from harness.verdict import Violation

BEFORE = "preflight"
"""Used in place of a scenario's id, because no scenario was run."""


def unreported(run: Run) -> Iterator[pytest.TestReport]:
    """A report for each violation that pre-flight has proved, unless a scenario's result reports it.

    With `-k` the selected scenarios may concern other requirements and may all be skipped. The violation must not be
    lost.
    """
    for contract, violations in run.violated.items():
        mine = [each for each in run.results if each.contract == contract]
        for number, violation in enumerate(violations):
            if mine and not any(violation.requirement in each.violated for each in mine):
                yield _report(run, contract, violation, f"{BEFORE}-{number + 1}" if number else BEFORE)


def _report(run: Run, contract: str, violation: Violation, name: str) -> pytest.TestReport:
    instead = Scenario(
        id=name, path=BEFORE, title="What comes before any scenario", requirements={contract: violation.requirement}
    )
    result = run.examiner(contract).results.before_scenarios(instead, violation)
    text = block(result, run.contracts[contract].requirements)
    finding = FailureText(text, headline(result), BEFORE, 1)
    location = (name, 0, f"{name} on {contract}")
    report = pytest.TestReport(f"{name}::{contract}", location, {}, "failed", finding, "call")  # type: ignore[arg-type]
    vars(report)[RESULT] = result
    return report
