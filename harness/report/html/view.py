"""Turns a report's data into the values of the page: orders, marks, and the geometry of its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.contracts import Contract, UnknownContract, load
from harness.model import Check, Lateness
from harness.report.data import causes
from harness.report.html.pictures import histogram, lanes, plots
from harness.verdict import Certification
from harness.verdict.repetition_ages import lateness

_WORST_FIRST = ("fail", "unknown", "warn", "skipped", "pass")
_OF_AUTHENTICATION = ("forged", "missing_header", "stale_seconds", "tampered")
"""The alterations of a request that concern its authentication."""
_WORDS = {
    "pass": "holds",
    "fail": "violated",
    "warn": "violated",
    "unknown": "undecided",
    "skipped": "not judged",
}


def page(report: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the page's template."""
    scenarios = sorted(report["scenarios"], key=lambda each: (each["waived"], _WORST_FIRST.index(each["status"])))
    scenarios.sort(key=lambda each: each["status"] in {"pass", "skipped"})
    return {
        "report": report,
        "overall": _overall(report),
        "words": _WORDS,
        "causes": causes(report),
        "unexplained": sum(each["findings"] for each in causes(report) if each["guess"] and not each["waived"]),
        "requirements": report["requirements"],
        "statuses": [
            status for status in _WORST_FIRST if any(each["status"] == status for each in report["requirements"])
        ],
        "latency": [{**each, "picture": histogram(each["histogram"])} for each in report["latency"]],
        "scenarios": [_scenario(each) for each in scenarios],
        "anchor": anchor,
        "colour": colour,
    }


_COLOURS = {
    Certification.CERTIFIED: "certified",
    Certification.INCOMPLETE: "incomplete",
    Certification.NOT_CERTIFIED: "not",
    Certification.NOT_RUN: "run",
}


def colour(certification: str) -> str:
    """The name of the verdict on a contract in the page's style."""
    return _COLOURS[Certification(certification)]


def anchor(contract: str, scenario: str) -> str:
    """The id of a scenario's section in the page."""
    return f"{contract}-{scenario.replace('/', '-')}"


def _overall(report: Mapping[str, Any]) -> str:
    found = {each["certification"] for each in report["contracts"].values()}
    if Certification.NOT_CERTIFIED in found:
        return "fail"
    return "warn" if not report["complete"] or Certification.INCOMPLETE in found else "pass"


def _scenario(scenario: Mapping[str, Any]) -> dict[str, Any]:
    named = {
        (verdict.get("run", 0), verdict[which])
        for verdict in scenario["verdicts"]
        for which in ("exchange", "accused")
        if verdict["status"] != "pass" and which in verdict
    }
    impossible = {
        (verdict.get("run", 0), verdict["exchange"])
        for verdict in scenario["verdicts"]
        if verdict["status"] == "fail" and verdict["check"] == Check.ORACLE and "exchange" in verdict
    }
    exchanges = [_exchange(each, scenario, named) for each in scenario["exchanges"]]
    return {
        **scenario,
        "anchor": anchor(scenario["contract"], scenario["id"]),
        "exchanges": exchanges,
        "plots": [
            each for place, each in enumerate(plots(scenario["exchanges"], impossible)) if each["wrong"] or not place
        ],
        "lanes": lanes(scenario["exchanges"]),
    }


def _exchange(exchange: Mapping[str, Any], scenario: Mapping[str, Any], named: set[tuple[int, int]]) -> dict[str, Any]:
    guilty = (exchange["run"], exchange["index"]) in named
    signed = guilty or (exchange["step"] >= 0 and _is_about_authentication(exchange, scenario))
    return {
        **exchange,
        "guilty": guilty,
        "took": _took(exchange["microseconds"]),
        "when": {-1: "preparation", -2: "closing read"}.get(exchange["step"], f"step {exchange['step'] + 1}"),
        "request_text": _wire(f"{exchange['request']['method']} {exchange['request']['path']}", exchange["request"]),
        "response_text": _wire(f"HTTP {(exchange['response'] or {}).get('status')}", exchange["response"]),
        "odd": list(_oddities(exchange)),
        "signature": _signature(scenario["contract"], exchange["request"]) if signed else [],
    }


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


def _wire(first: str, message: Mapping[str, Any] | None) -> str:
    """A message as text in the form of HTTP."""
    if message is None:
        return ""
    headers = [f"{name}: {value}" for name, value in message["headers"]]
    return "\n".join([first, *headers, "", message["body"]])


def _took(times: Mapping[str, int | None]) -> str:
    started, finished = times["started"], times["finished"]
    if started is None or finished is None:
        return ""
    return f"{(finished - started) / 1000:.1f} ms"


def _oddities(exchange: Mapping[str, Any]) -> Iterator[str]:
    """The faults that were applied to the request on purpose."""
    for name, value in exchange.get("alteration", {}).items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        yield f"{name.replace('_', ' ')}: {text.replace('_', ' ')}"
    if exchange.get("late"):
        yield f"again, {lateness(Lateness(**exchange['late']))}"
    if exchange.get("lost"):
        yield f"answer lost on purpose: {exchange['lost'].replace('_', ' ')}"


def _signature(contract: str, request: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    known = _contract(contract)
    if known is None or known.recipe is None or request["truncated"]:
        return ()
    headers = {name.lower(): value for name, value in request["headers"]}
    return known.recipe.steps(headers, request["body"].encode("utf-8", "backslashreplace"))
