"""How many of the bundled defects exploring finds, how small its findings are, and what a generated request costs.

Run from the checkout: `.venv/bin/python -m bench.explore --requests 2000 --seed 1`. Every wallet is played in this
process. `--only sound` and `--only legal` play wallets that are right, on which nothing may be found.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, takewhile
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple, Self

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from harness.contracts import BUNDLED, load
from harness.explore.exploration import Bounds, Drawn, Exploration, by_chance, explore, pairs
from harness.explore.playing import Playing
from harness.model import Check, Scenario, Step
from harness.play.preflight import ConfigurationProblem
from harness.proof.in_process import InProcessCarrier
from harness.proof.matrix import scenarios
from harness.proof.trials import LIMITS, examiner_of
from mock_server.defects import DEFECTS, Defect
from mock_server.wallet import Wallet

ONCE = replace(LIMITS, races=1)
"""Each race runs once, as in the pairs of a certification."""
SOURCES = ("both", "pairs", "chance")
WAITING, RESTART, FORGED, BEFORE = "waiting", "restart", "forged credentials", "found before any scenario"
_FORGED_WORDS = ("forged", "missing_header", "tampered", "stale_seconds")


def main(arguments: Sequence[str] | None = None) -> None:
    """Play the wallets, and print one line for each and the figures at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", choices=SOURCES, default="both")
    parser.add_argument("--only", choices=("defects", "sound", "legal", "overhead"), default="defects")
    parser.add_argument("--every", type=int, default=1, help="take every so many-th defect")
    parser.add_argument("--defect", action="append", default=[], help="take these defects only; repeatable")
    parser.add_argument("--contract", action="append", default=[])
    parser.add_argument("--lines", type=Path, help="append a JSON line for each wallet to this file")
    options = parser.parse_args(arguments)
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    match options.only:
        case "overhead":
            print(overhead(options.contract or BUNDLED, options.requests, options.seed), flush=True)
        case "defects":
            rows = []
            for each in _defects(options):
                _print(each, options.lines)
                rows.append(each)
            print(summary(rows))
        case right:
            for row in _right(right, options):
                _print(row, options.lines)


