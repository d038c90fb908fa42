"""The files by which others take walletproof: container, GitHub action, GitLab template, Jenkins, pre-commit."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from patience import PATIENCE_SECONDS

from harness.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
HELD_AGAINST = {
    "action.yml": "vendor.github-actions",
    "docs/ci/github-actions.yml": "vendor.github-workflows",
    "docs/ci/gitlab-ci.yml": "vendor.gitlab-ci",
    "docs/ci/gitlab-template.yml": "vendor.gitlab-ci",
}
"""Each file, and the schema that check-jsonschema brings along for it."""
JOBS = ("action.yml", "docs/ci/github-actions.yml", "docs/ci/gitlab-template.yml", "docs/ci/Jenkinsfile")
"""The files that certify a wallet."""


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def as_used(name: str) -> str:
    """The text of a file. GitLab does not look into a hidden job, so the template's job has the name of a plain one."""
    return re.sub(r"^\.(?=walletproof:)", "", text(name), flags=re.MULTILINE)


def checked(schema: str, file: Path) -> subprocess.CompletedProcess[str]:
    """What check-jsonschema says of a file. Nothing is fetched: the schema is part of it."""
    line = [str(BIN / "check-jsonschema"), "--no-cache", "--builtin-schema", schema, str(file)]
    return subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


@pytest.mark.parametrize(("name", "schema"), HELD_AGAINST.items(), ids=HELD_AGAINST)
def test_it_fits_its_schema(name: str, schema: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    file.write_text(as_used(name), encoding="utf-8")
    done = checked(schema, file)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("action.yml", "using: composite", "using: compost"),
        ("docs/ci/github-actions.yml", "runs-on: ubuntu-latest", "run-on: ubuntu-latest"),
        ("docs/ci/gitlab-template.yml", "when: always", "when: sometimes"),
    ],
)
def test_a_mistake_in_it_would_be_found(name: str, right: str, wrong: str, tmp_path: Path) -> None:
    assert right in text(name)
    spoilt = tmp_path / Path(name).name
    spoilt.write_text(as_used(name).replace(right, wrong), encoding="utf-8")
    assert checked(HELD_AGAINST[name], spoilt).returncode == 1


@pytest.mark.parametrize("name", JOBS)
def test_a_job_certifies_by_the_command_for_pipelines(name: str) -> None:
    assert re.search(r'walletproof"? certify', text(name))
    assert not re.search(r"\bpytest\s+--wallet", text(name))
    assert "--junit-xml" in text(name)


@pytest.mark.parametrize("name", JOBS[1:])
def test_a_job_says_how_it_is_installed(name: str) -> None:
    assert "pip wheel" in text(name)
    assert re.search(r'pip"? install "\$WALLETPROOF"', text(name))


def test_the_action_puts_no_input_into_a_script() -> None:
    """An expression within a script is code: a value of an input could be a command."""
    steps: list[dict[str, Any]] = yaml.safe_load(text("action.yml"))["runs"]["steps"]
    assert not [step["run"] for step in steps if "${{" in step.get("run", "")]


def test_the_action_installs_the_tested_versions_of_its_own_revision() -> None:
    script = "\n".join(step.get("run", "") for step in yaml.safe_load(text("action.yml"))["runs"]["steps"])
    assert '--constraint "$GITHUB_ACTION_PATH/constraints.txt" "$GITHUB_ACTION_PATH"' in script


def test_the_scripts_of_the_action_are_bash() -> None:
    for step in yaml.safe_load(text("action.yml"))["runs"]["steps"]:
        if "run" in step:
            subprocess.run(["bash", "-n"], input=step["run"], text=True, check=True, timeout=PATIENCE_SECONDS)


# ----------------------------------------------------------------------------------------------------------------------
# pre-commit


def test_the_hooks_are_commands_of_ours_and_find_the_profile() -> None:
    hooks = yaml.safe_load(text(".pre-commit-hooks.yaml"))
    assert [each["id"] for each in hooks] == ["walletproof-lint"]
    for each in hooks:
        program, command, *_ = shlex.split(each["entry"])
        assert program == "walletproof"
        assert command in {known.name for known in COMMANDS}
        assert {"id", "name", "entry", "language"} <= set(each)
        assert re.search(each["files"], "wallet.yaml")
        assert re.search(each["files"], "staging/wallet.yml")
        assert not re.search(each["files"], "our-wallet.yaml.md")


def test_the_manifest_is_valid_for_pre_commit() -> None:
    line = [str(BIN / "pre-commit"), "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# ----------------------------------------------------------------------------------------------------------------------
# The container


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = hadolint(ROOT / "Dockerfile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_hadolint_would_have_found_something(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python\nRUN cd /venv && pip install walletproof\n", encoding="utf-8")
    assert hadolint(tmp_path / "Dockerfile").returncode == 1


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    line = [str(BIN / "hadolint"), "--no-color", str(file)]
    return subprocess.run(line, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


def test_the_container_is_nobody_with_rights_and_starts_the_command() -> None:
    lines = text("Dockerfile").splitlines()
    assert 'ENTRYPOINT ["walletproof"]' in lines
    assert lines.index("USER 10001") < lines.index('ENTRYPOINT ["walletproof"]')
    assert all("--constraint constraints.txt" in line for line in lines if "pip install" in line)


def test_the_builder_is_given_what_the_wheel_is_built_from() -> None:
    """The list of `.dockerignore` begins with everything, and takes back what is needed."""
    given = {line.removeprefix("!") for line in text(".dockerignore").splitlines() if line.startswith("!")}
    project = text("pyproject.toml")
    (packed,) = re.findall(r"^only-include = \[(.*)\]$", project, re.MULTILINE)
    assert given >= {*re.findall(r'"([^"]+)"', packed), "pyproject.toml", "constraints.txt", "README.md", "LICENSE"}
    copied = [line for line in text("Dockerfile").splitlines() if line.startswith("COPY") and "--from" not in line]
    assert copied == ["COPY . ."]
