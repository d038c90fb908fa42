"""A report as SARIF 2.1.0, the format of code analyses that GitHub, Azure and editors read.

A rule is a requirement. A result is what one scenario has found about it. Its physical location is a file of the
operator's repository, relative to its root: services show no result without one. Its logical location is the scenario.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from harness.report.finding_rows import FindingRow, finding_rows

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
"""The usual name for the root of the repository that is tested."""
_IDENTITY = "primaryLocationLineHash"
"""The only fingerprint that GitHub compares. Without it all findings in one line would be one."""
_LEVELS = {"fail": "error", "unknown": "warning", "warn": "note"}
_OF_RULES = {"MUST": "error", "SHOULD": "note", "MAY": "none"}


def sarif(report: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """The whole log: one run, with a rule for each requirement of the contracts and a result for each finding.

    `root` is the folder of the operator's repository.
    """
    rules = [_rule(each) for each in report["requirements"]]
    places = {each["id"]: place for place, each in enumerate(rules)}
    run = report["run"]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "walletproof", "version": run["harness"], "rules": rules}},
                "automationDetails": {"id": f"walletproof/{'+'.join(report['contracts'])}/{run['id']}"},
                "originalUriBaseIds": {_BASE: {"description": {"text": "The repository of the operator."}}},
                "invocations": [
                    {
                        "executionSuccessful": bool(report["complete"]),
                        "startTimeUtc": run["started"].replace("+00:00", "Z"),
                        "endTimeUtc": run["finished"].replace("+00:00", "Z"),
                    }
                ],
                "results": [_result(each, places) for each in finding_rows(report, root)],
                "properties": {"verdicts": {name: each["verdict"] for name, each in report["contracts"].items()}},
            }
        ],
    }


def _rule(requirement: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": requirement["id"],
        "shortDescription": {"text": requirement["text"]},
        "fullDescription": {"text": f"{requirement['level']}: {requirement['text']} (clause: {requirement['clause']})"},
        "defaultConfiguration": {"level": _OF_RULES[requirement["level"]]},
        "properties": {"tags": [requirement["contract"], requirement["level"]]},
    }


def _result(finding: FindingRow, places: Mapping[str, int]) -> dict[str, Any]:
    name = f"{finding.contract}/{finding.scenario}"
    result: dict[str, Any] = {
        "ruleId": finding.requirement,
        "level": _LEVELS[finding.status],
        "message": {"text": f"{name}: {finding.text}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(finding.place.file), "uriBaseId": _BASE},
                    "region": {"startLine": finding.place.line},
                },
                "logicalLocations": [{"name": finding.scenario, "fullyQualifiedName": name, "kind": "module"}],
            }
        ],
        "partialFingerprints": {_IDENTITY: f"{finding.fingerprint}:1", "walletproof/v1": finding.fingerprint},
        "occurrenceCount": finding.count,
        "properties": {"harm": finding.harm, "scenario": finding.file, "line": finding.line},
    }
    if finding.requirement in places:
        result["ruleIndex"] = places[finding.requirement]
    if finding.waived:
        result["suppressions"] = [{"kind": "external", "justification": "waived in the profile"}]
    return result
