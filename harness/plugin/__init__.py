"""The pytest plugin: options, collection, hooks. It decides nothing; everything it says was decided elsewhere.

Without a `--wallet-*` option and without a scenario among the paths it is inert, imports nothing heavy and starts nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness import __version__
from harness.plugin.options import add_options, any_given, choices, names_scenarios

if TYPE_CHECKING:
    from harness.plugin.run import Run
    from harness.result import ContractVerdict

CONFIGURATION_EXIT = 10
INCOMPLETE_EXIT = 11
RUN = pytest.StashKey["Run"]()
_TOLD = "walletproof"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_options(parser)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Find out whether there is anything to do, and what; a contradiction is a usage error."""
    from harness.contracts.schema import bundled

    root = bundled("scenarios").resolve()
    if not any_given(config) and not names_scenarios(config, root):
        return
    if any_given(config) and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = [str(root)]
    from harness.plugin.run import Run
    from harness.target import TargetError

    try:
        run = Run(choices(config))
    except TargetError as error:
        raise pytest.UsageError(str(error)) from None
    config.stash[RUN] = run
    _declare_markers(config, root)
    told = getattr(config, "workerinput", {}).get(_TOLD)
    if told is None:
        config.pluginmanager.register(_Results(run), "walletproof-results")
    else:
        run.adopt(told, config.workerinput["workerid"])  # type: ignore[attr-defined]


class _Results:
    """Gathers the results of every report, those of xdist's workers among them, and tells them at the end."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the result."""
        data = getattr(report, "wallet_result", None)
        if data is not None:
            from harness.result import from_data

            self._run.results.append(from_data(data))

    def pytest_terminal_summary(self, terminalreporter: Any, config: pytest.Config) -> None:
        """The summary of the run, or the one problem that prevented it."""
        run = self._run
        if run.problem:
            terminalreporter.section("walletproof: configuration problem", sep="=", red=True)
            terminalreporter.write_line(run.problem)
            return
        if not run.results or run.target is None:
            return
        from harness.plugin.summary import lines

        terminalreporter.section("walletproof", sep="=")
        for text, status in lines(run.results, _conclude(config), run.contracts):
            terminalreporter.write_line(text, **_COLOURS.get(status or "", {}))
        seed, run_id = run.target.seed, run.target.run_id
        terminalreporter.write_line(
            f"seed {seed} (repeat with --wallet-seed {seed}); run id {run_id} begins every id sent"
        )


_COLOURS = {
    "pass": {"green": True},
    "warn": {"yellow": True},
    "fail": {"red": True},
    "unknown": {"red": True},
}


def _declare_markers(config: pytest.Config, root: Path) -> None:
    for folder in sorted(each.name for each in root.iterdir() if each.is_dir()):
        config.addinivalue_line("markers", f"{folder}: scenarios of this category")
    for name in config.stash[RUN].selected:
        config.addinivalue_line("markers", f"{name}: scenarios of this contract")
    for level in ("must", "should", "may"):
        config.addinivalue_line("markers", f"{level}: scenarios of requirements of this level")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whatever happened, the bundled wallet is stopped."""
    if (run := config.stash.get(RUN, None)) is not None:
        run.stop()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What is certified, and how to repeat the run's test data."""
    run = config.stash.get(RUN, None)
    if run is None:
        return []
    wallet = run.choices.url or "the bundled reference wallet"
    return [f"walletproof {__version__}: certifies {wallet} by {', '.join(run.selected)}"]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect YAML below the scenario root, and nothing else."""
    run = parent.config.stash.get(RUN, None)
    if run is None or file_path.suffix != ".yaml" or run.root not in file_path.parents:
        return None
    from harness.plugin.collection import ScenarioFile

    return ScenarioFile.below(parent, file_path, run)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Under xdist the workers are told at their start what the controller found out, so it starts before them."""
    config = session.config
    run = config.stash.get(RUN, None)
    distributes = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    if run is None or not distributes or config.option.collectonly:
        return
    run.start()
    if run.problem:
        pytest.exit(f"configuration: {run.problem}", returncode=CONFIGURATION_EXIT)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker what the controller found out (xdist)."""
    run = node.config.stash.get(RUN, None)
    if run is not None and run.started:
        node.workerinput[_TOLD] = run.for_worker()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Start before the first item. A configuration problem is one error, and no scenario runs."""
    run = session.config.stash.get(RUN, None)
    if run is None or run.started or session.config.option.collectonly or not _has_scenarios(session):
        return None
    run.start()
    return True if run.problem else None


def _has_scenarios(session: pytest.Session) -> bool:
    from harness.plugin.collection import ScenarioItem

    return any(isinstance(item, ScenarioItem) for item in session.items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the result travel with the report."""
    report = yield
    if RUN in item.config.stash:
        from harness.plugin.collection import carry_result

        carry_result(item, report)  # type: ignore[arg-type]
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """A violated SHOULD is a category of its own."""
    data = getattr(report, "wallet_result", None)
    if data is None or not report.passed or data["status"] != "warn":
        return None
    return "warn", "w", ("WARN", {"yellow": True})


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Our own exit codes, where pytest has none for what happened."""
    run = session.config.stash.get(RUN, None)
    if run is None or hasattr(session.config, "workerinput"):
        return
    if run.problem:
        session.exitstatus = CONFIGURATION_EXIT
    elif session.exitstatus == pytest.ExitCode.OK and run.results:
        concluded = _conclude(session.config)
        names = {each.certification.name for each in concluded}
        if "NOT_CERTIFIED" in names:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif "INCOMPLETE" in names:
            session.exitstatus = INCOMPLETE_EXIT


def _conclude(config: pytest.Config) -> tuple[ContractVerdict, ...]:
    from harness.plugin.summary import verdicts
    from harness.scenario import load_folder

    run = config.stash[RUN]
    suite = load_folder(run.root, run.contracts)
    return verdicts(run.results, run.contracts, run.selected, suite, strict=run.choices.strict)
