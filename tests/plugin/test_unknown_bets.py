"""Runs against a core-only wallet that pays only bets that it knows, and places none: the verdict and its words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from legal_wallets import UnknownBetsAreRefused
from preflight_at_hand import AtHand

from harness.contracts import Contract

CREDENTIALS = {"WALLET_USER": "the-sportsbook-user", "WALLET_PASSWORD": "the-sportsbook-password"}
PIN = "policies: {unknown_bet: refused}"


class CoreAlone(UnknownBetsAreRefused):
    """It has the core operation and no other, so nothing shows a balance."""

    def offers(self, contract: Contract, name: str) -> bool:
        return contract.specs[name].core


class CoreAndBalance(UnknownBetsAreRefused):
    """It has the core operation, and one that shows balances."""

    def offers(self, contract: Contract, name: str) -> bool:
        return contract.specs[name].core or name == contract.words["balance"]


def certified(
    wallet_type: type[UnknownBetsAreRefused], folder: Path, *, pinned: bool, named: bool = False
) -> tuple[int, str]:
    """Status and output of `walletproof certify` with a profile. Players are provisioned, or two are named."""
    wallet = AtHand("sportsbook", wallet_type)
    with wallet.listening() as root:
        lines = ["contracts:", "  sportsbook:", f"    url: {root}/sportsbook", *([f"    {PIN}"] if pinned else [])]
        if named:
            lines.append("players:")
            lines += [
                f"  - {{id: '{each.id}', currency: EUR, session: {each.session}}}"
                for each in (wallet.player(balance=much) for much in ("100.00", "100.00", "0.00", "0.05"))
            ]
        else:
            lines.append(f"provision: {{url: {root}/__admin/player}}")
        profile = folder / "wallet.yaml"
        profile.write_text("\n".join([*lines, ""]))
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli", "certify", "--profile", str(profile), "-p", "no:cacheprovider"],
            cwd=folder,
            env={**{name: value for name, value in os.environ.items() if not name.startswith("WALLET_")},
                 **CREDENTIALS, "COLUMNS": "160"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )  # fmt: skip
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.full
@pytest.mark.parametrize("wallet_type", [CoreAlone, CoreAndBalance])
def test_the_pinned_reading_is_certified_for_zero_amounts(
    wallet_type: type[UnknownBetsAreRefused], tmp_path: Path
) -> None:
    status, output = certified(wallet_type, tmp_path, pinned=True)
    assert status == 0, output
    assert "CERTIFIED for zero amounts" in output
    assert "this wallet pays only bets that it knows, and none was named; money was not judged" in output


@pytest.mark.full
@pytest.mark.parametrize("wallet_type", [CoreAlone, pytest.param(CoreAndBalance, marks=pytest.mark.full)])
def test_without_the_pin_it_is_incomplete_and_the_line_is_told(
    wallet_type: type[UnknownBetsAreRefused], tmp_path: Path
) -> None:
    status, output = certified(wallet_type, tmp_path, pinned=False)
    assert status == 4, output
    assert f"add `{PIN}` to the contract in wallet.yaml" in output
    assert "give the player some as `bets` in the profile" in output


@pytest.mark.full
def test_named_players_whose_balance_is_shown_are_enough(tmp_path: Path) -> None:
    status, output = certified(CoreAndBalance, tmp_path, pinned=True, named=True)
    assert status == 0, output
    assert "CERTIFIED for zero amounts" in output
