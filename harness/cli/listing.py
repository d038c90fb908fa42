"""`walletproof list`: the requirements of the contracts, the scenarios, the policies or the deliberate bugs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping

from harness.cli.catalogue import add_contract_argument, contracts_of, scenarios_of
from harness.contracts import Contract
from harness.inert import one_line
from harness.oracle import POLICY_WORDS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", nargs="?", choices=tuple(WHAT), default=next(iter(WHAT)), help="default: %(default)s")
    add_contract_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print the list. Raises UsageProblem."""
    for line in WHAT[options.what](contracts_of(options.contract)):
        print(one_line(line))
    return 0


def _requirements(contracts: Mapping[str, Contract]) -> Iterator[str]:
    for contract in contracts.values():
        yield from (f"{each.id}  {each.level:<6}  {each.text}" for each in contract.requirements.values())


def _scenarios(contracts: Mapping[str, Contract]) -> Iterator[str]:
    found = list(scenarios_of(contracts).values())
    width = max((len(each.id) for each in found), default=0)
    for each in found:
        own = ", ".join(each.requirements[name] for name in contracts if name in each.requirements)
        yield f"{each.id:<{width}}  {own:<22}  {each.title}"


def _bugs(contracts: Mapping[str, Contract]) -> Iterator[str]:
    # The defects take time to import, so they are imported only when they are listed.
    from mock_server.defects import DEFECTS

    found = [each for each in DEFECTS.values() if contracts.keys() & set(each.contracts)]
    width = max((len(each.name) for each in found), default=0)
    for each in found:
        yield f"{each.name:<{width}}  {', '.join(each.contracts):<18}  {each.text}"


def _policies(contracts: Mapping[str, Contract]) -> Iterator[str]:
    found = [name for name in POLICY_WORDS if any(name in each.policy for each in contracts.values())]
    width = max(map(len, found), default=0)
    for name in found:
        words = POLICY_WORDS[name]
        yield f"{name:<{width}}  {' | '.join(words.readings):<28}  {words.question}"


WHAT: Mapping[str, Callable[[Mapping[str, Contract]], Iterator[str]]] = {
    "requirements": _requirements,
    "scenarios": _scenarios,
    "policies": _policies,
    "bugs": _bugs,
}
"""What can be listed, and the function that yields its lines. The first is the default."""
