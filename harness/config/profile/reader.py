"""Reads the nodes of a profile: complaints with line and field, and values from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.profile.shape import Value
from harness.files.complaints import Complaints, nearest
from harness.files.tree import Items, Node, Table, Text

LONGEST_VALUE = 4096
"""A URL, a path or a token of this length is none."""

_WHOLE = re.compile(r"\$\{(?P<name>[^{}]*)\}\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)


class ProfileError(Exception):
    """A profile cannot be used: one line for each complaint, `path:line: field: message`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What is said elsewhere and with more weight, so that a variable that only the profile needs may be missing."""

    contracts: tuple[str, ...] = ()
    """The contracts that were chosen; none is all."""
    url: bool = False
    provision: bool = False
    players: bool = False
    variables: frozenset[str] = frozenset()
    """The environment variables that are set, without their values."""

    def chosen(self, contract: str) -> bool:
        """Whether a run is about a contract."""
        return not self.contracts or contract in self.contracts


@dataclass(frozen=True, slots=True)
class Reader:
    """One profile being read."""

    shown: str
    """The path as the user has written it."""
    folder: Path
    """What relative paths in it are relative to."""
    environment: Mapping[str, str] = field(repr=False)
    overrides: Overrides
    complaints: Complaints
    warnings: list[str] = field(default_factory=list)

    def where(self, node: Node) -> str:
        """The place of a node."""
        return f"{self.shown}:{node.line}"

    def add(self, node: Node, name: str, message: str) -> None:
        """Complain about a field."""
        self.complaints.add(node.line, f"{name}: {message}")

    def table(self, node: Node, name: str, known: Iterable[str] | None = None) -> dict[str, tuple[Text, Node]]:
        """A mapping's entries; empty, with a complaint, when the node is none. Keys that are not known are told."""
        if isinstance(node, Text) and not node.value:
            return {}
        if not isinstance(node, Table):
            self.add(node, name, "must be a mapping of `key: value` lines")
            return {}
        entries = {key.value: (key, value) for key, value in node.entries}
        if known is None:
            return entries
        valid = sorted(known)
        for word, (key, _) in entries.items():
            if word not in valid:
                self.complaints.unknown(key.line, f"key in {name}" if name else "key", _short(word), valid)
        return {word: entry for word, entry in entries.items() if word in valid}

    def items(self, node: Node, name: str) -> tuple[Node, ...]:
        """A list's members; empty, with a complaint, when the node is none."""
        if isinstance(node, Text) and not node.value:
            return ()
        if isinstance(node, Items):
            return node.values
        self.add(node, name, "must be a list, as in [a, b]")
        return ()

    def value(self, node: Node, name: str, *, needed: bool = True) -> Value | None:
        """One value, from the environment where it is `${VARIABLE}`; None, with a complaint, when there is none.

        When the value is not needed, because it is said elsewhere, a variable may be missing.
        """
        if not isinstance(node, Text):
            self.add(node, name, "must be one value, not a list or a mapping")
            return None
        text, variable = node.value, ""
        if (match := _WHOLE.match(text)) is not None:
            variable = match["name"]
            if not _NAME.match(variable):
                self.add(node, name, f"{_short(text)} names no environment variable: write letters, digits and _")
                return None
            text = self.environment.get(variable, "")
            if not text:
                self._missing(node, name, variable, needed=needed)
                return None
        elif "${" in text:
            self.add(
                node,
                name,
                "${...} is filled in only where it is the whole value: put all of the value into one variable",
            )
            return None
        if not text or len(text) > LONGEST_VALUE or any(ord(each) < ord(" ") for each in text):
            self.add(node, name, "is empty: write a value, or leave the key out" if not text else "is no single line")
            return None
        return Value(text, self.where(node), variable)

    def _missing(self, node: Node, name: str, variable: str, *, needed: bool) -> None:
        if needed:
            state = "is empty" if variable in self.environment else "is not set"
            self.add(node, name, f"the environment variable {variable} {state}: export it before the run")

    def one_of(self, node: Node, name: str, valid: Iterable[str]) -> Value | None:
        """A word out of several."""
        found = self.value(node, name)
        if found is None or found.text in (words := tuple(valid)):
            return found
        self.add(node, name, f"{_short(found.text)!r} is none of its words{nearest(found.text, words)}")
        return None

    def nodes(self, node: Node, name: str) -> tuple[Node, ...]:
        """The members of a list; one value stands for a list of one."""
        return (node,) if isinstance(node, Text) and node.value else self.items(node, name)

    def values(self, node: Node, name: str) -> tuple[Value, ...]:
        """The values of a list; one value stands for a list of one."""
        return tuple(found for each in self.nodes(node, name) if (found := self.value(each, name)) is not None)

    def file(self, node: Node, name: str) -> Value | None:
        """The path of a file that exists, absolute."""
        if (found := self.value(node, name)) is None:
            return None
        path = self.folder / Path(found.text).expanduser()
        if not path.exists():
            self.add(node, name, f"there is no file {path}: correct the path, which is relative to the profile")
            return None
        return Value(str(path.absolute()), found.where, found.variable)


def _short(text: str) -> str:
    """Not more of a wrong word than a line has room for."""
    return text if len(text) <= LONGEST_WORD else f"{text[:LONGEST_WORD]}..."


LONGEST_WORD = 60
