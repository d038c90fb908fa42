"""The options of the command line, and whether they ask for anything at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.target import Choices

_GROUP = "walletproof: certify a seamless wallet"


def add_options(parser: pytest.Parser) -> None:
    """Declare every `--wallet-*` option."""
    group = parser.getgroup("wallet", _GROUP)
    add = group.addoption
    add("--wallet-url", default="", metavar="URL", help="the wallet to certify (default: the bundled reference wallet)")
    add(
        "--wallet-contract",
        action="append",
        default=[],
        metavar="NAME",
        help="casino, sportsbook or an importable module; repeatable (default: what the credentials imply)",
    )
    add("--wallet-provision", default="", metavar="URL", help="address that makes test players (see the README)")
    add(
        "--wallet-player",
        action="append",
        default=[],
        metavar="FIELDS",
        help="a player that exists: id=...,currency=EUR,session=...; repeatable",
    )
    add("--wallet-seed", type=int, default=None, metavar="N", help="repeat the test data of an earlier run")
    add("--wallet-strict", action="store_true", help="violations of a SHOULD fail, too")


def choices(config: pytest.Config) -> Choices:
    """What the options say."""
    return Choices(
        url=config.getoption("--wallet-url"),
        contracts=tuple(config.getoption("--wallet-contract")),
        provision_url=config.getoption("--wallet-provision"),
        players=tuple(config.getoption("--wallet-player")),
        seed=config.getoption("--wallet-seed"),
        strict=config.getoption("--wallet-strict"),
    )


def any_given(config: pytest.Config) -> bool:
    """Whether any option of ours was given."""
    return choices(config) != Choices()


def names_scenarios(config: pytest.Config, root: Path) -> bool:
    """Whether the paths to collect include scenarios."""
    here = config.invocation_params.dir
    for argument in config.args:
        path = (here / argument.partition("::")[0]).resolve()
        if path == root or root in path.parents:
            return True
    return False
