"""Bodies of messages for readers: JSON gets a line for each member, and no token of it is changed.

Names that occur twice, the notation of numbers, and escapes stay as the wallet has written them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s",:{}\[\]]+|[,:{}\[\]]')
_OPENING, _CLOSING = frozenset("[{"), frozenset("]}")
_INDENT = "  "


@lru_cache(maxsize=4096)
def pretty(text: str) -> str:
    """A JSON object or list with a line for each member. Any other text is returned as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refused)
    except (ValueError, RecursionError):
        return text
    return "".join(_laid_out(_TOKEN.findall(text)))


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _laid_out(tokens: list[str]) -> Iterator[str]:
    depth = 0
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        if token in _CLOSING:
            depth -= 1
            if before not in _OPENING:
                yield "\n" + _INDENT * depth
        elif before in _OPENING or before == ",":
            yield "\n" + _INDENT * depth
        yield token
        if token == ":":
            yield " "
        elif token in _OPENING:
            depth += 1


def wire(first: str, message: Mapping[str, Any]) -> dict[str, str]:
    """A message in the form of HTTP: its first line, its headers and its body, each as text."""
    return {
        "line": first,
        "headers": "\n".join(f"{name}: {value}" for name, value in message["headers"]),
        "body": pretty(message["body"]),
    }
