"""What is seen while a run lasts: a picture on a terminal, and letters with counts where nobody watches."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from plugin_run import CREDENTIALS, run
from terminal import on_a_raw_terminal

from harness.model import Check, Level, Status, Verdict
from harness.plugin.live import Tally
from harness.verdict import ScenarioResult

CATEGORIES = ("idempotency", "zero_amount")
DEFECT = ("--wallet-contract=casino", "--wallet-defect=forgets-zero")
FAILING = [
    "zero_amount/live_zero_is_remembered",
    "zero_amount/live_zero_is_remembered_by_the_settlement",
]
"""Each for a cause of its own."""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


ALONE = ("no:cacheprovider",)


def on_a_terminal(
    folder: Path, *arguments: str, plugins: tuple[str, ...] = ALONE, more: Mapping[str, str] | None = None
) -> str:
    """Everything that a run writes to a terminal, each picture after the other, without its colours."""
    text = on_a_raw_terminal(folder, *arguments, plugins=plugins, more=more)
    return _ESCAPES.sub("", text).replace("\r", "")


@pytest.mark.full
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_on_a_terminal_counts_clock_and_scenario_are_seen(tmp_path: Path, workers: tuple[str, ...]) -> None:
    plugins = (*ALONE, "xdist.plugin", "xdist.looponfail") if workers else ALONE
    seen = on_a_terminal(tmp_path, *DEFECT, *CATEGORIES, *workers, plugins=plugins)
    total = int(re.findall(r" 0/(\d+) \d+:\d\d", seen)[0])
    assert re.search(rf" {total}/{total} \d+:\d\d", seen)
    assert f"\n{total - 3} pass  3 fail  0 unknown  0 warn  0 skipped\n" in seen
    assert re.search(r"\w+/\w+ on casino", seen), "which scenario is running"
    assert sorted(re.findall(r"FAIL (\w+/\w+) casino: a transaction of 0", seen)) == FAILING
    assert not re.search(r"^(idempotency|zero_amount) [.F]", seen, re.MULTILINE), "no letters beside it"
    assert re.search(rf"=+ 3 failed, {total - 3} passed in ", seen)


@pytest.mark.full
@pytest.mark.parametrize(
    ("option", "variables"), [("-v", {}), ("-s", {}), ("--color=no", {}), ("", {"CI": "true"}), ("", {"TERM": "dumb"})]
)
def test_it_is_left_out_where_something_else_was_asked_for(
    tmp_path: Path, option: str, variables: dict[str, str]
) -> None:
    seen = on_a_terminal(tmp_path, *DEFECT, *filter(None, [option]), "zero_amount", more=variables)
    assert "passed in " in seen
    assert "0:00" not in seen


def test_elsewhere_letters_are_counted(tmp_path: Path) -> None:
    done = run(*DEFECT, *CATEGORIES, cwd=tmp_path)
    assert re.search(r"^zero_amount [.F]+ +\[(\d+)/\1\]$", done.output, re.MULTILINE)
    assert "0:00" not in done.output


@pytest.mark.full
def test_an_interrupted_run_ends_with_its_picture(tmp_path: Path) -> None:
    (tmp_path / "stops.py").write_text(STOPS, encoding="utf-8")
    path = f"{Path(__file__).resolve().parents[2]}{os.pathsep}{tmp_path}"
    seen = on_a_terminal(tmp_path, *DEFECT, "zero_amount", plugins=(*ALONE, "stops"), more={"PYTHONPATH": path})
    assert "broken off: the verdict above is of a part of the suite" in seen
    assert "no tests ran" not in seen


STOPS = """
def pytest_runtest_logfinish(nodeid):
    raise KeyboardInterrupt
"""


def test_of_a_cause_only_the_first_failure_is_told() -> None:
    found = Verdict(
        check=Check.ORACLE,
        requirement="CAS-IDM-01",
        level=Level.MUST,
        status=Status.FAIL,
        summary="wrong",
        probably="it forgets",
    )
    failed = ScenarioResult(
        scenario="a/one",
        title="It is right",
        contract="casino",
        path="scenarios/a/one.yaml",
        requirement="CAS-IDM-01",
        status=Status.FAIL,
        verdicts=(found,),
    )
    tally = Tally(4)
    assert tally.add(failed) == "FAIL a/one casino: it forgets"
    assert tally.add(replace(failed, scenario="a/two")) == ""
    assert tally.add(replace(failed, scenario="a/three", waived=("CAS-IDM-01",))) == ""
    assert tally.add(replace(failed, contract="sportsbook")) != ""
    assert (tally.done, dict(tally.counts)) == (4, {"fail": 3, "waived": 1})


@pytest.mark.full
def test_nothing_is_drawn_where_no_scenario_begins(tmp_path: Path) -> None:
    chosen = ("--wallet-url=http://127.0.0.1:1", "--wallet-contract=casino", "--wallet-player=id=1,currency=EUR")
    seen = on_a_terminal(tmp_path, *chosen, more=CREDENTIALS)
    assert "0:00" not in seen
    assert "1 error" in seen
