"""The interface of a subcommand: a module with these names."""

from __future__ import annotations

import argparse
from typing import Protocol


class Command(Protocol):
    """One subcommand. A module with the four names satisfies this."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Run it and return the exit status. Raises UsageProblem or ReportError for an error that the user must
        correct.
        """


class UsageProblem(Exception):
    """The command line asks for something impossible. The text says how to correct it."""
