"""`walletproof completion SHELL`: the lines by which a shell completes commands and options, made by argcomplete."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from harness.cli.command import UsageProblem

SHELLS = ("bash", "zsh", "fish")
_ASKED_BY = "_ARGCOMPLETE"
"""The environment variable by which a shell asks this program for completions."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("shell", choices=SHELLS, help="your shell")
    parser.epilog = (
        'For bash and zsh: eval "$(walletproof completion bash)" in the shell\'s start file. '
        "For fish: walletproof completion fish | source"
    )


def run(options: argparse.Namespace) -> int:
    """Print the lines. Raises UsageProblem if argcomplete is not installed."""
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        raise UsageProblem("completion needs argcomplete: pip install 'walletproof[completion]'") from None
    print(shellcode(["walletproof"], shell=options.shell))
    return 0


def complete(parser: Callable[[], argparse.ArgumentParser]) -> None:
    """Answer a shell that asks for completions, and end the process then. Does nothing otherwise."""
    if _ASKED_BY not in os.environ:
        return
    try:
        import argcomplete
    except ImportError:
        return
    argcomplete.autocomplete(parser())
