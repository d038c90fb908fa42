"""Parts of the output that a log of GitHub Actions folds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from harness.inert import one_line

_COMMAND = "::"


def no_command(line: str) -> str:
    """The line, changed if a log would take it for a command: a wallet's words may come to stand at its beginning."""
    return line.replace(_COMMAND, ": :", 1) if line.lstrip().startswith(_COMMAND) else line


class Folds:
    """Prints the marks between which a log is folded, if the log does that."""

    def __init__(self, *, folding: bool) -> None:
        """`folding` is True if the log folds."""
        self._folding = folding

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Folds:
        """The marks of GitHub Actions within it, and none elsewhere."""
        return cls(folding=environment.get("GITHUB_ACTIONS") == "true")

    def open(self, reporter: Any, title: str) -> None:
        """Begin a part."""
        if self._folding:
            reporter.line(f"::group::{one_line(title)}")

    def close(self, reporter: Any) -> None:
        """End the part."""
        if self._folding:
            reporter.line("::endgroup::")

    @contextmanager
    def part(self, reporter: Any, title: str) -> Iterator[None]:
        """What is printed in the block is one part."""
        self.open(reporter, title)
        yield
        self.close(reporter)
