"""The judges, end to end and quickly: the sound wallets, and each wrong one on the scenarios that it must fail.

The whole matrix is `tests/test_proof.py`; here a row is cut down to its witnesses, so that a mutant of the judges can
be tried in seconds. What is expected is what the golden matrix has in these cells, and, word for word, what the golden
findings say of them (`tests/golden_findings.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_findings import ACCEPT, Case, Tried, cases, changes, kept, tried

from harness.prove.golden import differences, golden
from harness.prove.matrix import Matrix

GOLDEN = Path(__file__).parent / "golden" / "kill_matrix.json"
EXPECTED: dict[str, dict[str, list[str]]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
SAID = kept()
CASES = [each for each in cases() if str(each.key) in EXPECTED]
"""A row that the golden matrix lacks is the affair of `tests/test_proof.py`."""


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


@pytest.fixture(scope="module")
def row(case: Case) -> Tried:
    return tried(case)


def names(case: Case) -> frozenset[str]:
    return frozenset(each.id for each in case.scenarios)


def test_witnesses_are_judged_as_the_golden_matrix_has_them(case: Case, row: Tried) -> None:
    mine = {text: [each for each in ids if each in names(case)] for text, ids in EXPECTED[str(case.key)].items()}
    before = {str(case.key): {text: ids for text, ids in mine.items() if ids}}
    assert list(differences(before, golden(Matrix({case.key: row.cells})))) == []


def test_findings_say_what_somebody_has_read_before(case: Case, row: Tried) -> None:
    before = {scenario: lines for scenario, lines in SAID.get(str(case.key), {}).items() if scenario in names(case)}
    changed = changes(before, row.lines)
    assert not changed, f"{case.key}\n{changed}\n{ACCEPT}"


def test_the_file_has_what_is_tried_and_nothing_else() -> None:
    tried_of = {
        str(each.key): {one.id for other in CASES if other.key == each.key for one in other.scenarios} for each in CASES
    }
    assert {row: set(scenarios) for row, scenarios in SAID.items()} == tried_of, ACCEPT
