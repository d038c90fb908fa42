"""The rules of plain words as tables: how long a sentence of a docstring may be, and which words it may not have.

Text in backticks is code: it counts as one word and is not searched for banned words.
"""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping

from source_tree import Module, room_of

LONGEST_SENTENCE_WORDS = 25

BANNED = re.compile(
    r"\b(?:tell|tells|told|heard|unheard|thirsty|dry(?![ -]runs?\b)|sky|flying|landings?|bury|buried|blurred|house|"
    r"crowd|diary|insists?|hush|betray(?:s|ed)?|whoever|of nobody|nobody's business|tombstones?)\b",
    re.IGNORECASE,
)
"""Metaphors, and verbs of speech for code and data. `said` and `seen` are not here: the wallet may say things."""

# Rooms with docstrings or comments that break the rules today, and why. A test asks to remove a room that is clean, so
# that the table can only shrink.
UNCLEAN: Mapping[str, str] = {
    "mock_server.defects": "docstrings of defects are texts of the kill matrix and its golden files",
}

_CODE = re.compile(r"``?[^`]*``?")
_PARAGRAPH = re.compile(r"\n\s*\n(?:\s*[*-] )?|\n\s*[*-] ")
_SENTENCE = re.compile(r"(?<=[.!?])[)\"']?\s+(?=[A-Z\"(])")


def docstrings(module: Module) -> Iterator[tuple[int, str]]:
    """Every docstring with its line: of modules, classes and functions, and the string below a constant or field."""
    for node in module.nodes:
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                yield from _strings(node, statements, first=field == "body")


def _strings(node: ast.AST, statements: list[ast.stmt], *, first: bool) -> Iterator[tuple[int, str]]:
    has_docstring = first and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    for place, each in enumerate(statements):
        match each:
            case ast.Expr(value=ast.Constant(value=str(text))) if (
                has_docstring if place == 0 else isinstance(statements[place - 1], ast.Assign | ast.AnnAssign)
            ):
                yield each.lineno, inspect.cleandoc(text)


def comments(module: Module) -> Iterator[tuple[int, str]]:
    """Every comment with its line."""
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, with `X` for each piece of code. An item of a list begins a sentence."""
    for paragraph in _PARAGRAPH.split(_CODE.sub("X", text)):
        yield from filter(None, _SENTENCE.split(" ".join(paragraph.split())))


def long_sentences(modules: Iterable[Module]) -> Iterator[str]:
    """Sentences of docstrings with too many words."""
    for module in modules:
        for line, text in docstrings(module):
            for sentence in sentences(text):
                if (count := len(sentence.split())) > LONGEST_SENTENCE_WORDS:
                    yield f"{module.path}:{line}: {count} words, over {LONGEST_SENTENCE_WORDS}: {sentence}"


def banned_words(modules: Iterable[Module]) -> Iterator[str]:
    """Docstrings and comments with a banned word."""
    for module in modules:
        for line, text in (*docstrings(module), *comments(module)):
            if found := BANNED.search(_CODE.sub("X", text)):
                yield f"{module.path}:{line}: {found[0]!r}: use the field's noun, and a plain verb"


def is_unclean(module: Module) -> bool:
    """True for a module in one of the rooms that are not clean yet."""
    return bool(room_of(module.name, UNCLEAN))
