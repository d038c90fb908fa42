"""The proof as plain data, from which its page, its Markdown and its JSON file are made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from harness import __version__
from harness.contracts import Contract
from harness.model import PAIRS, Scenario
from harness.proof.golden import Golden, golden
from harness.proof.matrix import SOUND, Matrix, RowKey
from harness.proof.theorem import CHECKS, by_others_only, violations
from harness.proof.trials import AGE_SECONDS, LIMITS
from mock_server.defects import THEMES, Defect


def proof_of(
    matrix: Matrix,
    defects: Mapping[str, Defect],
    suite: Sequence[Scenario],
    contracts: Mapping[str, Contract],
    *,
    whole: bool = True,
) -> dict[str, Any]:
    """The proof of a matrix. `defects` are those that should be tried, and `whole` is True if they are all."""
    broken = violations(matrix, defects, suite, contracts, whole=whole)
    rows = golden(matrix)
    written = matrix.without_pairs()
    return {
        "format": 1,
        "walletproof": __version__,
        "holds": not broken,
        "violations": list(broken),
        "counts": {
            "defects": len(defects),
            "rows": len(matrix.rows),
            "scenarios": len(suite),
            "cells": sum(len(row) for row in matrix.rows.values()),
            "red": sum(bool(cell.findings) for _, _, cell in matrix.cells()),
            "killed": len(_killed(written)),
        },
        "themes": _themes(defects, _killed(written)),
        "folders": sorted({scenario.category for scenario in suite}),
        "defects": [_defect(each, matrix, rows) for each in defects.values()],
        "pairs": _pairs(matrix, defects),
        "requirements": [entry for contract in contracts.values() for entry in _requirements(contract, written, suite)],
        "checks": _checks(written),
        "by_others_only": [list(each) for each in by_others_only(matrix, suite)],
        "sole": _sole(written),
        "equal": _equal(written),
        "limits": asdict(LIMITS) | {"age_seconds": AGE_SECONDS},
    }


def _killed(matrix: Matrix) -> frozenset[str]:
    """The defects with a red cell on every contract on which they were tried."""
    tried: dict[str, list[bool]] = defaultdict(list)
    for key, row in matrix.rows.items():
        tried[key.defect].append(any(cell.findings for cell in row.values()))
    return frozenset(name for name, found in tried.items() if name != SOUND and all(found))


def _pairs(matrix: Matrix, defects: Mapping[str, Defect]) -> dict[str, Any]:
    """How many rows the generated scenarios turn red, and the rows whose first finding charges what is not listed."""
    tried = {key: row[PAIRS] for key, row in matrix.rows.items() if key.defect != SOUND and PAIRS in row}
    red = {key: cell for key, cell in tried.items() if cell.findings}
    listed = {key: {*defects[key.defect].violates} for key in red}
    others = [key for key, cell in red.items() if not listed[key] & {each.requirement for each in cell.findings}]
    return {"rows": len(tried), "red": len(red), "by_others": [str(each) for each in others]}


def _themes(defects: Mapping[str, Defect], killed: frozenset[str]) -> list[dict[str, Any]]:
    names = [module.__name__.rpartition(".")[2] for module in THEMES]
    of_theme = {name: [each.name for each in defects.values() if each.theme == name] for name in names}
    return [
        {"theme": name, "defects": len(found), "killed": len(killed.intersection(found))}
        for name, found in of_theme.items()
        if found
    ]


def _defect(defect: Defect, matrix: Matrix, rows: Golden) -> dict[str, Any]:
    return {
        "name": defect.name,
        "theme": defect.theme,
        "text": defect.text,
        "violates": list(defect.violates),
        "witnesses": [[each.scenario, each.check] for each in defect.witnesses],
        "contracts": {
            contract: {
                "findings": {
                    text: scenarios
                    for text, scenarios in rows[str(key)].items()
                    if any(matrix.rows[key][each].findings for each in scenarios)
                },
                "red": sum(bool(cell.findings) for cell in matrix.rows[key].values()),
                "folders": Counter(
                    scenario.partition("/")[0] for scenario, cell in matrix.rows[key].items() if cell.findings
                ),
            }
            for contract in defect.contracts
            if (key := RowKey(defect.name, contract)) in matrix.rows
        },
    }


def _requirements(contract: Contract, matrix: Matrix, suite: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Each requirement with the defects that violate it, and for each defect the scenarios that charged it."""
    charged: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, scenario, cell in matrix.cells():
        if key.contract == contract.name:
            for requirement in {each.requirement for each in cell.findings if not each.undecided}:
                charged[requirement][key.defect].append(scenario)
    return [
        {
            "id": each.id,
            "contract": contract.name,
            "level": each.level,
            "text": each.text,
            "scenarios": [one.id for one in suite if one.requirements.get(contract.name) == each.id],
            "defects": {name: sorted(found) for name, found in charged[each.id].items()},
        }
        for each in contract.requirements.values()
    ]


def _checks(matrix: Matrix) -> dict[str, int]:
    """The number of defects that each check finds."""
    found: dict[str, set[str]] = {check: set() for check in CHECKS}
    for key, _, cell in matrix.cells():
        for each in cell.findings:
            found.setdefault(each.check, set()).add(key.defect)
    return {check: len(names) for check, names in found.items()}


def _sole(matrix: Matrix) -> dict[str, list[str]]:
    """The scenarios that alone catch some defect on some contract, with those rows."""
    found: dict[str, list[str]] = defaultdict(list)
    for key, row in matrix.rows.items():
        red = [scenario for scenario, cell in row.items() if cell.findings]
        if len(red) == 1:
            found[red[0]].append(str(key))
    return dict(sorted(found.items()))


def _equal(matrix: Matrix) -> list[list[str]]:
    """Defects whose rows are equal cell by cell on every contract on which both were tried. They count as one."""
    cells: dict[str, set[tuple[str, frozenset[tuple[str, object]]]]] = defaultdict(set)
    for key, row in matrix.rows.items():
        cells[key.defect].add((key.contract, frozenset((name, cell.findings) for name, cell in row.items())))
    alike: dict[frozenset[object], list[str]] = defaultdict(list)
    for name, rows in cells.items():
        alike[frozenset(rows)].append(name)
    return [names for names in alike.values() if len(names) > 1]
