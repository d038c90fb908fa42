"""The project's tests as a whole: where they lie, which make target runs them, and that none is skipped unseen."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from no_skips import FORBIDDEN
from patience import PATIENCE_SECONDS
from source_tree import ROOT, Module, sources

TESTS = ROOT / "tests"
FULL = "full"
"""The marker of what `make test-all` runs."""
SAMPLE = """\
import pytest

def test_skips_itself():
    pytest.skip("no browser")

@pytest.mark.skipif(True, reason="no server")
def test_is_skipped(): ...

@pytest.mark.xfail(reason="announced")
def test_fails_as_announced():
    raise AssertionError

def test_passes(): ...
"""


def markers_used(module: Module) -> set[str]:
    """The names after `pytest.mark.` in a file."""
    return {
        node.attr
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "mark"
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id == "pytest"
    }


def pytest_lines(target: str) -> list[list[str]]:
    """The arguments of each run of pytest in the recipe of a make target."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None
    lines = recipe[1].replace("\\\n", "").splitlines()
    return [shlex.split(line.partition("$(BIN)/pytest")[2]) for line in lines if "$(BIN)/pytest" in line]


def _selecting(options: list[str]) -> list[str]:
    """The options without the number of processes."""
    at = options.index("-n")
    return options[:at] + options[at + 2 :]


def test_every_marker_that_is_declared_is_used() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    declared = {each.partition(":")[0] for each in settings["markers"]}
    assert FULL in declared
    assert declared <= {name for module in sources("tests") for name in markers_used(module)}


def test_each_test_is_run_by_one_of_the_two_targets() -> None:
    (quick,), (rest,) = pytest_lines("test"), pytest_lines("test-all")
    assert quick[:3] == ["tests", "-m", f"not {FULL}"]
    assert rest[:3] == ["tests", "-m", FULL]
    assert _selecting(quick[3:]) == _selecting(rest[3:]), "no other option may select"
    assert not {"-k", "--ignore", "--deselect"} & set(quick)


@pytest.mark.parametrize("package", ["harness", "mock_server"])
def test_every_room_has_its_tests(package: str) -> None:
    inside = ROOT / package
    rooms = {each.parent.name for each in inside.glob("*/__init__.py")} if package == "harness" else {package}
    assert rooms
    without = {room for room in rooms if not any((TESTS / room).rglob("test_*.py"))}
    assert without == set(), "a room of harness/ has a folder of that name in tests/"


def test_every_module_beside_the_rooms_has_its_tests() -> None:
    modules = {each.stem for each in (ROOT / "harness").glob("*.py")} - {"__init__"}
    assert {name for name in modules if not (TESTS / f"test_{name}.py").exists()} == set()


@pytest.mark.parametrize(("ci", "failed"), [("true", 2), ("", 0)], ids=["in CI", "elsewhere"])
def test_in_continuous_integration_a_skip_is_a_failure(tmp_path: Path, ci: str, failed: int) -> None:
    (tmp_path / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no_skips", "-p", "no:cacheprovider", "-rs", "test_sample.py"],
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(TESTS / "support"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == (1 if failed else 0), done.stdout
    assert done.stdout.count(FORBIDDEN) == failed
    counts = "1 failed, 1 passed, 1 xfailed, 1 error" if failed else "1 passed, 2 skipped, 1 xfailed"
    assert counts in done.stdout
    assert "no browser" in done.stdout
    assert "no server" in done.stdout
