"""YAML as a plain tree: every scalar stays text and every node has its line.

The tree is built from the parser's events and not by a YAML loader. So no scalar becomes a number, a boolean or a date.
Anchors, aliases, tags, merge keys and a second document are found and refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from harness.files.complaints import Complaints

MAX_BYTES = 64 * 1024
"""A scenario has 4 to 12 lines.

A file larger than this is refused, so that it does not slow the reading of the others.
"""
MAX_DEPTH = 12
"""The deepest legal nesting (`raw` of a batch item inside `at_once` inside `repeat`) is ten levels."""


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar, as written."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    values: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping with unique keys, in order."""

    entries: tuple[tuple[Text, Node], ...]
    line: int

    def get(self, key: str) -> Node | None:
        """The value of a key, or None."""
        return next((node for name, node in self.entries if name.value == key), None)


Node: TypeAlias = Text | Items | Table


@dataclass(frozen=True, slots=True)
class Kind:
    """The content of a kind of file, for messages about it."""

    noun: str
    expected: str
    """What the message about an empty file asks for."""


SCENARIO = Kind("scenario", "title, requirement and steps")


class _Refused(Exception):
    """The file cannot be read as a tree."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def read_tree(data: bytes, complaints: Complaints, kind: Kind = SCENARIO) -> Node | None:
    """The tree of one YAML document. Returns None and adds a complaint if the bytes are not allowed in such a file."""
    if len(data) > MAX_BYTES:
        complaints.add(1, f"the file has {len(data)} bytes, a {kind.noun} has at most {MAX_BYTES}: split it")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        complaints.add(line, f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}")
        return None
    try:
        root = _document(_events(text), complaints, kind)
    except _Refused as refused:
        complaints.add(refused.line, str(refused))
        return None
    if root is None:
        complaints.add(1, f"the file is empty: write at least {kind.expected}")
    return root


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, loader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _Refused(line, f"broken YAML: {error.reason} (character number {error.position + 1})") from None
    except yaml.MarkedYAMLError as error:
        mark = place_of(error, text)
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        raise _Refused(mark.line + 1 if mark else 1, f"broken YAML: {problem}") from None


def place_of(error: yaml.MarkedYAMLError, text: str) -> yaml.Mark | None:
    """Where a text is broken. What is open at its end is broken where it begins, and not behind the last line."""
    at_the_end = error.problem_mark is not None and error.problem_mark.index >= len(text.rstrip())
    marks = (error.context_mark, error.problem_mark) if at_the_end else (error.problem_mark, error.context_mark)
    return next((each for each in marks if each is not None), None)


def _document(events: Iterator[Any], complaints: Complaints, kind: Kind) -> Node | None:
    root: Node | None = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            if root is not None:
                raise _Refused(_line(event), f"a second document: one file holds one {kind.noun}")
            root = _node(next(events), events, complaints, 1)
    return root


def _node(event: Any, events: Iterator[Any], complaints: Complaints, depth: int) -> Node:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent):
        raise _Refused(line, f"the alias *{event.anchor} is refused: write the value where it is used")
    if event.anchor is not None:
        raise _Refused(line, f"the anchor &{event.anchor} is refused: write the value where it is used")
    if event.tag is not None:
        raise _Refused(line, f"the tag {event.tag} is refused: every value is read as text")
    if depth > MAX_DEPTH:
        raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(event, yaml.ScalarEvent):
        return Text(event.value, line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(tuple(_until(yaml.SequenceEndEvent, events, complaints, depth)), line)
    return _table(line, events, complaints, depth)


def _until(end: type[Any], events: Iterator[Any], complaints: Complaints, depth: int) -> Iterator[Node]:
    for event in events:
        if isinstance(event, end):
            return
        yield _node(event, events, complaints, depth + 1)


def _table(line: int, events: Iterator[Any], complaints: Complaints, depth: int) -> Table:
    entries: dict[str, tuple[Text, Node]] = {}
    nodes = _until(yaml.MappingEndEvent, events, complaints, depth)
    for key in nodes:
        value = next(nodes)
        if not isinstance(key, Text):
            raise _Refused(key.line, "a key must be a word, not a list or a mapping")
        if key.value == "<<":
            raise _Refused(key.line, "the merge key << is refused: write the values where they are used")
        if key.value in entries:
            first = entries[key.value][0].line
            complaints.add(key.line, f"{key.value!r} stands here twice; the first is in line {first}")
        else:
            entries[key.value] = (key, value)
    return Table(tuple(entries.values()), line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
