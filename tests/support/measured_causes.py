"""Measures what the dictionary of faults says of wallets whose bugs are known: one bug, two bugs, or a strange one.

The answers are real ones, in process, with other sizes, ids and times than those of the dictionary.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from random import Random

from harness.contracts import load
from harness.model import Scenario
from harness.proof.matrix import scenarios
from harness.proof.trials import LIMITS, ConfigurationProblem, examiner_of
from harness.verdict import ScenarioResult
from harness.verdict.dictionary import Explanation, explain
from mock_server.defects import DEFECTS, named
from mock_server.wallet import Wallet

OTHER_LIMITS = replace(LIMITS, parallel=12, rounds=20, burst=30, batch=600, races=3)
"""Other sizes than those with which the dictionary was made."""

Pair = tuple[str, str, str]
"""Two defects and the contract on which they are tried together."""


@cache
def suite() -> tuple[Scenario, ...]:
    """The bundled scenarios, the epilogue last."""
    return tuple(sorted(scenarios(), key=lambda each: each.is_epilogue))


def answers(wallet_type: type[Wallet], contract: str, only: Sequence[str] = ()) -> list[ScenarioResult]:
    """The results of a wallet by the suite, or by some of its categories. Empty if pre-flight ends the run."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    try:
        examiner = examiner_of(wallet_type, contract, limits=OTHER_LIMITS)
    except ConfigurationProblem:
        return []
    try:
        mine = [each for each in suite() if contract in each.requirements and (not only or each.category in only)]
        return [examiner.examine(each) for each in mine]
    finally:
        examiner.close()


def causes(results: Sequence[ScenarioResult], contract: str) -> list[Explanation]:
    """The causes of results, the first to repair first."""
    return list(explain(results, load(contract)))


def pairs(count: int, seed: int) -> Iterator[Pair]:
    """Seeded pairs of defects from different themes that change different rules, on a contract that both affect."""
    random = Random(seed)
    names = sorted(DEFECTS)
    found = 0
    while found < count:
        first, second = random.sample(names, 2)
        common = sorted(set(named(first).contracts) & set(named(second).contracts))
        if not common or named(first).theme == named(second).theme or _rules(first) & _rules(second):
            continue
        found += 1
        yield first, second, random.choice(common)


def both(first: str, second: str) -> type[Wallet]:
    """A wallet with two defects."""
    return type("Both", (named(first).wallet_type, named(second).wallet_type), {})


def _rules(defect: str) -> set[str]:
    """The rules of the reference wallet that a defect overrides."""
    own = (each for each in named(defect).wallet_type.__mro__ if each.__module__.startswith("mock_server.defects."))
    return {name for each in own for name, value in vars(each).items() if callable(getattr(value, "__func__", value))}


def place(told: Sequence[Explanation], name: str) -> int:
    """The place of a known bug among the causes, from 1; 0 if it is not told."""
    return next((at for at, each in enumerate(told, 1) if name in each.bugs), 0)
