"""The causes as the page shows them: a headline, the numbers with their sentences, and the scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.data import causes
from harness.report.html.kinds import kind, shown, word
from harness.report.html.scenario_rows import Anchors

_RED = ("fail", "unknown")


def cause_cards(report: Mapping[str, Any], anchors: Anchors) -> list[dict[str, Any]]:
    """The causes in the order of the report."""
    scenarios = {(each["contract"], each["id"]): each for each in report["scenarios"]}
    return [_card(each, scenarios, anchors) for each in causes(report)]


def opening(report: Mapping[str, Any]) -> str:
    """The sentence above the causes."""
    found = [each for each in causes(report) if not each["waived"]]
    failed = [each for each in report["scenarios"] if each["status"] in _RED and not each["waived"]]
    deciding = sum(each["status"] in _RED for each in found)
    parts = []
    if failed:
        total = f"all {len(failed)} failures" if len(failed) > 1 else "the one failure"
        parts.append(f"{deciding} cause{'s explain' if deciding != 1 else ' explains'} {total}.")
    parts.append("Money comes before attack, attack before format. Advice does not decide the verdict.")
    return " ".join(parts)


def _card(
    cause: Mapping[str, Any], scenarios: Mapping[tuple[str, str], Mapping[str, Any]], anchors: Anchors
) -> dict[str, Any]:
    return {
        **cause,
        "headline": _headline(cause["cause"]),
        "facts": [{"value": value, "text": text} for value, text in _facts(cause)],
        "alike": cause["counts"] if len(cause["bugs"]) > 1 else "",
        "affected": [_affected(cause["contract"], each, scenarios, anchors) for each in cause["scenarios"]],
    }


def _headline(text: str) -> str:
    """The cause with a capital, unless it begins with a name in code."""
    first = text.split(" ", 1)[0]
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text


def _facts(cause: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    of = cause["of"]
    yield f"{cause['explains']} of {of}", f"scenario{'' if of == 1 else 's'} with findings explained"
    if cause["predicted"]:
        yield f"{cause['confirmed']} of {cause['predicted']}", "scenarios that this bug turns red are red"
        yield str(cause["refuted"]), "of its predictions passed"
    if cause["findings"] > cause["explains"]:
        yield str(cause["findings"]), "findings in these scenarios"


def _affected(
    contract: str, scenario: str, scenarios: Mapping[tuple[str, str], Mapping[str, Any]], anchors: Anchors
) -> dict[str, str]:
    known = scenarios.get((contract, scenario))
    result = shown(known) if known is not None else "fail"
    return {
        "anchor": anchors.of(contract, scenario),
        "title": str(known["title"]) if known is not None else scenario,
        "kind": kind(result),
        "word": word(result),
    }


def unexplained(found: Sequence[Mapping[str, Any]]) -> int:
    """The number of findings that only their own step suggests a cause for."""
    return sum(each["findings"] for each in found if each["guess"] and not each["waived"])
