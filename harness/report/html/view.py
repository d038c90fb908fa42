"""Turns a report's data into the values of the page: orders, counts, addresses, and the geometry of its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.report.html.card import card, day, title
from harness.report.html.cause_cards import cause_cards, opening, unexplained
from harness.report.html.kinds import SHOWN, counts, kind, shown, word, word_of_requirement
from harness.report.html.latency_chart import histogram
from harness.report.html.packed_texts import PackedTexts
from harness.report.html.percentages import bar
from harness.report.html.scenario_rows import Anchors, category_of, groups, titled


def page(report: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the page's template."""
    anchors = Anchors(report)
    grouped = groups(report, anchors)
    found = cause_cards(report, anchors)
    requirements = [_requirement(each, grouped) for each in _worst_first(report["requirements"])]
    return {
        "report": report,
        "title": title(report),
        "kind_of_page": "report",
        "several": anchors.several,
        "failures": sum(each["status"] in {"fail", "unknown"} and not each["waived"] for each in report["scenarios"]),
        "card": card(report),
        "strip": _strip(report),
        "causes": found,
        "causes_sentence": opening(report),
        "unexplained": unexplained(found),
        "needs": [each for each in requirements if each["shown"] != "pass"],
        "holds": [each for each in requirements if each["shown"] == "pass"],
        "readings": list(_readings(report)),
        "latency": [histogram(each) for each in report["latency"]],
        "groups": grouped,
        "examples": sum(row["example"] for group in grouped for row in group["first"]),
        "filters": _filters(report, grouped),
        "example_search": next((each["id"].rpartition("-")[0] for each in report["requirements"]), "balance"),
        "again": f"walletproof certify --seed {report['run']['seed']}",
        "rests_on": list(_rests_on(report)),
        "day": day,
        "parts": PackedTexts(),
    }


def _worst_first(requirements: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Requirements that need attention first: violated ones, MUST before SHOULD. The others keep their order."""
    levels = ("MUST", "SHOULD", "MAY")
    return sorted(requirements, key=lambda each: (SHOWN.index(shown(each)), levels.index(each["level"])))


def _requirement(requirement: Mapping[str, Any], grouped: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    result = shown(requirement)
    count = sum(
        requirement["id"] in row["requirements"] for group in grouped for row in (*group["first"], *group["rest"])
    )
    return {
        **requirement,
        "shown": result,
        "kind": kind(result),
        "word": word_of_requirement(requirement),
        "count": count,
    }


def _strip(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each category with its counts and bar. A category of the suite of which nothing was run has no bar."""
    ran: dict[str, list[Mapping[str, Any]]] = {}
    for each in report["scenarios"]:
        ran.setdefault(category_of(each["id"]), []).append(each)
    every = {(each["contract"], name) for each in report["requirements"] for name in each["scenarios"]}
    most = max(map(len, ran.values()), default=1)
    return [
        {
            "name": name,
            "title": titled(name),
            "total": len(mine := ran.get(name, [])),
            "counts": (found := counts(mine)),
            "bar": bar(found, most),
            "missing": sum(category_of(scenario) == name for _, scenario in every),
        }
        for name in sorted({*ran, *(category_of(scenario) for _, scenario in every)})
    ]


def _filters(report: Mapping[str, Any], grouped: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The filters beside the scenarios: by result, by contract and by category, each with its count."""
    every = report["counts"]["scenarios"]
    everything = {"value": "", "label": "All", "count": every, "kind": ""}
    found = {each["status"]: each["count"] for each in counts(report["scenarios"])}
    results = [
        {"value": each, "label": titled(word(each)), "count": found[each], "kind": kind(each)}
        for each in SHOWN
        if each in found
    ]
    contracts = [
        {"value": name, "label": name, "count": sum(each["contract"] == name for each in report["scenarios"])}
        for name in report["contracts"]
    ]
    categories = [
        {"value": each["name"], "label": each["title"], "count": len(each["first"]) + len(each["rest"])}
        for each in grouped
    ]
    return {"s": [everything, *results], "k": [everything, *contracts], "c": [everything, *categories]}


def _readings(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The wallet's readings of what a contract leaves open."""
    for name, contract in report["contracts"].items():
        if contract["policies"]:
            found = [
                (policy.replace("_", " "), " or ".join(seen).replace("_", " "))
                for policy, seen in contract["policies"].items()
            ]
            yield {"name": name, "policies": found}


def _rests_on(report: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    run = report["run"]
    yield "run", f"{run['id']}, seed {run['seed']}{', strict' if run['strict'] else ''}"
    yield "time", f"{run['started']} to {run['finished']}"
    yield "walletproof", run["harness"]
    yield from run["environment"].items()
    for name, contract in report["contracts"].items():
        if contract["absent"]:
            yield f"operations that the wallet lacks ({name})", ", ".join(contract["absent"])
    yield from ((f"digest of {name}", value) for name, value in run["digests"].items())
