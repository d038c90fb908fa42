"""The names in a JUnit file: suite `walletproof`, class `contract.category`, and the scenario's own name.

pytest makes names from paths, and each of our items has the name of its contract. CI systems show class and name.
"""

from __future__ import annotations

from typing import Any

import pytest
from _pytest.junitxml import LogXML, xml_key

from harness.plugin.report import CONFIGURATION, result_of

SUITE = "walletproof"
_OF_PYTEST = "pytest"
"""The name that pytest gives to a suite unless the user has chosen one."""


def name_suite(config: pytest.Config) -> None:
    """Name the suite after walletproof, unless the user has chosen a name."""
    xml = config.stash.get(xml_key, None)
    if xml is not None and xml.suite_name == _OF_PYTEST:
        xml.suite_name = SUITE


class JUnitNames:
    """A plugin of its own. Only the process that has the terminal registers it, since it writes the file."""

    def __init__(self, config: pytest.Config) -> None:
        """The file is looked up when a report arrives."""
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Give the case of a scenario its names, before pytest writes the outcome."""
        xml: LogXML | None = self._config.stash.get(xml_key, None)
        if xml is None or report.nodeid == CONFIGURATION:
            return
        for name, value in _names(report).items():
            xml.node_reporter(report).add_attribute(name, value)


def _names(report: Any) -> dict[str, str]:
    """Class and name of a scenario's case. Empty for what is no scenario of ours."""
    result = result_of(report)
    if result is None:
        return {}
    folders, _, name = result.scenario.rpartition("/")
    return {"classname": ".".join([result.contract, *filter(None, folders.split("/"))]), "name": name}
