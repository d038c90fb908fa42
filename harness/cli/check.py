"""`walletproof check [URL]`: the pre-flight alone, printed stage by stage, and what a whole run would leave out."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from textwrap import wrap

from harness.cli.aim import add_wallet_arguments, usable_configuration
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.schema import bundled
from harness.examine import preflight, violations_of
from harness.model import Scenario
from harness.play.preflight import ConfigurationProblem, Stage
from harness.play.preflight.wants import wants
from harness.scenario import ScenarioError, load_folder
from harness.verdict import Violation
from harness.verdict.causes import of_mistake
from harness.verdict.repetition_ages import HOW_TO_RESTART

VIOLATED, CONFIGURATION = 1, 3
_WIDTH = 118
_MOST_NAMED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_wallet_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Check each contract. Returns 0 if ready, 1 for a violation, 3 for a problem. Raises UsageProblem."""
    configuration = usable_configuration(options, "check")
    if configuration is None:
        return CONFIGURATION
    if configuration.profile.path:
        print(f"profile {configuration.profile.path}")
        for warning in configuration.warnings:
            _line("", "warning", warning)
        print()
    return max(_check(wallet) for wallet in configuration.wallets)


def _check(wallet: WalletUnderTest) -> int:
    contract = load(wallet.contract)
    print(f"{contract.name}: {wallet.url.rstrip('/')}")
    try:
        facts = preflight(wallet, tell=_print_stage)
    except ConfigurationProblem as problem:
        _line(problem.stage, "PROBLEM", str(problem))
        print(f"{contract.name}: NOT READY, set this right first\n")
        return CONFIGURATION
    violations = violations_of(wallet, facts)
    for violation in violations:
        _print_violation(violation, contract)
    if facts.first_calls:
        print(f"{contract.name}: VIOLATED before any scenario: {_ids(violations)}\n")
        return VIOLATED
    scenarios = _scenarios(contract, bundled_one=wallet.contract in BUNDLED)
    for want in wants(scenarios, contract, wallet, facts):
        named = ", ".join(want.scenarios[:_MOST_NAMED]) + (", ..." if len(want.scenarios) > _MOST_NAMED else "")
        _line("", "skipped", f"{_count(len(want.scenarios), 'scenario')}: {want.reason} ({named})")
    if not wallet.restart_command and any(each.is_epilogue for each in scenarios):
        _line("", "not tried", f"repeats after a restart: {HOW_TO_RESTART}")
    warned = f", with {_count(len(facts.warnings), 'warning')}" if facts.warnings else ""
    if violations:
        print(f"{contract.name}: READY{warned}, and VIOLATED before any scenario: {_ids(violations)}\n")
        return VIOLATED
    print(f"{contract.name}: READY{warned}\n")
    return 0


def _ids(violations: Sequence[Violation]) -> str:
    return ", ".join(dict.fromkeys(each.requirement for each in violations))


def _print_stage(stage: Stage) -> None:
    _line(stage.name, "ok", stage.detail)
    for warning in stage.warnings:
        _line("", "warning", warning)


def _print_violation(violation: Violation, contract: Contract) -> None:
    _line("credentials", "VIOLATION", f"{violation.requirement}: {violation.summary}")
    if (found := of_mistake(violation.mistake, contract)) is not None:
        _line("", "probably", found.sentence)
        _line("", "fix", found.fix)


def _line(name: str, mark: str, text: str) -> None:
    first = f"  {name:<13} {mark:<10} "
    for line in wrap(text, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False):
        print(line, flush=True)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _scenarios(contract: Contract, *, bundled_one: bool) -> Sequence[Scenario]:
    """The scenarios of the contract. None if it has no folder, or if a file cannot be read, which a run reports."""
    folder = bundled("scenarios") if bundled_one else contract.scenarios
    if folder is None:
        return ()
    try:
        found = load_folder(folder.resolve(), {contract.name: contract})
    except ScenarioError:
        return ()
    return tuple(each for each in found if contract.name in each.requirements)
