"""The exchanges of a scenario as the page shows them: what was sent, what came back, and what was odd about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.contracts import Contract, UnknownContract, load
from harness.model import Lateness
from harness.report.html.bodies import WrongValues, wire
from harness.report.html.latency_chart import milliseconds
from harness.report.html.race_lanes import Guilty
from harness.verdict.repetition_ages import lateness

_OF_AUTHENTICATION = ("forged", "missing_header", "stale_seconds", "tampered")
"""The alterations of a request that concern its authentication."""
PREPARATION = -1
_WHEN = {PREPARATION: "preparation", -2: "closing read", -3: "later read"}


def exchange_row(
    exchange: Mapping[str, Any], scenario: Mapping[str, Any], guilty: Guilty, marks: WrongValues
) -> dict[str, Any]:
    """One exchange with the texts of its messages. Those of a finding show how the request was signed.

    `marks` are the wrong values of its answer.
    """
    kind = guilty.get((exchange["run"], exchange["index"]), "")
    signed = bool(kind) or (exchange["step"] >= 0 and _is_about_authentication(exchange, scenario))
    request, response = exchange["request"], exchange["response"]
    return {
        "step": exchange["step"],
        "operation": exchange["operation"],
        "guilty": bool(kind),
        "kind": kind or _kind(exchange),
        "word": "finding" if kind else "as expected" if _kind(exchange) == "pass" else "no balance to compare",
        "at": _at(exchange["microseconds"]),
        "when": ", ".join(_when(exchange)),
        "outcome": exchange["failure"] or exchange["code"] or exchange["outcome"],
        "balances": [_balance(each) for each in exchange["balances"]],
        "odd": list(_oddities(exchange)),
        "problems": exchange["problems"],
        "request": wire(f"{request['method']} {request['path']}", request, {}),
        "response": None if response is None else wire(f"HTTP {response['status']}", response, marks),
        "answer_title": _answer_title(exchange),
        "failure": exchange["failure"],
        "signature": _signature(scenario["contract"], request) if signed else [],
    }


def _kind(exchange: Mapping[str, Any]) -> str:
    """`pass` if the balances that it shows are expected ones. `dot` if there is nothing to compare."""
    known = [each for each in exchange["balances"] if each["shown"] is not None and each["expected"]]
    return "pass" if known and all(each["shown"] in each["expected"] for each in known) else "dot"


def _at(times: Mapping[str, int | None]) -> str:
    started = times["released"] or times["started"]
    return "" if started is None else f"{milliseconds(started)} ms"


def _when(exchange: Mapping[str, Any]) -> Iterator[str]:
    yield f"exchange {exchange['index']}" + (f" of run {exchange['run'] + 1}" if exchange["run"] else "")
    yield _WHEN.get(exchange["step"], f"step {exchange['step'] + 1}")
    if exchange.get("line"):
        yield f"line {exchange['line']}"
    if exchange["race"] is not None:
        yield f"race {exchange['race']}"


def _balance(balance: Mapping[str, Any]) -> dict[str, Any]:
    shown, expected = balance["shown"], balance["expected"]
    wrong = shown is not None and bool(expected) and shown not in expected
    if shown is None:
        return {"wrong": False, "text": "no balance shown"}
    if not wrong:
        return {"wrong": False, "text": f"balance {shown}" + (", as expected" if expected else "")}
    return {"wrong": True, "text": f"balance {shown}; a sound wallet shows {' or '.join(expected[:3])}"}


def _answer_title(exchange: Mapping[str, Any]) -> str:
    times = exchange["microseconds"]
    started, ended = times["started"], times["first_byte"] or times["finished"]
    if exchange["response"] is None or started is None or ended is None:
        return "answer"
    return f"answer after {milliseconds(ended - started)} ms"


def _oddities(exchange: Mapping[str, Any]) -> Iterator[str]:
    """The faults that were applied to the request on purpose."""
    for name, value in exchange.get("alteration", {}).items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{name.replace('_', ' ')}: {text.replace('_', ' ')}"
    if exchange.get("late"):
        yield f"again, {lateness(Lateness(**exchange['late']))}"
    if exchange.get("lost"):
        yield f"answer lost on purpose: {exchange['lost'].replace('_', ' ')}"
    if exchange.get("repeated"):
        yield "sent again as the next exchange"


def _is_about_authentication(exchange: Mapping[str, Any], scenario: Mapping[str, Any]) -> bool:
    """True if the request's authentication was altered, or the scenario asks that authentic requests are accepted."""
    if any(exchange.get("alteration", {}).get(name) for name in _OF_AUTHENTICATION):
        return True
    contract = _contract(scenario["contract"])
    return contract is not None and scenario["requirement"] == contract.authentic


def _contract(name: str) -> Contract | None:
    """The contract, or None for one that this installation does not have."""
    try:
        return load(name)
    except UnknownContract:
        return None


def _signature(contract: str, request: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    known = _contract(contract)
    if known is None or known.recipe is None or request["truncated"]:
        return ()
    headers = {name.lower(): value for name, value in request["headers"]}
    return known.recipe.steps(headers, request["body"].encode("utf-8", "backslashreplace"))
