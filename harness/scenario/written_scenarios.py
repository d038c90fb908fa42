"""Writes a scenario as the text of a scenario file, from plain mappings, lists and texts. The loader reads it back.

The tree that it would read can be had without the text, because reading YAML takes longer than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from harness.files.tree import Items, Node, Table, Text

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/")
_MEANT_OTHERWISE = frozenset({"", "-", "true", "false", "null", "yes", "no", "on", "off", "~"})


def text_of(scenario: Mapping[str, Any], comments: Sequence[str] = ()) -> str:
    """The text of a scenario file. The keys are those of a file, in their order.

    A modifier has a line of its own. `comments` follow as lines after the steps. The values are texts, or lists and
    mappings of them.
    """
    lines = [f"{name}: {_flow(value, top=True)}" for name, value in scenario.items() if name != "steps"]
    lines += ["steps:", *_list(scenario["steps"], "  ")]
    lines += [f"# {line}".rstrip() for comment in comments for line in comment.splitlines()]
    return "\n".join(lines) + "\n"


def tree_of(scenario: Mapping[str, Any]) -> Table:
    """The tree that the text of `text_of` is read as, with the lines that its nodes have there."""
    others = [(name, value) for name, value in scenario.items() if name != "steps"]
    entries: list[tuple[Text, Node]] = [
        (Text(name, line), _node(value, line)) for line, (name, value) in enumerate(others, 1)
    ]
    steps, _ = _steps(scenario["steps"], len(others) + 2)
    return Table((*entries, (Text("steps", len(others) + 1), steps)), 1)


def _steps(steps: Sequence[Mapping[str, Any]], line: int) -> tuple[Node, int]:
    """The nodes of steps that begin in a line, and the line after them. No steps are nothing after their key."""
    if not steps:
        return Text("", line - 1), line
    tables: list[Table] = []
    begin = line
    for step in steps:
        first = line
        entries: list[tuple[Text, Node]] = []
        for name, value in step.items():
            key, node = Text(name, line), _node(value, line)
            if name == "at_once" and isinstance(value, list):
                node, line = _steps(value, line + 1)
            else:
                line += 1
            entries.append((key, node))
        tables.append(Table(tuple(entries), first))
    return Items(tuple(tables), begin), line


def _node(value: Any, line: int) -> Node:
    if isinstance(value, Mapping):
        return Table(tuple((Text(name, line), _node(each, line)) for name, each in value.items()), line)
    if isinstance(value, list | tuple):
        return Items(tuple(_node(each, line) for each in value), line)
    return Text(str(value), line)


def _list(steps: Sequence[Mapping[str, Any]], indent: str) -> Iterator[str]:
    """The lines of steps: the word of each with its content, then its modifiers, each in a line."""
    for step in steps:
        mark = "- "
        for name, value in step.items():
            if name == "at_once" and isinstance(value, list):
                yield f"{indent}{mark}{name}:"
                yield from _list(value, f"{indent}    ")
            else:
                yield f"{indent}{mark}{name}: {_flow(value)}".rstrip()
            mark = "  "


def _flow(value: Any, *, top: bool = False) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(str(value), top=top)


def _scalar(text: str, *, top: bool) -> str:
    """A scalar that reads as this text. An empty text is nothing, as after `balance:` in a line of its own."""
    if not text:
        return ""
    if top and _is_sentence(text):
        return text
    if set(text) <= _PLAIN and text not in _MEANT_OTHERWISE and not text.startswith(("-", ".")):
        return text
    dumped: str = yaml.safe_dump(text, default_style='"', allow_unicode=False, width=10_000)
    return dumped.strip()


def _is_sentence(text: str) -> bool:
    """True if a text may stand without quotes in a line of its own."""
    return set(text) <= _PLAIN | {" ", ",", "'", "(", ")"} and text[0].isalpha() and text == text.strip()
