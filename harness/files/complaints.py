"""What is wrong with a scenario file, as lines that an editor can jump to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


class ScenarioError(Exception):
    """One or more scenario files are wrong.

    The text has one line for each complaint, `path:line: message; did you mean 'x'?`, and `complaints` has the lines.
    """

    def __init__(self, complaints: Iterable[str]) -> None:
        """Remember the lines; the exception's text is all of them."""
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


def nearest(word: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest valid one, or all of them when none is near."""
    # The import costs several milliseconds and is needed only when there is something to complain about.
    from difflib import get_close_matches

    # `str` because some words are members of an enumeration, whose `repr` is not what a user can write.
    by_lower_case = {each.lower(): str(each) for each in sorted(valid)}
    if near := get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0.55):
        return f"; did you mean {by_lower_case[near[0]]!r}?"
    return f"; valid are: {', '.join(by_lower_case.values())}" if by_lower_case else ""


@dataclass(slots=True)
class Complaints:
    """Collects what is wrong with one file, so that its author sees everything at once."""

    path: str
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, message: str) -> None:
        """Note a complaint about a line (counted from 1)."""
        self.found.append((line, message))

    def unknown(self, line: int, what: str, word: str, valid: Iterable[str]) -> None:
        """Note an unknown word: `what` says of which sort, `valid` which words there are."""
        self.add(line, f"unknown {what} {word!r}{nearest(word, valid)}")

    def raise_if_any(self) -> None:
        """Raise ScenarioError with every complaint in the order of lines; do nothing when there is none."""
        if self.found:
            raise ScenarioError(f"{self.path}:{line}: {message}" for line, message in dict.fromkeys(sorted(self.found)))
