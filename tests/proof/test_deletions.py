"""Would a deletion be noticed? Each check and each scenario is taken out of the kept matrix, and something turns red.

A deleted check finds nothing more, and a deleted scenario has no cells; both is done to the golden file, so that
hundreds of deletions take seconds. `tests/proof/test_proof.py` holds that the file is what the harness really finds.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from harness.cli.prove import GOLDEN
from harness.contracts import BUNDLED, load
from harness.proof.golden import differences, golden, matrix_of
from harness.proof.matrix import Matrix, scenarios_and_pairs
from harness.proof.theorem import CHECKS, violations
from harness.proof.trials import Cell
from mock_server.defects import DEFECTS

ROOT = Path(__file__).resolve().parents[2]
SUITE = scenarios_and_pairs()
CONTRACTS = {name: load(name) for name in BUNDLED}


@cache
def kept() -> Matrix:
    return matrix_of(json.loads((ROOT / GOLDEN).read_text(encoding="utf-8")), SUITE)


def changed(matrix: Matrix, cell: Callable[[str, Cell], Cell | None]) -> Matrix:
    """A matrix with other cells; None takes one out."""
    rows = {
        key: {name: new for name, old in row.items() if (new := cell(name, old)) is not None}
        for key, row in matrix.rows.items()
    }
    return Matrix(rows)


def test_the_kept_matrix_is_read_as_it_was_written() -> None:
    assert golden(kept()) == json.loads((ROOT / GOLDEN).read_text(encoding="utf-8"))


def test_the_kept_matrix_contradicts_nothing() -> None:
    assert violations(kept(), DEFECTS, SUITE, CONTRACTS) == ()


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_that_is_deleted_leaves_a_defect_without_its_witness(check: str) -> None:
    def without(_: str, cell: Cell) -> Cell:
        return replace(cell, findings=tuple(each for each in cell.findings if each.check != check))

    told = violations(changed(kept(), without), DEFECTS, SUITE, CONTRACTS)
    assert any(f"must be red through {check}" in each for each in told), told[:10]


def test_each_scenario_that_is_deleted_changes_the_golden_file_on_every_contract() -> None:
    before = kept()
    named = {
        (name.rpartition(" on ")[2], scenario)
        for name, row in golden(before).items()
        for text, found in row.items()
        if not text.startswith("skipped: ")
        for scenario in found
    }
    expected = {(contract, each.id) for each in SUITE for contract in each.requirements}
    assert named == expected, "its cells are all green, so nobody would miss it"


@pytest.mark.parametrize("scenario", SUITE[:: len(SUITE) // 12], ids=lambda each: each.id)
def test_a_deleted_scenario_is_named(scenario: object) -> None:
    name = getattr(scenario, "id", "")
    after = changed(kept(), lambda each, cell: None if each == name else cell)
    told = list(differences(golden(kept()), golden(after)))
    assert told
    assert all(f": {name} was [" in each for each in told)
