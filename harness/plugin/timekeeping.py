"""Bounds the time of a run, prints the estimate at its start, and warns early of a slow wallet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from harness.contracts import Contract
from harness.model import Scenario
from harness.plugin.items import ScenarioItem
from harness.plugin.run import Run
from harness.plugin.run_time import RunTime, estimate_seconds, turns


class Timekeeping:
    """A plugin of its own, registered in every process. Only the process that has the terminal prints something."""

    def __init__(self, run: Run, config: pytest.Config) -> None:
        """`run` gets the end of its time as soon as its scenarios are known."""
        self._run = run
        self._config = config
        self._turns: Mapping[str, int] = {}
        self._done = 0
        self._time: RunTime | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """The scenarios of this process are known, and pre-flight has passed. pytest runs them after this hook."""
        work = [(each.nodeid, each.scenario, each.contract) for each in session.items if isinstance(each, ScenarioItem)]
        worker: dict[str, Any] | None = getattr(self._config, "workerinput", None)
        if work and self._run.started and not self._run.options.dry_run:
            self._begin(work, worker["workercount"] if worker is not None else 1, tell=worker is None)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """With xdist: a worker knows its scenarios. This process runs none, and prints the estimate."""
        if self._time is not None or not self._run.started:
            return
        from harness.plugin.sharing import Places

        places = Places(self._run.suite, self._run.contracts, self._run.wallets)
        found = [(each, *places.read(each)) for each in ids]
        work = [(id_, scenario, contract) for id_, scenario, contract in found if scenario and contract]
        if work:
            self._begin(work, len(self._config.option.tx), tell=True)

    def _begin(self, work: Sequence[tuple[str, Scenario, Contract]], processes: int, *, tell: bool) -> None:
        run, wallets = self._run, self._run.wallets
        pairs = [(scenario, contract) for _, scenario, contract in work]
        estimate = estimate_seconds(pairs, wallets.__getitem__, run.answer_ns, processes)
        self._time = RunTime(estimate, [each.run_seconds for each in wallets.values()], begun=run.begun)
        run.bound(self._time.until, self._time.ends)
        if tell:
            expected = turns(pairs, wallets.__getitem__)
            self._turns = {id_: each for (id_, _, _), each in zip(work, expected, strict=True)}
            self._say(self._time.told)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A scenario has ended: compare the pace with the estimate."""
        if self._time is None or report.when != "call" or not self._turns:
            return
        self._done += self._turns.get(report.nodeid, 0)
        self._say(self._time.slowness(self._done, sum(self._turns.values())))

    def _say(self, text: str) -> None:
        if not text:
            return
        live = self._config.pluginmanager.get_plugin("walletproof-live")
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if live is not None:
            live.say(text)
        elif reporter is not None:
            reporter.ensure_newline()
            reporter.write_line(f"walletproof: {text}")
