"""The database server that the tests of the store share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres_server import NoServer, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that runs as long as the tests do."""
    try:
        with server() as address:
            yield address
    except NoServer as reason:
        pytest.skip(str(reason))
