"""Makes a text safe to show: what a terminal or a browser would obey, hide or reorder is written as an escape.

A wallet may send any character. Escapes have the notation of JSON, so a JSON text keeps its meaning.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

CUT = "..."
"""Stands where a text was cut."""
_OTHERS = re.compile(r"[^\n\t -~]+")
_MOST_MARKS = 3
"""How many combining marks may follow each other. More of them cover the lines above."""
_SHORT = {"\b": r"\b", "\f": r"\f", "\r": r"\r"}
_UNSEEN = frozenset(
    map(
        chr,
        (
            *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0),
            *range(0x180B, 0x1810),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
"""Characters that Unicode's `Default_Ignorable_Code_Point` lets nobody see, among those that count as printable."""


def inert(text: str) -> str:
    r"""The text with every control, bidirectional override and invisible character as an escape, such as `\u001b`.

    Line feeds and tabs stay. Text that is already inert is returned unchanged.
    """
    return _OTHERS.sub(_escaped, text)


def one_line(text: str) -> str:
    """The text, inert, with line feeds and tabs as escapes too. For a text that stands within a sentence."""
    return inert(text).replace("\n", r"\n").replace("\t", r"\t")


def clipped(text: str, longest: int) -> str:
    """The text, or its first characters with `CUT` behind them. No more than `longest` characters of it remain."""
    return text if len(text) <= longest else text[:longest] + CUT


def clipped_before(text: str, longest: int) -> str:
    """The text, or its last characters with `CUT` before them. No more than `longest` characters of it remain."""
    return text if len(text) <= longest else CUT + text[-longest:]


def summed(text: str, longest: int) -> str:
    """The text, or its first characters with length and digest. So two long texts remain different."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{clipped(text, longest)} ({len(text):,} characters, SHA-256 {digest}...)"


def is_unseen(character: str) -> bool:
    """True for a character that cannot be printed, or that nobody sees when it is printed."""
    return not character.isprintable() or character in _UNSEEN


def _escaped(match: re.Match[str]) -> str:
    found, marks = [], 0
    for character in match[0]:
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        found.append(_escape(character) if is_unseen(character) or marks > _MOST_MARKS else character)
    return "".join(found)


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
