"""The findings of a report as a flat list, for tools that read code analyses: one for a scenario and a requirement."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.report.data import causes
from harness.report.repository_places import RepositoryPlace, of_scenario, of_wallet

_WORST_FIRST = ("fail", "unknown", "warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """The findings of one scenario on one contract that concern one requirement."""

    contract: str
    scenario: str
    file: str
    line: int
    """The first line of the scenario's file that a finding names, or 1."""
    requirement: str
    place: RepositoryPlace
    """Where a service shows it beside the files of the operator's repository."""
    status: str
    """The worst status: `fail`, `unknown` or `warn`."""
    harm: str
    """`money`, `attack`, `format` or `advice`, as the cause has it; empty if the report has no cause for it."""
    waived: bool
    text: str
    """The probable cause, or else what was found, then the answer, and what to change, in sentences."""
    count: int

    @property
    def fingerprint(self) -> str:
        """An identifier that stays the same from run to run, hexadecimal."""
        words = f"{self.contract}\n{self.scenario}\n{self.requirement}"
        return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def finding_rows(report: Mapping[str, Any], root: Path) -> Iterator[FindingRow]:
    """The findings of all scenarios, in the order of the report. `root` is the folder of the operator's repository."""
    harms = {
        (each["contract"], scenario, requirement): each["harm"]
        for each in reversed(causes(report))
        for scenario in each["scenarios"]
        for requirement in each["requirements"]
    }
    for scenario in report["scenarios"]:
        by_requirement: dict[str, list[Mapping[str, Any]]] = {}
        for verdict in scenario["verdicts"]:
            if verdict["status"] in _WORST_FIRST:
                by_requirement.setdefault(verdict["requirement"], []).append(verdict)
        for requirement, found in by_requirement.items():
            worst = min(found, key=lambda each: _WORST_FIRST.index(each["status"]))
            line = next((each["line"] for each in (worst, *found) if each.get("line")), 1)
            yield FindingRow(
                contract=scenario["contract"],
                scenario=scenario["id"],
                file=scenario["file"],
                line=line,
                place=_place(report, scenario, root, line),
                requirement=requirement,
                status=worst["status"],
                harm=harms.get((scenario["contract"], scenario["id"], requirement), ""),
                waived=all(each.get("waived", False) for each in found),
                text=_text(worst, len(found)),
                count=len(found),
            )


def _place(report: Mapping[str, Any], scenario: Mapping[str, Any], root: Path, line: int) -> RepositoryPlace:
    """The line of the scenario, or else the wallet's profile. Without either the scenario's file under its own path."""
    own = of_scenario(scenario, root, line) or of_wallet(report, scenario["contract"], root)
    return own or RepositoryPlace(str(scenario["file"]), line)


def _text(verdict: Mapping[str, Any], count: int) -> str:
    parts = [verdict.get("probably") or verdict["summary"]]
    if verdict.get("said"):
        parts.append(f"it said {verdict['said']}")
    if verdict.get("fix"):
        parts.append(f"fix: {verdict['fix']}")
    more = f" ({count - 1} more of this kind)" if count > 1 else ""
    return f"{'. '.join(map(_capital, parts))}{more}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
