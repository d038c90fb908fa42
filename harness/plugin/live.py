"""Progress on a terminal: how many scenarios ended how, which one is running, and the time so far.

It is shown only on an interactive terminal, and only without options that change pytest's output. Everywhere else
pytest prints its letters, which are kept in a log.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from harness.inert import one_line
from harness.plugin.block import findings, headline
from harness.plugin.causes import Suggested, cause_of
from harness.plugin.report import Progress, result_of
from harness.scenario import SUFFIX
from harness.verdict import ScenarioResult

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLES = {
    "pass": "green",
    "fail": "bold red",
    "unknown": "bold red",
    "warn": "yellow",
    "skipped": "",
    "waived": "yellow",
}
_MOST_SHOWN = 12
"""Number of failures that are printed during the run. The summary prints all of them."""
_BETWEEN_SECONDS = 0.1
_TICK_SECONDS = 1
"""Seconds between two updates of the clock. Only then a thread draws, since it would disturb races otherwise."""


def suits(config: pytest.Config, reporter: Any, environment: Mapping[str, str]) -> bool:
    """True on an interactive terminal without options, and without a plugin's reporter, that change the output."""
    if type(reporter) is not pytest.TerminalReporter:
        return False
    option = config.option
    watched = reporter.isatty() and environment.get("TERM", "dumb") != "dumb" and not environment.get("CI")
    plain = option.verbose == 0 and option.capture != "no" and not (option.usepdb or option.trace)
    return bool(watched and plain and option.color != "no")


