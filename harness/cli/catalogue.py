"""The contracts, requirements and scenarios that a command reads about, bundled ones and those of a user's module."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.cli.command import UsageProblem
from harness.contracts import BUNDLED, Contract, UnknownContract, load
from harness.contracts.shared.schema import bundled
from harness.model import Scenario
from harness.scenario import ScenarioError, load_folder


def add_contract_argument(parser: argparse.ArgumentParser) -> None:
    """Declare `--contract`, which may be repeated."""
    parser.add_argument(
        "--contract",
        action="append",
        default=[],
        metavar="NAME",
        help=f"{', '.join(BUNDLED)} or an importable module; repeatable (default: the bundled ones)",
    )


def contracts_of(names: Iterable[str]) -> dict[str, Contract]:
    """The contracts by their own names; the bundled ones if none is named. Raises UsageProblem."""
    try:
        found = [load(each) for each in tuple(names) or BUNDLED]
    except UnknownContract as error:
        raise UsageProblem(f"--contract: {error}") from None
    return {each.name: each for each in found}


def scenarios_of(contracts: Mapping[str, Contract]) -> dict[Path, Scenario]:
    """Every scenario of the contracts by its file, in the order of their ids. Raises UsageProblem for broken files."""
    folders = [bundled("scenarios").resolve()] if contracts.keys() & set(BUNDLED) else []
    folders += [each.scenarios.resolve() for each in contracts.values() if each.scenarios is not None]
    found: dict[Path, Scenario] = {}
    for folder in folders:
        try:
            for each in load_folder(folder, contracts):
                if contracts.keys() & each.requirements.keys():
                    found[folder / f"{each.id}.yaml"] = each
        except ScenarioError as error:
            raise UsageProblem(f"scenarios cannot be read:\n{error}") from None
    return found
