"""`walletproof lint FILE...`: looks for mistakes in profiles and scenarios, and sends nothing."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from harness.cli.catalogue import add_contract_argument, contracts_of
from harness.config.profile import Overrides, ProfileError, load_profile
from harness.contracts import BUNDLED, Contract
from harness.files.complaints import Complaints, ScenarioError
from harness.files.tree import MAX_BYTES, Table, read_tree
from harness.inert import inert
from harness.scenario import load_text

WRONG = 1
_OF_PROFILES = frozenset({"contracts", "provision", "waivers", "limits"})
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PLACE = re.compile(r":(\d+): ")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a profile or a scenario, as YAML")
    add_contract_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print every complaint as `file:line: message`. Returns 1 if there are any. Raises UsageProblem."""
    contracts = contracts_of([*BUNDLED, *options.contract])
    found = [line for path in options.files for line in complaints_about(path, contracts)]
    for line in found:
        print(inert(line))
    files = f"{len(options.files)} file{'' if len(options.files) == 1 else 's'}"
    print(f"{files}: {len(found)} mistake{'' if len(found) == 1 else 's'}" if found else f"{files}: no mistakes")
    return WRONG if found else 0


def complaints_about(path: Path, contracts: Mapping[str, Contract]) -> list[str]:
    """The complaints about one file, as lines with file and line. `contracts` are the known ones by name."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        return [f"{path}:1: cannot be read: {error.strerror or error}"]
    try:
        if _is_profile(data):
            _read_profile(path, data)
        else:
            load_text(data, path.stem, str(path), contracts)
    except ScenarioError as error:
        return list(error.complaints)
    except ProfileError as error:
        return [each for each in str(error).splitlines() if not _is_of_unset_variable(each, data)]
    return []


def _is_profile(data: bytes) -> bool:
    """True if a file has a key that only profiles have. The braces of `${NAME}` are no matter for this."""
    tree = read_tree(_REFERENCE.sub(r"\1", data.decode("utf-8", errors="replace")).encode(), Complaints(""))
    return isinstance(tree, Table) and any(key.value in _OF_PROFILES for key, _ in tree.entries)


def _read_profile(path: Path, data: bytes) -> None:
    """Read a profile. Variables that are not set have a value, so that only the file itself is wrong."""
    names = _REFERENCE.findall(data.decode("utf-8", errors="replace"))
    environment = {each: os.environ.get(each) or "set later" for each in names}
    load_profile(path, environment, Overrides(), datetime.now(UTC).date())


def _is_of_unset_variable(complaint: str, data: bytes) -> bool:
    """True for a complaint about a line whose value comes from a variable that is not set here."""
    if (place := _PLACE.search(complaint)) is None:
        return False
    lines = data.decode("utf-8", errors="replace").splitlines()
    number = int(place[1])
    return number <= len(lines) and any(not os.environ.get(each) for each in _references(lines[number - 1]))


def _references(line: str) -> Iterator[str]:
    yield from _REFERENCE.findall(line)
