"""`walletproof openapi CONTRACT`: the contract as an OpenAPI document, for stubs and for reading."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.cli.command import UsageProblem
from harness.contracts import BUNDLED, Contract, UnknownContract, load
from harness.contracts.shared.openapi import OpenApiError, as_json, as_yaml, document
from harness.contracts.shared.requirements import RequirementsError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("contract", metavar="CONTRACT", help=f"{', '.join(BUNDLED)} or an importable module")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="write JSON (default, but for a FILE that ends in .yaml)")
    form.add_argument("--yaml", action="store_true", help="write YAML")
    parser.add_argument("--server", default="", metavar="URL", help="the wallet's base URL, to be named in it")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file (default: print)")


def run(options: argparse.Namespace) -> int:
    """Write the document. Raises UsageProblem."""
    yaml = options.yaml or (not options.json and options.output and options.output.suffix in {".yaml", ".yml"})
    try:
        found = document(_contract(options.contract), options.server)
    except (OpenApiError, RequirementsError) as error:
        raise UsageProblem(str(error)) from None
    text = as_yaml(found) if yaml else as_json(found)
    if options.output is None:
        print(text, end="")
        return 0
    try:
        options.output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageProblem(f"cannot write {options.output}: {error.strerror}") from None
    print(f"{options.output}: {len(found['paths'])} operations of {found['info']['title']}")
    return 0


def _contract(name: str) -> Contract:
    try:
        return load(name)
    except UnknownContract as error:
        raise UsageProblem(str(error)) from None
