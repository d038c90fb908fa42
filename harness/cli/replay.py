"""`walletproof replay REPORT.json [SCENARIO]`: runs again what failed, or one file that exploring has written."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.cli.catalogue import contracts_of, scenarios_of
from harness.cli.command import UsageProblem
from harness.cli.compare import line
from harness.cli.usual_profile import USUAL_PROFILE, usual_profile
from harness.contracts import BUNDLED, UnknownContract, load
from harness.contracts.shared.schema import bundled
from harness.explore.chance_item import CHANCE
from harness.report import ReportError, read
from harness.report.changes import Change, changes, detail, failing

NOT_RUN = "NOT RUN"
"""The word for a scenario that failed and that cannot be run by itself."""
_OF_SCENARIOS = (".yaml", ".yml")
_OF_PLAYERS = frozenset({"--wallet-profile", "--wallet-provision", "--wallet-player"})
"""The options of pytest that select players."""
_RAN = (0, 1, 11)
"""Exit statuses of pytest after which a report exists."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("report", type=Path, metavar="REPORT.json", help="or a scenario file: found/NAME.yaml")
    parser.add_argument("scenario", nargs="?", default="", help="only those whose id holds this text")
    parser.add_argument(
        "--contract", action="append", default=[], metavar="MODULE", help="the module of a private contract; repeatable"
    )
    parser.add_argument("--url", default="", help="another address of the wallet than the report's, for one contract")
    parser.add_argument(
        "--profile",
        default="",
        metavar="FILE",
        help=f"the profile of the wallet, as the run had it (default: {USUAL_PROFILE}, if the run had one)",
    )
    parser.add_argument("--provision", default="", metavar="URL", help="the address that makes test players")
    parser.add_argument(
        "--pytest",
        action="append",
        default=[],
        metavar="OPTION",
        help="an option of pytest that walletproof has, too, as in --pytest=--version; every other one may be written "
        "without this: -n4, --wallet-player=id=188,currency=EUR",
    )
    parser.set_defaults(takes_further=True)


def run(options: argparse.Namespace) -> int:
    """Run the scenarios and print the change of each. Raises UsageProblem and ReportError."""
    if options.report.suffix in _OF_SCENARIOS:
        return _run_file(options)
    before = read(options.report)
    wanted = failing(before, options.scenario)
    if not wanted:
        holding = f" whose id holds {options.scenario!r}" if options.scenario else ""
        print(f"nothing to run again: no scenario{holding} failed in {options.report}")
        return 0
    contracts = dict.fromkeys(contract for contract, _ in wanted)
    if options.url and len(contracts) > 1:
        raise UsageProblem(f"--url is for one contract, and scenarios of {' and '.join(contracts)} failed")
    found: list[Change] = []
    for contract in contracts:
        ids = [scenario for name, scenario in wanted if name == contract]
        left_out = _of_whole_runs(contract, ids, options)
        if again := [each for each in ids if each not in left_out]:
            found += changes(before, _run_again(before, contract, again, options), only_run=True)
        found += [Change(NOT_RUN, contract, each, why) for each, why in left_out.items()]
    for each in found:
        print(line(each))
    print(_total(found))
    return 1 if any(each.word != "FIXED" for each in found) else 0


def _total(found: Sequence[Change]) -> str:
    """How many changes there are of each kind, and what to do next if nothing fails any more."""
    counts = Counter(each.word for each in found)
    told = ", ".join(f"{count} {word}" for word, count in counts.items())
    return f"{told or 'no change'}: now run `walletproof certify`" if set(counts) <= {"FIXED", NOT_RUN} else told


def _of_whole_runs(contract: str, ids: Sequence[str], options: argparse.Namespace) -> dict[str, str]:
    """The scenarios that cannot be run by themselves, each with the reason. Raises UsageProblem."""
    found = {CHANCE: "it is drawn by chance: run one of the files that its finding is kept in"} if CHANCE in ids else {}
    if CHANCE in ids and len(ids) == 1:
        return found
    scenarios = scenarios_of(contracts_of([_module_of(contract, options)])).values()
    epilogues = {each.id for each in scenarios if each.is_epilogue}
    why = "it sends again what a whole run has sent: run `walletproof certify`"
    return found | {each: why for each in ids if each in epilogues}


