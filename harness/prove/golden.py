"""The matrix as a file: one line a row, so that a changed cell is a changed line that somebody has to look at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from harness.prove.matrix import Matrix

Golden = Mapping[str, Mapping[str, list[str]]]
"""Row to what its red or skipped scenarios have: the findings (or the reason) to the scenarios."""


def golden(matrix: Matrix) -> Golden:
    """The matrix as plain data. What passed is left out."""
    found: dict[str, dict[str, list[str]]] = {}
    for key, row in matrix.rows.items():
        line = found.setdefault(str(key), {})
        for scenario, cell in row.items():
            text = ", ".join(map(str, cell.findings)) or (f"skipped: {cell.skipped}" if cell.skipped else "")
            if text:
                line.setdefault(text, []).append(scenario)
    return found


def written(data: Golden) -> str:
    """The file's text."""
    lines = (f"{json.dumps(name)}: {json.dumps(row, ensure_ascii=False)}" for name, row in data.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(before: Golden, now: Golden) -> Iterator[str]:
    """What has changed from one matrix to another, cell by cell, in sentences."""
    for name in [*before, *(each for each in now if each not in before)]:
        old, new = _cells(before.get(name, {})), _cells(now.get(name, {}))
        for scenario in sorted(old.keys() | new.keys()):
            was, is_now = old.get(scenario, "passed"), new.get(scenario, "passed")
            if was != is_now:
                yield f"{name}: {scenario} was [{was}] and is [{is_now}]"


def _cells(row: Mapping[str, list[str]]) -> dict[str, str]:
    return {scenario: text for text, ids in row.items() for scenario in ids}
