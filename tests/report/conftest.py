"""The pages that several tests of the HTML report look at, and the browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Page
from report_at_hand import SOME_OF_BOTH, everything, report

from harness.report import write
from mock_server.defects import named


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with Page(tmp_path_factory.mktemp("chromium")) as opened:
        yield opened


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write(path, report(named("forgets-every-transaction").wallet_type, SOME_OF_BOTH))
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a whole run on one contract in which much fails."""
    path = tmp_path_factory.mktemp("whole") / "report.html"
    write(path, report(named("forgets-every-transaction").wallet_type, {"casino": everything("casino")}))
    return path