def _run_file(options: argparse.Namespace) -> int:
    """Run one scenario file on its contracts, and print for each whether it still fails. Raises UsageProblem."""
    path: Path = options.report
    if not path.is_file():
        raise UsageProblem(
            f"{path} does not exist: name a scenario file, such as one that walletproof explore has kept"
        )
    given = [f"--wallet-contract={module}" for module in options.contract]
    profile = options.profile or usual_profile()
    values = {"url": options.url, "profile": profile, "provision": options.provision}
    given += [f"--wallet-{name}={value}" for name, value in values.items() if value]
    if not (options.url or profile):
        raise UsageProblem("say which wallet: --url URL, or --profile FILE")
    ran = [
        each
        for each in _report_of([*given, *options.pytest, *options.further, str(path)])["scenarios"]
        if each["status"] != "skipped"
    ]
    if not ran:
        raise UsageProblem(f"{path} was not run: it is of no contract of this wallet, or it was skipped")
    failed = [each for each in ran if each["status"] != "pass"]
    for each in ran:
        print(line(Change("STILL FAILING" if each in failed else "FIXED", each["contract"], each["id"], detail(each))))
    return 1 if failed else 0


def _run_again(
    before: Mapping[str, Any], contract: str, ids: Sequence[str], options: argparse.Namespace
) -> dict[str, Any]:
    places = [f"{_place(each)}::{contract}" for each in ids]
    return _report_of([*_target(before, contract, options), *options.pytest, *options.further, *places])


def _report_of(arguments: Sequence[str]) -> dict[str, Any]:
    """The report of a run of pytest with these arguments. Raises ReportError if it has none."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-P", "-m", "pytest", "-p", "harness.plugin", "-q", "--no-header"]
        command += [f"--wallet-report={report}", *arguments]
        status, output = _ended(command)
        if status not in _RAN or not report.exists():
            raise ReportError(f"pytest could not run them again:\n{output[-3000:]}")
        return read(report)


def _ended(command: Sequence[str]) -> tuple[int, str]:
    """Status and output of a command. Raises KeyboardInterrupt after the interrupted command has ended in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(),
        # Ctrl+C reaches this process alone, which interrupts the command once. A second signal would stop it before it
        # restores balances.
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate()
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            process.communicate()
            raise
    return process.returncode, output


def _place(scenario: str) -> str:
    """The file of a bundled scenario. Other scenarios are found by their id."""
    path = bundled("scenarios").resolve() / f"{scenario}.yaml"
    return str(path) if path.exists() else f"{scenario}.yaml"


def _environment() -> dict[str, str]:
    """Our environment, in which this very package is found first. `-P` keeps the current directory out."""
    ours = str(Path(__file__).resolve().parents[2])
    paths = [ours, os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _named(module: str) -> str:
    try:
        return load(module).name
    except UnknownContract as error:
        raise UsageProblem(f"--contract: {error}") from None


def _module_of(contract: str, options: argparse.Namespace) -> str:
    """The module of a contract, which for a bundled one is its name. Raises UsageProblem."""
    modules: dict[str, str] = {_named(module): module for module in options.contract}
    if contract not in modules and contract not in BUNDLED:
        raise UsageProblem(f"{contract!r} is a contract of your own: name its module with --contract")
    return modules.get(contract, contract)


def _target(before: Mapping[str, Any], contract: str, options: argparse.Namespace) -> list[str]:
    given = [f"--wallet-contract={_module_of(contract, options)}", f"--wallet-seed={before['run']['seed']}"]
    url = options.url or ("" if before["run"]["bundled"] else before["run"]["targets"].get(contract, ""))
    if url:
        given.append(f"--wallet-url={url}")
    if profile := options.profile or _usual_profile(before, options):
        given.append(f"--wallet-profile={profile}")
    if options.provision:
        given.append(f"--wallet-provision={options.provision}")
    return given


def _usual_profile(before: Mapping[str, Any], options: argparse.Namespace) -> str:
    """The profile in the current folder, if the run had one and nothing else selects players. Raises UsageProblem."""
    if options.provision or "profile" not in before["run"]["digests"]:
        return ""
    if any(each.partition("=")[0] in _OF_PLAYERS for each in (*options.pytest, *options.further)):
        return ""
    if not Path(USUAL_PROFILE).is_file():
        raise UsageProblem(f"the run had a profile, and there is no {USUAL_PROFILE} here: name it with --profile")
    return USUAL_PROFILE
