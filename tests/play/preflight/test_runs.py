"""Pre-flight in a whole run of pytest: one error and no scenario, a violation that no selection hides, and notes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from credentials_at_hand import of_casino, public_of
from mistaken_wallets import CASINO_WALLETS
from plugin_run import CREDENTIALS, run
from preflight_at_hand import AtHand

CASINO = of_casino(CREDENTIALS["WALLET_API_KEY"], CREDENTIALS["WALLET_SECRET"])


def options(root: str) -> list[str]:
    return [f"--wallet-url={root}/casino/", "--wallet-contract=casino", f"--wallet-provision={root}/__admin/player"]


@pytest.mark.full
@pytest.mark.parametrize("selected", ["zero_amount", "signature"])
def test_a_violation_is_told_whatever_is_selected(selected: str, tmp_path: Path) -> None:
    wallet = AtHand("casino", CASINO_WALLETS["sorted_keys"], CASINO)
    report = tmp_path / "report.json"
    with wallet.listening() as root:
        done = run(*options(root), selected, f"--wallet-report={report}", cwd=tmp_path, variables=CREDENTIALS)
    assert done.status == 1, done.output
    assert done.output.count("required   a request with a correct signature is accepted") == 1
    assert "probably   your wallet verifies the HMAC over the body with its keys in alphabetical order" in done.output
    assert re.search(r"^casino  NOT CERTIFIED: ", done.output, re.MULTILINE)
    assert '"sorted_keys"' in report.read_text(encoding="utf-8")


def test_a_problem_is_one_error_and_no_scenario_runs(tmp_path: Path) -> None:
    wallet = AtHand("casino", credentials=of_casino(public_of(CASINO), "another secret"))
    with wallet.listening() as root:
        done = run(*options(root), "zero_amount", cwd=tmp_path, variables=CREDENTIALS)
    assert done.status == 10, done.output
    sentence = (
        f"{root}/casino refuses an ordinary settlement of amount 0 with RS_ERROR_INVALID_SIGNATURE: check "
        "WALLET_API_KEY and WALLET_SECRET (in a profile: `credentials`)"
    )
    assert sentence in done.lines
    assert done.lines[-1].strip("= ").startswith("1 error")
    assert "passed" not in done.lines[-1]


@pytest.mark.full
def test_warnings_are_told_with_the_verdict(tmp_path: Path) -> None:
    wallet = AtHand("casino", credentials=CASINO)
    player = wallet.player()
    named = f"--wallet-player=id={player.id},currency=EUR,session={player.session}"
    with wallet.listening(fast_seconds=30) as root:
        done = run(*options(root)[:2], named, "zero_amount", cwd=tmp_path, variables=CREDENTIALS)
    assert done.status in {0, 11}, done.output
    told = " ".join(done.output.split())
    assert "ahead of ours, and a signature is believed for 5 min: set both by NTP" in told
    assert "no player has an expired_session: scenarios of ended sessions are skipped" in told
