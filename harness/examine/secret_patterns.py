"""The patterns that find a secret in a text: everywhere, or only as a whole value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import quote

from harness.examine.common_secrets import is_weak
from harness.examine.disguises import layers

Pattern = tuple[re.Pattern[str], str, str]
"""What finds a secret, the name that replaces it, and a part of every match, which may be empty.

A group `before` of the pattern is not replaced. The part is looked for first, in the text in lower case, which takes a
fraction of the time.
"""
_LIKE_ASCII = "\u0130\u0131\u017f\u212a"
"""The characters that a pattern without regard to case takes for an `i`, an `s` or a `k`."""
_SPACE = re.compile(r"(?:\\?\s)+")
"""White space in the pattern of a secret. A text may have it in another form."""


def possible(patterns: Sequence[Pattern], text: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """The patterns that may find something in a text, each with the name of its secret."""
    lowered = None if any(each in text for each in _LIKE_ASCII) else text.lower()
    return ((pattern, name) for pattern, name, needle in patterns if lowered is None or needle in lowered)


@lru_cache(maxsize=256)
def everywhere(secret: str, *, is_public: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The patterns of a secret that is hidden everywhere, each with its needle.

    Each scenario has tokens of its own, but most secrets are those of the whole run.
    """
    found = []
    for form in sorted({*_read(secret), *_undone(secret), _hexadecimal(secret)}, key=len, reverse=True):
        pattern = _SPACE.sub(r"[\\s+]+", re.escape(form))
        alone = rf"(?<![\w]){pattern}(?![\w])" if is_public else pattern
        found.append((re.compile(alone, re.IGNORECASE), _needle(form)))
    return tuple(found)


def _needle(form: str) -> str:
    """A part, in lower case, of everything that the pattern of this form finds. Empty if it has several spellings."""
    return form.lower() if form.isascii() and not _SPACE.search(form) else ""


def whole_values(secret: str) -> Iterator[tuple[re.Pattern[str], str]]:
    """The patterns of a secret that is hidden only as a whole value, each with its needle."""
    for form in sorted(_read(secret), key=len, reverse=True):
        yield from ((pattern, _needle(form)) for pattern in _whole(form))


def _read(secret: str) -> set[str]:
    """The secret as it stands in texts: as it is, in a URL, and in a header, which is always read as Latin-1."""
    return {secret, quote(secret, safe=""), secret.encode("utf-8", "surrogatepass").decode("latin-1")}


def _undone(secret: str) -> set[str]:
    """The secret in capitals, and as a reader takes it who undoes what looks like an escape in it."""
    # A reader of `\\xc3\\xa9` takes it for UTF-8, although it may have been two characters of the secret.
    readings = [each.text for start in (secret, ascii(secret)[1:-1]) for each in layers(start)]
    return {each for reading in readings for each in (reading, reading.upper()) if not is_weak(each)}


def _hexadecimal(secret: str) -> str:
    return secret.encode("utf-8", "surrogatepass").hex()


def _whole(form: str) -> tuple[re.Pattern[str], ...]:
    """Patterns that find a form of a secret only as a whole value. The group `before` stays in the text."""
    escaped = re.escape(form)
    return tuple(re.compile(pattern.replace("FORM", escaped)) for pattern in _WHOLE_VALUES)


_WHOLE_VALUES = (
    r'(?P<before>(?<=")(?<!\\"))FORM(?="(?!\s*:))',  # a string of JSON
    r'(?P<before>[:,\[]\s*\\")FORM(?=\\"\s*[,}\]])',  # a string of JSON within a string
    r"(?P<before>(?<=:))FORM(?=@[\w\[])",  # the password of a URL
    r"(?P<before>(?:[?&#]|;\s*)[^\s=&?#;\"'<>]*=)FORM(?![^\s&#;,\"'<>)\\])",  # a parameter of a query, form or cookie
    r"(?P<before>(?<==))FORM(?=&)",  # the first parameter of a form
    r"(?P<before>\A[^\s=&?#;\"'<>]+=)FORM(?=;|\Z)",  # the first of a cookie, or the only parameter of a form
    r"(?P<before>(?i:cookie)[\"']?\s*[:=]\s*[\"']?[^\s=;]+=)FORM(?![^\s;,\"'<>)\\])",  # the same after its name
    r"(?P<before>(?i:authorization)\\?[\"']?\s*[:=]\s*\\?[\"']?(?:[A-Za-z][\w-]*\s+)?)FORM(?![^\s;,\"'<>)\\])",
    r"(?P<before>[\"'](?i:basic|bearer|token|apikey|digest)\s+)FORM(?=[\"'])",  # credentials after their scheme
    r"(?P<before>['\"]\s*(?::|=>)\s*')FORM(?=')",  # a value in the notation of Python, Ruby or PHP
    r"(?P<before><(?P<tag>[\w:.-]+)[^<>]*>)FORM(?=</(?P=tag)>)",  # an element of XML
)
"""Where a value is whole. `FORM` stands for the secret."""
