"""The findings of a report as a flat list, for tools that read code analyses: one for a scenario and a requirement."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.report.data import causes

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
    level: str
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


def finding_rows(report: Mapping[str, Any]) -> Iterator[FindingRow]:
    """The findings of all scenarios, in the order of the report."""
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
            yield FindingRow(
                contract=scenario["contract"],
                scenario=scenario["id"],
                file=scenario["file"],
                line=next((each["line"] for each in (worst, *found) if each.get("line")), 1),
                requirement=requirement,
                level=worst["level"],
                status=worst["status"],
                harm=harms.get((scenario["contract"], scenario["id"], requirement), ""),
                waived=all(each.get("waived", False) for each in found),
                text=_text(worst, len(found)),
                count=len(found),
            )


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
