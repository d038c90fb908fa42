"""Parses the command line of the subcommands. A mistake in it is one sentence, with the nearest word that exists."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from typing import NoReturn

from harness.cli.command import UsageProblem

_CHOICE = re.compile(r"(?:argument (?P<name>[^:]*): )?invalid choice: '(?P<word>.*?)' \(choose from (?P<words>.*)\)")
_ALIKE, _NEARLY = 0.6, 0.85
"""The likeness of a mistyped word. An option that pytest may have must be nearly one of ours."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are UsageProblems."""

    def error(self, message: str) -> NoReturn:
        """Raises UsageProblem."""
        raise UsageProblem(f"{_in_words(message)} (`{self.prog} --help`)")

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """Raises UsageProblem for arguments that the parser does not have."""
        options = [each.partition("=")[0] for each in unknown if each.startswith("-")]
        if not options:
            self.error(f"there is no place for {' '.join(map(repr, unknown))}")
        self.error(f"there is no option {options[0]}{meant(options[0], self.option_words)}")

    def refuse_misspelt(self, unknown: Sequence[str]) -> None:
        """Raises UsageProblem for an option that is nearly one of this parser. Every other one is left to pytest."""
        for option in (each.partition("=")[0] for each in unknown if each.startswith("--")):
            if near := meant(option, self.option_words, alike=_NEARLY):
                self.error(f"there is no option {option}{near}")

    @property
    def option_words(self) -> list[str]:
        """The long options that the parser has."""
        return re.findall(r"--[a-z][a-z-]*", self.format_help())


def meant(word: str, known: Iterable[str], *, alike: float = _ALIKE) -> str:
    """`; did you mean --contract?`, or an empty text if no known word is like it. `alike` is a ratio up to 1."""
    # The import costs several milliseconds and is needed only for a mistake.
    from difflib import get_close_matches

    near = get_close_matches(word, dict.fromkeys(known), n=1, cutoff=alike)
    return f"; did you mean {near[0]}?" if near else ""


def _in_words(message: str) -> str:
    """An error of argparse as a sentence of ours."""
    found = _CHOICE.fullmatch(message)
    if found is None:
        return message
    words = [each.strip().strip("'") for each in found["words"].split(",")]
    name = f"{found['name']}: " if found["name"] else ""
    return f"{name}{found['word']!r} is none of {', '.join(words)}{meant(found['word'], words)}"
