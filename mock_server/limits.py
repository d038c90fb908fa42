"""The limits of a server: what it takes from one client, and from all together."""

from __future__ import annotations

from dataclasses import dataclass

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


_MOST_DIGITS = 20


def announced_bytes(content_length: str) -> int:
    """The length of a body that a Content-Length announces. It is 0 for a text that is no whole number.

    A number with more digits than any machine counts is cut, and stays far above every limit.
    """
    if not content_length.isascii() or not content_length.isdigit():
        return 0
    return int(content_length.lstrip("0")[:_MOST_DIGITS] or "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one server process."""

    head_bytes: int = 32 * KIBIBYTE
    head_seconds: float = 10
    """How long a connection may stay without a whole head of a request."""
    body_bytes: int = 8 * MEBIBYTE
    """Ten thousand batch items fit into this size."""
    body_seconds: float = 30
    """How long the body of a request may take."""
    answer_seconds: float = 30
    """How long a client may leave an answer unread."""
    discarded_bytes: int = 64 * MEBIBYTE
    """How much of a body that is too large is read, so that the connection stays usable."""
    linger_seconds: float = 2
    """How long a connection stays open after a refusal that ends it, so that the client can read the refusal."""
    connections: int = 4096
    requests: int = 2048
    """How many requests are served at once. More are refused at once instead of answered too late."""