def _print(row: dict[str, Any], lines: Path | None) -> None:
    print(json.dumps(row), flush=True)
    if lines is not None:
        with lines.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _defects(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    suite = {each.id: each for each in scenarios()}
    for name in options.defect or sorted(DEFECTS)[:: options.every]:
        defect = DEFECTS[name]
        left_out = why_left_out(defect, suite)
        for contract in defect.contracts:
            if options.contract and contract not in options.contract:
                continue
            row = played(defect.wallet_type, contract, options, until_found=True)
            charged = [each["requirement"] in defect.violates for each in row["findings"]]
            yield {"defect": name, "left_out": row.pop("before", "") or left_out, "own": all(charged), **row}


def _right(which: str, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    from legal_wallets import VARIANTS, of_contract

    for contract in options.contract or BUNDLED:
        types = (Wallet,) if which == "sound" else tuple(filter(of_contract(contract), VARIANTS))
        for each in types:
            yield {"wallet": each.__name__, **played(each, contract, options)}


def why_left_out(defect: Defect, suite: dict[str, Scenario]) -> str:
    """Why a defect cannot be expected to be found: what every one of its witnesses needs. Empty if it can."""
    needed = [_needs(suite[each.scenario]) for each in defect.witnesses]
    common = set.intersection(*needed) if needed else set()
    return next((each for each in (WAITING, RESTART, FORGED) if each in common), "")


def _needs(scenario: Scenario) -> set[str]:
    steps: list[Step] = [inner for step in scenario.steps for inner in (step, *step.steps)]
    found = {WAITING, RESTART} if scenario.is_epilogue else set()
    found |= {RESTART} if any(each.word == "restart" for each in steps) else set()
    return found | ({FORGED} if any(getattr(each, name) for each in steps for name in _FORGED_WORDS) else set())


def played(
    wallet_type: type[Wallet], contract: str, options: argparse.Namespace, *, until_found: bool = False
) -> dict[str, Any]:
    """What exploring one wallet gives, as plain data. `until_found` stops at the first finding."""
    row: dict[str, Any] = {"contract": contract, "seed": options.seed, "source": options.source}
    try:
        examiner = examiner_of(wallet_type, contract, explain=False, limits=ONCE)
    except ConfigurationProblem:
        return {**row, "before": BEFORE, "findings": []}
    exploration = Exploration(Playing(examiner))
    started = time.process_time()
    try:
        if examiner.violation is not None:
            return {**row, "before": BEFORE, "findings": []}
        source = _source(exploration, options)
        wanted = takewhile(lambda _: not exploration.findings, source) if until_found else source
        explore(exploration, wanted, Bounds(options.requests))
    finally:
        examiner.close()
    seconds = time.process_time() - started
    return {**row, **_figures(exploration), "seconds": round(seconds, 2)}


def _source(exploration: Exploration, options: argparse.Namespace) -> Iterator[Drawn]:
    parts: list[Iterator[Drawn]] = []
    if options.source != "chance":
        parts.append(pairs(exploration.contract))
    if options.source != "pairs":
        parts.append(by_chance(exploration, options.seed))
    return chain(*parts)


def _figures(exploration: Exploration) -> dict[str, Any]:
    return {
        "scenarios": exploration.drawn,
        "requests": exploration.generated_requests,
        "all_requests": exploration.player.requests,
        "findings": [
            {
                "requirement": each.key.requirement,
                "level": str(each.verdict.level),
                "check": each.key.check,
                "steps": each.steps,
                "origin": each.origin,
            }
            for each in exploration.findings.values()
        ],
        "flickers": [f"{key.requirement} {key.check}" for key in exploration.flickers],
        "undecided": len(exploration.player.undecided),
        "failures": len(exploration.player.failures),
        "pairs_of_situations": len(exploration.coverage.pairs),
    }


def summary(rows: Sequence[dict[str, Any]]) -> str:
    """The figures of defects: the share found, the sizes, what was left out and what was not found."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault(row["defect"], []).append(row)
    counted = {name: each for name, each in by_name.items() if not any(row["left_out"] for row in each)}
    found = [name for name, each in counted.items() if any(row["findings"] for row in each)]
    missed = sorted(set(counted) - set(found))
    sizes = sorted(row["findings"][0]["steps"] for each in counted.values() for row in each if row["findings"])
    lines = [f"{len(found)} of {len(counted)} defects found ({100 * len(found) // max(1, len(counted))} %)"]
    if len(sizes) > 1:
        lines.append(f"steps of the findings: median {median(sizes)}, 90 % at most {quantiles(sizes, n=10)[-1]}")
    for reason in (BEFORE, WAITING, RESTART, FORGED):
        names = sorted(name for name, each in by_name.items() if any(row["left_out"] == reason for row in each))
        also = sum(1 for name in names if any(row["findings"] for row in by_name[name]))
        lines.append(f"left out, {reason}: {len(names)}, of which {also} were found: {' '.join(names)}")
    said = [name for name in missed if all(each.check == Check.EXPECTATION for each in DEFECTS[name].witnesses)]
    lines.append(f"not found, and seen by an expectation of a scenario alone: {len(said)}: {' '.join(said)}")
    others = sorted({row["defect"] for row in rows if not row["own"]})
    lines += [f"not found: {' '.join(missed)}", f"charged with another requirement: {' '.join(others)}"]
    return "\n".join(lines)


ROUNDS = 3
"""How often each overhead is measured, in turn with the others. The least of each counts."""


def overhead(contracts: Sequence[str], requests: int, seed: int) -> str:
    """Processor microseconds a request in process: generated scenarios beside the bundled suite.

    The first column is all of it. The second is our own: drawing or reading, planning, sending and judging, without the
    time within the wallet. The last lines are of all contracts together.
    """
    measured = {contract: _measured(contract, requests, seed) for contract in contracts}
    if len(measured) > 1:
        together = {name: [each[name] for each in measured.values()] for name in PLAYED}
        measured["together"] = {name: Cost(*map(sum, zip(*costs, strict=True))) for name, costs in together.items()}
    return "\n".join(
        f"{contract}: {name}: {cost.whole:.0f} us a request ({cost.whole / costs['suite'].whole:.2f} times), "
        f"our own {cost.own:.0f} us ({cost.own / costs['suite'].own:.2f} times)"
        for contract, costs in measured.items()
        for name, cost in costs.items()
    )


class Cost(NamedTuple):
    """What playing has cost: requests, processor seconds, and those of them within the wallet."""

    sent: float
    seconds: float
    in_wallet: float

    @property
    def whole(self) -> float:
        """Microseconds a request."""
        return self.seconds / self.sent * 1e6

    @property
    def own(self) -> float:
        """Microseconds a request without the wallet's."""
        return (self.seconds - self.in_wallet) / self.sent * 1e6


PLAYED = ("suite", "pairs", "chance")


def _measured(contract: str, requests: int, seed: int) -> dict[str, Cost]:
    """The least cost of each of several measurements."""
    next(by_chance(Exploration(Playing(examiner_of(Wallet, contract))), seed))  # Hypothesis is loaded once.
    found: dict[str, list[Cost]] = {name: [] for name in PLAYED}
    for _ in range(ROUNDS):
        for name, costs in found.items():
            with InWallet() as wallet:
                started = time.process_time()
                sent = _sent(name, contract, requests, seed)
                costs.append(Cost(sent, time.process_time() - started, wallet.seconds))
    return {name: min(costs, key=lambda each: each.own) for name, costs in found.items()}


def _sent(name: str, contract: str, requests: int, seed: int) -> int:
    """Read or draw the scenarios, play and judge them. Returns how many requests that took."""
    examiner = examiner_of(Wallet, contract, explain=False)
    try:
        if name == "suite":
            mine = [each for each in scenarios() if contract in each.requirements and not each.is_epilogue]
            return sum(examiner.examine(each).exchanges for each in mine)
        exploration = Exploration(Playing(examiner))
        explore(
            exploration, pairs(load(contract)) if name == "pairs" else by_chance(exploration, seed), Bounds(requests)
        )
        return exploration.player.requests
    finally:
        examiner.close()


class InWallet:
    """Measures the processor seconds within the wallet and its provisioning, while it is entered."""

    def __init__(self) -> None:
        """Nothing is measured yet."""
        self.seconds = 0.0
        self._real = (InProcessCarrier.send, InProcessCarrier.release)

    def __enter__(self) -> Self:
        """Begin to measure."""
        for method in self._real:
            setattr(InProcessCarrier, method.__name__, self._measured(method))
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        for method in self._real:
            setattr(InProcessCarrier, method.__name__, method)

    def _measured(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*arguments: Any, **named: Any) -> Any:
            started = time.process_time()
            try:
                return method(*arguments, **named)
            finally:
                self.seconds += time.process_time() - started

        return measured


if __name__ == "__main__":
    main()
