"""The judges, end to end and quickly: the sound wallets, and each wrong one on the scenarios that it must fail.

The whole matrix is `tests/proof/test_proof.py`; here a row is cut down to its witnesses, so that a mutant of the judges
can be tried in seconds. What is expected is what the golden matrix has in these cells, and, word for word, what the
golden findings say of them (`tests/support/golden_findings.py`).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from golden_findings import ACCEPT, Case, cases, changes, kept, tried

from harness.proof.golden import differences, golden
from harness.proof.matrix import Matrix

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "kill_matrix.json"
EXPECTED: dict[str, dict[str, list[str]]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
SAID = kept()
CASES = [each for each in cases() if str(each.key) in EXPECTED]
"""A row that the golden matrix lacks is the affair of `tests/proof/test_proof.py`."""


@pytest.mark.parametrize("case", CASES, ids=str)
def test_witnesses_are_judged_as_the_golden_files_have_them(case: Case) -> None:
    # One test, for mutmut gives a mutant the tests that run its function themselves: none that another has set up.
    key, names = str(case.key), {each.id for each in case.scenarios}
    mine = {text: [each for each in ids if each in names] for text, ids in EXPECTED[key].items()}
    row = tried(case)
    before = {key: {text: ids for text, ids in mine.items() if ids}}
    assert list(differences(before, golden(Matrix({case.key: row.cells})))) == []
    said = {scenario: lines for scenario, lines in SAID.get(key, {}).items() if scenario in names}
    changed = changes(said, row.lines)
    assert not changed, f"{key}\n{changed}\n{ACCEPT}"


def test_the_golden_findings_have_the_scenarios_that_are_red_and_no_others() -> None:
    red: dict[str, set[str]] = {}
    for case in CASES:
        names = {each.id for each in case.scenarios}
        cells = [ids for text, ids in EXPECTED[str(case.key)].items() if not text.startswith("skipped: ")]
        if found := {scenario for ids in cells for scenario in ids} & names:
            red.setdefault(str(case.key), set()).update(found)
    assert {row: set(lines) for row, lines in SAID.items()} == red, ACCEPT


def test_the_golden_findings_are_findings_only() -> None:
    """Everything else that a judge notes changes with each reordering of its work, and nobody would read the change."""
    lines = [line for row in SAID.values() for found in row.values() for line in found]
    assert lines
    assert not [line for line in lines if not line.startswith(("FAIL ", "WARN ", "UNKNOWN "))]
