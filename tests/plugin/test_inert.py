"""Without a scenario to run the plugin costs nothing: it imports nothing of the harness and starts no wallet."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugin_run import ROOT, TELLS_PROCESSES, run

REPORT = """
import sys


def test_what_is_loaded():
    heavy = ["requests", "jsonschema", "yaml", "faker", "asyncio", "harness.config", "harness.model"]
    print("loaded:", [name for name in heavy if name in sys.modules])
"""


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """Somebody's project, with a `scenarios` folder and YAML files that are none of ours."""
    (tmp_path / "test_theirs.py").write_text(REPORT, encoding="utf-8")
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "theirs.yaml").write_text("a: b", encoding="utf-8")
    return tmp_path


def test_a_project_that_has_it_installed_does_not_notice(stranger: Path) -> None:
    done = run("-s", "test_theirs.py", cwd=stranger)
    assert done.status == 0
    assert "loaded: []" in done.output
    assert "\nwalletproof " not in done.output


@pytest.mark.full
@pytest.mark.parametrize("path", [(), ("scenarios",), (".",)], ids=["bare", "their scenarios", "their folder"])
def test_their_own_scenarios_are_theirs(stranger: Path, path: tuple[str, ...]) -> None:
    done = run("-s", *path, cwd=stranger)
    assert "theirs.yaml" not in done.output
    assert "\nwalletproof " not in done.output
    assert done.status == (5 if path == ("scenarios",) else 0)


def test_no_wallet_is_started(stranger: Path) -> None:
    (stranger / "conftest.py").write_text(TELLS_PROCESSES, encoding="utf-8")
    assert "started a process" not in run(cwd=stranger).output
    assert "started a process" in run("--wallet-seed=1", "-k", "resent_settlement", cwd=stranger).output


@pytest.mark.full
def test_the_tests_of_the_project_itself_collect_no_scenario() -> None:
    done = run("--collect-only", "-q", "tests/scenario/test_amounts.py", cwd=ROOT)
    assert done.status == 0
    assert all(each.startswith("tests/") for each in done.ids)


@pytest.mark.full
def test_markers_of_ours_do_not_hide_a_mistake_of_theirs(stranger: Path) -> None:
    assert "idempotency" not in run("--markers", cwd=stranger).output
    assert "@pytest.mark.idempotency" in run("--markers", cwd=ROOT).output
