"""`walletproof explain ID`: a requirement, a scenario or a policy in words, with what exercises it and an example."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from harness.cli.catalogue import add_contract_argument, contracts_of, scenarios_of
from harness.cli.command import UsageProblem
from harness.contracts import BUNDLED, Contract
from harness.inert import inert, one_line
from harness.model import Requirement, Scenario, Verdict
from harness.oracle import POLICY_WORDS
from harness.scenario import SUFFIX
from mock_server.defects import DEFECTS, Defect, Witness

_WIDTH = 100
_MOST_SCENARIOS, _MOST_DEFECTS = 12, 8
_MOST_TRIED, _MOST_LINES, _MOST_POSSIBLE = 3, 14, 3
"""How many bugs are tried for an example, how many lines of steps and how many possible answers are printed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "id",
        nargs="+",
        metavar="ID",
        help="the id of a requirement, of a scenario such as races/identical_bets, or a policy such as late_bet",
    )
    add_contract_argument(parser)
    parser.add_argument("--all", action="store_true", help="list every scenario and every bug")
    parser.add_argument("--no-example", action="store_true", help="leave the example out, which plays a scenario")


def run(options: argparse.Namespace) -> int:
    """Print the explanation. Raises UsageProblem for an id that does not exist."""
    contracts = contracts_of(options.contract)
    wanted = " ".join(options.id).strip().removesuffix(SUFFIX).removeprefix("scenarios/")
    policy = wanted.lower().replace(" ", "_").replace("-", "_")
    for line in _policy(policy, contracts) if policy in POLICY_WORDS else _lines(wanted, contracts, options):
        print(line)
    return 0


def _lines(wanted: str, contracts: Mapping[str, Contract], options: argparse.Namespace) -> Iterator[str]:
    """The explanation of a requirement or a scenario. Raises UsageProblem for an id that does not exist."""
    scenarios = scenarios_of(contracts)
    contract = next((each for each in contracts.values() if wanted.upper() in each.requirements), None)
    if contract is not None:
        return _requirement(contract, contract.requirements[wanted.upper()], scenarios, options)
    path = next((path for path, each in scenarios.items() if each.id == wanted), None)
    if path is None:
        known = [*(id for each in contracts.values() for id in each.requirements), *_ids(scenarios), *POLICY_WORDS]
        raise UsageProblem(f"there is no requirement, scenario or policy {wanted!r}{_near(wanted, known)}")
    return _scenario(path, scenarios[path], contracts)


def _ids(scenarios: Mapping[Path, Scenario]) -> list[str]:
    return [each.id for each in scenarios.values()]


def _near(wanted: str, known: list[str]) -> str:
    """The nearest id, or where to find all of them."""
    # The import costs several milliseconds and is needed only here.
    from difflib import get_close_matches

    by_last_part = {each.rpartition("/")[2].lower(): each for each in known}
    near = get_close_matches(wanted.rpartition("/")[2].lower(), by_last_part, n=1, cutoff=0.7)
    if near:
        return f"; did you mean {by_last_part[near[0]]!r}?"
    return "; `walletproof list requirements`, `... list scenarios` and `... list policies` have all"