class Watch:
    """A plugin of its own that chooses the form of progress once the items are known.

    Another plugin may replace pytest's reporter while it is configured, so the reporter is asked for when it is used.
    """

    def __init__(self, config: pytest.Config) -> None:
        """Nothing is printed before the items are known."""
        self._config = config
        self._live: Live | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without xdist: choose by the items of this process. With xdist this process collects nothing."""
        if not self._config.option.collectonly:
            self._begin([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """With xdist: choose by the items that a worker collected."""
        self._begin(ids)

    def _begin(self, ids: Sequence[str]) -> None:
        """If every item is a scenario, show live progress, or else one line for each category instead of each file."""
        if self._live is not None or not ids or not all(SUFFIX + "::" in each for each in ids):
            return
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is None:
            return
        if suits(self._config, reporter, os.environ):
            reporter.showfspath = False
            reporter._show_progress_info = False  # noqa: SLF001 - there is no other way to ask for it
            self._live = Live(reporter, len(ids))
            self._config.pluginmanager.register(self._live, "walletproof-live")
        elif reporter.showfspath:
            reporter.showfspath = False
            if reporter._show_progress_info == "progress":  # noqa: SLF001
                reporter._show_progress_info = "count"  # noqa: SLF001
            self._config.pluginmanager.register(Progress(self._config), "walletproof-progress")


class Tally:
    """The counts and results so far."""

    def __init__(self, total: int) -> None:
        """`total` is the number of scenarios that will run."""
        self.total = total
        self.counts: Counter[str] = Counter()
        self.running: dict[str, None] = {}
        """Ids of the scenarios that have begun, in that order."""
        self._shown: set[Suggested | None] = set()
        self.begun = time.monotonic()

    @property
    def done(self) -> int:
        """Number of scenarios that have ended."""
        return sum(self.counts.values())

    @property
    def elapsed(self) -> str:
        """Minutes and seconds since the start."""
        seconds = int(time.monotonic() - self.begun)
        return f"{seconds // 60}:{seconds % 60:02}"

    def add(self, result: ScenarioResult) -> str:
        """Count a result. Returns a line for the first failure of each cause, else an empty text."""
        self.counts["waived" if result.excused else str(result.status)] += 1
        cause = cause_of(result)
        if result.excused or result.status not in {"fail", "unknown"} or cause in self._shown:
            return ""
        self._shown.add(cause)
        probably = next((each.probably for each in findings(result) if each.probably), "")
        return f"{result.status.upper()} {result.scenario} {result.contract}: {probably or headline(result)}"

    @property
    def shown(self) -> int:
        """Number of causes that were printed."""
        return len(self._shown)


class Live:
    """A plugin of its own in the process that has the terminal. It replaces pytest's own letters."""

    def __init__(self, reporter: Any, total: int) -> None:
        """`reporter` is pytest's own. Nothing is drawn before the first scenario: pre-flight may end the run."""
        from rich.console import Console
        from rich.live import Live as Drawn

        self._tally = Tally(total)
        # pytest captures the standard output while a scenario runs. This file is not captured.
        file = reporter._tw._file  # noqa: SLF001 - pytest's own plugins read it there, too
        self._file = os.fdopen(os.dup(file.fileno()), "w", encoding=file.encoding, errors="replace")
        self._reporter = reporter
        self._console = Console(file=self._file, force_terminal=True, highlight=False)
        self._drawn = Drawn(
            self, console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._last = 0.0
        self._stopped = threading.Event()
        self._ticker: threading.Thread | None = None

    def __rich__(self) -> RenderableType:
        """The present state as a picture."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        tally = self._tally
        head = Table.grid(padding=(0, 1))
        head.add_row(
            ProgressBar(total=tally.total, completed=tally.done, width=32), f"{tally.done}/{tally.total}", tally.elapsed
        )
        counts = Text("  ").join(
            Text(f"{tally.counts[word]} {word}", style=style if tally.counts[word] else "dim")
            for word, style in _STYLES.items()
            if tally.counts[word] or word != "waived"
        )
        now = next(iter(tally.running), "")
        return Group(head, counts, Text(one_line(now), style="dim", no_wrap=True, overflow="ellipsis"))

    def say(self, text: str) -> None:
        """Print a line above the picture."""
        from rich.text import Text

        self._console.print(Text(one_line(f"walletproof: {text}"), style="yellow"))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """A scenario has begun, here or in a worker."""
        if self._ticker is None and not self._stopped.is_set():
            self._start()
        self._tally.running[_name(nodeid)] = None
        self._draw()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A scenario has ended."""
        if (result := result_of(report)) is None:
            return
        self._tally.running.pop(_name(report.nodeid), None)
        if (line := self._tally.add(result)) and self._tally.shown <= _MOST_SHOWN:
            from rich.text import Text

            self._console.print(Text(one_line(line), style="red"), no_wrap=True, overflow="ellipsis", crop=True)
        self._draw()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(self) -> Iterator[None]:
        """The category without letter and word, so that pytest counts the result and prints nothing."""
        status: Any = yield
        return status if self._stopped.is_set() or not status else (status[0], "", "")  # type: ignore[return-value]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Draw the last picture and release the terminal."""
        self.stop()

    def pytest_unconfigure(self) -> None:
        """Release the terminal if the session ended in another way."""
        self.stop()

    def _start(self) -> None:
        self._reporter.ensure_newline()
        self._reporter.flush()
        self._tally.begun = time.monotonic()
        self._drawn.start()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._ticker.start()

    def stop(self) -> None:
        """Stop drawing. A second call does nothing."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        with suppress(OSError):
            if self._ticker is not None:
                self._ticker.join()
                self._tally.running.clear()
                self._drawn.stop()
            self._file.close()

    def _draw(self) -> None:
        now = time.monotonic()
        if now - self._last >= _BETWEEN_SECONDS and not self._stopped.is_set():
            self._last = now
            self._drawn.refresh()

    def _tick(self) -> None:
        while not self._stopped.wait(_TICK_SECONDS):
            if time.monotonic() - self._last >= _TICK_SECONDS:
                self._draw()


def _name(nodeid: str) -> str:
    return nodeid.replace(f"{SUFFIX}::", " on ")
