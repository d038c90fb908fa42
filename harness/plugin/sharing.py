"""Distributes scenarios to the processes of xdist: the longest first, and no named player to two processes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from harness.config import WalletUnderTest
from harness.config.shares import shares_of
from harness.contracts import Contract
from harness.model import Scenario
from harness.play.players import share_for
from harness.plugin.run import Run
from harness.plugin.suite import Suite
from harness.scenario import ScenarioError, load_file
from harness.scenario.estimates import needs_in_short, turns_of
from harness.scenario.smallest_amounts import expenses

LONG_TURNS = 100
"""A process with this many requests ahead receives no further long unit."""


class Sharing(LoadScopeScheduling):
    """Scenarios that share named players are one unit of work, which xdist gives to one process.

    Every other scenario is a unit of its own. A process without a unit stays idle.
    """

    def __init__(self, config: pytest.Config, log: Producer | None, run: Run) -> None:
        """`run` knows the wallet and where the scenarios are."""
        super().__init__(config, log)
        self._places = Places(run.suite, run.contracts, run.wallets)
        self._frugal = run.frugal

    def _split_scope(self, nodeid: str) -> str:
        return self._places.unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Assign the longest unit first, because it decides when the run ends.

        A process begins a unit only when it has the next one. Behind a long unit the next one is the shortest.
        """
        waiting = sum(self._turns(unit) for unit in self.assigned_work[node].values())
        choose = min if waiting > LONG_TURNS else max
        unit = choose(self.workqueue, key=lambda each: self._turns(self.workqueue[each]))
        self.workqueue[unit] = self._in_order(self.workqueue[unit])
        self.workqueue.move_to_end(unit, last=False)
        super()._assign_work_unit(node)

    def _in_order(self, unit: Mapping[str, bool]) -> dict[str, bool]:
        """The scenarios of one process, in an order that saves the balances of players."""
        read = {item: self._places.read(item) for item in unit}
        keys: dict[str, tuple[int, int, int]] = {}
        for contract in {each.name: each for _, each in read.values() if each is not None}.values():
            if contract.name in self._frugal:
                scenarios = {item: each for item, (each, its) in read.items() if each is not None and its is contract}
                order = expenses(list(scenarios.values()), contract)
                keys |= {item: order[each.id] for item, each in scenarios.items()}
        return dict(sorted(unit.items(), key=lambda pair: keys.get(pair[0], (0, 0, 0))))

    def _turns(self, unit: Mapping[str, bool]) -> int:
        """Number of answers that the rest of a unit waits for."""
        return sum(self._places.turns_of(item) for item, done in unit.items() if not done)


class Places:
    """The unit of work and the expected length of each item, by the item's id."""

    def __init__(self, suite: Suite, contracts: Mapping[str, Contract], wallets: Mapping[str, WalletUnderTest]) -> None:
        """`suite` has the scenarios. `contracts` and `wallets` are by the contract's own name."""
        self._suite = suite
        self._contracts = contracts
        self._wallets = wallets
        self._shares = {name: () if each.makes_players else shares_of(each.players) for name, each in wallets.items()}
        self.unit_of = cache(self._unit_of)
        self.turns_of = cache(self._turns_of)
        self.read = cache(self._read)

    def _unit_of(self, nodeid: str) -> str:
        scenario, contract = self.read(nodeid)
        if scenario is None or contract is None or not (shares := self._shares[contract.name]):
            return nodeid
        return f"{contract.name}, share {share_for(shares, needs_in_short(scenario, contract))}"

    def _turns_of(self, nodeid: str) -> int:
        scenario, contract = self.read(nodeid)
        if scenario is None or contract is None:
            return 0
        return turns_of(scenario, contract, self._wallets[contract.name].limits)

    def _read(self, nodeid: str) -> tuple[Scenario | None, Contract | None]:
        """The scenario and the contract of an item of ours, or None twice for any other test."""
        id, _, name = nodeid.partition("::")
        path = self._suite.find(id) if name in self._wallets else None
        root = self._suite.root_of(path) if path is not None and path.is_file() else None
        if path is None or root is None:
            return None, None
        try:
            return load_file(path, root, self._contracts), self._contracts[name]
        except ScenarioError:
            return None, None
