"""What holds for all tests of the project."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from no_skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]


@pytest.fixture(autouse=True)
def wallet_log() -> Iterator[None]:
    """The level of the wallet's log after a test is what it was before."""
    log = logging.getLogger("mock_server")
    before = log.level
    yield
    log.setLevel(before)
