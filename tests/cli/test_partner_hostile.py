"""A day of `walletproof partner` with a hostile wallet ends in time, with a first cause and no certificate."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hostile import Server
from hostile_wallets import HOSTILE, wallet
from interfered import Interfered
from patience import PATIENCE_SECONDS
from plugin_run import ROOT, environment

RUN_SECONDS = 4
CREDENTIALS = {"WALLET_API_KEY": "the-casino-key", "WALLET_SECRET": "the-casino-secret"}
DAYS = {
    "never-answers": (4, "does not answer in time"),
    "answers-after-2-seconds": (4, "limits.run_seconds"),
    "trickles-a-body": (4, "the answer begins in time and does not end"),
    "swaps-answers": (1, "answered with the answer to another one"),
    "repeats-its-first-answer": (1, "answered with the answer to another one"),
    "speaks-http-2-alone": (4, "speaks HTTP/2 alone"),
    "writes-null": (1, "but not an object"),
}
"""By behaviour at settlements of money: the exit status of a day, and words of its first cause."""


def a_day(name: str, *, from_the_start: bool) -> tuple[int, str]:
    at_hand, behaviour = wallet(HOSTILE[name].make, from_the_start=from_the_start)
    with Server(behaviour) as server, Server(Interfered(at_hand.app, lambda asked: False)) as provisioning:
        command = ["partner", f"{server.url}/casino", "--contract=casino", "--rounds=60", "--seed=5", "--lost=10"]
        command += [f"--provision={provisioning.url}/__admin/player", f"--limit=run_seconds={RUN_SECONDS}"]
        command += ["--limit=time_out_seconds=1", "--limit=recovery_seconds=0.5"]
        done = subprocess.run(
            [sys.executable, "-m", "harness.cli", *command],
            check=False,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS + PATIENCE_SECONDS,
            cwd=ROOT,
            env=environment(CREDENTIALS),
        )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.full
@pytest.mark.parametrize("name", DAYS)
def test_a_day_with_a_hostile_wallet_ends_with_its_first_cause(name: str) -> None:
    status, output = a_day(name, from_the_start=False)
    assert (status, DAYS[name][1] in " ".join(output.split())) == (DAYS[name][0], True), output
    assert "every account is right" not in output
    assert "Traceback" not in output


def test_a_wallet_that_speaks_another_protocol_has_no_day() -> None:
    status, output = a_day("speaks-http-2-alone", from_the_start=True)
    assert (status, "speaks HTTP/2 alone" in output) == (3, True), output
