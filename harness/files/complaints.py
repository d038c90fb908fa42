"""Complaints about a file that a user wrote, as lines that an editor can jump to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class ScenarioError(Exception):
    """One or more scenario files are wrong.

    The text has one line for each complaint, `path:line: message; did you mean 'x'?`, and `complaints` has the lines.
    """

    def __init__(self, complaints: Iterable[str]) -> None:
        """Keep the lines. The exception's text is all of them."""
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


def nearest(word: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest valid word, or all of them if none is near."""
    # The import costs several milliseconds and is needed only for a complaint.
    from difflib import get_close_matches

    # `str` is needed because some words are members of an enumeration, and a user cannot write their `repr`.
    by_lower_case = {each.lower(): str(each) for each in sorted(valid)}
    if near := get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.55):
        return f"; did you mean {by_lower_case[near[0]]!r}?"
    return f"; valid are: {', '.join(by_lower_case.values())}" if by_lower_case else ""


@dataclass(slots=True)
class Complaints:
    """Collects all complaints about one file, so that its author sees them together."""

    path: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Add a complaint about a line (counted from 1)."""
        self.found.append((line, message))

    def unknown(self, line: int, what: str, word: str, valid: Iterable[str]) -> None:
        """Add a complaint about an unknown word. `what` names the sort of word, `valid` has the valid words."""
        self.add(line, f"unknown {what} {word!r}{nearest(word, valid)}")

    def raise_if_any(self) -> None:
        """Raise ScenarioError with every complaint in the order of lines. Does nothing without complaints."""
        if self.found:
            raise ScenarioError(f"{self.path}:{line}: {message}" for line, message in dict.fromkeys(sorted(self.found)))
