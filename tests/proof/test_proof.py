"""The whole kill matrix: the theorem holds, no cell has changed unseen, and the page about it is up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_once import folder_of_workers, made_once

from harness.cli.prove import DOCUMENT, GOLDEN
from harness.contracts import BUNDLED, load
from harness.proof.document import markdown
from harness.proof.golden import differences, golden, written
from harness.proof.matrix import Matrix, keys_of, scenarios_and_pairs, tried
from harness.proof.proof import proof_of
from mock_server.defects import DEFECTS

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def matrix(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    """The whole matrix, which takes minutes. All workers of a run share one."""
    folder = folder_of_workers(pytestconfig, tmp_path_factory)
    return made_once(folder, "matrix", lambda: tried(keys_of(tuple(DEFECTS)), scenarios_and_pairs()))


@pytest.fixture(scope="module")
def proof(matrix: Matrix) -> dict[str, Any]:
    return proof_of(matrix, DEFECTS, scenarios_and_pairs(), {name: load(name) for name in BUNDLED})


def test_every_defect_is_caught_for_the_reasons_that_it_names_and_for_no_other(proof: dict[str, Any]) -> None:
    assert proof["violations"] == []
    assert proof["counts"]["killed"] == len(DEFECTS) >= 90


def test_no_cell_has_changed_since_somebody_looked_at_it(matrix: Matrix) -> None:
    kept = (ROOT / GOLDEN).read_text(encoding="utf-8")
    changed = list(differences(json.loads(kept), golden(matrix)))
    assert not changed, "\n".join([*changed[:40], "look at each, then: walletproof prove --accept"])
    assert kept == written(golden(matrix)), "the file has another form than `walletproof prove --accept` writes"


def test_the_page_about_the_proof_is_up_to_date(proof: dict[str, Any]) -> None:
    assert (ROOT / DOCUMENT).read_text(encoding="utf-8") == markdown(proof), "run: walletproof prove --accept"


@pytest.mark.parametrize("defect", ["forgets-every-transaction", "checks-funds-too-early", "refuses-with-a-page"])
def test_a_row_does_not_depend_on_what_was_tried_before_it(matrix: Matrix, defect: str) -> None:
    again = tried(keys_of([defect])[2:], scenarios_and_pairs(), processes=1)
    assert again.rows == {key: row for key, row in matrix.rows.items() if key.defect == defect}
