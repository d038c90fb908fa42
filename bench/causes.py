"""How often the dictionary of faults names the right cause: of one bug, of two, and of bugs that it does not know.

The last figures, `fresh` and `newest`, have wallets that nobody had seen when the rules of the causes were chosen.

Run from the checkout: `.venv/bin/python -m bench.causes --rows 350 --pairs 100`. The wallets run in this process, with
other sizes than those of the dictionary. It takes some seconds for each wallet.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from fresh_strange_wallets import FRESH
from measured_causes import answers, both, causes, pairs, place
from newest_strange_wallets import NEWEST
from strange_wallets import STRANGE, Strange

from harness.proof.matrix import keys_of
from harness.verdict.dictionary import Explanation
from mock_server.defects import DEFECTS

FIRST_THREE = 3


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=350, help="how many defects, each on one contract")
    parser.add_argument("--pairs", type=int, default=100, help="how many pairs of defects of different themes")
    parser.add_argument("--strange", type=int, default=len(STRANGE), help="how many wallets with unknown bugs")
    parser.add_argument("--fresh", type=int, default=len(FRESH), help="how many wallets that no rule has seen")
    parser.add_argument("--newest", type=int, default=len(NEWEST), help="how many of another twenty such wallets")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args(arguments)
    _print("a known bug is its own first cause", _rows(options.rows, options.seed))
    _print("two known bugs are both among the first three causes", _pairs(options.pairs, options.seed))
    _print("an unknown bug is called by the name of a like one, or guessed", _strange(STRANGE[: options.strange]))
    _print("fresh: the first cause of a bug that no rule has seen is true", _strange(FRESH[: options.fresh]))
    _print("newest: the same of another twenty", _strange(NEWEST[: options.newest]))


def _print(what: str, outcomes: Iterator[tuple[str, bool, str]]) -> None:
    good = total = 0
    for name, held, told in outcomes:
        total, good = total + 1, good + held
        if not held:
            print(f"    {name}: {told or 'nothing'}", flush=True)
    print(f"{what}: {good} of {total}", flush=True)


def _rows(count: int, seed: int) -> Iterator[tuple[str, bool, str]]:
    keys = [each for each in keys_of(tuple(DEFECTS)) if each.defect in DEFECTS]
    for key in Random(seed).sample(keys, min(count, len(keys))):
        told = causes(answers(DEFECTS[key.defect].wallet_type, key.contract), key.contract)
        yield str(key), place(told, key.defect) == 1, _told(told)


def _pairs(count: int, seed: int) -> Iterator[tuple[str, bool, str]]:
    for first, second, contract in pairs(count, seed):
        told = causes(answers(both(first, second), contract), contract)
        held = all(1 <= place(told, each) <= FIRST_THREE for each in (first, second))
        yield f"{first} and {second} on {contract}", held, _told(told)


def _strange(wallets: Sequence[Strange]) -> Iterator[tuple[str, bool, str]]:
    for each in wallets:
        told = causes(answers(each.wallet_type, each.contract), each.contract)
        yield str(each), bool(told) and each.is_true(told[0]), _told(told)


def _told(told: Sequence[Explanation]) -> str:
    return "; ".join(f"{' or '.join(each.bugs) or each.sentence} ({each.counts or 'a guess'})" for each in told[:4])


if __name__ == "__main__":
    main()
