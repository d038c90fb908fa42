"""Gathers every result in the reporting process, prints them at the end and sets the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest

from harness.model import Status
from harness.plugin.block import block, headline
from harness.plugin.epilogues import missing
from harness.plugin.items import first_line
from harness.plugin.refuted import unreported
from harness.plugin.report import FailureText, configuration_error, result_of
from harness.plugin.run import Run
from harness.plugin.summary import exercised, lines, verdicts
from harness.scenario import SUFFIX
from harness.verdict import Certification, ContractVerdict, today

CONFIGURATION_EXIT = 10
INCOMPLETE_EXIT = 11
_COLOURS = {Status.PASS: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.UNKNOWN: "red"}


class Ending:
    """A plugin of its own. Only the process that has the terminal registers it."""

    def __init__(self, run: Run) -> None:
        """`run` receives the results."""
        self._run = run
        self._concluded: tuple[ContractVerdict, ...] = ()
        self._selected: set[str] | None = None
        self._chosen: frozenset[str] = frozenset()
        self._suite: Mapping[str, Mapping[str, Sequence[str]]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remember the contracts of the selected scenarios. With xdist this process collects nothing itself."""
        if not session.config.pluginmanager.has_plugin("dsession"):
            self._select(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """The same for the items that a worker collected."""
        self._select(ids)

    def _select(self, ids: Iterable[str]) -> None:
        self._chosen = frozenset(ids)
        self._selected = {each.rpartition("::")[2] for each in self._chosen}

    def selection(self) -> str:
        """The selection on the command line, or an empty text for the whole suite."""
        total = sum(len(ids) for per_requirement in self.suite().values() for ids in per_requirement.values())
        chosen = sum(SUFFIX in each for each in self._chosen)
        return f"{chosen} of {total} scenarios were selected" if chosen < total else ""

    def suite(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """By contract and requirement the ids of all scenarios, run or not."""
        if not self._suite:
            self._suite = exercised(self._run.suite_scenarios(), self._run.contracts)
        return self._suite

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the result of a report, from this process or from a worker."""
        if (result := result_of(report)) is None:
            return
        self._run.results.append(result)
        if isinstance(report.longrepr, str):
            # xdist has turned the text into a string, so the line for the short summary must be set again.
            text = report.longrepr
            report.longrepr = FailureText(text, headline(result), result.path, first_line(result))  # type: ignore[assignment]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Print violated SHOULDs after the failures, and the verdict after everything else."""
        result = yield
        if self._run.results or self._run.left_behind:
            self._print_warnings(terminalreporter)
            self._print(terminalreporter)
        return result

    def _print_warnings(self, reporter: pytest.TerminalReporter) -> None:
        warned = [each for each in self._run.results if each.status is Status.WARN and not each.excused]
        if not warned or self._run.options.strict:
            return
        reporter.section("violated SHOULD requirements", sep="=", yellow=True)
        for number, each in enumerate(warned):
            if number:
                reporter.line("")
            FailureText(block(each, self._run.contracts[each.contract].requirements), "", "", 1).toterminal(reporter)

    def _print(self, reporter: pytest.TerminalReporter) -> None:
        reporter.section("walletproof", sep="=")
        run = self._run
        width = reporter._tw.fullwidth  # noqa: SLF001 - pytest's own plugins read it there, too
        if remark := run.remark():
            reporter.line(remark, red=True)
        for sentence in missing(run.results, run.suite_scenarios(), run.contracts, self._chosen):
            reporter.line(sentence, yellow=True)
        for sentence in run.left_behind:
            reporter.line(f"not restored: {sentence}", yellow=True)
        for line in lines(run.results, self.concluded(), run.contracts, width=width, warnings=run.warnings):
            reporter.line(line.text, **({_COLOURS[line.status]: True} if line.status in _COLOURS else {}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Report the configuration error, and set our own exit codes where pytest has none."""
        for each in unreported(self._run):
            session.config.hook.pytest_runtest_logreport(report=each)
        if self._run.problem:
            # pytest takes an error before the first test for a collection error and runs nothing, so it is reported
            # here.
            for each in configuration_error(self._run.problem):
                session.config.hook.pytest_runtest_logreport(report=each)
            session.exitstatus = CONFIGURATION_EXIT
        elif session.exitstatus == pytest.ExitCode.OK and self._run.results:
            found = {each.certification for each in self.concluded()}
            if Certification.NOT_CERTIFIED in found:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            elif Certification.INCOMPLETE in found:
                session.exitstatus = INCOMPLETE_EXIT

    def concluded(self) -> tuple[ContractVerdict, ...]:
        """The verdicts. Call this only after the last result.

        This is no cached property, because pytest 8 reads every attribute of a plugin that is not a method.
        """
        if not self._concluded:
            run = self._run
            self._concluded = verdicts(
                run.results,
                run.contracts,
                self.suite(),
                strict=run.options.strict,
                waivers=run.waivers,
                today=today(),
                selected=self._selected,
                pinned={name: [": ".join(each) for each in wallet.policies] for name, wallet in run.wallets.items()},
            )
        return self._concluded
