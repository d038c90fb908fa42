"""`walletproof certify` that is ended from outside: whoever gets the signal, money and reports are left in order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from interrupts import heed_interrupts
from named_players import balances, options
from plugin_run import DEADLINE_SECONDS, ROOT, environment, run
from wallet_process import ENVIRONMENT, Running, running

pytestmark = pytest.mark.full

PLAYERS = (("EUR", "100"), ("EUR", "12.34"), ("USD", "250.50"))
SCENARIO = "idempotency/resent_settlement.yaml::casino"
MIDDLE = "insufficient_funds/exact"
"""A scenario in the middle of the run."""


@pytest.fixture(scope="module")
def wallet() -> Iterator[Running]:
    with running() as started:
        yield started


def alone(number: signal.Signals) -> Callable[[int], None]:
    """As `kill` does, and a CI system."""
    return lambda process: os.kill(process, number)


def everybody(number: signal.Signals) -> Callable[[int], None]:
    """As a terminal does with Ctrl+C, and `timeout`: also to what the process has started."""
    return lambda process: os.killpg(process, number)


@pytest.mark.parametrize(
    ("end", "workers"),
    [
        (alone(signal.SIGINT), ()),
        (alone(signal.SIGTERM), ()),
        (everybody(signal.SIGINT), ()),
        (alone(signal.SIGTERM), ("-n", "2")),
    ],
    ids=["SIGINT", "SIGTERM", "Ctrl+C", "SIGTERM with two workers"],
)
def test_everybody_has_the_money_back_and_the_report_says_so(
    wallet: Running, end: Callable[[int], None], workers: tuple[str, ...], tmp_path: Path
) -> None:
    players = [wallet.provision(contract="casino", currency=each, balance=much) for each, much in PLAYERS]
    before = balances(wallet, "casino", players)
    report = tmp_path / "run.json"
    plugins = ["-p", "no:cacheprovider", *(("-p", "xdist.plugin", "-p", "xdist.looponfail") if workers else ())]
    arguments = [*options("casino", players, wallet), *plugins, "-v", *workers, f"--report={report}"]
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "harness.cli", "certify", *arguments],
        cwd=ROOT,
        env=environment(ENVIRONMENT) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 -- no thread of this process holds anything that it would need
    ) as process:
        assert process.stdout is not None
        seen = ""
        while MIDDLE not in seen:
            seen = process.stdout.readline()
            assert seen, "the run ended before it could be interrupted"
        end(process.pid)
        rest, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 4, rest
    assert "Traceback" not in rest
    assert balances(wallet, "casino", players) == before, rest
    found = json.loads(report.read_text(encoding="utf-8"))
    assert not found["complete"]


ARRIVES_WHERE_THERE_IS_NO_LINE = """
import sys
import types


def pytest_runtest_logfinish(nodeid):
    cell = nodeid

    def inner():
        return cell, sys._getframe()

    # The first instruction of a function with a free variable belongs to no line.
    nowhere = types.TracebackType(None, inner()[1], 0, -1)
    assert nowhere.tb_lineno is None or sys.version_info[:2] != (3, 11)
    raise KeyboardInterrupt().with_traceback(nowhere)
"""


def test_a_signal_may_arrive_anywhere(tmp_path: Path) -> None:
    """Python 3.11 knows no line for some instructions, and pytest breaks when it prints that."""
    (tmp_path / "stops.py").write_text(ARRIVES_WHERE_THERE_IS_NO_LINE, encoding="utf-8")
    variables = {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    plugins = ("no:cacheprovider", "stops")
    done = run(
        "--wallet-contract=casino", "-k", "resent_settlement", cwd=tmp_path, variables=variables, plugins=plugins
    )
    assert done.status == pytest.ExitCode.INTERRUPTED, done.output
    assert "broken off: the verdict above is of a part of the suite" in done.output
    assert "TypeError" not in done.output


@pytest.mark.parametrize("given", [["check"], ["replay"]], ids=["check", "replay"])
def test_a_command_that_is_broken_off_says_so(given: list[str], tmp_path: Path) -> None:
    """It waits for a wallet that takes the connection and never answers."""
    report = tmp_path / "run.json"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        if given == ["replay"]:
            broken = ("--wallet-defect=forgets-every-transaction", SCENARIO)
            failed = run(*broken, f"--wallet-report={report}", cwd=tmp_path)
            assert failed.status == 1, failed.output
            given = ["replay", str(report), f"--url={url}"]
        else:
            given = ["check", url, "--contract=casino"]
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "harness.cli", *given, f"--provision={url}"],
            cwd=tmp_path,
            env=environment(ENVIRONMENT),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=heed_interrupts,  # noqa: PLW1509 -- no thread of this process holds anything that it would need
        ) as process:
            silent.settimeout(DEADLINE_SECONDS)
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                output, _ = process.communicate(timeout=DEADLINE_SECONDS)
    assert process.returncode == 130, output
    assert output.splitlines()[-1] == "walletproof: broken off"
    assert "Traceback" not in output
