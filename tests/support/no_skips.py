"""A plugin of pytest for continuous integration (`CI=true`): a test that skips itself fails."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

FORBIDDEN = "skipped, and in continuous integration nothing is: "


def _refused(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure with the skip's reason. An expected failure is not a skip."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = FORBIDDEN + reason


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Check the report of a test's set-up, call and end."""
    report = yield
    _refused(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Check the report of a file, which can be skipped as a whole."""
    report = yield
    _refused(report)
    return report
