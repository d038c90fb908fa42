"""The numbers of a profile: how scenarios are scaled, how long we wait, and how much a wallet is asked at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.config.profile.reader import Reader
from harness.config.profile.shape import Value
from harness.files.tree import Node

LARGEST = 100_000
"""No scenario is scaled beyond this: it would be a load test, and of our own memory."""
LONGEST_WAIT_SECONDS = 600

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class LimitKind:
    """What a limit may be."""

    most: int
    whole: bool = True

    def accepts(self, text: str) -> bool:
        """Whether a text is such a number: above 0, and a whole one where only those make sense."""
        if not _NUMBER.match(text) or (self.whole and "." in text):
            return False
        return bool(text.strip("0.")) and (int(text.partition(".")[0]) < self.most or text == str(self.most))

    def __str__(self) -> str:
        """In words."""
        return f"a whole number from 1 to {self.most}" if self.whole else f"a number above 0, at most {self.most}"


LIMITS: Mapping[str, LimitKind] = {
    **{name: LimitKind(LARGEST) for name in ("parallel", "rounds", "burst", "batch", "races", "connections")},
    "requests_per_second": LimitKind(LARGEST, whole=False),
    "time_out_seconds": LimitKind(LONGEST_WAIT_SECONDS, whole=False),
}


def read_limits(node: Node, reader: Reader) -> dict[str, Value]:
    """The limits that a profile sets, as texts that are numbers."""
    found: dict[str, Value] = {}
    for name, (_, each) in reader.table(node, "limits", LIMITS).items():
        value = reader.value(each, f"limits.{name}")
        if value is not None and not LIMITS[name].accepts(value.text):
            reader.add(each, f"limits.{name}", f"must be {LIMITS[name]}")
        elif value is not None:
            found[name] = value
    return found
