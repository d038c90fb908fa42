"""Progress on a terminal: how many scenarios ended how, which one is running, and for how long the run has lasted.

Only where somebody watches: on an interactive terminal and without options that ask pytest for more or less than its
usual output. Everywhere else pytest prints its letters, which a log keeps.
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

from harness.plugin.block import findings, headline
from harness.plugin.causes import Explained, cause_of
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
_MOST_TOLD = 12
"""So many failures are told while the run lasts; the end tells all of them."""
_BETWEEN_SECONDS = 0.1
_TICK_SECONDS = 1
"""How often the clock moves while a scenario lasts. Only then a thread draws: it would disturb races otherwise."""


def suits(config: pytest.Config, reporter: Any, environment: Mapping[str, str]) -> bool:
    """Whether somebody watches, and has asked for nothing else."""
    option = config.option
    watched = reporter.isatty() and environment.get("TERM", "dumb") != "dumb" and not environment.get("CI")
    plain = option.verbose == 0 and option.capture != "no" and not (option.usepdb or option.trace)
    return bool(watched and plain and option.color != "no")


class Watch:
    """A plugin of its own that decides, once it is known what will run, how its progress is shown."""

    def __init__(self, config: pytest.Config, reporter: Any) -> None:
        """`reporter` is pytest's own."""
        self._config = config
        self._reporter = reporter
        self._live: Live | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """In one process. With xdist this process collects nothing itself."""
        if not self._config.option.collectonly:
            self._begin([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """The same, as each worker tells it."""
        self._begin(ids)

    def _begin(self, ids: Sequence[str]) -> None:
        """A run of scenarios alone is watched, or a line for each category rather than for each file."""
        if self._live is not None or not ids or not all(SUFFIX + "::" in each for each in ids):
            return
        if suits(self._config, self._reporter, os.environ):
            self._reporter.showfspath = False
            self._reporter._show_progress_info = False  # noqa: SLF001 - there is no other way to ask for it
            self._live = Live(self._reporter, len(ids))
            self._config.pluginmanager.register(self._live, "walletproof-live")
        elif self._reporter.showfspath:
            self._reporter.showfspath = False
            if self._reporter._show_progress_info == "progress":  # noqa: SLF001
                self._reporter._show_progress_info = "count"  # noqa: SLF001
            self._config.pluginmanager.register(Progress(self._reporter), "walletproof-progress")


class Tally:
    """What is known while the run lasts."""

    def __init__(self, total: int) -> None:
        """`total` scenarios are to come."""
        self.total = total
        self.counts: Counter[str] = Counter()
        self.running: dict[str, None] = {}
        """Ids of the scenarios that have begun, in that order."""
        self._told: set[Explained | None] = set()
        self.begun = time.monotonic()

    @property
    def done(self) -> int:
        """How many have ended."""
        return sum(self.counts.values())

    @property
    def elapsed(self) -> str:
        """Minutes and seconds since the beginning."""
        seconds = int(time.monotonic() - self.begun)
        return f"{seconds // 60}:{seconds % 60:02}"

    def add(self, result: ScenarioResult) -> str:
        """Count a result. A line about it when it is the first failure of its cause, else nothing."""
        self.counts["waived" if result.excused else str(result.status)] += 1
        cause = cause_of(result)
        if result.excused or result.status not in {"fail", "unknown"} or cause in self._told:
            return ""
        self._told.add(cause)
        probably = next((each.probably for each in findings(result) if each.probably), "")
        return f"{result.status.upper()} {result.scenario} {result.contract}: {probably or headline(result)}"

    @property
    def told(self) -> int:
        """How many causes were told."""
        return len(self._told)


class Live:
    """A plugin of its own, in the process that has the terminal; pytest's own letters are left out meanwhile."""

    def __init__(self, reporter: Any, total: int) -> None:
        """On pytest's terminal. Nothing is drawn before the first scenario begins: pre-flight may end the run."""
        from rich.console import Console
        from rich.live import Live as Drawn

        self._tally = Tally(total)
        # While a scenario runs, pytest catches what is written to the standard output: this is a way around that.
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
        """The picture of this moment."""
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
        return Group(head, counts, Text(now, style="dim", no_wrap=True, overflow="ellipsis"))

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
        if (line := self._tally.add(result)) and self._tally.told <= _MOST_TOLD:
            from rich.text import Text

            self._console.print(Text(line, style="red"), no_wrap=True, overflow="ellipsis", crop=True)
        self._draw()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_report_teststatus(self) -> Iterator[None]:
        """The category without letter and word: pytest counts, and prints nothing."""
        status: Any = yield
        return status if self._stopped.is_set() or not status else (status[0], "", "")  # type: ignore[return-value]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Leave the last picture, and give the terminal back."""
        self.stop()

    def pytest_unconfigure(self) -> None:
        """Also when the session has ended otherwise."""
        self.stop()

    def _start(self) -> None:
        self._reporter.ensure_newline()
        self._reporter.flush()
        self._tally.begun = time.monotonic()
        self._drawn.start()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)
        self._ticker.start()

    def stop(self) -> None:
        """Draw no more; again is harmless."""
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
