"""A scenario's result as text: what is required, what was sent, the wallet's answer, and the possible answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.model import Requirement, Status, Verdict
from harness.verdict import ScenarioResult

RED = (Status.FAIL, Status.UNKNOWN, Status.WARN)
"""The statuses of findings that are printed, worst first."""
WIDTH = 88
MOST_POSSIBLE = 6
"""Number of possible answers that are listed. For a large batch the oracle may have dozens."""

MOST_IN_SHORT = 2
"""Number of possible answers in the one line of a result."""

MOST_SHELL_LINES = 12
"""Number of shell lines to print. Longer commands are in the reports alone."""


def findings(result: ScenarioResult) -> tuple[Verdict, ...]:
    """The verdicts to print, worst first."""
    return tuple(each for status in RED for each in result.verdicts if each.status is status)


def headline(result: ScenarioResult) -> str:
    """The result in one line: its worst finding, or why it is undecided."""
    found = findings(result)
    if not found:
        return f"{result.requirement} undecided: {result.reason}"
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{found[0].requirement} {in_short(found[0])}{more}"


def in_short(verdict: Verdict) -> str:
    """What was said against what was possible, or the summary of a finding about something else."""
    if not verdict.said or not verdict.possible:
        return verdict.summary
    others = len(verdict.possible) - MOST_IN_SHORT
    more = f" or {others} more" if others > 0 else ""
    return f"it said {verdict.said}; possible: {' or '.join(verdict.possible[:MOST_IN_SHORT])}{more}"


def example(result: ScenarioResult, requirements: Mapping[str, Requirement]) -> str:
    """The text for one scenario with its worst finding alone, and the number of the others."""
    found = findings(result)
    if len(found) < 2:
        return block(result, requirements)
    others = f"{len(found) - 1} other finding{'s' if len(found) > 2 else ''} in this scenario: -v prints all"
    return "\n".join((*_finding(result, found[0], requirements), _entry("further", others)))


def block(result: ScenarioResult, requirements: Mapping[str, Requirement]) -> str:
    """The whole text for one scenario, with a paragraph for each finding."""
    found = findings(result)
    if not found:
        return "\n".join(_undecided(result, requirements))
    return "\n\n".join("\n".join(_finding(result, each, requirements)) for each in found)


def _undecided(result: ScenarioResult, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    requirement = requirements.get(result.requirement)
    yield _heading(result, result.requirement, requirement.level if requirement else "", result.status)
    yield f"  {result.title}"
    yield _entry("because", result.reason)


def _finding(result: ScenarioResult, verdict: Verdict, requirements: Mapping[str, Requirement]) -> Iterator[str]:
    yield _heading(result, verdict.requirement, verdict.level, verdict.status)
    yield f"  {result.title}"
    if requirement := requirements.get(verdict.requirement):
        yield _entry("required", f"{requirement.text}  ({result.contract}: {requirement.clause})")
    yield from _sent(verdict.sent, f"{result.path}:{verdict.line}" if verdict.line else result.path)
    if result.found:
        yield _entry("scenario", result.found[verdict.run].rstrip())
    if verdict.said:
        yield _entry("it said", verdict.said)
    for number, possible in enumerate(verdict.possible[:MOST_POSSIBLE]):
        yield _entry("possible" if number == 0 else "", possible)
    if len(verdict.possible) > MOST_POSSIBLE:
        yield _entry("", f"and {len(verdict.possible) - MOST_POSSIBLE} more")
    yield _entry("found", f"{verdict.summary}  [{verdict.check}]")
    if verdict.probably:
        yield _entry("probably", verdict.probably)
    if verdict.fix:
        yield _entry("fix", verdict.fix)
    if verdict.again and verdict.again.count("\n") < MOST_SHELL_LINES:
        yield _entry("again", verdict.again)


def _sent(sent: str, where: str) -> Iterator[str]:
    """The request and the place where it is written, in one line if there is room."""
    line = _entry("we sent", f"{sent}  " if sent else "")
    if len(line) + len(where) <= WIDTH + 2 or not sent:
        yield f"{line:<{WIDTH + 2 - len(where)}}{where}" if sent else line + where
    else:
        yield line.rstrip()
        yield _entry("", where)


def _heading(result: ScenarioResult, requirement: str, level: str, status: Status) -> str:
    left = f"{result.scenario}  {result.contract}  {requirement} {level}".rstrip()
    # Terminals colour the line by its last word.
    return f"{left:<{WIDTH - len(status)}}  {status.upper()}"


def _entry(name: str, text: str) -> str:
    """A text with its name before the first line. Further lines are indented below it."""
    return f"  {name:<11}" + text.replace("\n", "\n" + " " * 13)
