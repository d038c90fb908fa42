"""What whole runs leave behind: also when they are interrupted, in several processes, and on GitHub."""

from __future__ import annotations

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from plugin_run import CREDENTIALS, ROOT, run

from harness.cli import main
from harness.report.report_files import complaint_about

ALONE = ("no:cacheprovider",)
STOPS = """
def pytest_runtest_logfinish(nodeid):
    if "resent" in nodeid:
        raise KeyboardInterrupt
"""
"""A plugin that interrupts a run in its middle."""


def read(path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    assert not complaint_about(made)
    return made


@pytest.mark.full
def test_an_interrupted_run_leaves_a_report_that_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "stops.py").write_text(STOPS, encoding="utf-8")
    main(["keygen", str(tmp_path / "signing.key")])
    files = ("--wallet-report=r.json", "--wallet-report=r.html", "--wallet-report=r.md", "--wallet-certificate=c.jws")
    done = run(
        "--wallet-contract=casino",
        "idempotency",
        *files,
        "--wallet-sign-key=signing.key",
        cwd=tmp_path,
        variables={"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"},
        plugins=(*ALONE, "stops"),
    )
    assert done.status == 2
    made = read(tmp_path / "r.json")
    assert made["complete"] is False
    assert 0 < made["counts"]["scenarios"] < 40
    for name in ("r.html", "r.md"):
        assert "interrupted" in (tmp_path / name).read_text(encoding="utf-8")
    assert not (tmp_path / "c.jws").exists()
    assert "no certificate: the run was not complete" in done.output


def test_a_run_that_ends_at_the_first_failure_is_not_complete(tmp_path: Path) -> None:
    chosen = ("--wallet-contract=casino", "--wallet-defect=forgets-every-transaction", "idempotency")
    run(*chosen, "-x", "--wallet-report=r.json", cwd=tmp_path)
    assert read(tmp_path / "r.json")["complete"] is False


@pytest.mark.full
def test_several_processes_write_one_report(tmp_path: Path) -> None:
    chosen = ("--wallet-contract=casino", "--wallet-seed=5", "zero_amount", "races", "-k", "not bursts")
    run(*chosen, "--wallet-report=one.json", cwd=tmp_path)
    run(
        *chosen,
        "-n",
        "2",
        "--wallet-report=two.json",
        cwd=tmp_path,
        plugins=(*ALONE, "xdist.plugin", "xdist.looponfail"),
    )
    one, two = read(tmp_path / "one.json"), read(tmp_path / "two.json")
    assert one["complete"] is two["complete"] is True
    assert one["run"]["selection"] == two["run"]["selection"] != ""
    for part in ("requirements", "counts"):
        assert one[part] == two[part]
    assert [each["id"] for each in one["scenarios"]] == [each["id"] for each in two["scenarios"]]


@pytest.mark.full
def test_github_gets_annotations_and_a_summary(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    chosen = ("--wallet-contract=casino", "--wallet-defect=believes-a-plain-hash", "signature")
    done = run(*chosen, cwd=tmp_path, variables=variables)
    verdict, cause = (line for line in done.lines if line.startswith("::error"))
    assert verdict.startswith("::error title=casino NOT CERTIFIED::")
    assert cause.startswith("::error title=CAS-SIG-02"), "without a file: the scenarios are not in this repository"
    assert "NOT CERTIFIED" in summary.read_text(encoding="utf-8")


@pytest.mark.full
def test_github_is_told_of_a_configuration_problem(tmp_path: Path) -> None:
    chosen = ("--wallet-url=http://127.0.0.1:1", "--wallet-contract=casino", "--wallet-player=id=1,currency=EUR")
    done = run(*chosen, cwd=tmp_path, variables={**CREDENTIALS, "GITHUB_ACTIONS": "true"})
    assert done.status == 10
    (told,) = (line for line in done.lines if line.startswith("::"))
    assert told.startswith("::error title=configuration of the wallet's certification::")
    assert "127.0.0.1:1" in told


@pytest.mark.full
def test_elsewhere_nothing_of_that_is_written(tmp_path: Path) -> None:
    variables = {"GITHUB_ACTIONS": "", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    done = run("--wallet-contract=casino", "zero_amount", cwd=tmp_path, variables=variables)
    assert not any(line.startswith("::") for line in done.lines)
    assert not (tmp_path / "summary.md").exists()
