"""A report as the list of findings that GitLab shows in a merge request (its artifact `codequality`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.report.finding_rows import FindingRow, finding_rows

_OF_HARM = {"money": "blocker", "attack": "critical", "format": "major", "advice": "minor"}


def code_quality(report: Mapping[str, Any], root: Path) -> list[dict[str, Any]]:
    """One object for each finding, worst first: GitLab shows the first ones of a long list.

    `root` is the folder of the operator's repository, to which paths are relative.
    """
    order = ("blocker", "critical", "major", "minor", "info")
    found = [_issue(each) for each in finding_rows(report, root)]
    return sorted(found, key=lambda each: order.index(each["severity"]))


def _issue(finding: FindingRow) -> dict[str, Any]:
    waived = "Waived. " if finding.waived else ""
    return {
        "description": f"{waived}{finding.requirement} {finding.contract}/{finding.scenario}: {finding.text}",
        "check_name": finding.requirement,
        "fingerprint": finding.fingerprint,
        "severity": _severity(finding),
        "location": {"path": finding.place.file, "lines": {"begin": finding.place.line}},
    }


def _severity(finding: FindingRow) -> str:
    """By the harm of its cause. What is waived is information, and what is undecided or without a cause is major."""
    if finding.waived:
        return "info"
    if finding.status == "warn":
        return "minor"
    return _OF_HARM.get(finding.harm, "major") if finding.status == "fail" else "major"
