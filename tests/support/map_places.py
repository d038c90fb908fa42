"""The paths and modules that a page such as ARCHITECTURE.md names, and those of them that do not exist."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from house_rules import STATIONS
from source_tree import ROOT

from harness.contracts import BUNDLED

_QUOTED = re.compile(r"`([^`\s]+)`")
_PATH = re.compile(r"[\w.<>-]+(?:/[\w.<>-]+)*/?")
_SUFFIXES = (".py", ".md", ".yaml", ".json", ".html")
_OF_USERS = {"wallet.yaml"}
"""Files that users write. The repository has none."""
_ROOMS = {each.removeprefix("harness.") for each in STATIONS}
_FOLDER_OF_A_CONTRACT = "harness/contracts/<name>/"


def named_places(text: str) -> Iterator[tuple[str, str, str]]:
    """Each path and module of the text: itself, `path` or `module`, and the folder of the path before it in its line.

    `<name>` in a path stands for every bundled contract, and any other word in angle brackets for any name.
    """
    for line in text.splitlines():
        folder = ""
        for found in _QUOTED.findall(line):
            if found in _OF_USERS:
                continue
            is_path = _PATH.fullmatch(found) and ("/" in found or found.endswith(_SUFFIXES))
            if is_path:
                yield found, "path", folder
                folder = f"{found.rpartition('/')[0]}/" if "/" in found else folder
            elif "." in found and found.partition(".")[0] in _ROOMS:
                yield found, "module", folder


def lost_places(text: str) -> Iterator[str]:
    """Each place that the text names and that does not exist."""
    for place, kind, folder in named_places(text):
        if not (_is_module(place) if kind == "module" else _is_path(place, folder)):
            yield place


def _is_path(place: str, folder: str) -> bool:
    """True for a path from the root, from `harness`, in the folder named before, or in the folder of every contract."""
    return any(_is_there(start + place) for start in ("", "harness/", folder, _FOLDER_OF_A_CONTRACT))


def _is_there(place: str) -> bool:
    exact = {place.replace("<name>", name) for name in BUNDLED}
    return all(_matches(re.sub(r"<\w+>", "*", each)) for each in exact)


def _matches(pattern: str) -> bool:
    found = [each for each in ROOT.glob(pattern.rstrip("/")) if "__pycache__" not in each.parts]
    return any(each.is_dir() for each in found) if pattern.endswith("/") else any(map(Path.exists, found))


def _is_module(place: str) -> bool:
    """True for a module of the harness, or for something that a module has: `play.runner.Runner`."""
    name, *rest = place.split(".")
    found: object = importlib.import_module(f"harness.{name}")
    for at, each in enumerate(rest):
        if not hasattr(found, each):
            try:
                importlib.import_module(".".join(["harness", name, *rest[: at + 1]]))
            except ModuleNotFoundError:
                return False
        found = getattr(found, each)
    return True
