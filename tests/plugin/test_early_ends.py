"""Whole runs against a wallet that goes away or is too slow: the exit status, and the first cause."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hostile import Server
from interfered import Asked, Interfered
from preflight_at_hand import AtHand
from wallet_with_defect import Forgetful

from mock_server.wallet import Wallet

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = {"WALLET_API_KEY": "the-casino-key", "WALLET_SECRET": "the-casino-secret"}
RESENT = "scenarios/idempotency/resent_settlement.yaml"
PAID = "scenarios/settlement"


def certify(interfere: Callable[[Asked], bool], *arguments: str, wallet_type: type[Wallet] = Wallet) -> tuple[int, str]:
    """Status and output of `walletproof certify` against a wallet with which a function interferes."""
    wallet = AtHand("casino", wallet_type)
    with Server(Interfered(wallet.app, interfere)) as server:
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli", "certify", f"{server.url}/casino", "--contract=casino",
             f"--provision={server.url}/__admin/player", *arguments, "-p", "no:cacheprovider"],
            cwd=ROOT,
            env={**{name: value for name, value in os.environ.items() if not name.startswith("WALLET_")},
                 **CREDENTIALS, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


class Dies:
    """A wallet that ends with its `at`-th settlement of money, for good."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0

    def __call__(self, asked: Asked) -> bool:
        self.seen += b'"transactions"' in asked.body and b'"amount":0' not in asked.body
        return self.seen >= self.at


@pytest.mark.full
def test_a_wallet_that_stays_away_is_incomplete() -> None:
    status, output = certify(Dies(3), "--limit=recovery_seconds=0.5", RESENT, PAID)
    assert status == 4, output
    assert "INCOMPLETE" in output
    last = " ".join(output.split())
    assert ": the wallet stopped answering at " in last, output


@pytest.mark.full
def test_the_time_of_a_run_is_its_end() -> None:
    status, output = certify(lambda asked: False, "--limit=run_seconds=0.05", RESENT, PAID)
    assert status == 4, output
    assert ": the run has taken 0.05 s, which is limits.run_seconds" in " ".join(output.split()), output


@pytest.mark.full
def test_what_was_found_before_the_end_stands() -> None:
    status, output = certify(Dies(4), "--limit=recovery_seconds=0.5", RESENT, PAID, wallet_type=Forgetful)
    assert status == 1, output
    last = " ".join(output.split())
    assert "NOT CERTIFIED" in last
    assert ": the wallet stopped answering at " in last, output
    assert "CAS-IDM-01" in last
