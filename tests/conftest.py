"""What holds for all tests of the project."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from no_skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]


LOG = logging.getLogger("mock_server")
LEVEL = LOG.level


@pytest.fixture(autouse=True)
def wallet_log() -> Iterator[None]:
    """Each test begins and ends with the wallet's usual log, whatever a fixture of several tests has changed."""
    LOG.setLevel(LEVEL)
    yield
    LOG.setLevel(LEVEL)
