"""The order of the items of one process, which matters for the balances of players."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from harness.plugin.items import ScenarioItem
from harness.scenario.smallest_amounts import expenses

_FIRST, _LAST = (0, 0, 0), (3, 0, 0)


def in_order(items: Sequence[pytest.Item], frugal: Collection[str]) -> list[pytest.Item]:
    """The items as collected, with generated scenarios at the end: they use up one-time tokens.

    For the contracts of `frugal`, scenarios that use up a player's balance come before them.
    """
    concerned = [each for each in items if isinstance(each, ScenarioItem) and each.contract.name in frugal]
    keys = {
        (name, scenario): key
        for name, contract in {each.contract.name: each.contract for each in concerned}.items()
        for scenario, key in expenses([e.scenario for e in concerned if e.contract is contract], contract).items()
    }
    return sorted(items, key=lambda item: keys.get(_place(item), _LAST if _is_explored(item) else _FIRST))


def _is_explored(item: pytest.Item) -> bool:
    return isinstance(item, ScenarioItem) and item.scenario.is_explored


def _place(item: pytest.Item) -> tuple[str, str]:
    return (item.contract.name, item.scenario.id) if isinstance(item, ScenarioItem) else ("", "")
