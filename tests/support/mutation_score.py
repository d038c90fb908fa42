"""`make mutants`: how many mutants of the judges the fast tests catch.

mutmut makes the mutants, chooses the tests that reach each, and stops at the first failure. Four areas are tried: the
oracle, the checks, the contracts and money. A sample is drawn from each with a printed seed; `--all` tries everything.

A mutant counts as caught when a test fails, or when the tests take much longer than they should (a time-out). It counts
as survived when all tests pass, and also when no test reaches it or its end says nothing. Mutants that change nothing
anybody could see are not taken out of the count: they are survivors, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from pathlib import Path
from random import Random

AREAS = ("money", "oracle", "checks", "contracts")
KILLED, TIMED_OUT = frozenset({1, 3}), frozenset({-24, 24, 36, 152, 255})
SURVIVED, UNREACHED = 0, frozenset({5, 33})
CONFIDENCE = 1.96
"""Standard deviations on either side that hold 95 % of a normal distribution."""

Ends = Mapping[str, int | None]
"""Mutant to the exit status of its tests, None where it was not tried."""


def recorded(folder: Path) -> dict[str, int | None]:
    """What mutmut has noted of every mutant below a folder."""
    ends: dict[str, int | None] = {}
    for file in sorted(folder.rglob("*.py.meta")):
        ends.update(json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"])
    return ends


def area_of(mutant: str) -> str:
    """`oracle` for `harness.oracle.book.x_key_of__mutmut_1`, `checks` for `harness.verdict.checks.blame.x_...`."""
    return next(each for each in mutant.split(".") if each in AREAS)


def sampled(mutants: Iterable[str], number: int, seed: int) -> list[str]:
    """The same mutants of each area for the same seed, however they are listed; money is small and tried in full."""
    chosen: list[str] = []
    by_area: dict[str, list[str]] = {area: [] for area in AREAS}
    for mutant in sorted(mutants):
        by_area[area_of(mutant)].append(mutant)
    for area, names in by_area.items():
        full = area == "money" or number >= len(names)
        chosen += names if full else sorted(Random(f"{seed} {area}").sample(names, number))
    return chosen


def kind_of(end: int | None) -> str:
    """What the exit status of a mutant's tests means."""
    if end in KILLED:
        return "killed"
    if end in TIMED_OUT:
        return "timed out"
    if end == SURVIVED:
        return "survived"
    return "unreached" if end in UNREACHED else "unclear"


def wilson(caught: int, tried: int) -> tuple[float, float]:
    """The 95 % interval of a share that was seen in a sample, by Wilson's formula, in per cent."""
    share, square = caught / tried, CONFIDENCE**2
    centre = share + square / (2 * tried)
    width = CONFIDENCE * sqrt(share * (1 - share) / tried + square / (4 * tried**2))
    return 100 * (centre - width) / (1 + square / tried), 100 * (centre + width) / (1 + square / tried)


def table(ends: Ends, chosen: Sequence[str]) -> str:
    """One line an area, and the score of all: each area's share, weighted by how many mutants the area has."""
    lines = [f"{'area':<10}{'mutants':>8}{'tried':>7}{'killed':>8}{'timed out':>11}{'survived':>10}{'unreached':>11}"]
    lines[0] += f"{'unclear':>9}{'score':>9}  95 % interval"
    weighted, variance = 0.0, 0.0
    for area in AREAS:
        size = sum(area_of(each) == area for each in ends)
        tried = [each for each in chosen if area_of(each) == area]
        kinds = Counter(kind_of(ends[each]) for each in tried)
        caught = kinds["killed"] + kinds["timed out"]
        low, high = wilson(caught, len(tried)) if len(tried) < size else (100 * caught / size,) * 2
        counts = f"{kinds['killed']:>8}{kinds['timed out']:>11}{kinds['survived']:>10}{kinds['unreached']:>11}"
        share = caught / len(tried)
        interval = f"{low:.1f} to {high:.1f}" if len(tried) < size else "tried in full"
        lines.append(f"{area:<10}{size:>8}{len(tried):>7}{counts}{kinds['unclear']:>9}{100 * share:>8.1f}%  {interval}")
        weighted += size * share
        if len(tried) < size:
            variance += size**2 * share * (1 - share) / len(tried)
    score, width = 100 * weighted / len(ends), 100 * CONFIDENCE * sqrt(variance) / len(ends)
    return "\n".join([*lines, f"score {score:.1f} % (+- {width:.1f}), {len(chosen)} of {len(ends)} mutants tried"])


def mutmut(names: Sequence[str], processes: int) -> None:
    """Try mutants. Raises CalledProcessError when the tests fail without any mutation, and what else mutmut refuses."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(processes), *names]
    log = Path("mutants-log.txt")
    with log.open("a", encoding="utf-8") as file:
        done = subprocess.run(command, check=False, stdout=file, stderr=subprocess.STDOUT)
    if done.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n")[-2000:]
        raise SystemExit(f"mutmut ended with {done.returncode}; {log} has everything, and ends:\n{tail}")


def main() -> None:
    """Try a sample, or everything, and print the score and the survivors."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="try every mutant: many hours")
    parser.add_argument("--sample", type=int, default=30, help="mutants of each area (default 30)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    parser.add_argument("--processes", type=int, default=1, help="mutants tried at once (default 1)")
    told = parser.parse_args()
    mutmut(["harness.money*"], told.processes)  # Makes all the mutants, and tries the smallest area.
    folder = Path("mutants/harness")
    every = recorded(folder)
    chosen = list(every) if told.all else sampled(every, told.sample, told.seed)
    mutmut([] if told.all else chosen, told.processes)
    ends = recorded(folder)
    survivors = [each for each in chosen if kind_of(ends[each]) not in {"killed", "timed out"}]
    size = "every mutant" if told.all else f"{told.sample} of each area, seed {told.seed}"
    sys.stdout.write("\n".join([*survivors, f"sample: {size}", table(ends, chosen), ""]))


if __name__ == "__main__":
    main()
