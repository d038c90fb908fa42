"""The pytest plugin: options, collection, hooks. It only connects pytest with the modules that decide.

Without a `--wallet-*` option and without a scenario among the paths it does nothing and imports nothing of the harness.
The process that has the terminal decides the wallet, the seed, the run's id and the pre-flight. Workers of xdist
receive the result.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.plugin import paths, pytest_options

if TYPE_CHECKING:
    from harness.plugin.ending import Ending
    from harness.plugin.run import Run

RUN = pytest.StashKey["Run"]()
_ON_THE_WAY = pytest.StashKey[frozenset[Path]]()
_CHANNEL = "walletproof"
_LEVELS = ("must", "should", "may")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    pytest_options.add_options(parser)


def pytest_cmdline_main(config: pytest.Config) -> None:
    """Check the configuration before xdist starts processes. With an error, and in a dry run, none is started.

    This hook runs after xdist's own hook, which decides the number of processes, and before pytest's.
    """
    if config.getoption("dist", "no") == "no" or config.option.collectonly or _is_worker(config):
        return
    if not paths.concerned(config):
        return
    run = config.stash[RUN] = _run(config)
    if not run.options.dry_run:
        run.start()
    if run.problem or run.options.dry_run:
        config.option.dist, config.option.tx = "no", []


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Find out what this run has to do. Raises a usage error for options that contradict each other."""
    if not paths.concerned(config):
        return
    run = config.stash[RUN] = config.stash.get(RUN, None) or _run(config)
    run.suite = paths.settle(config, run.contracts)
    config.stash[_ON_THE_WAY] = paths.on_the_way(config, run.suite)
    for category in sorted(run.suite.categories()):
        config.addinivalue_line("markers", f"{category}: scenarios of this category")
    for name in run.contracts:
        config.addinivalue_line("markers", f"{name}: scenarios on this contract")
    for level in _LEVELS:
        config.addinivalue_line("markers", f"{level}: scenarios of a requirement of this level")
    from harness.plugin.crash import CrashReporter

    config.pluginmanager.register(CrashReporter(run, config), "walletproof-crash")
    from harness.plugin.timekeeping import Timekeeping

    config.pluginmanager.register(Timekeeping(run, config), "walletproof-time")
    from harness.plugin.epilogues import Epilogues

    config.pluginmanager.register(Epilogues(run), "walletproof-epilogues")
    if run.options.explore and not run.options.dry_run:
        from harness.plugin.chance_items import ChanceItems

        config.pluginmanager.register(ChanceItems(run), "walletproof-chance")
    if not _is_worker(config):
        from harness.plugin.ending import Ending

        ending = Ending(run, config.option.verbose)
        config.pluginmanager.register(ending, "walletproof-ending")
        _register_outputs(config, run, ending)


def _run(config: pytest.Config) -> Run:
    from harness.config import OptionsError
    from harness.plugin.run import planned, run_of_worker

    received: dict[str, Any] = getattr(config, "workerinput", {})
    if _CHANNEL in received:
        return run_of_worker(received.pop(_CHANNEL), received["workerid"], received["workercount"])
    try:
        return planned(pytest_options.options_of(config), os.environ)
    except OptionsError as error:
        raise pytest.UsageError(str(error)) from None


