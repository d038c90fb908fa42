"""The wheel holds what a run away from the checkout needs, and pytest loads the plugin once, however it finds it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import trove_classifiers
from built_wheel import ROOT, build
from patience import PATIENCE_SECONDS

from harness import __version__

DATA = ("schemas", "scenarios", "docs")
PACKAGES = ("harness", "mock_server", "walletproof")
NOT_SHIPPED = re.compile(r"docs/(site/|[^/]*\.png\Z)")
"""What only the checkout has of the documentation: the generator of the site, and pictures."""
DOCS = sorted((ROOT / "docs").glob("*.md"))


def files_below(folder: str) -> set[str]:
    paths = (path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path for path in paths if "__pycache__" not in path and not NOT_SHIPPED.match(path)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel")))


@pytest.mark.parametrize("folder", DATA)
def test_the_wheel_holds_the_data_inside_harness(wheel: zipfile.ZipFile, folder: str) -> None:
    wanted = {f"harness/{path}" for path in files_below(folder)}
    assert wanted
    assert wanted <= set(wheel.namelist())


def test_the_wheel_holds_the_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in names} == set(PACKAGES)
    assert {path for each in PACKAGES for path in files_below(each)} <= names
    assert "harness/py.typed" in names


def test_the_wheel_brings_the_command_and_the_plugin(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    lines = wheel.read(name).decode().splitlines()
    assert "walletproof = harness.cli:main" in lines
    assert lines[lines.index("[pytest11]") + 1] == "harness.plugin = harness.plugin"


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    """What a package index shows: the README, as Markdown."""
    (name,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    head, _, description = wheel.read(name).decode().partition("\n\n")
    lines = head.splitlines()
    assert {"Name: walletproof", f"Version: {__version__}", "License-Expression: Apache-2.0"} <= set(lines)
    assert "Description-Content-Type: text/markdown" in lines
    assert description == (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [each for each in lines if each.startswith("Requires-Dist") and " @ " in each]


def test_the_wheel_names_its_authors_and_what_it_is_for(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("METADATA"))
    lines = wheel.read(name).decode().partition("\n\n")[0].splitlines()
    assert "Author: walletproof contributors" in lines
    classifiers = {line.removeprefix("Classifier: ") for line in lines if line.startswith("Classifier: ")}
    assert classifiers >= {"Framework :: Pytest", "Typing :: Typed", "Topic :: Software Development :: Testing"}
    assert classifiers <= trove_classifiers.classifiers


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *(f"docs/{each.name}" for each in DOCS)])
def test_every_link_of_a_page_leads_to_a_file(page: str) -> None:
    path = ROOT / page
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.full
def test_the_source_distribution_holds_what_a_wheel_is_built_from(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    folders = (*PACKAGES, "docs", "bench", "tests", *DATA)
    assert {path for folder in folders for path in files_below(folder)} <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "constraints.txt", "Makefile", "conftest.py"} <= names


# ----------------------------------------------------------------------------------------------------------------------
# The plugin, found by conftest.py and by an installed entry point


def plugins_of_a_run(site: Path, *options: str) -> str:
    """What `pytest --trace-config` says of a run in the checkout with one more folder of installed packages."""
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    test = f"{Path(__file__)}::test_nothing"
    command = [sys.executable, "-m", "pytest", "--trace-config", "--collect-only", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        [*command, test],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.stdout + done.stderr


def test_nothing() -> None:
    """Something to collect that runs nothing."""


def pretend_to_be_installed(site: Path, entry_point: str) -> None:
    """Write the metadata of an installed distribution with one pytest plugin."""
    info = site / "pretended-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pretended\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[pytest11]\n{entry_point} = harness.plugin\n", encoding="utf-8")


def times_registered(trace: str) -> int:
    return sum("PLUGIN registered: <module 'harness.plugin'" in line for line in trace.splitlines())


@pytest.mark.full
def test_the_checkout_loads_the_plugin_once(tmp_path: Path) -> None:
    assert times_registered(plugins_of_a_run(tmp_path)) == 1


@pytest.mark.full
def test_installed_as_well_the_plugin_is_still_loaded_once(tmp_path: Path) -> None:
    pretend_to_be_installed(tmp_path, "harness.plugin")
    assert times_registered(plugins_of_a_run(tmp_path)) == 1


def test_without_other_plugins_the_plugin_is_loaded_once(tmp_path: Path) -> None:
    """How `make certify` starts."""
    pretend_to_be_installed(tmp_path, "harness.plugin")
    assert times_registered(plugins_of_a_run(tmp_path, "--disable-plugin-autoload", "-p", "harness.plugin")) == 1


@pytest.mark.full
def test_under_another_name_pytest_would_refuse_to_start(tmp_path: Path) -> None:
    """Why the entry point is named exactly like the module."""
    pretend_to_be_installed(tmp_path, "walletproof")
    assert "already registered" in plugins_of_a_run(tmp_path, "--override-ini", "filterwarnings=")


@pytest.mark.full
def test_no_run_of_ours_imports_the_plugin_of_faker(tmp_path: Path) -> None:
    """It is installed with Faker and would load Faker at every start."""
    assert "faker.contrib" not in plugins_of_a_run(tmp_path)
    assert "faker.contrib" in plugins_of_a_run(tmp_path, "--override-ini", "addopts=")
