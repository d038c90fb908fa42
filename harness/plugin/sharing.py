"""How scenarios are handed to the processes of xdist: the longest first, and no named player to two processes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from harness.contracts import Contract
from harness.model import Scenario
from harness.players import share_for, shares_of
from harness.plugin.run import Run
from harness.runner.forecast import needs_in_short, turns_of
from harness.scenario import ScenarioError, load_file
from harness.subject import Subject


class Sharing(LoadScopeScheduling):
    """Scenarios of one share of players are one unit of work, which xdist gives to one process; others stand alone.

    A process for which no unit is left stays idle.
    """

    def __init__(self, config: pytest.Config, log: Producer | None, run: Run) -> None:
        """`run` knows the subjects and where the scenarios are."""
        super().__init__(config, log)
        self._places = Places(run.root, run.contracts, run.subjects)

    def _split_scope(self, nodeid: str) -> str:
        return self._places.unit_of(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Begin with what lasts longest: it decides when the run is over."""
        longest = max(self.workqueue, key=lambda unit: sum(map(self._places.turns_of, self.workqueue[unit])))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)


class Places:
    """By the id of an item: which unit of work it belongs to, and how long it may last."""

    def __init__(self, root: Path, contracts: Mapping[str, Contract], subjects: Mapping[str, Subject]) -> None:
        """`root` has the scenarios; contracts and subjects are by the contract's own name."""
        self._root = root
        self._contracts = contracts
        self._subjects = subjects
        self._shares = {name: () if each.makes_players else shares_of(each.players) for name, each in subjects.items()}
        self.unit_of = cache(self._unit_of)
        self.turns_of = cache(self._turns_of)

    def _unit_of(self, nodeid: str) -> str:
        scenario, contract = self._read(nodeid)
        if scenario is None or contract is None or not (shares := self._shares[contract.name]):
            return nodeid
        return f"{contract.name}, share {share_for(shares, needs_in_short(scenario, contract))}"

    def _turns_of(self, nodeid: str) -> int:
        scenario, contract = self._read(nodeid)
        if scenario is None or contract is None:
            return 0
        return turns_of(scenario, contract, self._subjects[contract.name].limits)

    def _read(self, nodeid: str) -> tuple[Scenario | None, Contract | None]:
        """The scenario and the contract of an item of ours; nothing for any other test."""
        path, _, name = nodeid.partition("::")
        if name not in self._subjects or not (self._root / path).is_file():
            return None, None
        try:
            return load_file(self._root / path, self._root, self._contracts), self._contracts[name]
        except ScenarioError:
            return None, None
