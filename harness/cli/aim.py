"""The arguments that select the wallet of a subcommand. They are those of pytest, without `wallet-`."""

from __future__ import annotations

import argparse
import os
import secrets
from typing import Any

from harness.cli.command import UsageProblem
from harness.cli.usual_profile import USUAL_PROFILE, usual_profile
from harness.config import Misconfigured, Options, OptionsError, RunConfiguration, configure
from harness.contracts import BUNDLED
from harness.model.words import PROVISION_TOKEN


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


def usable_configuration(arguments: argparse.Namespace, command: str) -> RunConfiguration | None:
    """The configuration of the wallet that a command examines, with all that sending needs.

    None if something is missing: then the complaints have been printed. Raises UsageProblem for arguments that
    contradict each other or name no wallet. `command` is the name of the command.
    """
    try:
        configuration = configure(options_of(arguments), os.environ)
        if configuration.bundled:
            raise UsageProblem(f"say which wallet: walletproof {command} URL, or --profile FILE")
        configuration.require_usable()
    except Misconfigured as problem:
        # One line for each complaint, with its place in the profile in a form that editors can open.
        print(f"{problem}\nNOT READY, set this right first")
        return None
    except OptionsError as error:
        raise UsageProblem(str(error)) from None
    return configuration
