"""Reports a violation that pre-flight found if no selected scenario reports it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.model import Scenario, Status
from harness.plugin.block import block, headline
from harness.plugin.report import RESULT, FailureText
from harness.plugin.run import Run

BEFORE = "preflight"
"""Used in place of a scenario's id, because no scenario was run."""


def unreported(run: Run) -> Iterator[pytest.TestReport]:
    """A report for each contract that pre-flight found violated, unless a scenario's result reports the violation.

    With `-k` the selected scenarios may concern other requirements and may all be skipped. The violation must not be
    lost.
    """
    for contract, requirement in run.violated.items():
        mine = [each for each in run.results if each.contract == contract]
        if not mine or any(each.status is Status.FAIL for each in mine):
            continue
        instead = Scenario(
            id=BEFORE, path=BEFORE, title="What comes before any scenario", requirements={contract: requirement}
        )
        result = run.examine(instead, contract)
        text = block(result, run.contracts[contract].requirements)
        finding = FailureText(text, headline(result), BEFORE, 1)
        location = (BEFORE, 0, f"{BEFORE} on {contract}")
        report = pytest.TestReport(f"{BEFORE}::{contract}", location, {}, "failed", finding, "call")  # type: ignore[arg-type]
        vars(report)[RESULT] = result
        yield report
