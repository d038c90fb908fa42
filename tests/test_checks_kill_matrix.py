"""The judges, end to end and quickly: the sound wallets, and each wrong one on the scenarios that it must fail.

The whole matrix is `tests/test_proof.py`; here a row is cut down to its witnesses, so that a mutant of the judges can
be tried in seconds. What is expected is what the golden matrix has in these cells.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from harness.model import Scenario
from harness.prove.golden import differences, golden
from harness.prove.matrix import SOUND, Matrix, RowKey, keys_of, scenarios
from harness.prove.trials import try_out
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

GOLDEN = Path(__file__).parent / "golden" / "kill_matrix.json"


@cache
def suite() -> Sequence[Scenario]:
    return scenarios()


EXPECTED: dict[str, dict[str, list[str]]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
OF_THE_WHOLE_SUITE = {"is-replaced-every-seven-requests"}
"""What this wallet does depends on how many requests it has had, so that a part of its row is another row."""
KEYS = [each for each in keys_of(list(DEFECTS)) if str(each) in EXPECTED and each.defect not in OF_THE_WHOLE_SUITE]
"""A row that the golden file lacks is the affair of `tests/test_proof.py`."""


def expected_of(key: RowKey, names: set[str]) -> dict[str, list[str]]:
    row = EXPECTED[str(key)]
    kept = {text: [each for each in ids if each in names] for text, ids in row.items()}
    return {text: ids for text, ids in kept.items() if ids}


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_witnesses_are_judged_as_the_golden_matrix_has_them(key: RowKey) -> None:
    if key.defect == SOUND:
        wallet_type, chosen = Wallet, [each for each in suite() if key.contract in each.requirements]
    else:
        defect = DEFECTS[key.defect]
        names = {each.scenario for each in defect.witnesses}
        wallet_type, chosen = defect.wallet_type, [each for each in suite() if each.id in names]
    now = golden(Matrix({key: try_out(wallet_type, key.contract, chosen)}))
    before = {str(key): expected_of(key, {each.id for each in chosen})}
    assert list(differences(before, now)) == []
