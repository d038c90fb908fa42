"""A distant wallet: how long the whole suite takes with answers that take 100 ms, in eight processes and in one.

Run from the checkout: `.venv/bin/python -m bench.distance [--processes 8] [--milliseconds 100] [--only session]`. The
reference wallet is started with that latency. The time in one process is the sum of the scenarios' times, which are
mostly waits for the wallet.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.surroundings import without_wallet

CREDENTIALS = {"WALLET_API_KEY": "key", "WALLET_SECRET": "secret", "WALLET_USER": "user", "WALLET_PASSWORD": "password"}
PROFILE = """\
contracts:
  casino: {{url: "{casino}", credentials: {{api_key: "${{WALLET_API_KEY}}", secret: "${{WALLET_SECRET}}"}}}}
  sportsbook: {{url: "{sportsbook}", credentials: {{user: "${{WALLET_USER}}", password: "${{WALLET_PASSWORD}}"}}}}
provision: {{url: "{provision}"}}
"""


@contextlib.contextmanager
def distant_wallet(milliseconds: int) -> Iterator[dict[str, str]]:
    """The addresses of the reference wallet with that latency, by name."""
    command = (
        sys.executable,
        "-m",
        "mock_server",
        "--provision",
        "--ready-json",
        "--stop-with-parent",
        "--store",
        ":memory:",
    )
    with subprocess.Popen(
        [*command, "--latency", str(milliseconds)],
        env=without_wallet(**CREDENTIALS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline(), parse_float=Decimal)
            yield {**ready["contracts"], "provision": ready["provision"]}
        finally:
            process.terminate()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the suite once on all bundled contracts and print the time."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--milliseconds", type=int, default=100, help="the latency of the wallet")
    parser.add_argument("--only", default="", metavar="FOLDER", help="the folder of scenarios to run instead of all")
    chosen = parser.parse_args(arguments)
    measure(chosen.processes, chosen.milliseconds, str(Path(__file__).resolve().parents[1] / "scenarios" / chosen.only))


def measure(processes: int, milliseconds: int, scenarios: str) -> None:
    """Run the scenarios of a folder and print the time."""
    with distant_wallet(milliseconds) as addresses, tempfile.TemporaryDirectory() as folder:
        profile, results = Path(folder, "wallet.yaml"), Path(folder, "results.xml")
        profile.write_text(PROFILE.format(**addresses), encoding="utf-8")
        began = time.perf_counter()
        options = (f"--wallet-profile={profile}", f"--junitxml={results}", "-q", "-n", str(processes))
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", scenarios, *options],
            env=without_wallet(**CREDENTIALS),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - began
        cases = ET.parse(results).getroot().iter("testcase")
        took = sorted((Decimal(each.attrib["time"]), each.attrib["name"], each.attrib["classname"]) for each in cases)
    print("\n".join(line for line in ended.stdout.splitlines() if "CERTIFIED" in line or "INCOMPLETE" in line))
    alone = sum(seconds for seconds, _, _ in took)
    print(f"{len(took)} scenarios at {milliseconds} ms, exit status {ended.returncode}")
    print(f"{processes} processes  {wall:7.1f} s")
    print(f"one process  {alone:7.1f} s, {alone / Decimal(wall):.1f} times as long")
    for seconds, name, place in took[:-6:-1]:
        print(f"  longest    {seconds:7.1f} s  {place} {name}")


if __name__ == "__main__":
    main()
