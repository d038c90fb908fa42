"""What a subcommand is: a module with these names."""

from __future__ import annotations

import argparse
from typing import Protocol


class Command(Protocol):
    """One subcommand. A module fulfils this by having the four names."""

    NAME: str
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it, and return the exit status. Raises UsageProblem or ReportError for what the user must set right."""


class UsageProblem(Exception):
    """The command line asks for something that cannot be; the text says what to give instead."""
