"""Whether a run is about scenarios, and which: decided from the options and the paths, before anything is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.plugin import options

FOLDER = "scenarios"
"""The name of the bundled folder, in the checkout and in the installed package."""


def find_root(config: pytest.Config) -> Path | None:
    """The folder of the bundled scenarios when this run is about scenarios, else None.

    With an option of ours and no paths, the whole folder becomes the path to collect. A path that does not exist and
    is the id of a scenario, as reports print it, becomes that scenario's path.
    """
    if options.given(config):
        root = _bundled()
        if config.args_source is not pytest.Config.ArgsSource.ARGS:
            config.args[:] = [str(root)]
    elif any(_may_mean_scenarios(_path(config, each)) for each in config.args):
        root = _bundled()
    else:
        return None
    config.args[:] = [_from_id(config, each, root) for each in config.args]
    wanted = options.given(config) or any(_means(_path(config, each), root) for each in config.args)
    return root if wanted else None


def on_the_way(config: pytest.Config, root: Path) -> frozenset[Path]:
    """The directories above the scenarios in which the run has nothing else to collect."""
    paths = [_path(config, each) for each in config.args]
    others = [path for path in paths if path != root and root not in path.parents]
    needed = {related for path in others for related in (path, *path.parents)}
    return frozenset(
        path for path in root.parents if path not in needed and not any(other in path.parents for other in others)
    )


def _bundled() -> Path:
    from harness.contracts.schema import bundled

    return bundled(FOLDER).resolve()


def _path(config: pytest.Config, argument: str) -> Path:
    return (config.invocation_params.dir / argument.partition("::")[0]).resolve()


def _may_mean_scenarios(path: Path) -> bool:
    """A cheap look: is it worth finding out where the scenarios are?"""
    return FOLDER in path.parts or (path / FOLDER).is_dir() or (path.suffix == ".yaml" and not path.exists())


def _means(path: Path, root: Path) -> bool:
    return path == root or root in path.parents or path == root.parent


def _from_id(config: pytest.Config, argument: str, root: Path) -> str:
    """The path of an argument that is a scenario's id, such as `races/bets.yaml::casino`; else the argument itself."""
    if _path(config, argument).exists():
        return argument
    id, colons, contract = argument.partition("::")
    # In a folder below pytest's root directory the terminal prints ids with `../` before them.
    below = root.joinpath(*(part for part in Path(id).parts if part != ".."))
    return f"{below}{colons}{contract}" if not Path(id).is_absolute() and below.exists() else argument
