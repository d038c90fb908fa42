"""Reads the numbers of a profile: the size of scenarios, time limits, and the load on the wallet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.config.profile.reader import Reader
from harness.config.profile.shape import Value
from harness.files.tree import Node

LARGEST = 100_000
"""The largest value of a limit. A scenario beyond it would be a load test and would exhaust our own memory."""
LONGEST_WAIT_SECONDS = 600
LONGEST_AGE_SECONDS = 86_400
"""A day: the platform repeats unpaid transactions the next day."""
LONGEST_RUN_SECONDS = 86_400
LONGEST_SETTLING_SECONDS = 60

_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class LimitKind:
    """The valid values of a limit."""

    most: int
    whole: bool = True
    zero: bool = False
    """True if 0 is valid, too: it switches the limit's subject off."""

    def accepts(self, text: str) -> bool:
        """True if the text is a number above 0, and a whole number if the limit needs one. 0 is valid for some."""
        if self.zero and text == "0":
            return True
        if not _NUMBER.match(text) or (self.whole and "." in text):
            return False
        return bool(text.strip("0.")) and (int(text.partition(".")[0]) < self.most or text == str(self.most))

    def __str__(self) -> str:
        """The valid values in words."""
        return (
            f"a whole number from {0 if self.zero else 1} to {self.most}"
            if self.whole
            else f"a number {'from 0' if self.zero else 'above 0'}, at most {self.most}"
        )


LIMITS: Mapping[str, LimitKind] = {
    **{name: LimitKind(LARGEST) for name in ("parallel", "rounds", "burst", "batch", "races", "connections")},
    "explore": LimitKind(LARGEST, zero=True),
    "age_seconds": LimitKind(LONGEST_AGE_SECONDS, zero=True),
    "recovery_seconds": LimitKind(LONGEST_WAIT_SECONDS, whole=False, zero=True),
    "run_seconds": LimitKind(LONGEST_RUN_SECONDS, whole=False),
    "requests_per_second": LimitKind(LARGEST, whole=False),
    "settle_seconds": LimitKind(LONGEST_SETTLING_SECONDS, whole=False, zero=True),
    "time_out_seconds": LimitKind(LONGEST_WAIT_SECONDS, whole=False),
}


def read_limits(node: Node, reader: Reader) -> dict[str, Value]:
    """The limits that a profile sets. Their texts are valid numbers."""
    found: dict[str, Value] = {}
    for name, (_, each) in reader.table(node, "limits", LIMITS).items():
        value = reader.value(each, f"limits.{name}")
        if value is not None and not LIMITS[name].accepts(value.text):
            reader.add(each, f"limits.{name}", f"must be {LIMITS[name]}")
        elif value is not None:
            found[name] = value
    return found
