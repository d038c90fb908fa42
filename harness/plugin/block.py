"""A failed scenario in words: what is required, what we sent, what was said, and what could have been said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Requirement, Status, Verdict
from harness.result import ScenarioResult

_WIDTH = 100
_MOST = 6


def block(result: ScenarioResult, requirements: Mapping[str, Requirement]) -> str:
    """The whole text for one scenario."""
    red = [each for each in result.verdicts if each.status in {Status.FAIL, Status.UNKNOWN, Status.WARN}]
    lines: list[str] = []
    for verdict in red:
        lines += [*_finding(result, verdict, requirements), ""]
    if not red:
        lines += [_heading(result, result.requirement, "", result.status), f"  {result.title}", f"  {result.reason}"]
    return "\n".join(lines).rstrip()


def _heading(result: ScenarioResult, requirement: str, level: str, status: Status) -> str:
    left = f"{result.scenario}  {result.contract}  {requirement} {level}".rstrip()
    return f"{left:<{_WIDTH}}{status.value.upper()}"


def _finding(result: ScenarioResult, verdict: Verdict, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    yield _heading(result, verdict.requirement, verdict.level.value, verdict.status)
    yield f"  {result.title}"
    if (requirement := requirements.get(verdict.requirement)) is not None:
        yield f"  required   {requirement.text}  ({result.contract}: {requirement.clause})"
    if verdict.sent:
        where = f"{result.path}:{verdict.line}" if verdict.line else result.path
        yield f"  we sent    {verdict.sent}"
        yield f"             {where}"
    if verdict.said:
        yield f"  it said    {verdict.said}"
    shown = verdict.possible[:_MOST]
    for number, possible in enumerate(shown):
        yield f"  {'possible' if not number else '':<10} {possible}"
    if len(verdict.possible) > _MOST:
        yield f"             and {len(verdict.possible) - _MOST} more"
    yield f"  found      {verdict.summary}  [{verdict.check}]"
