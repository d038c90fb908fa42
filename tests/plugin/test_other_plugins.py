"""Runs beside plugins that replace pytest's reporter or repeat a failed test: the verdict is the same."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from plugin_run import ROOT, Done, run

FORGETFUL = ("--wallet-defect=forgets-every-transaction", "--wallet-contract=casino", "idempotency/resent_bet.yaml")

REPLACES_THE_REPORTER = """
import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.unregister(config.pluginmanager.get_plugin("terminalreporter"))
    config.pluginmanager.register(Reporter(config), "terminalreporter")


class Reporter(pytest.TerminalReporter):
    pass
"""

REMOVES_THE_REPORTER = """
import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.unregister(config.pluginmanager.get_plugin("terminalreporter"))
"""

REPEATS_WITHIN_THE_REPORT = """
import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and report.failed:
        report.outcome = "retried"
        item.ihook.pytest_runtest_logreport(report=report)
        item._initrequest()
        again = pytest.CallInfo.from_call(lambda: item.ihook.pytest_runtest_call(item=item), when="call")
        repeated = pytest.TestReport.from_item_and_call(item, again)
        report.outcome, report.longrepr = repeated.outcome, repeated.longrepr
    return report


def pytest_report_teststatus(report):
    return ("retried", "R", "RETRY") if report.outcome == "retried" else None
"""


def beside(plugin: str, folder: Path, *arguments: str) -> Done:
    """A run of a forgetful wallet in which another plugin is loaded."""
    (folder / "another.py").write_text(plugin, encoding="utf-8")
    variables = {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"}
    return run(*FORGETFUL, *arguments, cwd=folder, variables=variables, plugins=("no:cacheprovider", "another"))


@pytest.mark.parametrize("arguments", [(), ("-v",)], ids=["letters", "lines"])
def test_a_replaced_reporter_prints_the_run(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = beside(REPLACES_THE_REPORTER, tmp_path, *arguments)
    assert done.status == 1, done.output
    assert "INTERNALERROR" not in done.output
    assert re.search(r"^casino  NOT CERTIFIED: ", done.output, re.MULTILINE)
    assert "1 failed" in done.lines[-1]


def test_without_a_reporter_the_exit_status_holds_the_verdict(tmp_path: Path) -> None:
    done = beside(REMOVES_THE_REPORTER, tmp_path)
    assert done.status == 1, done.output
    assert "INTERNALERROR" not in done.output


def test_a_repeated_scenario_counts_with_each_of_its_results(tmp_path: Path) -> None:
    done = beside(REPEATS_WITHIN_THE_REPORT, tmp_path)
    assert done.status == 1, done.output
    assert "INTERNALERROR" not in done.output
    assert re.search(r"^casino  NOT CERTIFIED: ", done.output, re.MULTILINE)
    assert re.search(r"^  sent +\d+ requests in 2 scenarios$", done.output, re.MULTILINE)
    assert "1 failed, 1 retried" in done.lines[-1]
