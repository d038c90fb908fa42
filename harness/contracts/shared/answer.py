"""Reads the HTTP and JSON part of an answer, which is the same for every contract.

The README of the contracts defines success, refusal and unknown. A contract adds only the shape of its own bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from harness.contracts import Decoded
from harness.contracts.shared.json_text import JsonError, parse
from harness.contracts.shared.schema import shown
from harness.inert import clipped
from harness.model import Fault, Flaw, Message, Problem

ABSENT_STATUSES = frozenset({404, 405, 501})
"""With one of these and no body of the contract's shape, the wallet may lack the operation."""

ADVICE: Mapping[int, str] = {
    413: "the body is too large for the wallet, its framework or its proxy: raise the limit",
    429: "the wallet limits its callers: run with a lower rate",
    502: "something in front of the wallet cannot reach it",
    503: "the wallet is overloaded or restarts: run with a lower rate",
    504: "something in front of the wallet has waited too long for it",
}
"""By HTTP status: what an answer without the contract's shape means, whatever its body is."""


@dataclass(frozen=True, slots=True)
class Body:
    """An answer whose body has the contract's shape. `problems` lists errors in its status and headers."""

    status: int
    value: dict[str, object]
    problems: tuple[Problem, ...] = ()


def read(message: Message, has_shape: Callable[[int, dict[str, object]], bool]) -> Body | Decoded:
    """The body of an answer, or the meaning of an answer without a body of the contract's shape. Never raises."""
    try:
        value = parse(message.body)
    except JsonError as error:
        return _without_shape(message.status, Problem(Fault.UNDECODABLE, "body", str(error), "json", error.flaw))
    if not isinstance(value, dict):
        found = Problem(Fault.UNDECODABLE, "", "the answer is JSON, but not an object")
        return _without_shape(message.status, found)
    if not has_shape(message.status, value):
        found = Problem(Fault.UNDECODABLE, "", "the answer is a JSON object that says neither success nor an error")
        return _without_shape(message.status, found)
    return Body(message.status, value, _http_problems(message))


def contradiction(status: int, detail: str) -> Problem:
    """A problem: the HTTP status and the body contradict each other."""
    return Problem(Fault.WRONG_FORMAT, "status", f"HTTP {status} with {detail}", "status", Flaw.CONTRADICTION)


def echo_problems(pairs: Iterable[tuple[Mapping[str, str], Mapping[str, str]]]) -> tuple[Problem, ...]:
    """The fields that answers do not repeat as requested, one problem for each field.

    A pair holds the fields that the answer should repeat, and those that it repeats.
    """
    wrong: dict[str, list[str]] = {}
    for asked, repeated in pairs:
        if asked != repeated:
            for name, value in asked.items():
                if name not in repeated:
                    wrong.setdefault(name, []).append("is not repeated as text")
                elif repeated[name] != value:
                    wrong.setdefault(name, []).append(f"repeated as {shown(repeated[name])}, was {shown(value)}")
    return tuple(Problem(Fault.POOR_FORMAT, f"/{name}", _summary(cases), "echo") for name, cases in wrong.items())


def _summary(cases: list[str]) -> str:
    return cases[0] + (f", and so in {len(cases) - 1} more items" if len(cases) > 1 else "")


def _without_shape(status: int, found: Problem) -> Decoded:
    if 200 <= status < 300:
        return Decoded(None, (found,))
    if status < 400:
        detail = f"HTTP {status} is neither a success nor an error; redirects are not followed"
        redirect = Flaw.REDIRECT if status >= 300 else None
        return Decoded(None, (Problem(Fault.UNDECODABLE, "status", detail, "status", redirect),))
    advice = f"; {ADVICE[status]}" if status in ADVICE else ""
    detail = f"HTTP {status} without an error of the contract's shape ({found.detail}){advice}"
    problem = Problem(Fault.UNDECODABLE, "status", detail, "http", found.flaw)
    return Decoded(None, (problem,), absent=status in ABSENT_STATUSES)


def _http_problems(message: Message) -> tuple[Problem, ...]:
    problems = []
    if message.status >= 500:
        detail = f"an error of the contract's shape with HTTP {message.status}: a refusal is not a server error"
        problems.append(Problem(Fault.POOR_FORMAT, "status", detail, "http"))
    content_type = (message.header("content-type") or "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        detail = f"{clipped(content_type, 80)!r}, JSON is announced as application/json" if content_type else "missing"
        problems.append(Problem(Fault.POOR_FORMAT, "content-type", detail, "http"))
    return tuple(problems)
