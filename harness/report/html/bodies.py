"""Bodies of messages for readers: JSON gets a line for each member, and no token of it is changed.

Names that occur twice, the notation of numbers, and escapes stay as the wallet has written them. A line knows the
place of its value, so that a wrong value can be marked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.contracts.shared.schema import pointer

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s",:{}\[\]]+|[,:{}\[\]]')
_OPENING, _CLOSING = frozenset("[{"), frozenset("]}")
_INDENT = "  "

WrongValues = Mapping[str, "WrongValue"]
"""By place: what is wrong with the value there."""


@dataclass(frozen=True, slots=True)
class WrongValue:
    """What is wrong with a value: the kind of the finding, and a few words."""

    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A line of a message. `place` is that of its value: a JSON pointer, the name of a header, or `status`."""

    text: str
    place: str = ""


def pretty(text: str) -> str:
    """A JSON object or list with a line for each member. Any other text is returned as it is."""
    return "\n".join(line.text for line in lines_of(text))


@lru_cache(maxsize=4096)
def lines_of(text: str) -> tuple[MessageLine, ...]:
    """The lines of a body: of a JSON object or list one for each member. Those of any other text have no places."""
    if not text.lstrip().startswith(("{", "[")):
        return (MessageLine(text),)
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_refused)
    except (ValueError, RecursionError):
        return (MessageLine(text),)
    return tuple(_laid_out(_TOKEN.findall(text)))


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _laid_out(tokens: list[str]) -> Iterator[MessageLine]:
    """The lines of the tokens. `path` has the key or index of the value at hand in each object and list around it."""
    path: list[str | int] = []
    line, place = "", ""
    for token, before in zip(tokens, ["", *tokens], strict=False):
        if token in _CLOSING:
            path.pop()
        if _begins_a_line(token, before):
            yield MessageLine(line, place)
            line, place = _INDENT * len(path), ""
            if token not in _CLOSING:
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else _key(token)
                place = pointer(path)
        line += f"{token} " if token == ":" else token
        if token in _OPENING:
            path.append(-1 if token == "[" else "")
    yield MessageLine(line, place)


def _begins_a_line(token: str, before: str) -> bool:
    return before not in _OPENING if token in _CLOSING else before in _OPENING or before == ","


def _key(token: str) -> str:
    return str(json.loads(token, strict=False, parse_float=str))


def wire(first: str, message: Mapping[str, Any], marks: WrongValues) -> dict[str, list[dict[str, str]]]:
    """A message in the form of HTTP: its first line, its headers and its body, each in parts: plain or marked."""
    headers = [MessageLine(f"{name}: {value}", name.lower()) for name, value in message["headers"]]
    return {
        "line": _parts([MessageLine(first, "status")], marks),
        "headers": _parts(headers, marks),
        "body": _parts(lines_of(message["body"]), marks),
    }


def _parts(lines: Sequence[MessageLine], marks: WrongValues) -> list[dict[str, str]]:
    """The text of lines, divided at marked lines. A marked part has the kind of its finding and what is wrong."""
    found: list[dict[str, str]] = []
    plain = ""
    for number, line in enumerate(lines):
        plain += "\n" if number else ""
        mark = marks.get(line.place)
        if mark is None:
            plain += line.text
            continue
        text = line.text.lstrip()
        plain += line.text[: len(line.text) - len(text)]
        found += [{"text": plain, "kind": "", "why": ""}, {"text": text, "kind": mark.kind, "why": mark.why}]
        plain = ""
    return [*found, {"text": plain, "kind": "", "why": ""}]
