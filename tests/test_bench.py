"""Every benchmark starts and comes to its end. No test looks at its numbers."""

from __future__ import annotations

import importlib
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from bench.distance import distant_wallet
from bench.surroundings import without_wallet

ROOT = Path(__file__).resolve().parents[1]
SMALLEST = {
    "causes": ("--rows", "1", "--pairs", "1", "--strange", "1"),
    "client": ("--rounds", "1", "--bursts", "1"),
    "crashes": ("--kills", "1"),
    "crowd": ("--connections", "20", "--seconds", "1"),
    "distance": ("--processes", "1", "--milliseconds", "1", "--only", "session"),
    "explore": ("--requests", "20", "--defect", "forgets-every-transaction", "--contract", "casino"),
    "races": ("--races", "1", "--histories", "1", "--only", "zero"),
    "speed": ("--rounds", "1", "--seconds", "0.1", "--only", "settlement of 1"),
    "stateful": ("--requests", "20", "--defect", "credits-twice", "--contract", "casino"),
    "stores": ("--bets", "64"),
    "suite": ("--rounds", "1", "--only", "session"),
    "wallet": ("--requests", "20"),
}
"""The benchmarks, each with the options of its smallest run."""
PARTS = {"__main__", "client_server", "load", "schemathesis_run", "shares", "surroundings"}
"""The modules of the folder that are no benchmarks: they belong to one, or run all of them."""


def test_every_benchmark_is_tried() -> None:
    assert {each.stem for each in (ROOT / "bench").glob("*.py")} - PARTS == set(SMALLEST)


@pytest.mark.parametrize("name", SMALLEST)
def test_a_benchmark_loads_and_has_options(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module = importlib.import_module(f"bench.{name}")
    with pytest.raises(SystemExit) as ended:
        module.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(option in shown for option in SMALLEST[name] if option.startswith("--"))


@pytest.mark.parametrize(
    "name", [name if name == "suite" else pytest.param(name, marks=pytest.mark.full) for name in SMALLEST]
)
def test_a_benchmark_runs_to_its_end(name: str) -> None:
    command = [sys.executable, "-m", f"bench.{name}", *SMALLEST[name]]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout


def test_nothing_of_the_users_wallet_reaches_a_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WALLET_STORE", str(tmp_path / "books.db"))
    monkeypatch.setenv("WALLET_PROVISION_TOKEN", "of-the-user")
    monkeypatch.setenv("WALLET_API_KEY", "of-the-user")
    monkeypatch.setenv("WALLET_URL", "http://127.0.0.1:1")
    environment = without_wallet(WALLET_API_KEY="of-the-benchmark")
    assert {name: value for name, value in environment.items() if name.startswith("WALLET_")} == {
        "WALLET_API_KEY": "of-the-benchmark"
    }
    player = b'{"contract": "casino", "currency": "EUR"}'
    with distant_wallet(1) as addresses, urllib.request.urlopen(addresses["provision"], player) as answer:
        assert answer.status == 200
    assert not list(tmp_path.iterdir())


def test_benchmarks_read_our_environment_in_one_place() -> None:
    readers = {each.stem for each in (ROOT / "bench").glob("*.py") if "os.environ" in each.read_text(encoding="utf-8")}
    assert readers == {"surroundings", "shares"}, "start processes with without_wallet of bench/surroundings.py"
