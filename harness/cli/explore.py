"""`walletproof explore [URL]`: scenarios that nobody has written, and a file of a few lines for each finding."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from harness.cli.aim import add_wallet_arguments, usable_configuration
from harness.cli.command import UsageProblem
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, UnknownContract, load
from harness.contracts.shared.schema import bundled as bundled_folder
from harness.examine import Examiner, preflight
from harness.explore.coverage import bundled
from harness.explore.coverage_text import coverage_text
from harness.explore.drawing import NoHypothesis
from harness.explore.exploration import Bounds, Drawn, Exploration, by_chance, explore, explored_wallet, pairs
from harness.explore.exploration_data import data_of
from harness.explore.explored_findings import keep
from harness.explore.pairs import NoPairs
from harness.explore.pairs_text import pairs_text
from harness.explore.playing import Playing
from harness.inert import inert
from harness.play.preflight import ConfigurationProblem
from harness.scenario import load_folder
from harness.verdict import ScenarioResult

VIOLATED, CONFIGURATION, INCOMPLETE = 1, 3, 4
FOLDER = Path("found")
MINUTES = 5
_EVERY = 50
"""A line of progress after so many scenarios."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_wallet_arguments(parser)
    add = parser.add_argument
    limit = parser.add_mutually_exclusive_group()
    limit.add_argument("--minutes", type=_positive, metavar="M", help=f"stop after so long (default: {MINUTES})")
    limit.add_argument("--requests", type=_positive, metavar="N", help="stop after so many requests to each contract")
    add("--seed", type=_whole, metavar="N", help="draw the same again (default: a new seed, which is printed)")
    add("--keep", type=Path, default=FOLDER, metavar="DIR", help=f"the folder for what is found (default: {FOLDER})")
    add("--json", type=Path, metavar="FILE", help="write the findings and the map of situations as JSON")
    add("--pairs", action="store_true", help="print the pairs and what is excluded, and send nothing")


def run(options: argparse.Namespace) -> int:
    """Explore each contract. Returns the exit status of a certification. Raises UsageProblem."""
    if options.pairs:
        return _print_pairs(tuple(options.contract) or BUNDLED)
    _check_places(options)
    configuration = usable_configuration(options, "explore")
    if configuration is None:
        return CONFIGURATION
    seed = configuration.wallets[0].seed if options.seed is None else options.seed
    print(f"seed {seed}: walletproof explore --seed {seed} draws the same again")
    share = (options.minutes or MINUTES) * 60 / len(configuration.wallets)
    found: list[object] = []
    try:
        return max(_explored(each, options, seed, share, found) for each in configuration.wallets)
    finally:
        if options.json is not None:
            _write(options.json, {"seed": seed, "contracts": found})


def _write(path: Path, data: object) -> None:
    try:
        path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"--json {path}: cannot be written: {error.strerror or error}") from None


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is no whole number") from None


def _check_places(options: argparse.Namespace) -> None:
    """Refuse a place that cannot be written before anything is sent. Raises UsageProblem."""
    folder = next(each for each in (options.keep, *options.keep.absolute().parents) if each.exists())
    if not folder.is_dir():
        raise UsageProblem(f"--keep {options.keep}: {folder} is a file: name a folder, which is made if it is missing")
    if not os.access(folder, os.W_OK):
        raise UsageProblem(f"--keep {options.keep}: {folder} cannot be written")
    if options.json is not None and (options.json.is_dir() or not options.json.absolute().parent.is_dir()):
        raise UsageProblem(f"--json {options.json}: name a file in a folder that exists")


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def _print_pairs(names: tuple[str, ...]) -> int:
    suite = load_folder(bundled_folder("scenarios").resolve(), {name: load(name) for name in BUNDLED})
    try:
        for name in names:
            print(pairs_text(load(name), suite))
    except (NoPairs, UnknownContract) as error:
        raise UsageProblem(str(error)) from None
    return 0


