"""Puts the epilogue at the end of a run, leaves it out of a run of a part, and reports why there was none.

Under xdist each process has an epilogue of its own, since it repeats what that process has sent. The controller lets
the processes begin theirs when all other scenarios are done (`harness.plugin.sharing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest

from harness.contracts import Contract
from harness.model import Scenario
from harness.plugin.items import ScenarioItem
from harness.plugin.run import Run
from harness.verdict import ScenarioResult


def last(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The items in their order, with epilogues at the end."""
    return sorted(items, key=_is_epilogue)


def _is_epilogue(item: pytest.Item) -> bool:
    return isinstance(item, ScenarioItem) and item.scenario.is_epilogue


class Epilogues:
    """A plugin of its own, registered in every process."""

    def __init__(self, run: Run) -> None:
        """`run` knows the scenarios of the suite."""
        self._run = run

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Move epilogues to the end. Deselect that of a contract of which not every scenario is left."""
        if not any(map(_is_epilogue, items)):
            return
        chosen = {(each.contract.name, each.scenario.id) for each in items if isinstance(each, ScenarioItem)}
        parts = {name for name in self._run.contracts if not self._all(name) <= chosen}
        dropped = [each for each in items if _is_epilogue(each) and each.contract.name in parts]  # type: ignore[attr-defined]
        if dropped:
            config.hook.pytest_deselected(items=dropped)
        items[:] = last([each for each in items if each not in dropped])

    def _all(self, contract: str) -> set[tuple[str, str]]:
        """Contract and id of every scenario of the suite that this contract has, without the generated ones."""
        return {
            (contract, each.id)
            for each in self._run.suite_scenarios()
            if contract in each.requirements and not each.is_explored
        }


def missing(
    results: Sequence[ScenarioResult],
    scenarios: Sequence[Scenario],
    contracts: Mapping[str, Contract],
    chosen: frozenset[str],
) -> Iterator[str]:
    """A sentence for each contract that was run without an epilogue, with the reason.

    `chosen` has the ids of the items of the run.
    """
    done = {(each.contract, each.scenario) for each in results}
    for name in contracts:
        own = [each for each in scenarios if each.is_epilogue and name in each.requirements]
        if not own or not any(contract == name for contract, _ in done) or (name, own[0].id) in done:
            continue
        selected = any(each.startswith(f"{own[0].id}.") and each.endswith(f"::{name}") for each in chosen)
        why = "the run was broken off" if selected else "only a part of its scenarios was selected"
        yield f"{name}: no epilogue, because {why}: transactions that come again late were not tried"
