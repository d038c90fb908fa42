"""Reads the nodes of a profile. Complaints have line and field; values may come from the environment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.profile.shape import Value
from harness.files.complaints import Complaints, nearest
from harness.files.tree import Items, Node, Table, Text

LONGEST_VALUE = 4096
"""The most characters of a value. No URL, path or token is longer."""

_WHOLE = re.compile(r"\$\{(?P<name>[^{}]*)\}\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)


class ProfileError(Exception):
    """A profile cannot be used. The text has one line for each complaint, `path:line: field: message`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """Values from options and environment that override the profile.

    A variable that only the profile needs may be missing.
    """

    contracts: tuple[str, ...] = ()
    """The chosen contracts. Empty means all."""
    url: bool = False
    provision: bool = False
    token: bool = False
    players: bool = False
    variables: frozenset[str] = frozenset()
    """The environment variables that are set, without their values."""

    def chosen(self, contract: str) -> bool:
        """True if the run covers the contract."""
        return not self.contracts or contract in self.contracts


@dataclass(frozen=True, slots=True)
class Reader:
    """The state of one profile while it is read."""

    shown: str
    """The path as the user wrote it."""
    folder: Path
    """The folder to which paths in the profile are relative."""
    environment: Mapping[str, str] = field(repr=False)
    overrides: Overrides
    complaints: Complaints
    warnings: list[str] = field(default_factory=list)

    def where(self, node: Node) -> str:
        """The place of a node, `file:line`."""
        return f"{self.shown}:{node.line}"

    def add(self, node: Node, name: str, message: str) -> None:
        """Add a complaint about a field."""
        self.complaints.add(node.line, f"{name}: {message}")

    def table(self, node: Node, name: str, known: Iterable[str] | None = None) -> dict[str, tuple[Text, Node]]:
        """A mapping's entries.

        For another node, adds a complaint and returns none. Adds a complaint for each unknown key.
        """
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
        """A list's members. For another node, adds a complaint and returns none."""
        if isinstance(node, Text) and not node.value:
            return ()
        if isinstance(node, Items):
            return node.values
        self.add(node, name, "must be a list, as in [a, b]")
        return ()

    def value(self, node: Node, name: str, *, needed: bool = True) -> Value | None:
        """One value.

        `${VARIABLE}` is replaced from the environment. Returns None with a complaint if there is no value.

        If `needed` is false, because an option overrides the value, the variable may be missing.
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
        """The members of a list. A single value counts as a list of one."""
        return (node,) if isinstance(node, Text) and node.value else self.items(node, name)

    def values(self, node: Node, name: str) -> tuple[Value, ...]:
        """The values of a list. A single value counts as a list of one."""
        return tuple(found for each in self.nodes(node, name) if (found := self.value(each, name)) is not None)

    def file(self, node: Node, name: str) -> Value | None:
        """The absolute path of a file that exists."""
        if (found := self.value(node, name)) is None:
            return None
        path = self.folder / Path(found.text).expanduser()
        if not path.exists():
            self.add(node, name, f"there is no file {path}: correct the path, which is relative to the profile")
            return None
        return Value(str(path.absolute()), found.where, found.variable)


def _short(text: str) -> str:
    """A wrong word, shortened to fit into one line."""
    return text if len(text) <= LONGEST_WORD else f"{text[:LONGEST_WORD]}..."


LONGEST_WORD = 60
