"""The pages that several tests of the HTML report look at, and the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import Page
from made_once import folder_of_workers, made_once
from report_at_hand import SOME_OF_BOTH, everything, report

from harness.report import write
from mock_server.defects import named


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with Page(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="session")
def written_report() -> dict[str, Any]:
    """The report of a run on a few scenarios of two contracts."""
    return report(named("forgets-every-transaction").wallet_type, SOME_OF_BOTH)


@pytest.fixture(scope="session")
def written(written_report: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that report."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    write(path, written_report)
    return path


@pytest.fixture(scope="session")
def whole_report(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a whole run on one contract in which much fails. All workers of a run share one."""
    wallet_type, folder = (
        named("forgets-every-transaction").wallet_type,
        folder_of_workers(pytestconfig, tmp_path_factory),
    )
    return made_once(folder, "whole_report", lambda: report(wallet_type, {"casino": everything("casino")}))


@pytest.fixture(scope="session")
def whole(whole_report: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that report."""
    path = tmp_path_factory.mktemp("whole") / "report.html"
    write(path, whole_report)
    return path
