"""Decides from options, paths and contracts whether a run has scenarios, and where they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.plugin import pytest_options
from harness.plugin.suite import FOLDER, SUFFIX, Suite

if TYPE_CHECKING:
    from harness.contracts import Contract


def concerned(config: pytest.Config) -> bool:
    """True if the run has scenarios. This is cheap: it imports nothing of the harness if the run has none."""
    if pytest_options.given(config):
        return True
    if not any(_may_mean_scenarios(_path(config, each)) for each in config.args):
        return False
    suite = Suite({FOLDER: _bundled()})
    return any(suite.root_of(_path(config, _from_id(config, each, suite))) for each in config.args) or any(
        _path(config, each) == root.parent for each in config.args for root in suite.roots
    )


def settle(config: pytest.Config, contracts: Mapping[str, Contract]) -> Suite:
    """The folders of scenarios of these contracts. This also sets the paths to collect.

    Without paths, all scenarios of the contracts are collected: the bundled ones, and a private contract's own. With an
    option of ours, a folder on the command line that holds YAML and no Python is a folder of scenarios. So is the
    folder of a YAML file. A path that does not exist may be the id of a scenario as reports print it. It becomes that
    scenario's path. Raises pytest.UsageError if there is no scenario anywhere.
    """
    folders = dict(_folders(contracts))
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    if named and pytest_options.given(config):
        for path in (_path(config, each) for each in config.args):
            if Suite(folders).root_of(path) is None and (own := _own(path)) is not None:
                folders = {f"{FOLDER}/{own.name}": own, **folders}
    suite = Suite(folders)
    if contracts and not folders and pytest_options.given(config):
        raise pytest.UsageError(
            f"{' and '.join(contracts)}: no scenarios; set `scenarios` in CONTRACT, or name a folder of YAML files"
        )
    if not named and pytest_options.given(config):
        config.args[:] = [str(root) for root in suite.roots]
    config.args[:] = [_from_id(config, each, suite) for each in config.args]
    return suite


def on_the_way(config: pytest.Config, suite: Suite) -> frozenset[Path]:
    """The directories above the scenarios in which the run has nothing else to collect."""
    others = [path for each in config.args if suite.root_of(path := _path(config, each)) is None]
    needed = {related for path in others for related in (path, *path.parents)}
    return frozenset(
        path
        for root in suite.roots
        for path in root.parents
        if path not in needed and not any(other in path.parents for other in others)
    )


def _folders(contracts: Mapping[str, Contract]) -> Iterator[tuple[str, Path]]:
    from harness.contracts import BUNDLED

    if any(contract.name in BUNDLED for contract in contracts.values()):
        yield FOLDER, _bundled()
    for contract in contracts.values():
        if contract.scenarios is not None:
            yield f"{FOLDER}/{contract.name}", contract.scenarios.resolve()


def _bundled() -> Path:
    from harness.contracts.shared.schema import bundled

    return bundled(FOLDER).resolve()


def _own(path: Path) -> Path | None:
    """The user's own folder of scenarios that a path on the command line names, or None."""
    if path.is_file():
        return path.parent if path.suffix == SUFFIX else None
    return path if path.is_dir() and _holds_yaml_alone(path) else None


def _holds_yaml_alone(folder: Path) -> bool:
    found = False
    for _, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        if any(name.endswith(".py") for name in files):
            return False
        found = found or any(name.endswith(SUFFIX) for name in files)
    return found


def _path(config: pytest.Config, argument: str) -> Path:
    return (config.invocation_params.dir / argument.partition("::")[0]).resolve()


def _may_mean_scenarios(path: Path) -> bool:
    """True if the path may be a scenario. This is a cheap test before the folders of scenarios are looked up."""
    return FOLDER in path.parts or (path / FOLDER).is_dir() or (path.suffix == SUFFIX and not path.exists())


def _from_id(config: pytest.Config, argument: str, suite: Suite) -> str:
    """The path of an argument that is a scenario's id, such as `races/bets.yaml::contract`, or the argument itself."""
    id, colons, contract = argument.partition("::")
    if _path(config, argument).exists() or Path(id).is_absolute():
        return argument
    # In a folder below pytest's root directory the terminal prints ids with `../` before them.
    found = suite.find("/".join(part for part in Path(id).parts if part != ".."))
    return argument if found is None else f"{found}{colons}{contract}"
