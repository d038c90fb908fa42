"""Writes the files of a run: reports, the certificate, and the output for GitHub Actions."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness import __version__
from harness.inert import inert, one_line
from harness.plugin.ending import INCOMPLETE_EXIT, Ending
from harness.plugin.hint import hint
from harness.plugin.run import Run
from harness.report import ReportError, RunFacts, report_data, write, write_text
from harness.report.digests import of_suite
from harness.report.github import problem_command, workflow_commands
from harness.report.report_files import complaint_about_name, probe
from harness.report.repository_places import repository

_WHOLE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, INCOMPLETE_EXIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files to write. `github` is the file from which GitHub Actions reads a job's summary."""

    reports: tuple[Path, ...] = ()
    certificate: Path | None = None
    key: Path | None = None
    github: Path | None = None
    annotate: bool = False

    def __bool__(self) -> bool:
        """True if there is anything to write."""
        return bool(self.reports or self.certificate or self.github or self.annotate)


def wanted(config: pytest.Config, environment: Mapping[str, str]) -> Files:
    """The files that the command line and the environment ask for. Raises ReportError for an invalid request."""
    reports = tuple(Path(each) for each in config.getoption("--wallet-report"))
    for each in reports:
        if complaint := complaint_about_name(each):
            raise ReportError(f"--wallet-report: {complaint}")
    certificate, key = config.getoption("--wallet-certificate"), config.getoption("--wallet-sign-key")
    if bool(certificate) != bool(key):
        raise ReportError("--wallet-certificate and --wallet-sign-key belong together: give both or none")
    if key and not Path(key).is_file():
        raise ReportError(f"--wallet-sign-key {key}: there is no such file; `walletproof keygen {key}` makes a key")
    if key:
        from harness.report.certificate import signing_key

        signing_key(Path(key))
    for each in (*reports, *([Path(certificate)] if certificate else [])):
        probe(each)
    on_github = environment.get("GITHUB_ACTIONS") == "true"
    summary = environment.get("GITHUB_STEP_SUMMARY", "") if on_github else ""
    return Files(
        reports=reports,
        certificate=Path(certificate) if certificate else None,
        key=Path(key) if key else None,
        github=Path(summary) if summary else None,
        annotate=on_github,
    )


class Outputs:
    """A plugin of its own. Only the process that has the terminal registers it."""

    def __init__(self, run: Run, ending: Ending, files: Files) -> None:
        """Nothing is written before the session ends. It is written however the session ends."""
        self._run = run
        self._ending = ending
        self._files = files
        self._started = _now()
        self._messages: list[tuple[str, bool]] = []

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write all files. A failure to write is reported and never replaces the verdict."""
        if self._files.annotate and self._run.problem:
            self._messages.append((problem_command(self._run.problem), True))
        if not self._files or not self._run.started:
            return
        stopped = bool(session.shouldstop or session.shouldfail)
        complete = session.exitstatus in _WHOLE and not stopped and not self._run.problem
        report = self._report(complete=complete)
        for path in self._files.reports:
            self._try(f"report: {path}", lambda path=path: write(path, report))
        if self._files.certificate is not None and self._files.key is not None:
            self._certify(report, self._files.certificate, self._files.key)
        if self._files.github is not None:
            self._summarise(report, self._files.github)
        if self._files.annotate:
            self._annotate(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
        """Print after the verdict which files were written and which were not, and how to see more.

        This plugin is registered after that of the verdict, so its wrapper is outside of that one's.
        """
        result = yield
        for text, good in self._messages:
            terminalreporter.line(text, **({} if good else {"red": True}))
        verbosity = terminalreporter.config.option.verbose
        run = self._run
        if more := hint(run.results, self._files.reports, run.options, profile=run.profile_path, verbosity=verbosity):
            terminalreporter.line(one_line(more))
        return result

    def _report(self, *, complete: bool) -> dict[str, Any]:
        run = self._run
        facts = RunFacts(
            id=run.options.run_id,
            targets=run.urls,
            harness=__version__,
            seed=run.options.seed,
            started=self._started,
            finished=_now(),
            digests=of_suite(run.suite.folders, run.contracts)
            | ({"profile": run.profile_digest} if run.profile_digest else {}),
            environment={"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"},
            strict=run.options.strict,
            bundled=run.bundled,
            selection=self._ending.selection(),
            warnings=run.warnings,
            wallet=run.wallet_name,
            issuer=run.issuer,
            profile=run.profile_path,
            left_behind=run.left_behind,
        )
        return report_data(
            facts,
            run.results,
            self._ending.concluded(),
            run.contracts,
            self._ending.suite(),
            complete=complete,
            texts=run.suite.texts(each.scenario for each in run.results),
        )

    def _certify(self, report: Mapping[str, Any], path: Path, key: Path) -> None:
        from harness.report.certificate import claims, now_utc, sign
        from harness.report.html import render_certificate

        page = path.with_name(f"{path.name}.html")

        def make() -> None:
            certificate = claims(report, now_utc())
            token = sign(certificate, key)
            write_text(path, f"{token}\n")
            write_text(page, render_certificate(certificate, report, token, path.name))

        self._try(f"certificate: {path}, for people {page}", make)

    def _annotate(self, report: Mapping[str, Any]) -> None:
        try:
            self._messages += [(each, True) for each in workflow_commands(report, repository(os.environ))]
        except OSError as error:
            self._messages.append((f"not annotated: {error}", False))

    def _summarise(self, report: Mapping[str, Any], path: Path) -> None:
        from harness.report.markdown import render

        def append() -> None:
            with path.open("a", encoding="utf-8") as file:
                file.write(inert(render(report)))

        self._try("summary of the job written", append)

    def _try(self, message: str, act: Any) -> None:
        try:
            act()
        except (ReportError, OSError) as error:
            self._messages.append((f"not written: {error}", False))
        else:
            self._messages.append((message, True))


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()