def _explored(
    wallet: WalletUnderTest, options: argparse.Namespace, seed: int, seconds: float, found: list[object]
) -> int:
    """Explore one wallet by one contract, print what was found, and append it as data to `found`."""
    try:
        facts = preflight(wallet)
    except ConfigurationProblem as problem:
        print(inert(f"{wallet.contract}: {problem}\n{wallet.contract}: NOT READY, set this right first"))
        return CONFIGURATION
    examiner = Examiner(explored_wallet(wallet), facts)
    if examiner.violation is not None:
        print(inert(f"{wallet.contract}: {examiner.violation.requirement}: {examiner.violation.summary}"))
        print(f"{wallet.contract}: VIOLATED before any scenario: `walletproof check` says more")
        examiner.close()
        return VIOLATED
    until, broken_off = None if options.requests else time.monotonic() + seconds, False
    exploration = Exploration(Playing(examiner))
    try:
        source = chain(pairs(examiner.contract), _by_chance(exploration, seed))
        explore(exploration, source, Bounds(options.requests, until), on_result=_progress)
    except NoPairs as error:
        raise UsageProblem(str(error)) from None
    except KeyboardInterrupt:
        broken_off = True
    finally:
        for sentence in examiner.close():
            print(inert(sentence))
    status = _concluded(exploration, options, seed, found)
    if broken_off:
        raise KeyboardInterrupt  # What was found until then is kept.
    return status


def _by_chance(exploration: Exploration, seed: int) -> Iterator[Drawn]:
    """The scenarios by chance, or none with a message if the library for them is not installed."""
    try:
        return by_chance(exploration, seed)
    except NoHypothesis as missing:
        print(f"{exploration.contract.name}: only pairs are played. {missing}")
        return iter(())


def _progress(exploration: Exploration, drawn: Drawn, result: ScenarioResult | None) -> None:
    del drawn, result
    if exploration.drawn % _EVERY == 0:
        print(
            f"{exploration.contract.name}: {exploration.drawn} scenarios, {exploration.player.requests} requests, "
            f"{_counted(len(exploration.findings), 'finding')}",
            file=sys.stderr,
            flush=True,
        )


def _concluded(exploration: Exploration, options: argparse.Namespace, seed: int, found: list[object]) -> int:
    name, player, folder = exploration.contract.name, exploration.player, options.keep
    findings = list(exploration.findings.values())
    try:
        paths = keep(findings, exploration.contract, folder, seed) if findings else []
    except OSError as error:
        raise UsageProblem(f"--keep {folder}: cannot be written: {error.strerror or error}") from None
    sent = f"{_counted(exploration.drawn, 'scenario')}, {_counted(exploration.generated_requests, 'request')}"
    print(f"{name}: {sent}: {_counted(len(findings), 'finding') if findings else 'nothing found'}")
    for finding, path in zip(findings, paths, strict=True):
        print(inert(f"  {finding.verdict.level} {finding.key.requirement}  {finding.verdict.summary}"))
        again = f"played again, it failed {finding.failed} of {finding.played} times"
        counted = f"{_counted(finding.steps, 'step')}, {again}; {_counted(finding.seen, 'scenario')} had it"
        print(f"       {path}: {counted}")
    if paths:
        print(f"  run one again: {_command_for(paths[0], name, options)}")
    for key, origin in exploration.flickers.items():
        print(f"  once and never again: {key.requirement} by {key.check}, in {origin}")
    for sentence in exploration.remarks:
        print(f"  {sentence}")
    print(coverage_text(name, exploration.coverage, bundled(exploration.contract)))
    found.append(data_of(exploration, paths))
    _print_own_failures(player)
    if exploration.violations:
        return VIOLATED
    if player.ended or player.failures or not exploration.generated_requests:
        print(inert(f"{name}: INCOMPLETE: {player.ended or 'see above'}"))
        return INCOMPLETE
    return 0


def _command_for(path: Path, contract: str, options: argparse.Namespace) -> str:
    """The command that plays a found file again, on the same wallet. It has no secret."""
    given = (("--profile", options.profile), ("--url", options.url), ("--provision", options.provision))
    command = ["walletproof", "replay", str(path), "--contract", contract]
    command += [each for name, value in given if value for each in (name, value)]
    return shlex.join([*command, *(f"--wallet-player={each}" for each in options.player)])


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _print_own_failures(player: Playing) -> None:
    """What could not be judged. It says nothing about the wallet."""
    if player.undecided:
        print(f"  {len(player.undecided)} scenarios could not be judged, which says nothing about the wallet")
    for failure in player.failures[:1]:
        print("  walletproof itself failed, which says nothing about the wallet: please report it.\n" + inert(failure))
