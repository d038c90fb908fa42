"""The interface of the module of a subcommand, and the error of its use."""

from __future__ import annotations

import argparse
from typing import Protocol


class Implementation(Protocol):
    """What a subcommand does. A module with these two functions satisfies this."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Run it and return the exit status. Raises UsageProblem or ReportError for an error that the user must
        correct.
        """


class UsageProblem(Exception):
    """The command line asks for something impossible. The text says how to correct it."""
