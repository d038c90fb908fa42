"""`walletproof partner` as a user types it: a process of its own, over real sockets."""

from __future__ import annotations

import subprocess
import sys

import pytest
from plugin_run import ROOT, environment


def partner(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "partner", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment()
    )


@pytest.mark.full
def test_a_day_with_the_bundled_wallet_is_right_on_both_contracts() -> None:
    done = partner("--seed=5", "--rounds=80")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed 5 (again with --seed=5)" in done.stdout
    for contract in ("casino", "sportsbook"):
        assert f"{contract}: every account is right, to the last digit (8 players and a bystander)" in done.stdout
    assert "settlements of the night" in done.stdout


def test_a_wrong_wallet_is_told_with_its_cause_and_fails() -> None:
    done = partner("--seed=5", "--contract=casino", "--lost=20", "--defect=forgets-every-transaction")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "casino: WRONG: CAS-IDM-07" in done.stdout
    assert "probably" in done.stdout
    assert "every account is right" not in done.stdout


@pytest.mark.full
@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--lost=99"], 2, "'99' is no number from 0 to 50"),
        (["--contract=cassino"], 2, "it has casino and sportsbook"),
        (["--defect=no-such-defect"], 3, "no-such-defect"),
        (["http://127.0.0.1:1", "--contract=casino", "--provision=http://127.0.0.1:1/players"], 3, "no credentials"),
    ],
)
def test_a_mistake_is_one_sentence(arguments: list[str], status: int, says: str) -> None:
    done = partner(*arguments)
    assert done.returncode == status, done.stdout + done.stderr
    assert says in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
