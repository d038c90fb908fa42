"""Wallets that misbehave in more than forty ways: each gives a verdict or a first cause, and never a traceback.

The behaviours, and what must be said of each, are the table of `hostile_wallets`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile import Server
from hostile_wallets import HOSTILE, QUICK, WHOLE, wallet
from interfered import Interfered
from patience import PATIENCE_SECONDS
from plugin_run import environment
from preflight_at_hand import CREDENTIALS

from harness.config import WalletUnderTest
from harness.examine import preflight, violations_of
from harness.play.preflight import ConfigurationProblem

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {"WALLET_API_KEY": "the-casino-key", "WALLET_SECRET": "the-casino-secret", "COLUMNS": "5000"}
SELECTED = (
    "scenarios/settlement/exact_credit.yaml",
    "scenarios/idempotency/resent_settlement.yaml",
    "scenarios/races/identical_settlements.yaml",
)
WHOLE_SECONDS = 15
RUN_SECONDS = 5
OURS = ("Traceback", "INTERNALERROR", "walletproof itself failed")


@dataclass(frozen=True)
class Addresses:
    """Where a hostile wallet and its sound provisioning listen."""

    url: str
    provision: str


@contextmanager
def listening(name: str, *, from_the_start: bool) -> Iterator[Addresses]:
    at_hand, behaviour = wallet(HOSTILE[name].make, from_the_start=from_the_start)
    with Server(behaviour) as server, Server(Interfered(at_hand.app, lambda asked: False)) as provisioning:
        yield Addresses(f"{server.url}/casino", f"{provisioning.url}/__admin/player")


def certify(name: str, run_seconds: int, *selected: str) -> tuple[int, str]:
    """Status and output of a run against a wallet that misbehaves at settlements of money."""
    with listening(name, from_the_start=False) as at:
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli", "certify", at.url, "--contract=casino", f"--provision={at.provision}",
             "--limit=recovery_seconds=0.5", "--limit=time_out_seconds=1", f"--limit=run_seconds={run_seconds}",
             *selected, "-p", "no:cacheprovider"],
            cwd=ROOT,
            env={**environment(), **ENVIRONMENT},
            capture_output=True,
            check=False,
            timeout=run_seconds + PATIENCE_SECONDS,
        )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode()


def outcome(name: str) -> str:
    """What pre-flight says of a wallet that misbehaves from the first request on."""
    with listening(name, from_the_start=True) as at:
        under_test = WalletUnderTest(
            contract="casino",
            url=at.url,
            provision_url=at.provision,
            credentials=CREDENTIALS["casino"],
            run_id="0123abcd",
            time_out_seconds=1,
            run_seconds=RUN_SECONDS,
            recovery_seconds=0.5,
        )
        try:
            facts = preflight(under_test, until=time.monotonic() + RUN_SECONDS)
        except ConfigurationProblem as problem:
            return str(problem)
    found = "; ".join(each.summary for each in violations_of(under_test, facts))
    return facts.ended or (found if facts.first_calls else "ready")


def test_there_are_more_than_forty() -> None:
    assert len(HOSTILE) > 40
    assert {*QUICK, *WHOLE} <= HOSTILE.keys()


@pytest.mark.parametrize("name", [name for name, each in HOSTILE.items() if each.first])
def test_pre_flight_says_what_is_wrong_with_the_first_answer(name: str) -> None:
    assert HOSTILE[name].first in outcome(name)


@pytest.mark.parametrize(
    "name",
    [
        name if name in QUICK else pytest.param(name, marks=pytest.mark.full)
        for name, each in HOSTILE.items()
        if each.later is not None
    ],
)
def test_a_run_ends_with_a_verdict_and_its_first_cause(name: str) -> None:
    expected, words = HOSTILE[name].later or (0, "")
    status, output = certify(name, HOSTILE[name].run_seconds, *SELECTED)
    assert (status, words in output) == (expected, True), output
    assert not [each for each in OURS if each in output]
    assert "casino  CERTIFIED" not in output


@pytest.mark.full
@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_suite_ends_in_time_with_a_verdict_and_its_first_cause(name: str) -> None:
    status, words = WHOLE[name]
    begun = time.monotonic()
    found, output = certify(name, WHOLE_SECONDS)
    assert (found, words in output) == (status, True), output[-3000:]
    assert time.monotonic() - begun < WHOLE_SECONDS + 60
    assert not [each for each in OURS if each in output]
