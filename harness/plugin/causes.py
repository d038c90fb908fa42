"""Groups failures by cause: prints one of each in full, and a list of what to repair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any, TypeAlias

import pytest

from harness.contracts import Contract
from harness.plugin.block import findings
from harness.plugin.report import result_of
from harness.plugin.run import Run
from harness.report.data import explained
from harness.verdict import ScenarioResult
from harness.verdict.dictionary import Explanation, Key, key_of

_MOST = 12
_FAILED = "failed"
_INDENT = " " * 11


Suggested: TypeAlias = tuple[str, tuple[Key, ...]]
"""A contract, and what the failing steps of one failure suggest."""


def cause_of(result: ScenarioResult) -> Suggested | None:
    """What a failure suggests by itself: equal for failures that suggest the same. None without a finding."""
    found = {key_of(each) for each in findings(result)}
    return (result.contract, tuple(sorted(found))) if found else None


def representatives(results: Sequence[ScenarioResult], contracts: Mapping[str, Contract]) -> frozenset[int]:
    """Indices of the results to print in full: one for each cause, and one for each reason without a finding."""
    causes = explained([each for each in results if each.violated], contracts)
    number = {(each.contract, each.scenario): index for index, each in enumerate(results)}
    shared: dict[int, int] = {}
    for contract, cause in causes:
        for scenario in cause.scenarios:
            index = number[contract, scenario]
            shared[index] = shared.get(index, 0) + 1
    shown = {_clearest(contract, cause, number, shared) for contract, cause in causes}
    reasons: dict[tuple[str, str], int] = {}
    for index, each in enumerate(results):
        if not each.violated:
            reasons.setdefault((each.contract, each.reason), index)
    return frozenset({*shown, *reasons.values()})


def _clearest(
    contract: str, cause: Explanation, number: Mapping[tuple[str, str], int], shared: Mapping[int, int]
) -> int:
    """The index of the result that shows a cause best: by its usual evidence, and without a further cause."""
    usual = cause.evidence[:1] if cause.bugs else [sentence for _, sentence in cause.keys[:1]]
    places = {
        number[contract, result.scenario]: key_of(verdict)[1] not in usual
        for result, verdict in reversed(cause.findings)
    }
    return min(places, key=lambda index: (places[index], shared[index], index))


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
        shown = representatives([result for _, result in results], self._run.contracts)
        self.hidden = [each for index, (each, _) in enumerate(results) if index not in shown]
        hidden = {id(each) for each in self.hidden}
        kept = [each for each in failed if id(each) not in hidden]
        if self.hidden:
            terminalreporter.stats[_FAILED] = kept
        return (yield)

    def lines(self, width: int) -> list[str]:
        """The lines that list what to repair: root causes first, guesses last."""
        found = [each for each in explained(self._run.results, self._run.contracts) if not each[1].waived]
        known = [each for each in found if not each[1].guess]
        guessed = [each for each in found if each[1].guess]
        lines = [line for each in known for line in _cause(*each, width)]
        if guessed:
            lines += wrap(_head_of_guesses([each for _, each in guessed], beside=bool(known)), max(width, 60))
            lines += [line for each in guessed[:_MOST] for line in _cause(*each, width)]
        return lines if len(guessed) <= _MOST else [*lines, f"and {len(guessed) - _MOST} more guesses"]


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


def _head_of_guesses(guessed: Sequence[Explanation], *, beside: bool) -> str:
    """How many findings no known bug explains. `beside` is True if others are explained."""
    count = sum(len(each.findings) for each in guessed)
    more = " more" if beside else ""
    what = f"{count}{more} finding{' that' if count == 1 else 's that'} nothing we know explains"
    return f"{what}; what the failing step alone suggests is a guess:"


def _cause(contract: str, cause: Explanation, width: int) -> Sequence[str]:
    count, width = len(cause.scenarios), max(width, 60)
    where = f"({contract}: {', '.join(cause.requirements[:4])})"
    lines = wrap(
        f"{count:>4} {cause.status}  {cause.harm}: {cause.sentence} {where}",
        width,
        subsequent_indent=_INDENT,
        break_on_hyphens=False,
    )
    further = (
        cause.counts,
        f"evidence: {cause.evidence[0]}" if cause.bugs and cause.evidence else "",
        f"fix: {cause.fix}" if cause.fix else "",
    )
    for text in filter(None, further):
        lines += wrap(text, width, initial_indent=_INDENT, subsequent_indent=_INDENT)
    return lines
