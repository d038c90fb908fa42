"""The matrix as a file with one line for each row, so that a changed cell is a changed line for the reviewer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from harness.model import Scenario
from harness.proof.matrix import Matrix, RowKey
from harness.proof.trials import Cell, Charge

Golden = Mapping[str, Mapping[str, list[str]]]
"""For each row the findings, or the reason of a skip, and the scenarios that have them."""

_SKIPPED = "skipped: "


def golden(matrix: Matrix) -> Golden:
    """The matrix as plain data, without the cells that passed."""
    found: dict[str, dict[str, list[str]]] = {}
    for key, row in matrix.rows.items():
        line = found.setdefault(str(key), {})
        for scenario, cell in row.items():
            text = ", ".join(map(str, cell.findings)) or (_SKIPPED + cell.skipped if cell.skipped else "")
            if text:
                line.setdefault(text, []).append(scenario)
    return found


def matrix_of(data: Golden, suite: Sequence[Scenario]) -> Matrix:
    """The matrix of stored data. `suite` names the scenarios that were run, including those that passed."""
    rows = {}
    for name, row in data.items():
        defect, _, contract = name.partition(" on ")
        cells = {each.id: Cell() for each in suite if contract in each.requirements}
        cells |= {scenario: _cell(text) for scenario, text in _cells(row).items()}
        rows[RowKey(defect, contract)] = cells
    return Matrix(rows)


def written(data: Golden) -> str:
    """The file's text."""
    lines = (f"{json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in data.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(before: Golden, now: Golden) -> Iterator[str]:
    """The changes from one matrix to another, cell by cell, in sentences."""
    for name in [*before, *(each for each in now if each not in before)]:
        old, new = _cells(before.get(name, {})), _cells(now.get(name, {}))
        for scenario in sorted(old.keys() | new.keys()):
            was, is_now = old.get(scenario, "passed"), new.get(scenario, "passed")
            if was != is_now:
                yield f"{name}: {scenario} was [{was}] and is [{is_now}]"


def _cells(row: Mapping[str, list[str]]) -> dict[str, str]:
    return {scenario: text for text, ids in row.items() for scenario in ids}


def _cell(text: str) -> Cell:
    if text.startswith(_SKIPPED):
        return Cell(skipped=text.removeprefix(_SKIPPED))
    return Cell(tuple(map(_finding, text.split(", "))))


def _finding(text: str) -> Charge:
    requirement, check = text.removesuffix("?").split()
    return Charge(requirement, check, undecided=text.endswith("?"))
