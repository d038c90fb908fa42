"""Where a finding stands in the operator's repository, for services that show findings beside its files.

Such a service needs a file of the repository for each finding. GitHub refuses a whole log for one without a file. A
link to a file that the repository does not have leads nowhere. The bundled scenarios are files of walletproof. Their
findings stand in the profile of the wallet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")
"""The variables in which GitHub, GitLab and Azure name the folder of the repository."""
_INSTALLED = "site-packages"
"""A folder of this name holds what a package has brought, and nothing of the repository."""
_OTHERS = ("conftest.py", "pyproject.toml", "pytest.ini", "README.md")
"""The files that stand in for a profile, where a run had none: the first that the current folder has."""


@dataclass(frozen=True, slots=True)
class RepositoryPlace:
    """A line of a file. The path is relative to the repository's root, and has slashes."""

    file: str
    line: int


def repository(environment: Mapping[str, str]) -> Path:
    """The root of the repository that is tested: as a service names it, or by its folder `.git`.

    Without either it is the current folder.
    """
    here = Path.cwd()
    for name in _ROOTS:
        if environment.get(name):
            return Path(environment[name]).resolve()
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), here).resolve()


def of_scenario(scenario: Mapping[str, Any], root: Path, line: int) -> RepositoryPlace | None:
    """The place of a line of a scenario's file, or None if the file is not one of the repository's."""
    file = _inside(str(scenario["file"]), root)
    return None if file is None else RepositoryPlace(file, line)


def of_wallet(report: Mapping[str, Any], contract: str, root: Path) -> RepositoryPlace | None:
    """The place in the profile that stands for a contract, or the file that stands in for a profile.

    None if the repository has no such file.
    """
    profile = report["run"].get("profile", "")
    if profile and (file := _inside(profile, root)) is not None:
        return RepositoryPlace(file, _line_of(root / file, contract))
    found = (_inside(each, root) for each in _OTHERS)
    return next((RepositoryPlace(each, 1) for each in found if each is not None), None)


def _inside(path: str, root: Path) -> str | None:
    """The path relative to the root. None if there is no such file, or if it is not one of the repository's."""
    found = Path(path).resolve()
    if not found.is_file() or not found.is_relative_to(root) or _INSTALLED in found.parts:
        return None
    return found.relative_to(root).as_posix()


def _line_of(profile: Path, contract: str) -> int:
    """The line of a profile that begins the entry of a contract, or 1."""
    entry = re.compile(rf"""\s*["']?{re.escape(contract)}["']?\s*:""")
    try:
        lines = profile.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return 1
    return next((number for number, line in enumerate(lines, 1) if entry.match(line)), 1)
