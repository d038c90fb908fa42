"""The state that all readers of one file share: its complaints, its contracts, and the reading of simple values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.files.complaints import Complaints, nearest
from harness.files.tree import Items, Node, Table, Text
from harness.scenario.dialect import Dialect
from harness.scenario.words import LIMITS
from harness.scenario.written_amounts import AMOUNTS, why_not_amount

MAX_TIMES = 10_000
"""The most sendings of one step. More would take minutes and show nothing that a thousand do not show."""

_NUMBER = re.compile(r"[0-9]{1,6}\Z", re.ASCII)
_DURATION = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[smhd])\Z", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,29}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Context:
    """The state of one file while it is read: its complaints, the contracts that it names, and the player's currency.

    The currency is empty if the file names none.
    """

    complaints: Complaints
    dialects: tuple[Dialect, ...] = ()
    currency: str = ""

    def add(self, node: Node, message: str) -> None:
        """Add a complaint about a node."""
        self.complaints.add(node.line, message)

    def unknown(self, node: Text, what: str, valid: Iterable[str]) -> None:
        """Add a complaint about an unknown word. `what` names the sort of word."""
        self.complaints.unknown(node.line, what, node.value, valid)

    def text(self, node: Node, what: str) -> str:
        """The text of a scalar. For another node, adds a complaint and returns an empty string."""
        if isinstance(node, Text):
            return node.value
        self.add(node, f"{what} must be one value, not a {kind_of(node)}")
        return ""

    def one_of(self, node: Node, what: str, valid: Iterable[str]) -> str:
        """A word out of several. For any other value, adds a complaint and returns an empty string."""
        word = self.text(node, what)
        if not isinstance(node, Text) or word in valid:
            return word
        self.unknown(node, what, valid)
        return ""

    def label(self, node: Node, what: str) -> str:
        """A label, which is a lower-case word."""
        word = self.text(node, what)
        if isinstance(node, Text) and not _LABEL.match(word):
            self.add(node, f"{what} {word!r} is no label: write a lower-case letter, then letters, digits or _")
            return ""
        return word

    def amount(self, node: Node, what: str, *, symbolic: bool = True) -> str:
        """An amount in main units, or a symbolic amount if `symbolic` is true."""
        word = self.text(node, what)
        if not isinstance(node, Text):
            return ""
        if not symbolic and word in AMOUNTS:
            self.add(node, f"{what} must be a number in main units, such as 100")
            return ""
        units = {each.name: each.contract.wire_unit(self.currency or "EUR") for each in self.dialects}
        if problem := why_not_amount(word, units, self.currency):
            hint = nearest(word, AMOUNTS) if word[:1].isalpha() else ""
            self.add(node, f"{what}: {problem}{hint}")
            return ""
        return word

    def count(self, node: Node, what: str) -> str:
        """A number from 1 to `MAX_TIMES`, or the name of a limit."""
        word = self.text(node, what)
        if not isinstance(node, Text) or word in LIMITS:
            return word
        if not _NUMBER.match(word):
            self.unknown(node, f"number of {what}", LIMITS)
            return ""
        if not 1 <= int(word) <= MAX_TIMES:
            self.add(node, f"{what} must be from 1 to {MAX_TIMES}")
            return ""
        return str(int(word))

    def seconds(self, node: Node, what: str) -> int:
        """A duration such as `90s`, `10m` or `2h`, in seconds."""
        word = self.text(node, what)
        match = _DURATION.match(word)
        if match is None or int(match["count"]) == 0:
            self.add(node, f"{what} {word!r} is no duration: write a number and s, m, h or d, such as 2h")
            return 0
        return int(match["count"]) * _SECONDS[match["unit"]]

    def json_text(self, node: Node, what: str) -> str:
        """JSON text that can replace a value in an object. Broken JSON can be sent only as `body`.

        So `1, "amount": 2` is allowed: with it a key occurs twice.
        """
        word = self.text(node, what)
        if not isinstance(node, Text):
            return ""
        try:
            # Only the form is checked here. The text itself is sent.
            json.loads(f'{{"field": {word}}}', parse_float=str, parse_int=str)
        except ValueError:
            self.add(node, f"{what}: {word!r} is no JSON text; write a string as '\"text\"'")
            return ""
        return word

    def table(self, node: Node, what: str) -> Table | None:
        """A mapping. For another node, adds a complaint and returns None."""
        if isinstance(node, Table):
            return node
        self.add(node, f"{what} must be a mapping, not a {kind_of(node)}")
        return None


def kind_of(node: Node) -> str:
    """The kind of a node, for a message."""
    return {Text: "single value", Items: "list", Table: "mapping"}[type(node)]


def entries(node: Table) -> Mapping[str, tuple[Text, Node]]:
    """A table's entries by key."""
    return {key.value: (key, value) for key, value in node.entries}
