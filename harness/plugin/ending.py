"""Gathers every result in the reporting process, prints them at the end and sets the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pytest

from harness.model import Status
from harness.plugin.block import block, example, headline
from harness.plugin.causes import representatives
from harness.plugin.epilogues import missing
from harness.plugin.folds import Folds, no_command
from harness.plugin.items import first_line
from harness.plugin.refuted import unreported
from harness.plugin.report import FailureText, configuration_error, result_of
from harness.plugin.run import Run
from harness.plugin.summary import SummaryLine, conclusions, exercised, lines, verdicts
from harness.plugin.what_to_fix import Caused, advice_lines, fix_lines, is_advice
from harness.report.data import explained
from harness.report.verdict_sentence import verdict_sentence
from harness.scenario import SUFFIX
from harness.verdict import Certification, ContractVerdict, today

CONFIGURATION_EXIT = 10
INCOMPLETE_EXIT = 11
_NARROWEST = 60
"""Lines are not wrapped to less than so many columns."""
_COLOURS = {Status.PASS: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.UNKNOWN: "red"}


class Ending:
    """A plugin of its own. Only the process that has the terminal registers it."""

    def __init__(self, run: Run, verbosity: int = 0) -> None:
        """`run` receives the results. `verbosity` is pytest's."""
        self._run = run
        self._verbosity = verbosity
        self._concluded: tuple[ContractVerdict, ...] = ()
        self._selected: set[str] | None = None
        self._chosen: frozenset[str] = frozenset()
        self._suite: Mapping[str, Mapping[str, Sequence[str]]] = {}
        self._found: tuple[int, list[Caused]] | None = None

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
            short = "" if self._verbosity > 0 else example(result, self._run.contracts[result.contract].requirements)
            found = FailureText(text, headline(result), result.path, first_line(result), short)
            report.longrepr = found  # type: ignore[assignment]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Print after pytest's own output: violated SHOULDs, the requirements, what to fix, and the verdict last."""
        result = yield
        if self._run.results or self._run.left_behind:
            folds = Folds.of_environment()
            if advice := self._advice():
                with folds.part(terminalreporter, "violated SHOULD requirements"):
                    self._print_advice(terminalreporter, advice)
            with folds.part(terminalreporter, "requirements"):
                self._print_requirements(terminalreporter)
            self._print_what_to_fix(terminalreporter)
            self._print_verdict(terminalreporter)
        return result

    def _advice(self) -> list[Caused]:
        """The causes that violate SHOULD requirements alone. None if little is to be printed."""
        strict = self._run.options.strict
        found = [each for each in self._causes() if is_advice(each[1], strict=strict)]
        return found if self._verbosity >= 0 else []

    def _print_advice(self, reporter: pytest.TerminalReporter, found: Sequence[Caused]) -> None:
        """The violated SHOULDs by cause. With `-v` an example of each follows, and with `-vv` every one."""
        run, verbosity = self._run, self._verbosity
        reporter.section("violated SHOULD requirements", sep="=", yellow=True)
        for line in advice_lines(found, width=_width(reporter), verbosity=verbosity):
            reporter.line(no_command(line))
        if verbosity == 0 or reporter.config.option.tbstyle in {"no", "line"}:
            return
        warned = [each for each in run.results if each.status is Status.WARN and not each.excused]
        shown = range(len(warned)) if verbosity > 1 else representatives(warned, run.contracts)
        for each in (warned[index] for index in shown):
            reporter.line("")
            FailureText(block(each, run.contracts[each.contract].requirements), "", "", 1).toterminal(reporter)

    def _print_requirements(self, reporter: pytest.TerminalReporter) -> None:
        reporter.section("walletproof", sep="=")
        run = self._run
        if remark := run.remark():
            reporter.line(remark, red=True)
        for sentence in missing(run.results, run.suite_scenarios(), run.contracts, self._chosen):
            reporter.line(sentence, yellow=True)
        for sentence in run.left_behind:
            reporter.line(f"not restored: {sentence}", yellow=True)
        width, verbosity = _width(reporter), self._verbosity
        _print(
            reporter,
            lines(
                run.results, self.concluded(), run.contracts, width=width, warnings=run.warnings, verbosity=verbosity
            ),
        )

    def _print_what_to_fix(self, reporter: pytest.TerminalReporter) -> None:
        strict = self._run.options.strict
        found = [each for each in self._causes() if not is_advice(each[1], strict=strict)]
        if found:
            reporter.section("what to fix", sep="=", red=True)
            for line in fix_lines(found, width=_width(reporter), verbosity=self._verbosity):
                reporter.line(no_command(line))

    def _print_verdict(self, reporter: pytest.TerminalReporter) -> None:
        reporter.section("verdict", sep="=")
        _print(reporter, conclusions(self.concluded(), self.sentences(), width=_width(reporter)))

    def _causes(self) -> list[Caused]:
        """The causes of the findings that are not waived, in the order in which to repair them."""
        return [each for each in self._explained() if not each[1].waived]

    def _explained(self) -> list[Caused]:
        """All causes. They are found once, after the last result."""
        if self._found is None or self._found[0] != len(self._run.results):
            self._found = len(self._run.results), explained(self._run.results, self._run.contracts)
        return self._found[1]

    def sentences(self) -> dict[str, str]:
        """The verdict of each contract in one sentence. Call this only after the last result."""
        run = self._run
        return {
            each.contract: verdict_sentence(
                each,
                run.contracts[each.contract],
                [result for result in run.results if result.contract == each.contract],
                [cause for name, cause in self._explained() if name == each.contract],
                total=len({name for names in self.suite()[each.contract].values() for name in names}),
                strict=run.options.strict,
            )
            for each in self.concluded()
        }

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


def _width(reporter: pytest.TerminalReporter) -> int:
    # pytest's own plugins read the width there, too.
    return max(int(reporter._tw.fullwidth), _NARROWEST)  # noqa: SLF001


def _print(reporter: pytest.TerminalReporter, found: Iterable[SummaryLine]) -> None:
    for line in found:
        reporter.line(no_command(line.text), **({_COLOURS[line.status]: True} if line.status in _COLOURS else {}))
