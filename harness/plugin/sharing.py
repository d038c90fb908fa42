"""Distributes scenarios to the processes of xdist: the longest first, and no named player to two processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from harness.config import WalletUnderTest
from harness.config.shares import shares_of
from harness.contracts import Contract
from harness.explore.chance_item import CHANCE, chance_scenario
from harness.model import Scenario
from harness.play.players import share_for
from harness.plugin.run import Run
from harness.plugin.suite import Suite
from harness.scenario import ScenarioError, load_file
from harness.scenario.estimates import needs_in_short, turns_of
from harness.scenario.smallest_amounts import expenses

EPILOGUE = "epilogue"
"""The unit of a process's epilogues."""
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
        self._run = run
        self._epilogues: list[str] = []
        self._begun = False
        """True once the epilogues may begin."""

    def _split_scope(self, nodeid: str) -> str:
        return EPILOGUE if self._places.is_epilogue(nodeid) else self._places.unit_of(nodeid)

    def schedule(self) -> None:
        """Distribute the scenarios. The epilogues are set aside, because each process has its own."""
        if self.collection is None and self._check_nodes_have_same_collection():
            self.collection = list(next(iter(self.registered_collections.values())))
            self._epilogues = [each for each in self.collection if self._places.is_epilogue(each)]
            for item in self.collection:
                if item not in self._epilogues:
                    self.workqueue.setdefault(self._split_scope(item), {})[item] = False
            for node in self.nodes[len(self.workqueue) :]:
                del self.assigned_work[node]
                node.shutdown()
            for node in self.nodes:
                self._assign_work_unit(node)
        for node in self.nodes if self.collection else ():
            self._reschedule(node)

    @property
    def tests_finished(self) -> bool:
        """True if no process has to be given anything any more, the epilogues included."""
        return super().tests_finished and all(node.shutting_down for node in self.nodes)

    def _reschedule(self, node: WorkerController) -> None:
        """Give a process its next unit. After the last one it waits for the others, and then for its epilogues.

        A process begins an item only when it has the next one. So its first epilogue lets it begin its last scenario,
        and the end of the list lets it begin the epilogue.
        """
        if self.workqueue or node.shutting_down:
            super()._reschedule(node)
            return
        if EPILOGUE not in self.assigned_work[node]:
            self._give(node, self._epilogues_of(node)[:1])
        if not self._epilogues_of(node):
            node.shutdown()
        self._begin_epilogues()

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        """Take note of a finished item. The last one lets the epilogues begin."""
        super().mark_test_complete(node, item_index, duration)
        self._begin_epilogues()

    def _begin_epilogues(self) -> None:
        """Let every process begin its epilogues, if all other scenarios are done."""
        nodes = [node for node in self.nodes if not node.shutting_down]
        if not nodes or self.workqueue or any(map(self._is_busy, self.assigned_work.values())):
            return
        if not self._begun:
            self._begun = True
            self._run.begin_epilogues()
        for node in nodes:
            self._give(node, self._epilogues_of(node)[1:])
            node.shutdown()

    def _is_busy(self, work: Mapping[str, Mapping[str, bool]]) -> bool:
        """True if a process has a scenario to finish before its epilogues."""
        return any(False in items.values() for unit, items in work.items() if unit != EPILOGUE)

    def _give(self, node: WorkerController, items: Sequence[str]) -> None:
        self.assigned_work[node].setdefault(EPILOGUE, {}).update(dict.fromkeys(items, False))
        node.send_runtest_some([self.registered_collections[node].index(item) for item in items])

    def _epilogues_of(self, node: WorkerController) -> list[str]:
        """The epilogues of the contracts of which the process has had scenarios."""
        had = {item.rpartition("::")[2] for items in self.assigned_work[node].values() for item in items}
        return [each for each in self._epilogues if each.rpartition("::")[2] in had]

    def remove_node(self, node: WorkerController) -> str | None:
        """Remove a process that has ended. Its epilogues are no other's work. Returns the item in which it crashed."""
        own = self.assigned_work[node].pop(EPILOGUE, {})
        crashed = super().remove_node(node)
        self._begin_epilogues()
        return crashed or next((item for item, done in own.items() if not done), None)

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

    def is_epilogue(self, nodeid: str) -> bool:
        """True for an epilogue, of which each process has its own."""
        scenario, _ = self.read(nodeid)
        return scenario is not None and scenario.is_epilogue

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
        if id == CHANCE and name in self._wallets:
            return chance_scenario(self._contracts.values()), self._contracts[name]
        path = self._suite.find(id) if name in self._wallets else None
        root = self._suite.root_of(path) if path is not None and path.is_file() else None
        if path is None or root is None:
            return None, None
        try:
            return load_file(path, root, self._contracts), self._contracts[name]
        except ScenarioError:
            return None, None
