"""The table of hostile wallets, and which of them the whole suite meets."""

from __future__ import annotations

from hostile_answers import ANSWERS
from hostile_behaviours import Hostile, wallet
from hostile_http import HTTP

__all__ = ["HOSTILE", "QUICK", "WHOLE", "Hostile", "wallet"]

HOSTILE: dict[str, Hostile] = {**HTTP, **ANSWERS}
WHOLE: dict[str, tuple[int, str]] = {
    "never-answers": (1, "which is limits.run_seconds"),
    "answers-after-2-seconds": (4, "which is limits.run_seconds"),
    "closes-without-an-answer": (1, "closed without an answer"),
    "speaks-http-2-alone": (1, "speaks HTTP/2 alone"),
    "answers-an-empty-body": (1, "the answer has no body"),
    "swaps-answers": (1, "answered with the answer to another one"),
    "dies-after-a-while": (1, "limits.run_seconds"),
}
"""Behaviours that the whole suite meets, at settlements of money alone, with the exit status and the first cause."""
QUICK = ("speaks-http-0.9", "resets-connections", "serves-one-connection-and-closes-others", "swaps-answers")
"""The behaviours whose runs are quick enough for every `make test`."""
