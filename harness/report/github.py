"""The output for GitHub Actions: an annotation at the scenario's line for each cause, and the job's summary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.report.data import causes

_MOST = 10
"""GitHub shows at most ten annotations of a kind for each step."""


def workflow_commands(report: Mapping[str, Any]) -> list[str]:
    """Workflow commands, one for each cause: errors for violations, warnings for SHOULD, notices for the waived."""
    found = []
    for each in causes(report)[:_MOST]:
        kind = "notice" if each["waived"] else "warning" if each["status"] == "warn" else "error"
        file, line = _place(report, each)
        count = f" ({len(each['scenarios'])} scenarios)" if len(each["scenarios"]) > 1 else ""
        title = f"{', '.join(each['requirements'][:3])}{count}"
        text = f"{each['cause']}. Fix: {each['fix']}" if each["fix"] else each["cause"]
        found.append(f"::{kind} file={_property(file)},line={line},title={_property(title)}::{_text(text)}")
    return found


def problem_command(problem: str) -> str:
    """The workflow command for the problem that prevented the run."""
    return f"::error title=configuration of the wallet's certification::{_text(problem)}"


def _place(report: Mapping[str, Any], cause: Mapping[str, Any]) -> tuple[str, int]:
    for scenario in report["scenarios"]:
        if scenario["contract"] == cause["contract"] and scenario["id"] == cause["scenarios"][0]:
            lines = [each.get("line", 0) for each in scenario["verdicts"] if each["status"] == cause["status"]]
            return scenario["file"], next((line for line in lines if line), 1)
    return "", 1


def _text(text: str) -> str:
    """Escape a text for GitHub, so that a wallet's text cannot end the command and begin another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
