"""The options of the command line. Nothing of the harness is imported until one of them is used."""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.config import Options

NAMES = (
    "url",
    "profile",
    "contract",
    "provision",
    "provision-token",
    "player",
    "path",
    "limit",
    "seed",
    "explore",
    "strict",
    "defect",
    "report",
    "certificate",
    "dry-run",
)


def add_options(parser: pytest.Parser) -> None:
    """Declare every `--wallet-*` option."""
    declare(parser.getgroup("wallet", "walletproof: certify a seamless wallet").addoption)


def declare(add: Callable[..., None]) -> None:
    """Call `add` for every option, with the arguments of `add_argument` of argparse."""
    add(
        "--wallet-url",
        default=None,
        metavar="URL",
        help="the wallet to certify (default: the bundled reference wallet)",
    )
    add(
        "--wallet-profile",
        default=None,
        metavar="FILE",
        help="the profile of the wallet to certify (walletproof docs profile)",
    )
    add(
        "--wallet-contract",
        action="append",
        default=[],
        metavar="NAME",
        help="a bundled contract or an importable module; repeatable (default: all of them for the bundled wallet, "
        "else the one whose credentials are set in the environment)",
    )
    _add_players(add)
    _add_scaling(add)
    add("--wallet-strict", action="store_true", help="a violated SHOULD fails the run, too")
    add("--wallet-dry-run", action="store_true", help="print what would be sent, and send nothing (-v: all of it)")
    add(
        "--wallet-defect",
        default=None,
        metavar="NAME",
        help="start the bundled wallet with this deliberate bug, for the contracts that it affects "
        "(`walletproof list bugs`)",
    )
    _add_results(add)


def _add_players(add: Callable[..., None]) -> None:
    add("--wallet-provision", default=None, metavar="URL", help="an address of the wallet that makes test players")
    add(
        "--wallet-provision-token",
        default=None,
        metavar="TEXT",
        help="the token that this address asks for; an option shows in the process list, so WALLET_PROVISION_TOKEN in "
        "the environment is better",
    )
    add(
        "--wallet-player",
        action="append",
        default=[],
        metavar="FIELDS",
        help="a player that exists: id=...,currency=EUR,session=...,expired_session=...,token=...; repeatable",
    )


def _add_scaling(add: Callable[..., None]) -> None:
    add(
        "--wallet-path",
        action="append",
        default=[],
        metavar="OPERATION=PATH",
        help="where the wallet has an operation elsewhere than documented, as in reward=/bonus; repeatable",
    )
    add(
        "--wallet-limit",
        action="append",
        default=[],
        metavar="NAME=N",
        help="scale scenarios: parallel=20, races=5, rounds=1000, burst=200, batch=1000, connections=50, "
        "requests_per_second, time_out_seconds; repeatable",
    )
    add(
        "--wallet-explore",
        type=_requests,
        default=None,
        metavar="N",
        help="also play scenarios that are drawn by chance, one item for each contract with about N requests "
        "(needs walletproof[explore])",
    )
    add("--wallet-seed", type=int, default=None, metavar="N", help="repeat the test data of an earlier run")


def _requests(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number above 0, as in --wallet-explore=2000")
    return int(text)


def _add_results(add: Callable[..., None]) -> None:
    add(
        "--wallet-report",
        action="append",
        default=[],
        metavar="FILE",
        help="write a report; the end of its name decides its form: .html, .json, .md, .har, .sarif or .gitlab.json "
        "(code quality); repeatable",
    )
    add(
        "--wallet-certificate",
        default=None,
        metavar="FILE",
        help="write a signed certificate when the run was complete and passed; needs --wallet-sign-key",
    )
    add("--wallet-sign-key", default="", metavar="FILE", help="the private key that `walletproof keygen` has made")


def given(config: pytest.Config) -> bool:
    """True if any option of ours was given."""
    values = [config.getoption(f"--wallet-{name}") for name in NAMES]
    return any(value not in ([], None, False) for value in values)


def options_of(config: pytest.Config) -> Options:
    """The options of the command line. Without a seed one is drawn, and the run's id is always drawn. Raises
    OptionsError.
    """
    from harness.config import Options, OptionsError

    for name in ("url", "profile", "provision", "provision-token", "defect"):
        if config.getoption(f"--wallet-{name}") == "":
            # An unset variable of a shell must not select the bundled wallet, which is certified without a URL.
            raise OptionsError(f"--wallet-{name} is empty: is the variable set that it should come from?")
    seed = config.getoption("--wallet-seed")
    defect = config.getoption("--wallet-defect") or ""
    return Options(
        url=config.getoption("--wallet-url") or "",
        profile=config.getoption("--wallet-profile") or "",
        contracts=_contracts(tuple(dict.fromkeys(config.getoption("--wallet-contract"))), defect),
        provision_url=config.getoption("--wallet-provision") or "",
        provision_token=config.getoption("--wallet-provision-token") or "",
        players=tuple(config.getoption("--wallet-player")),
        paths=tuple(config.getoption("--wallet-path")),
        limits=tuple(config.getoption("--wallet-limit")),
        seed=secrets.randbits(32) if seed is None else seed,
        run_id=secrets.token_hex(4),
        explore=config.getoption("--wallet-explore") or 0,
        dry_run=config.getoption("--wallet-dry-run"),
        strict=config.getoption("--wallet-strict"),
        defect=defect,
        record=bool(config.getoption("--wallet-report")) or bool(os.environ.get("GITHUB_ACTIONS")),
    )


def _contracts(given: tuple[str, ...], defect: str) -> tuple[str, ...]:
    """The contracts that were given, or those that a deliberate bug affects. Raises OptionsError.

    The effect of the bug on another contract is not tested.
    """
    if not defect:
        return given
    # The defects take time to import, so they are imported here. The wallet itself reports unknown names.
    from harness.config import OptionsError
    from mock_server.defects import DEFECTS

    affected = DEFECTS[defect].contracts if defect in DEFECTS else given
    if others := [each for each in given if each not in affected]:
        raise OptionsError(f"{defect} is a bug of the {' and '.join(affected)}: drop --wallet-contract={others[0]}")
    return given or affected
