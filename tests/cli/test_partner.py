"""`walletproof partner` as a user types it: a process of its own, over real sockets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_SECONDS
from plugin_run import ROOT, environment

PROFILE = """\
contracts:
  casino:
    url: http://127.0.0.1:1/casino
    credentials: {api_key: key-of-this-test, secret: secret-of-this-test}
provision: {url: http://127.0.0.1:1/players}
"""


def partner(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "harness.cli", "partner", *arguments]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS, cwd=folder, env=environment()
    )


@pytest.mark.full
def test_a_day_with_the_bundled_wallet_is_right_on_both_contracts() -> None:
    done = partner("--seed=5", "--rounds=80")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed 5 (again with --seed=5)" in done.stdout
    for contract in ("casino", "sportsbook"):
        assert (
            f"{contract}: the bundled wallet: every account is right, to the last digit (8 players and a bystander)"
            in done.stdout
        )
    assert "settlements of the night" in done.stdout


def test_a_profile_in_the_folder_selects_the_wallet_as_for_every_command(tmp_path: Path) -> None:
    (tmp_path / "wallet.yaml").write_text(PROFILE, encoding="utf-8")
    done = partner("--rounds=5", folder=tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "127.0.0.1:1" in done.stdout
    assert "every account is right" not in done.stdout


def test_the_bundled_wallet_is_played_beside_a_profile_only_on_request(tmp_path: Path) -> None:
    (tmp_path / "wallet.yaml").write_text(PROFILE, encoding="utf-8")
    done = partner("--bundled", "--contract=casino", "--rounds=5", "--seed=5", folder=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "casino: the bundled wallet: every account is right" in done.stdout
    both = partner("--bundled", "http://127.0.0.1:1", folder=tmp_path)
    assert both.returncode == 2, both.stdout + both.stderr
    assert "--bundled is the reference wallet" in both.stdout + both.stderr


@pytest.mark.full
def test_a_wrong_wallet_is_told_with_its_cause_and_fails() -> None:
    done = partner("--seed=5", "--contract=casino", "--lost=20", "--defect=forgets-every-transaction")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "casino: the bundled wallet: WRONG: CAS-IDM-07" in done.stdout
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
