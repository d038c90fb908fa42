"""Groups failures by probable cause: prints the first in full and a count for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from types import MappingProxyType
from typing import Any

import pytest

from harness.plugin.block import findings
from harness.plugin.report import result_of
from harness.plugin.run import Run
from harness.report.data import Key, causes_of
from harness.verdict import ScenarioResult

_MOST = 12
_FAILED = "failed"


Explained = tuple[str, tuple[Key, ...]]
"""A contract, and the causes of one failure."""


def cause_of(result: ScenarioResult, roots: Mapping[tuple[str, Key], Key] = MappingProxyType({})) -> Explained | None:
    """The group of a failure: equal for failures that have one explanation. None without a finding.

    `roots` maps a contract and a cause to the cause that explains it, if there is one.
    """
    found = {(each.cause, each.probably or each.summary) for each in findings(result)}
    explained = {roots.get((result.contract, each), each) for each in found}
    return (result.contract, tuple(sorted(explained))) if found else None


def representatives(results: Sequence[ScenarioResult]) -> frozenset[int]:
    """Indices of the results to print in full: for each cause the first, if possible without a further cause."""
    causes = causes_of([each for each in results if each.violated])
    roots = {(each["contract"], key): each["keys"][0] for each in causes for key in each["keys"][1:]}
    first: dict[Explained, int] = {}
    direct: dict[Explained, int] = {}
    for index, result in enumerate(results):
        cause = cause_of(result, roots) or (result.contract, (("", result.reason),))
        first.setdefault(cause, index)
        if cause == cause_of(result):
            direct.setdefault(cause, index)
    return frozenset({**first, **direct}.values())


class Causes:
    """A plugin of its own around pytest's summary. It removes repeated failures before, and `Back` restores them."""

    def __init__(self, run: Run) -> None:
        """`run` has the results."""
        self._run = run
        self.hidden: list[Any] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Leave one failure of each cause for pytest to print."""
        failed = terminalreporter.stats.get(_FAILED, [])
        results = [(each, result) for each in failed if (result := result_of(each)) is not None]
        shown = representatives([result for _, result in results])
        self.hidden = [each for index, (each, _) in enumerate(results) if index not in shown]
        hidden = {id(each) for each in self.hidden}
        kept = [each for each in failed if id(each) not in hidden]
        if self.hidden:
            terminalreporter.stats[_FAILED] = kept
        return (yield)

    def lines(self, width: int) -> list[str]:
        """The lines that list what to repair, most frequent first."""
        found = [
            each for each in causes_of([each for each in self._run.results if each.violated]) if not each["waived"]
        ]
        lines = [line for each in found[:_MOST] for line in _cause(each, width)]
        return lines if len(found) <= _MOST else [*lines, f"and {len(found) - _MOST} more"]


class Back:
    """Restores the removed failures, so that counts and the short summary have all of them."""

    def __init__(self, causes: Causes) -> None:
        """`causes` has removed the failures."""
        self._causes = causes

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print how many failures were left out, and what to repair."""
        hidden = self._causes.hidden
        if hidden:
            stats = terminalreporter.stats
            stats[_FAILED] = [*stats.get(_FAILED, []), *hidden]
            terminalreporter.line(
                f"{len(hidden)} more failure{'s have' if len(hidden) > 1 else ' has'} a cause that is shown above"
            )
        width = terminalreporter._tw.fullwidth  # noqa: SLF001 - pytest's own plugins read it there, too
        if lines := self._causes.lines(width):
            terminalreporter.section("what to fix", sep="=")
            for line in lines:
                terminalreporter.line(line)


def _cause(cause: dict[str, Any], width: int) -> Sequence[str]:
    count = len(cause["scenarios"])
    head = (
        f"{count:>4} {cause['status']}  {cause['cause']} ({cause['contract']}: {', '.join(cause['requirements'][:4])})"
    )
    lines = wrap(head, max(width, 60), subsequent_indent=" " * 11, break_on_hyphens=False)
    if cause["fix"]:
        indent = " " * 11
        lines += wrap(f"fix: {cause['fix']}", max(width, 60), initial_indent=indent, subsequent_indent=indent)
    return lines
