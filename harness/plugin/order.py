"""The order of the items of one process, which matters for the balances of players."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from harness.plugin.items import ScenarioItem
from harness.scenario.smallest_amounts import expenses


def in_order(items: Sequence[pytest.Item], frugal: Collection[str]) -> list[pytest.Item]:
    """The items as collected. For the contracts of `frugal`, scenarios that use up a player's balance come last."""
    concerned = [each for each in items if isinstance(each, ScenarioItem) and each.contract.name in frugal]
    keys = {
        (name, scenario): key
        for name, contract in {each.contract.name: each.contract for each in concerned}.items()
        for scenario, key in expenses([e.scenario for e in concerned if e.contract is contract], contract).items()
    }
    return sorted(items, key=lambda item: keys.get(_place(item), (0, 0, 0)))


def _place(item: pytest.Item) -> tuple[str, str]:
    return (item.contract.name, item.scenario.id) if isinstance(item, ScenarioItem) else ("", "")
