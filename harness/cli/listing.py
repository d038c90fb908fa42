"""`walletproof list`: the requirements of the contracts, or the scenarios, one a line."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from harness.cli.catalogue import add_contract_argument, contracts_of, scenarios_of
from harness.contracts import Contract
from harness.inert import one_line

NAME = "list"
HELP = "list the requirements (default) or the scenarios, one a line: for grep, and for `walletproof explain`"
WHAT = ("requirements", "scenarios")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", nargs="?", choices=WHAT, default=WHAT[0], help="default: %(default)s")
    add_contract_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Print the list. Raises UsageProblem."""
    contracts = contracts_of(options.contract)
    for line in _requirements(contracts) if options.what == WHAT[0] else _scenarios(contracts):
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
