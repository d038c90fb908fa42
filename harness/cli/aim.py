"""The arguments that select the wallet of a subcommand. They are those of pytest, without `wallet-`."""

from __future__ import annotations

import argparse
import secrets
from pathlib import Path
from typing import Any

from harness.config import Options
from harness.contracts import BUNDLED
from harness.model.words import PROVISION_TOKEN

USUAL_PROFILE = "wallet.yaml"
"""Name of the profile that is used from the current folder if nothing else selects a wallet."""


def add_wallet_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them. Each option may also be written as in pytest: `--wallet-profile` is `--profile`."""
    several: dict[str, Any] = {"action": "append", "default": []}

    def add(name: str, **how: Any) -> None:
        parser.add_argument(name, name.replace("--", "--wallet-", 1), **how)

    parser.add_argument(
        "url",
        nargs="?",
        default="",
        metavar="URL",
        help="the wallet, above the contract's own paths; it overrides the profile's",
    )
    add("--profile", default="", metavar="FILE", help=f"a profile (default: {USUAL_PROFILE}, where it lies here)")
    add("--contract", **several, metavar="NAME", help=f"{', '.join(BUNDLED)} or a module; repeatable")
    add("--provision", default="", metavar="URL", help="an address of the wallet that makes test players")
    add(
        "--provision-token",
        default="",
        metavar="TEXT",
        help="the token that it asks for (default: $" + PROVISION_TOKEN + ")",
    )
    add("--player", **several, metavar="FIELDS", help="id=...,currency=EUR,session=...; repeatable")
    add("--path", **several, metavar="OPERATION=PATH", help="an operation elsewhere than documented; repeatable")
    add("--limit", **several, metavar="NAME=N", help="a number of the profile's `limits`; repeatable")


def options_of(arguments: argparse.Namespace) -> Options:
    """The options that the arguments give, with a new seed and run id."""
    return Options(
        url=arguments.url,
        profile=arguments.profile,
        usual_profile=usual_profile(),
        contracts=tuple(dict.fromkeys(arguments.contract)),
        provision_url=arguments.provision,
        provision_token=arguments.provision_token,
        players=tuple(arguments.player),
        paths=tuple(arguments.path),
        limits=tuple(arguments.limit),
        seed=secrets.randbits(32),
        run_id=secrets.token_hex(4),
    )


def usual_profile() -> str:
    """The profile in the current folder, or an empty text if there is none."""
    return USUAL_PROFILE if Path(USUAL_PROFILE).is_file() else ""
