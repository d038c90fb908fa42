"""The files around the code agree with each other, and hold nothing of the machine that they were written on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import harness

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[A-Za-z0-9.+!]+)\Z")
LINK = re.compile(r"\]\((?!https?:|#)(?P<target>[^)#\s]+)")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
"""A command at the start of a line, as in a script or a fenced block, or in backticks."""

# What no file may hold, and why. Written so that this file does not complain of itself.
UNWANTED: tuple[tuple[str, str], ...] = (
    (r"(?<![\w.:/-])/(?:root|home/[a-z]\w*|Users/\w+|work|opt/\w+|mnt)/[\w.]", "a path of one machine"),
    (r"file:///[a-z]", "a path of one machine"),
    (r"(?i)(?:extra-)?index-[u]rl|find-[l]inks|trusted-[h]ost", "the address of a package registry"),
    (r"-----BEGIN [A-Z ]*PRIVATE [K]EY-----", "a private key"),
    (r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|xox[abpr]-\w{10})", "an access token"),
    (r"https?://[^/\s:@\"'`{}<$]+:[^/\s:@\"'`{}<$]+@", "a password in an address"),
)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))


def tracked_texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file that git knows; of every file outside hidden folders where there is no git."""
    git = shutil.which("git") if (ROOT / ".git").exists() else None
    if git:
        names = subprocess.run([git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )
    else:
        names = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if "/." not in path.as_posix()]
    for path in (ROOT / name for name in names if name):
        if path.is_file():
            yield path.relative_to(ROOT).as_posix(), path.read_bytes().decode("utf-8", errors="replace")


def complaints(name: str, content: str) -> Iterator[str]:
    for pattern, what in UNWANTED:
        for match in re.finditer(pattern, content):
            yield f"{name}:{content.count(chr(10), 0, match.start()) + 1}: {what}: {match[0]!r}"


def test_no_file_holds_a_path_a_registry_or_a_secret_of_ours() -> None:
    found = [each for name, content in tracked_texts() for each in complaints(name, content)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "cd /ro" + "ot/project",
        "see /ho" + "me/ann/notes.txt",
        "pip install --extra-index-" + "url=x",
        "-----BEGIN RSA PRIVATE " + "KEY-----",
        "AKIA" + "A" * 16,
        "http://ann:" + "secret@wallet.example/",
    ],
)
def test_what_does_not_belong_in_a_file_is_found(planted: str) -> None:
    assert list(complaints("planted", planted))


def test_the_version_is_the_same_everywhere(pyproject: dict[str, Any]) -> None:
    assert pyproject["tool"]["hatch"]["version"]["path"] == "harness/__init__.py"
    assert re.search(rf"^## {re.escape(harness.__version__)}\b", text("CHANGELOG.md"), re.MULTILINE)
    for installed in metadata.distributions(name="walletproof"):
        assert installed.version == harness.__version__, "run `make test` once more: it installs the new version"


def test_the_plugin_is_registered_under_its_own_module_name(pyproject: dict[str, Any]) -> None:
    """Under another name pytest would load it twice in the checkout, where conftest.py names it too."""
    assert pyproject["project"]["entry-points"]["pytest11"] == {"harness.plugin": "harness.plugin"}
    assert text("conftest.py") == 'pytest_plugins = ["harness.plugin"]\n'


def pins() -> dict[str, str]:
    lines = [line for line in text("constraints.txt").splitlines() if line and not line.startswith("#")]
    matches = {line: PINNED.match(line) for line in lines}
    assert not [line for line, match in matches.items() if match is None], "a line is no `name==version`"
    return {canonicalize_name(match["name"]): match["version"] for match in matches.values() if match}


def test_every_dependency_is_pinned_to_a_version_that_it_allows(pyproject: dict[str, Any]) -> None:
    project, pinned = pyproject["project"], pins()
    extras = [each for group in project["optional-dependencies"].values() for each in group]
    for requirement in map(Requirement, [*project["dependencies"], *extras, *pyproject["build-system"]["requires"]]):
        assert canonicalize_name(requirement.name) in pinned, f"{requirement.name}: run `make constraints`"
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier


def test_every_target_of_the_makefile_that_a_text_names_exists() -> None:
    makefile = text("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert targets == set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        named = set(MAKE.findall(text(name)))
        assert named, name
        assert named <= targets, name


def test_continuous_integration_runs_all_tests_and_then_the_main_job() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert MAKE.findall(text(".ci/run")) == ["test", "test-all", "docs", "certify"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_between_our_files_leads_somewhere(name: str) -> None:
    missing = [link["target"] for link in LINK.finditer(text(name)) if not (ROOT / link["target"]).exists()]
    assert not missing


PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))


def test_every_option_that_a_page_names_exists() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "harness").rglob("*.py")))
    named = {option for page in PAGES for option in re.findall(r"--wallet-[a-z-]+[a-z]", text(page))}
    assert len(named) > 10
    assert {option for option in named if f'"{option}"' not in source} == set()


def test_the_licence_is_whole() -> None:
    licence = text("LICENSE")
    assert "Version 2.0, January 2004" in licence
    assert "APPENDIX: How to apply the Apache License to your work." in licence


def test_the_readme_has_the_counts_of_the_proof() -> None:
    """docs/PROOF.md is generated with the golden matrix."""
    (proof,) = re.findall(
        r"(\d+ of \d+) defects caught, (\d+ wallets against \d+ scenarios), (\d+ cells, \d+ of)", text("docs/PROOF.md")
    )
    readme = text("README.md")
    assert f"{proof[0]} defects caught. The theorem holds." in readme
    assert f"{proof[1]}: {proof[2]} them red" in readme


def test_the_documents_count_the_scenarios_of_each_category() -> None:
    page = text("docs/TRIED.md")
    told = dict(re.findall(r"^\| \[`(\w+)`\]\(\.\./scenarios/\w+\) \| (\d+) \|", page, re.MULTILINE))
    folders = [folder for folder in (ROOT / "scenarios").iterdir() if folder.is_dir()]
    assert told == {folder.name: str(len(list(folder.rglob("*.yaml")))) for folder in folders}
    total = sum(map(int, told.values()))
    assert f"{total} scenarios, each four to twelve lines" in page
    assert f"{total} scenarios, each four to twelve lines" in text("README.md")
