"""Groups failures by cause, and leaves for pytest to print what the verbosity asks for: a few, one of each, or all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from harness.contracts import Contract
from harness.plugin.block import findings
from harness.plugin.folds import Folds
from harness.plugin.report import result_of
from harness.plugin.run import Run
from harness.report.data import explained
from harness.report.verdict_sentence import counted
from harness.verdict import ScenarioResult
from harness.verdict.dictionary import Explanation, Key, key_of

FEW_CAUSES = 3
"""Without `-v` one failure of each cause is printed if there are at most so many, else one of the first cause alone."""
_FAILED = "failed"
_USUAL_REPORT_CHARACTERS = "fE"
"""The value of pytest's option `-r` if it is not given."""

Suggested: TypeAlias = tuple[str, tuple[Key, ...]]
"""A contract, and what the failing steps of one failure suggest."""


def cause_of(result: ScenarioResult) -> Suggested | None:
    """What a failure suggests by itself: equal for failures that suggest the same. None without a finding."""
    found = {key_of(each) for each in findings(result)}
    return (result.contract, tuple(sorted(found))) if found else None


def representatives(results: Sequence[ScenarioResult], contracts: Mapping[str, Contract]) -> tuple[int, ...]:
    """Indices of one result for each cause, in the order of the causes, and for each reason without a finding."""
    causes = explained([each for each in results if each.violated], contracts)
    number = {(each.contract, each.scenario): index for index, each in enumerate(results)}
    shared: dict[int, int] = {}
    for contract, cause in causes:
        for scenario in cause.scenarios:
            index = number[contract, scenario]
            shared[index] = shared.get(index, 0) + 1
    shown = [_clearest(contract, cause, number, shared) for contract, cause in causes]
    reasons: dict[tuple[str, str], int] = {}
    for index, each in enumerate(results):
        if not each.violated:
            reasons.setdefault((each.contract, each.reason), index)
    return tuple(dict.fromkeys((*shown, *reasons.values())))


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
    """A plugin of its own around pytest's summary. It removes failures before, and restores all of them at the end."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        """`run` has the results. `config` says how much is to be printed."""
        self._run = run
        self._config = config
        self._folds = Folds.of_environment()
        self.failed: list[Any] | None = None
        """All failures, if some of them are not printed."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Leave examples for pytest to print, and give it all failures back for its counts."""
        stats = terminalreporter.stats
        failed = stats.get(_FAILED, [])
        if failed and self._config.option.tbstyle != "no":
            self._folds.open(terminalreporter, "failures")
        if failed and self._config.option.tbstyle not in {"no", "line"}:
            self.failed, stats[_FAILED] = failed, self._examples(failed)
        try:
            return (yield)
        finally:
            if failed:
                stats[_FAILED] = failed

    def _examples(self, failed: Sequence[Any]) -> list[Any]:
        """The failures to print. Those that are no scenarios are among them."""
        ours = [(each, result) for each in failed if (result := result_of(each)) is not None]
        others = [each for each in failed if result_of(each) is None]
        verbosity = self._config.option.verbose
        if verbosity > 1:
            return list(failed)
        chosen = representatives([result for _, result in ours], self._run.contracts)
        few = verbosity > 0 or len(chosen) <= FEW_CAUSES
        return [ours[index][0] for index in (chosen if few else chosen[:1])] + others

    def after_failures(self, reporter: pytest.TerminalReporter) -> None:
        """Say how many failures were not printed, and leave for the short summary what it should list."""
        failed = reporter.stats.get(_FAILED, [])
        if failed and self._config.option.tbstyle != "no":
            self._folds.close(reporter)
        if self.failed is not None and (hidden := len(self.failed) - len(failed)):
            more = "-vv prints all" if self._config.option.verbose > 0 else "-v prints one of each cause, -vv all"
            is_like = "is" if hidden == 1 else "are"
            reporter.line(f"{counted(hidden, 'more failure')} {is_like} not printed here: {more}")
        every = self.failed if self.failed is not None else failed
        if every:
            reporter.stats[_FAILED] = [each for each in every if self._is_listed(each)]

    def _is_listed(self, failure: Any) -> bool:
        """True for a failure that belongs into pytest's short summary. Scenarios are listed if that is asked for."""
        option = self._config.option
        given = any(each.startswith("-r") for each in map(str, self._config.invocation_params.args))
        asked = given or option.verbose > 0 or option.reportchars != _USUAL_REPORT_CHARACTERS
        return asked or result_of(failure) is None


class Back:
    """A plugin of its own that runs after pytest has printed the failures, and before its short summary."""

    def __init__(self, causes: Causes) -> None:
        """`causes` has removed failures."""
        self._causes = causes

    @pytest.hookimpl(tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say how many failures were not printed."""
        self._causes.after_failures(terminalreporter)
