"""The output for GitHub Actions: an annotation for each verdict, and one for each cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.report.data import causes
from harness.report.repository_places import of_scenario

_MOST = 10
"""GitHub shows at most ten annotations of a kind for each step."""
_KINDS = {"CERTIFIED": "notice", "INCOMPLETE": "warning", "NOT RUN": "notice", "NOT CERTIFIED": "error"}


def workflow_commands(report: Mapping[str, Any], root: Path) -> list[str]:
    """Workflow commands: the verdict of each contract first, and then one for each cause.

    Errors are for violations, warnings for SHOULD, notices for what is waived. A place is named only if the file lies
    in the repository at `root`.
    """
    verdicts = list(_verdicts(report))
    return [*verdicts, *(_of_cause(report, each, root) for each in causes(report)[: _MOST - len(verdicts)])]


def _verdicts(report: Mapping[str, Any]) -> Iterator[str]:
    for name, contract in report["contracts"].items():
        kind, title = _KINDS[contract["certification"]], f"{name} {contract['verdict']}"
        yield f"::{kind} title={_property(title)}::{_text(contract['sentence'])}"


def _of_cause(report: Mapping[str, Any], cause: Mapping[str, Any], root: Path) -> str:
    kind = "notice" if cause["waived"] else "warning" if cause["status"] == "warn" else "error"
    count = f" ({len(cause['scenarios'])} scenarios)" if len(cause["scenarios"]) > 1 else ""
    title = f"title={_property(', '.join(cause['requirements'][:3]) + count)}"
    text = f"{cause['cause']}. Fix: {cause['fix']}" if cause["fix"] else cause["cause"]
    return f"::{kind} {','.join([*_place(report, cause, root), title])}::{_text(text)}"


def problem_command(problem: str) -> str:
    """The workflow command for the problem that prevented the run."""
    return f"::error title=configuration of the wallet's certification::{_text(problem)}"


def _place(report: Mapping[str, Any], cause: Mapping[str, Any], root: Path) -> Iterator[str]:
    """File and line of the cause's first scenario, or nothing if the file is not one of the repository's."""
    for scenario in report["scenarios"]:
        if scenario["contract"] == cause["contract"] and scenario["id"] == cause["scenarios"][0]:
            lines = [each.get("line", 0) for each in scenario["verdicts"] if each["status"] == cause["status"]]
            place = of_scenario(scenario, root, next((line for line in lines if line), 1))
            if place is not None:
                yield f"file={_property(place.file)}"
                yield f"line={place.line}"
            return


def _text(text: str) -> str:
    """Escape a text for GitHub, so that a wallet's text cannot end the command and begin another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
