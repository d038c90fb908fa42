"""pytest's output for a scenario: a text instead of a traceback, and a category for a violated SHOULD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from harness.inert import inert, one_line
from harness.model import Status
from harness.verdict import ScenarioResult, from_data

WAIVED = ("waived", "x", ("WAIVED", {"yellow": True}))
"""Category, letter and word of a waived failure, which does not fail the run."""
WARN = ("warn", "w", ("WARN", {"yellow": True}))
"""Category, letter and word of a violated SHOULD."""
RESULT = "wallet_result"
"""The attribute of a report that holds the scenario's result."""
CONFIGURATION = "wallet::configuration"
"""The id under which the one configuration error is reported."""


@dataclass(frozen=True, slots=True)
class CrashLine:
    """The one line that pytest prints of a failure: `--tb=line`, the short summary, JUnit's message."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        """Path, line and message, in a form that editors can open."""
        return f"{self.path}:{self.lineno}: {self.message}"


class FailureText:
    """The text of a failure, in the form that pytest expects."""

    def __init__(self, text: str, headline: str, path: str, line: int, shown: str = "") -> None:
        """`text` is the whole text, and `headline` stands where there is one line for it.

        `shown` is what a terminal prints instead of the whole text, if it is not empty. All are made inert.
        """
        self.text = inert(text)
        self.shown = inert(shown) or self.text
        self.reprcrash = CrashLine(path, line, one_line(headline))

    def __str__(self) -> str:
        """The whole text."""
        return self.text

    def toterminal(self, writer: Any) -> None:
        """Print the text, with its headings in the colour of their status."""
        for line in self.shown.splitlines():
            markup = {"red": True} if line.endswith(("  FAIL", "  UNKNOWN")) else {}
            writer.line(line, **({"yellow": True} if line.endswith("  WARN") else markup))


def category(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """The category of a violated SHOULD or a waived failure, or None for pytest's own categories."""
    result = result_of(report)
    if result is not None and result.excused and hasattr(report, "wasxfail"):
        return WAIVED
    return WARN if result is not None and report.passed and result.status is Status.WARN else None


def result_of(report: pytest.TestReport) -> ScenarioResult | None:
    """The result of a report, from this process or, as plain data, from a worker."""
    found = getattr(report, RESULT, None)
    return found if found is None or isinstance(found, ScenarioResult) else from_data(found)


def configuration_error(problem: str) -> list[pytest.TestReport]:
    """The reports of an error before any item. pytest counts it, prints it and writes it to JUnit."""
    location = ("wallet", None, "the wallet under test")
    first = problem.partition("\n")[0]
    error = FailureText(problem, first, "wallet", 1)
    return [
        pytest.TestReport(CONFIGURATION, location, {}, "failed", error, "setup"),  # type: ignore[arg-type]
        pytest.TestReport(CONFIGURATION, location, {}, "passed", None, "teardown"),
    ]


class Progress:
    """Prints the category before the letters of its scenarios, instead of one line for each file."""

    def __init__(self, config: pytest.Config) -> None:
        """The reporter is asked for when a line is printed, since another plugin may have replaced it."""
        self._config = config

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Begin a new line when a new category begins."""
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and not reporter.showlongtestinfo:
            # pytest takes this for a path below its root directory and shows it relative to the current one.
            reporter.write_fspath_result(str(reporter.startpath / nodeid.partition("/")[0]), "")
