"""Distinguishes an absent operation from one that refuses.

A wallet answers an operation that it lacks as it answers a path that certainly does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from harness.contracts.shared.answer import ABSENT_STATUSES
from harness.model import Message

NOWHERE = "no-such-operation"
"""The beginning of the last part of a path that no wallet has."""

_MADE_UP = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # UUIDs
    rb"|(?=[a-z0-9_-]*[0-9])[a-z0-9_-]{12,}"  # ids of requests and traces
    rb"|[0-9]+",  # times, dates and counters
    re.IGNORECASE,
)
_NAMES_OF_DAYS = re.compile(
    rb"\b(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b", re.IGNORECASE
)


def may_mean_absence(answer: Message | None) -> bool:
    """True if the status of an answer may mean that there is nothing at its path."""
    return answer is not None and answer.status in ABSENT_STATUSES


def beside(path: str, id_: str) -> str:
    """A path in the same folder that certainly does not exist. `id_` makes it unique."""
    return f"{path.rpartition('/')[0]}/{NOWHERE}-{id_}"


def alike(answer: Message, path: str, other: Message, other_path: str) -> bool:
    """True if two answers have the same status, and the same body apart from ids, their paths and times."""
    return answer.status == other.status and _plain(answer.body, path) == _plain(other.body, other_path)


def _plain(body: bytes, path: str) -> bytes:
    for text in sorted(_spellings(path), key=len, reverse=True):
        begins = rb"(?<![\w-])" if text[:1].isalnum() else b""
        body = re.sub(begins + re.escape(text) + rb"(?![\w-])", b"PATH", body, flags=re.IGNORECASE)
    return _NAMES_OF_DAYS.sub(b"0", _MADE_UP.sub(b"0", body))


def _spellings(path: str) -> Iterable[bytes]:
    """The path and its last part, as answers may write them."""
    for text in (path, path.rpartition("/")[2]):
        if text.strip("/"):
            yield from {each.encode() for each in (text, quote(text, safe=""), quote(text), text.replace("/", r"\/"))}
