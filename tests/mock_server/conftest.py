"""The database servers that the tests of the store share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres_server import Cluster, NoServer, cluster


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A PostgreSQL server that runs as long as the tests do. A test that stops it starts it again."""
    try:
        with cluster() as found:
            yield found
    except NoServer as reason:
        pytest.skip(str(reason))


@pytest.fixture
def postgres(postgres_cluster: Cluster) -> str:
    """The address of its database, emptied."""
    postgres_cluster.empty()
    return postgres_cluster.address
