"""Named players and several processes: what is found does not depend on how many there are."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
from interrupts import heed_interrupts
from named_players import balances, options
from plugin_run import DEADLINE_SECONDS, ROOT, command, environment, run
from wallet_process import ENVIRONMENT, Running, running

pytestmark = pytest.mark.full

XDIST = ("no:cacheprovider", "xdist.plugin", "xdist.looponfail")
SIX = (("EUR", "100"), ("EUR", "5"), ("USD", "20"), ("USD", "300.10"), ("EUR", "0"), ("GBP", "10"))
THREE = (("EUR", "100"), ("EUR", "12.34"), ("USD", "250.50"))
SOME = ("-k", "money or batch or unsettlement or authentication or player or session")
ENDED = re.compile(r"(PASSED|FAILED|SKIPPED) (\S+::\S+)|(\S+::\S+) (PASSED|FAILED|SKIPPED)")


@pytest.fixture(scope="module")
def wallet() -> Iterator[Running]:
    with running() as started:
        yield started


def ended(output: str) -> dict[str, str]:
    """By item what became of it, of a run with `-v`."""
    found = (match.groups() for match in ENDED.finditer(output))
    return {name or other: word or last for word, name, other, last in found}


def made(wallet: Running, contract: str, players: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [wallet.provision(contract=contract, currency=each, balance=much) for each, much in players]


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_the_same_scenarios_run_with_any_number_of_processes(wallet: Running, contract: str) -> None:
    players = made(wallet, contract, SIX)
    before = balances(wallet, contract, players)
    together = run(*options(contract, players, wallet), *SOME, "-v", "-n", "4", variables=ENVIRONMENT, plugins=XDIST)
    assert balances(wallet, contract, players) == before
    alone = run(*options(contract, made(wallet, contract, SIX), wallet), *SOME, "-v", variables=ENVIRONMENT)
    assert len(ended(alone.output)) > 50, alone.output
    assert ended(together.output) == ended(alone.output)
    assert "FAILED" not in ended(alone.output).values()
    busy = set(re.findall(r"\[(gw\d)\]", together.output))
    assert len(busy) == 2, "two shares keep two processes busy"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_an_interrupted_run_restores_its_players(wallet: Running, workers: tuple[str, ...]) -> None:
    players = made(wallet, "casino", THREE)
    before = balances(wallet, "casino", players)
    plugins = XDIST if workers else XDIST[:1]
    arguments = command(*options("casino", players, wallet), *workers, "-v", plugins=plugins)
    with subprocess.Popen(
        arguments,
        cwd=ROOT,
        env=environment(ENVIRONMENT) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # What runs in the background of a shell ignores the signal, and so does all that it starts.
        preexec_fn=heed_interrupts,  # noqa: PLW1509 -- no thread of this process holds anything that it would need
    ) as process:
        assert process.stdout is not None
        seen = ""
        while "insufficient_funds/exact" not in seen:
            seen = process.stdout.readline()
            assert seen, "the run ended before it could be interrupted"
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, rest
    assert balances(wallet, "casino", players) == before, rest
