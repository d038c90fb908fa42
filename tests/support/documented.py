"""What README.md and the pages of `docs` print for readers to copy: blocks of code, and commands of ours."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(each for each in sorted((ROOT / "docs").rglob("*.md")) if each.parent.name != "site"),
)
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`(?P<text>[^`]+)`(?!`)")
_COMMAND = re.compile(r"(?:walletproof|pytest|python(?: -P)? -m (?:mock_server|pytest))(?: |\Z)")
_EXPORT = re.compile(r"export ")
SHELLS = ("sh", "console", "")
"""Languages of fenced blocks that hold commands. In a `console` only lines after a dollar sign are commands."""


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language and its text."""

    page: str
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        """`path:line`."""
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One command of ours as a page prints it, and the variables that the page has set before."""

    page: str
    line: int
    text: str
    variables: Mapping[str, str] = field(default_factory=dict, compare=False)
    fenced: bool = False
    """True if it stands in a block, to be copied."""

    @property
    def words(self) -> list[str]:
        """The command line as a shell splits it."""
        return shlex.split(self.text)


def blocks(language: str = "") -> list[Block]:
    """Every fenced block of every page, or those of one language."""
    found = [each for page in PAGES for each in _blocks(page)]
    return [each for each in found if not language or each.language == language]


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 2
        yield Block(page.relative_to(ROOT).as_posix(), line, found["language"], found["text"])


def commands() -> list[Command]:
    """Every command of ours: in fenced blocks, and in backticks within sentences if it has arguments."""
    return [each for page in PAGES for each in (*_fenced(page), *_within_sentences(page))]


def _fenced(page: Path) -> Iterator[Command]:
    variables: dict[str, str] = {}
    for block in _blocks(page):
        if block.language not in SHELLS:
            continue
        for offset, line in _shell_lines(block):
            if _EXPORT.match(line):
                pairs = (word.partition("=") for word in shlex.split(line, comments=True)[1:])
                variables |= {name: value for name, _, value in pairs}
            elif _COMMAND.match(line):
                text = shlex.join(shlex.split(line.removesuffix("&"), comments=True))
                yield Command(block.page, block.line + offset, text, dict(variables), fenced=True)


def _shell_lines(block: Block) -> Iterator[tuple[int, str]]:
    """The lines that are typed, each with its place in the block. Continued lines are one."""
    lines, start = block.text.splitlines(), 0
    while start < len(lines):
        end = start
        while lines[end].endswith("\\"):
            end += 1
        whole = " ".join(line.removesuffix("\\").strip() for line in lines[start : end + 1])
        if block.language != "console":
            yield start, whole
        elif whole.startswith("$ "):
            yield start, whole[2:]
        start = end + 1


def _within_sentences(page: Path) -> Iterator[Command]:
    text = page.read_text(encoding="utf-8")
    sentences = _FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in _INLINE.finditer(sentences):
        command = " ".join(found["text"].split())
        if _COMMAND.match(command) and " " in command:
            yield Command(page.relative_to(ROOT).as_posix(), sentences.count("\n", 0, found.start()) + 1, command)