def _register_outputs(config: pytest.Config, run: Run, ending: Ending) -> None:
    """Register what writes the run's files. File names are checked now, so that an error is reported before the run."""
    from harness.plugin.causes import Back, Causes
    from harness.plugin.junit import JUnitNames, name_suite
    from harness.plugin.live import Watch
    from harness.plugin.outputs import Outputs, wanted
    from harness.report import ReportError

    try:
        files = wanted(config, os.environ)
    except ReportError as error:
        raise pytest.UsageError(str(error)) from None
    name_suite(config)
    config.pluginmanager.register(JUnitNames(config), "walletproof-junit")
    config.pluginmanager.register(Outputs(run, ending, files), "walletproof-outputs")
    config.pluginmanager.register(Watch(config), "walletproof-watch")
    causes = Causes(run, config)
    config.pluginmanager.register(causes, "walletproof-causes")
    config.pluginmanager.register(Back(causes), "walletproof-causes-back")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the bundled wallet, however the session ended."""
    if (run := config.stash.get(RUN, None)) is not None:
        run.stop()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """The wallet under test, and the command that repeats the run."""
    run = config.stash.get(RUN, None)
    if run is None:
        return []
    from harness.plugin.header import header

    return header(run)


# ----------------------------------------------------------------------------------------------------------------------
# Collection


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The collector of a folder of scenarios or of a directory that leads to one."""
    run = parent.config.stash.get(RUN, None)
    if run is None:
        return None
    from harness.plugin.collection import directory

    return directory(path, parent, run, parent.config.stash[_ON_THE_WAY])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect YAML below the folder of scenarios and nothing else."""
    run = parent.config.stash.get(RUN, None)
    if run is None:
        return None
    from harness.plugin.collection import ScenarioFile

    return ScenarioFile.of(file_path, parent, run)


# ----------------------------------------------------------------------------------------------------------------------
# Start


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Start the bundled wallet while scenarios are collected. `--collect-only` starts none."""
    run = session.config.stash.get(RUN, None)
    if run is not None and not _is_worker(session.config) and not session.config.option.collectonly:
        run.warm_up()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Limit the number of workers to those that can work side by side. xdist starts them after this hook."""
    config = session.config
    run = config.stash.get(RUN, None)
    if run is None or not config.pluginmanager.has_plugin("dsession") or config.option.collectonly:
        return
    if run.started and len(config.option.tx) > run.most_processes:
        config.option.tx = config.option.tx[: run.most_processes]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send a worker the configuration and the result of pre-flight (xdist)."""
    run = node.config.stash.get(RUN, None)
    if run is not None and run.started:
        node.workerinput[_CHANNEL] = run.for_worker()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute scenarios to processes (xdist). Two processes never use one named player at the same time."""
    run = config.stash.get(RUN, None)
    if run is None or not run.started:
        return None
    from harness.plugin.sharing import Sharing

    return Sharing(config, log, run)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Keep what an ended worker reports about players whose balance was not restored (xdist)."""
    del error
    if (run := node.config.stash.get(RUN, None)) is not None:
        run.left_behind += getattr(node, "workeroutput", {}).get(_CHANNEL, ())


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Restore the balances of players before the summary is printed, also after an interruption."""
    run = session.config.stash.get(RUN, None)
    if run is None:
        return
    run.finish()
    if _is_worker(session.config):
        session.config.workeroutput[_CHANNEL] = run.left_behind  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Start before the first item. With a configuration problem no scenario runs, and the summary reports it."""
    run = session.config.stash.get(RUN, None)
    config = session.config
    if run is None or config.option.collectonly or _is_worker(config):
        return None
    if session.testsfailed and not config.option.continue_on_collection_errors:
        return None  # pytest is about to stop because of files that cannot be collected
    from harness.plugin.epilogues import last
    from harness.plugin.items import ScenarioItem

    others = [item for item in session.items if not isinstance(item, ScenarioItem)]
    ours = [item for item in session.items if isinstance(item, ScenarioItem)]
    if run.options.dry_run and not run.problem:
        from harness.plugin.dry_run_output import print_requests

        reporter = config.pluginmanager.get_plugin("terminalreporter")
        in_turn = [item for item in last(ours) if isinstance(item, ScenarioItem)]
        print_requests(reporter, run, in_turn, everything=config.option.verbose > 0)
        session.items[:] = others
        return None if others else True
    if not config.pluginmanager.has_plugin("dsession") and ours:
        run.start()
    if not run.problem:
        if run.started:
            from harness.plugin.order import in_order

            session.items[:] = in_order(session.items, run.frugal)
        session.items[:] = last(session.items)
        # These objects live until the end. Without the freeze, garbage collection of them took 3 % of a run.
        gc.freeze()
        return None
    session.items[:] = others
    return None if others else True


# ----------------------------------------------------------------------------------------------------------------------
# Reports


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Attach the result to the report."""
    made = yield
    if RUN in item.config.stash:
        from harness.plugin.items import carry

        carry(item, made)  # type: ignore[arg-type]
    return made


def pytest_report_teststatus(
    report: pytest.TestReport, config: pytest.Config
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """Give a violated SHOULD a category of its own."""
    if RUN not in config.stash:
        return None
    from harness.plugin.report import category

    return category(report)
