"""The `walletproof` command. `commands.py` lists the subcommands, each a module with `add_arguments` and `run`.

A start imports what its own subcommand needs: all of them together would take half a second.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from harness import __version__
from harness.cli.arguments import Parser
from harness.cli.command import UsageProblem
from harness.cli.commands import COMMANDS
from harness.cli.completion import complete
from harness.files.complaints import nearest
from harness.inert import inert

_HELP = frozenset({"-h", "--help"})
_OF_ALL = ("-h", "--help", "--version")
"""The options that need no command."""
USAGE = 2
BROKEN_OFF = 130
"""Exit status of a command that Ctrl+C has ended, as shells report it."""


BEGINNING = """walletproof certifies a seamless wallet: it plays the platform and judges every answer.

Begin with
  walletproof init         write wallet.yaml, the profile of your wallet: it asks
  walletproof check        see whether URL, credentials and players are right
  walletproof certify      certify the wallet, with a verdict at the end
Without a wallet of your own
  walletproof certify --defect forgets-every-transaction
                           see what a failure looks like, with the bundled wallet
Then
  walletproof explain ID   a requirement or a scenario in words
  walletproof docs         the documentation, page by page
  walletproof --help       all commands, and walletproof COMMAND --help the options of one
"""
"""What `walletproof` prints without a command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 2 for an error in its use, else the status of the subcommand."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        complete(parser)
        if not given:
            print(BEGINNING, end="")
            return USAGE
        _require_command(given[0])
        if given[0] == "certify" and not _HELP & set(given):
            from harness.cli.certify import front

            front(given[1:])
        options, unknown = parser(given[0]).parse_known_args(given)
        options.further = unknown
        if unknown and not getattr(options, "takes_further", False):
            options.parser.refuse(unknown)
        options.parser.refuse_misspelt(unknown)
        status: int = options.run(options)
    except KeyboardInterrupt:
        print("walletproof: broken off", file=sys.stderr)
        return BROKEN_OFF
    except BrokenPipeError:
        # The reader of our output has closed it, as in `walletproof compare ... | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except UsageProblem as error:
        return _refused(error)
    except Exception as error:
        # The import takes a tenth of a second and is needed only for an error.
        from harness.report import ReportError

        if not isinstance(error, ReportError):
            raise
        return _refused(error)
    return status


def _refused(error: Exception) -> int:
    print(inert(f"walletproof: {error}"), file=sys.stderr)
    return USAGE


def _require_command(word: str) -> None:
    """Raises UsageProblem, with the nearest command, if a word is neither a command nor an option of all of them."""
    names = [each.name for each in COMMANDS]
    if word.startswith("-") and word not in _OF_ALL:
        raise UsageProblem(
            f"{word} stands where a command belongs: walletproof COMMAND {word}; commands: {', '.join(names)}"
        )
    if not word.startswith("-") and word not in names:
        raise UsageProblem(f"there is no command {word!r}{nearest(word, names)}")


def parser(only: str = "") -> argparse.ArgumentParser:
    """The parser of the whole command line.

    With the first word of a command line in `only`, all other subcommands are without their arguments.
    """
    whole = Parser(
        prog="walletproof",
        description="Certifies an operator's seamless wallet. Begin with `init`, then `check`, then `certify`.",
        epilog="`walletproof docs exit_status` has the exit statuses of all commands.",
    )
    whole.add_argument("--version", action="version", version=f"walletproof {__version__}")
    commands = whole.add_subparsers(metavar="COMMAND", required=True)
    for each in COMMANDS:
        subparser = commands.add_parser(each.name, help=each.help, description=each.help)
        if only in {"", each.name}:
            implementation = each.implementation()
            implementation.add_arguments(subparser)
            subparser.set_defaults(run=implementation.run, parser=subparser)
    return whole
