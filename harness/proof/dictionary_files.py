"""Writes the dictionary of faults of each bundled contract from the kill matrix.

The title of a bug is the description of its defect. Its repair and its kind of harm are in `repairs.yaml` beside the
defects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import mock_server.defects
from harness import __version__
from harness.files.complaints import Complaints
from harness.files.tree import Kind, Table, Text, read_tree
from harness.proof.matrix import SOUND, Matrix
from harness.proof.trials import Cell
from harness.verdict.dictionary import FaultDictionary, Harm, KnownBug, KnownRow, Mark, row_of, written
from mock_server.defects import Defect

_REPAIRS = Path(mock_server.defects.__file__).with_name("repairs.yaml")
_KIND = Kind("list of repairs", "the repair of one defect")


def dictionary_files(matrix: Matrix, defects: Mapping[str, Defect], contracts: Iterable[str]) -> dict[str, str]:
    """By contract the text of its dictionary. The cells of the matrix must have marks."""
    return {each: written(dictionary_of(matrix, defects, each), __version__) for each in contracts}


def dictionary_of(matrix: Matrix, defects: Mapping[str, Defect], contract: str) -> FaultDictionary:
    """The dictionary of one contract. Defects with equal cells share a row. A defect without a red cell has none.

    The pairs are left out, because fewer of them are played with the players of a profile.
    """
    equal: dict[tuple[frozenset[tuple[str, frozenset[Mark]]], frozenset[str]], list[KnownBug]] = {}
    tried: set[str] = set()
    for key, row in matrix.without_pairs().rows.items():
        if key.contract != contract:
            continue
        tried |= row.keys()
        red = frozenset((scenario, cell.marks) for scenario, cell in row.items() if cell.marks)
        if key.defect != SOUND and red:
            equal.setdefault((red, _skipped(row)), []).append(bug_of(defects[key.defect]))
    rows = [row_of(bugs, dict(red), skipped) for (red, skipped), bugs in equal.items()]
    return FaultDictionary(contract, frozenset(tried), _in_order(rows, defects))


def bug_of(defect: Defect) -> KnownBug:
    """The texts of a defect. Raises ScenarioError if the list of repairs cannot be read or lacks it."""
    harm, fix = repairs()[defect.name]
    title = defect.text[:1].lower() + defect.text[1:].rstrip(".")
    return KnownBug(defect.name, title, fix, harm)


@cache
def repairs() -> Mapping[str, tuple[Harm, str]]:
    """By defect its harm and its repair, as one imperative sentence without a full stop. Raises ScenarioError."""
    complaints = Complaints(_REPAIRS.name)
    root = read_tree(_REPAIRS.read_bytes(), complaints, _KIND)
    found: dict[str, tuple[Harm, str]] = {}
    for name, node in root.entries if isinstance(root, Table) else ():
        match node:
            case Table(entries=((Text(value=harm), Text(value=fix)),)) if harm in list(Harm) and fix:
                found[name.value] = Harm(harm), fix
            case _:
                complaints.add(node.line, f"{name.value} needs one of {', '.join(Harm)} with its repair")
    complaints.raise_if_any()
    return found


def _skipped(row: Mapping[str, Cell]) -> frozenset[str]:
    return frozenset(scenario for scenario, cell in row.items() if cell.skipped and not cell.findings)


def _in_order(rows: Sequence[KnownRow], defects: Mapping[str, Defect]) -> tuple[KnownRow, ...]:
    """The rows in the order of the first of their defects, so that a diff shows what has changed."""
    order = list(defects)
    return tuple(sorted(rows, key=lambda row: order.index(row.bugs[0].name)))
