"""The `walletproof` command. Each subcommand is a module of its own with NAME, HELP, `add_arguments` and `run`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from harness import __version__
from harness.cli import (
    audit,
    certify,
    check,
    compare,
    docs,
    explore,
    init,
    keygen,
    openapi,
    partner,
    prove,
    replay,
    show_config,
    verify,
)
from harness.cli.command import Command, UsageProblem
from harness.inert import inert
from harness.report import ReportError

COMMANDS: tuple[Command, ...] = (
    init,
    check,
    certify,
    explore,
    show_config,
    partner,
    prove,
    replay,
    compare,
    openapi,
    keygen,
    verify,
    audit,
    docs,
)
"""The modules of the subcommands, in the order of the help."""

USAGE = 2
BROKEN_OFF = 130
"""Exit status of a command that Ctrl+C has ended, as shells report it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 2 for an error in its use, else the status of the subcommand."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        if given[:1] == [certify.NAME] and not {"-h", "--help"} & set(given):
            certify.front(given[1:])
        options, unknown = parser().parse_known_args(given)
        if unknown:
            options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        status: int = options.run(options)
    except (UsageProblem, ReportError) as error:
        print(inert(f"walletproof: {error}"), file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        print("walletproof: broken off", file=sys.stderr)
        return BROKEN_OFF
    except BrokenPipeError:
        # The reader of our output has closed it, as in `walletproof compare ... | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    whole = argparse.ArgumentParser(
        prog="walletproof",
        description="Certifies an operator's seamless wallet. Certifying is `walletproof certify URL`, or pytest.",
    )
    whole.add_argument("--version", action="version", version=f"walletproof {__version__}")
    commands = whole.add_subparsers(metavar="COMMAND", required=True)
    for each in COMMANDS:
        subparser = commands.add_parser(each.NAME, help=each.HELP, description=each.HELP)
        each.add_arguments(subparser)
        subparser.set_defaults(run=each.run, parser=subparser)
    return whole
