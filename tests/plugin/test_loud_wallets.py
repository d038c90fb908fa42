"""A wallet whose answers hold what a terminal obeys, or are very long: files and terminal stay inert and small."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from decimal import Decimal
from pathlib import Path

import pytest
from packed_pages import unpacked
from plugin_run import CREDENTIALS, Wallet, command, environment, started
from terminal import on_a_raw_terminal

FORMS = ("json", "html", "md", "har")
MOST_MEGABYTES, MOST_REPORT_BYTES = 300, 20_000_000
FEW = "resent_settlement or unknown_player or balance_of"
_RICH = re.compile(r"\x1b\[(?:[0-9;]*m|\?25[hl]|[0-9]*[AGJK])")
"""What pytest and rich write themselves: colours, the cursor, and cleared lines."""


def options(wallet: Wallet, contract: str, folder: Path) -> list[str]:
    reports = [f"--wallet-report={folder / 'run'}.{form}" for form in FORMS]
    return [*wallet.options(contract), *reports, f"--junitxml={folder / 'junit.xml'}"]


def obeyed(text: str, allowed: str = "\n\t") -> set[str]:
    """The characters of a text that do something other than to appear."""
    kinds = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    return {each for each in text if unicodedata.category(each) in kinds and each not in allowed}


@pytest.mark.full
@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_neither_the_terminal_nor_a_file_obeys_a_wallet(contract: str, tmp_path: Path) -> None:
    with started("loud_wallet.py", "controls") as wallet:
        chosen = (*options(wallet, contract, tmp_path), "-k", FEW)
        # Without -v there is a live picture, and with it every finding.
        shown = "".join(on_a_raw_terminal(tmp_path, *chosen, *more, more=CREDENTIALS) for more in ((), ("-vv",)))
    assert "owned" in shown, "the wallet's words are shown"
    assert not obeyed(_RICH.sub("", shown), "\n\t\r")
    assert not re.search(r"^\s*(CERTIFIED|::error)", _RICH.sub("", shown), re.MULTILINE)
    for path in (*(tmp_path / f"run.{form}" for form in FORMS), tmp_path / "junit.xml"):
        assert not obeyed(unpacked(path.read_text(encoding="utf-8"))), path.name
    report = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"), parse_float=Decimal)
    assert not obeyed(str(report)), "nor once the file has been read"


MEASURED = """
import resource, subprocess, sys
with open("output.txt", "wb") as output:
    status = subprocess.run(sys.argv[1:], stdout=output, stderr=subprocess.STDOUT).returncode
print(status, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Runs a command from a small process. Of one that a large process starts, Linux counts the memory of that one."""


def peak(arguments: list[str], folder: Path) -> tuple[int, float]:
    """Exit status of a run, and the megabytes that it had in memory at most."""
    starts = [sys.executable, "-c", MEASURED, *command(*arguments)]
    ended = subprocess.run(starts, cwd=folder, env=environment(CREDENTIALS), capture_output=True, check=True, text=True)
    status, kilobytes = ended.stdout.split()
    return int(status), int(kilobytes) / 1024


@pytest.mark.full
@pytest.mark.parametrize(
    ("mode", "selected"),
    [
        ("long-status", "idempotency"),
        ("long-answers", "idempotency and resent or concurrency and twins"),
        ("many-values", "idempotency and resent"),
        ("unlike", ""),
    ],
)
@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_no_wallet_fills_memory_and_reports(mode: str, selected: str, contract: str, tmp_path: Path) -> None:
    with started("loud_wallet.py", mode) as wallet:
        status, megabytes = peak(
            [*options(wallet, contract, tmp_path), *(["-k", selected] if selected else [])], tmp_path
        )
    assert status in {1, 4, 10, 11}, (tmp_path / "output.txt").read_text(encoding="utf-8")[-2000:]
    assert megabytes < MOST_MEGABYTES
    for path in (each for each in tmp_path.iterdir() if each.is_file()):
        assert path.stat().st_size < MOST_REPORT_BYTES, path.name
