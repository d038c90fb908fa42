"""What HTTP and JSON say of an answer, before a dialect reads its words.

The README of the contracts defines success, refusal and unknown; a dialect adds only what a body of its own shape is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.contracts import Decoded
from harness.contracts.json_text import JsonError, parse
from harness.model import Fault, Message, Problem

ABSENT_STATUSES = frozenset({404, 405, 501})
"""What an operation that does not exist answers, when the body is not of the contract's shape."""

OVERLOADED_STATUSES = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Body:
    """An answer whose body is of the contract's shape; `problems` is what HTTP says against it."""

    status: int
    value: dict[str, object]
    problems: tuple[Problem, ...] = ()


def read(message: Message, has_shape: Callable[[int, dict[str, object]], bool]) -> Body | Decoded:
    """The body of an answer, or what it means that there is none of the contract's shape. Never raises."""
    try:
        value = parse(message.body)
    except JsonError as error:
        return _without_shape(message.status, Problem(Fault.UNDECODABLE, "body", str(error), "json"))
    if not isinstance(value, dict):
        found = Problem(Fault.UNDECODABLE, "", "the answer is JSON, but not an object")
        return _without_shape(message.status, found)
    if not has_shape(message.status, value):
        found = Problem(Fault.UNDECODABLE, "", "the answer is a JSON object that says neither success nor an error")
        return _without_shape(message.status, found)
    return Body(message.status, value, _dressed(message))


def contradiction(status: int, detail: str) -> Problem:
    """The HTTP status and the body say different things."""
    return Problem(Fault.WRONG_FORMAT, "status", f"HTTP {status} with {detail}", "status")


def _without_shape(status: int, found: Problem) -> Decoded:
    if status in ABSENT_STATUSES:
        return Decoded(None, absent=True)
    if 200 <= status < 300:
        return Decoded(None, (found,))
    if status < 400:
        detail = f"HTTP {status} is neither a success nor an error; redirects are not followed"
        return Decoded(None, (Problem(Fault.UNDECODABLE, "status", detail, "status"),))
    advice = "; the wallet is overloaded: run with a lower rate" if status in OVERLOADED_STATUSES else ""
    detail = f"HTTP {status} without an error of the contract's shape ({found.detail}){advice}"
    return Decoded(None, (Problem(Fault.UNDECODABLE, "status", detail, "http"),))


def _dressed(message: Message) -> tuple[Problem, ...]:
    problems = []
    if message.status >= 500:
        detail = f"an error of the contract's shape with HTTP {message.status}: a refusal is not a server error"
        problems.append(Problem(Fault.POOR_FORMAT, "status", detail, "http"))
    content_type = (message.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        detail = f"{content_type[:80]!r}, JSON is announced as application/json" if content_type else "missing"
        problems.append(Problem(Fault.POOR_FORMAT, "content-type", detail, "http"))
    return tuple(problems)
