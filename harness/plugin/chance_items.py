"""`--wallet-explore=N`: one item for each contract, which plays scenarios by chance with N requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.explore.chance_item import CHANCE, chance_scenario
from harness.plugin.items import ScenarioItem
from harness.plugin.run import Run


class ByChance(pytest.Collector):
    """The parent of the items. It stands for no file."""

    run: Run

    def collect(self) -> Iterator[ScenarioItem]:
        """An item for each contract of the run."""
        scenario = chance_scenario(self.run.contracts.values())
        for contract in self.run.contracts.values():
            yield ScenarioItem.of(self, self.run, scenario, contract)


class ChanceItems:
    """A plugin of its own, registered in every process of a run with the option."""

    def __init__(self, run: Run) -> None:
        """`run` knows the contracts."""
        self._run = run

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Add the items, before `-k` and `-m` select among all of them."""
        path: Path = session.config.rootpath
        parent: ByChance = ByChance.from_parent(session, name=CHANCE, path=path, nodeid=CHANCE)
        parent.run = self._run
        items.extend(parent.collect())
