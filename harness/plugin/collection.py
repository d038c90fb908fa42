"""Scenario files as pytest's files. A node's id is its path below its folder of scenarios."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.plugin.items import ScenarioItem
from harness.plugin.run import Run
from harness.scenario import SUFFIX, ScenarioError, load_file


def directory(path: Path, parent: pytest.Collector, run: Run, on_the_way: frozenset[Path]) -> pytest.Collector | None:
    """The collector of a folder of scenarios or of a directory that leads to one, or None.

    Neither is a `pytest.Directory`, because pytest executes every conftest.py in and above one. These folders hold only
    data, and they may lie in a checkout or a library far from the user's own files.
    """
    if run.suite.root_of(path) is not None:
        id = run.suite.id_of(path)
        folder: ScenarioFolder = ScenarioFolder.from_parent(parent, name=path.name, path=path, nodeid=id)
        folder.run = run
        return folder
    if path in on_the_way:
        way: Passage = Passage.from_parent(parent, name=path.name, path=path)
        way.run = run
        return way
    return None


class Passage(pytest.Collector):
    """A directory above the scenarios in which the run has nothing else to collect.

    An installed package is one among hundreds, and pytest would otherwise search all of them. It is a Python package
    itself, which pytest would otherwise set up.
    """

    run: Run

    def collect(self) -> Iterator[pytest.Collector]:
        """The directories that lead to scenarios, usually one."""
        ways = {each for root in self.run.suite.roots for each in (root, *root.parents)}
        for step in sorted(each for each in ways if each.parent == self.path != each):
            if (found := directory(step, self, self.run, frozenset({step}))) is not None:
                yield found


class ScenarioFolder(pytest.Collector):
    """A folder of scenarios, or a folder in it for one category."""

    run: Run

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """The folders and files in it, sorted by name."""
        for entry in sorted(os.scandir(self.path), key=lambda each: each.name):
            path = Path(entry.path)
            named = self.session.isinitpath(path, with_parents=entry.is_dir())
            if not named and self.ihook.pytest_ignore_collect(collection_path=path, config=self.config):
                continue
            if entry.is_dir():
                if (found := self.ihook.pytest_collect_directory(path=path, parent=self)) is not None:
                    yield found
            else:
                yield from self.ihook.pytest_collect_file(file_path=path, parent=self)


class ScenarioFile(pytest.File):
    """One scenario."""

    run: Run

    @classmethod
    def of(cls, path: Path, parent: pytest.Collector, run: Run) -> ScenarioFile | None:
        """The collector of a file, or None if the file is no scenario of the suite."""
        if path.suffix != SUFFIX or run.suite.root_of(path) is None:
            return None
        found: ScenarioFile = cls.from_parent(parent, path=path, nodeid=run.suite.id_of(path))
        found.run = run
        return found

    def collect(self) -> Iterator[ScenarioItem]:
        """An item for each contract that both the scenario and the run name."""
        root = self.run.suite.root_of(self.path)
        if root is None:
            return
        try:
            scenario = self.run.scenarios[self.path] = load_file(self.path, root, self.run.contracts)
        except ScenarioError as error:
            raise self.CollectError("\n".join(error.complaints)) from None
        for contract in self.run.contracts.values():
            if contract.name in scenario.requirements:
                yield ScenarioItem.of(self, self.run, scenario, contract)