def _policy(name: str, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """A policy with its readings, and which contracts permit which."""
    words = POLICY_WORDS[name]
    yield f"{name}  a policy: the documents leave it open"
    yield from _entry("question", words.question)
    yield ""
    yield "Readings:"
    for reading, meaning in words.readings.items():
        yield from wrap(f"  {reading}: {meaning}", _WIDTH, subsequent_indent="      ", break_on_hyphens=False)
    yield ""
    yield "Right unless one is pinned:"
    for contract in contracts.values():
        permitted = [each for each in words.readings if each in contract.policy.get(name, ())]
        yield from _entry(contract.name, ", ".join(permitted) or "does not leave it open")
    yield ""
    yield f"Pin one by `policies: {{{name}: {next(iter(words.readings))}}}` at the contract in wallet.yaml: then the"
    yield "others are violations. `walletproof list policies` has all."


def _requirement(
    contract: Contract, requirement: Requirement, scenarios: Mapping[Path, Scenario], options: argparse.Namespace
) -> Iterator[str]:
    yield f"{requirement.id}  {requirement.level}  {contract.name}: {contract.title}"
    yield from _entry("required", requirement.text)
    yield from _entry("clause", requirement.clause)
    by_path = {path: each for path, each in scenarios.items() if each.requirements.get(contract.name) == requirement.id}
    own = list(by_path.values())
    yield ""
    yield f"Scenarios ({len(own)}), each with the steps that try it; `walletproof explain SCENARIO` shows the file:"
    yield from _cut([f"  {each.id}  {each.title}" for each in own], _MOST_SCENARIOS, every=options.all)
    broken = [each for each in DEFECTS.values() if requirement.id in each.violates and contract.name in each.contracts]
    broken.sort(key=lambda each: len(each.violates))
    if broken:
        yield ""
        yield f"Bugs that violate it ({len(broken)}); see one at work: `walletproof certify --defect NAME`:"
        yield from _cut([f"  {each.name}  {each.text}" for each in broken], _MOST_DEFECTS, every=options.all)
    if not options.no_example and contract.name in BUNDLED and own:
        yield from _example(contract, requirement, by_path, broken)


def _cut(lines: list[str], most: int, *, every: bool) -> Iterator[str]:
    for each in lines if every else lines[:most]:
        yield from wrap(each, _WIDTH, subsequent_indent="      ", break_on_hyphens=False, break_long_words=False)
    if not every and len(lines) > most:
        yield f"  and {len(lines) - most} more: --all lists them"


def _example(
    contract: Contract, requirement: Requirement, own: Mapping[Path, Scenario], broken: list[Defect]
) -> Iterator[str]:
    """A scenario with its steps, an exchange of it with the reference wallet, and the answer of a wallet with a bug.

    The bug and the scenario are those that show the requirement most plainly. The epilogue and the generated scenarios
    give no example, because they need a whole run.
    """
    # The reference wallet is started in this process, which takes time that the other parts do not need.
    from harness.proof.example import example_of, finding_of

    paths = {each.id: path for path, each in own.items() if not (each.is_epilogue or each.is_explored)}
    if not paths:
        return
    shown, defect, found = own[next(iter(paths.values()))], None, None
    for defect, scenario in _plainest([(each, own[paths[w.scenario]]) for each, w in _witnesses(broken, paths)]):
        if (found := finding_of(defect, scenario, contract.name, requirement.id)) is not None:
            shown = scenario
            break
    yield ""
    yield f"Example: {shown.id}  {shown.title}"
    yield from _steps(paths[shown.id])
    if (example := example_of(shown, contract.name, found)) is not None:
        yield ""
        yield f"The reference wallet, which is right ({example.operation}):"
        yield from _message("request", example.request)
        yield from _message("answer", example.response)
    if defect is not None and found is not None:
        yield ""
        text = f"A wallet with the bug {defect.name} in the same scenario ({defect.text.rstrip('.')}):"
        yield from wrap(text, _WIDTH, break_on_hyphens=False)
        yield from _wrong(found.verdict)


def _witnesses(broken: list[Defect], paths: Mapping[str, Path]) -> list[tuple[Defect, Witness]]:
    return [(each, witness) for each in broken for witness in each.witnesses if witness.scenario in paths]


def _plainest(pairs: list[tuple[Defect, Scenario]]) -> list[tuple[Defect, Scenario]]:
    """The pairs to try: bugs that violate few other requirements first, and among them short scenarios."""
    return sorted(pairs, key=lambda pair: (len(pair[0].violates), len(pair[1].steps)))[:_MOST_TRIED]


def _steps(path: Path) -> list[str]:
    """The steps of a scenario's file, a few lines."""
    lines = inert(path.read_text(encoding="utf-8")).splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith("steps:")), 0)
    steps = [f"  {line}" for line in lines[start + 1 :]]
    return [*steps[:_MOST_LINES], *(["  ..."] if len(steps) > _MOST_LINES else [])]


def _wrong(verdict: Verdict) -> Iterator[str]:
    """What a wallet with a bug was sent, what it said, and what was possible."""
    named = (
        ("we sent", verdict.sent),
        ("it said", verdict.said),
        ("possible", " or ".join(verdict.possible[:_MOST_POSSIBLE])),
        ("found", verdict.summary),
        ("probably", verdict.probably),
        ("fix", verdict.fix),
    )
    for name, text in named:
        yield from _entry(name, text) if text else ()


def _message(name: str, message: Mapping[str, Any]) -> Iterator[str]:
    """A request or an answer: status, headers that authenticate it, and body."""
    status = f"HTTP {message['status']}" if "status" in message else ""
    headers = [
        f"{key}: {value}" for key, value in message["headers"] if key.lower().startswith(("x-", "authorization"))
    ]
    for number, text in enumerate(filter(None, (status, *headers))):
        yield from _entry(name if number == 0 else "", text)
    # The body stays in one line, so that it can be copied.
    yield f"{'':<13}{one_line(message['body'])}"


def _entry(name: str, text: str) -> list[str]:
    first, further = f"  {name:<10} ", " " * 13
    return wrap(one_line(text), _WIDTH, initial_indent=first, subsequent_indent=further, break_on_hyphens=False)


def _scenario(path: Path, scenario: Scenario, contracts: Mapping[str, Contract]) -> Iterator[str]:
    yield f"{scenario.id}  {scenario.title}"
    for name, identifier in scenario.requirements.items():
        if name in contracts and identifier in contracts[name].requirements:
            own = contracts[name].requirements[identifier]
            yield from _entry(name, f"{own.id} {own.level}: {own.text}")
    yield from _entry("file", str(path))
    yield ""
    yield from inert(path.read_text(encoding="utf-8")).splitlines()
