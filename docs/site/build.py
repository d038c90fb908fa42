"""Builds the documentation as a site: `python docs/site/build.py [FOLDER]`, or `make docs`. Every warning is an error.

The pages are those of the repository, at the same paths, and one for each requirement and each scenario. Nothing is
fetched from a network. A site that was built from the same sources stays as it is.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from site_pages import ROOT, write
from sphinx.cmd.build import build_main

USUAL = ROOT / "build" / "docs"
SETTINGS = Path(__file__).parent
STAMP = ".built-from"
"""The file of a finished site that holds the digest of its sources."""
_TOOLS = ("sphinx", "myst-parser", "furo", "pygments")


def main(arguments: list[str]) -> int:
    """Build into the named folder, and return Sphinx's exit status: 0 without any warning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=USUAL, help=f"default: {USUAL.relative_to(ROOT)}")
    folder: Path = parser.parse_args(arguments).folder
    with tempfile.TemporaryDirectory() as staged, _alone(folder):
        source = Path(staged)
        write(source)
        made_from = digest(source, ROOT / "harness", SETTINGS)
        is_current = (folder / STAMP).is_file() and (folder / STAMP).read_text(encoding="utf-8") == made_from
        status = 0 if is_current else _build(source, folder, made_from)
    if status == 0:
        count = sum(1 for _ in folder.rglob("*.html"))
        print(f"{folder / 'index.html'}: {count} pages{', as built before' if is_current else ''}")
    return status


def digest(*folders: Path) -> str:
    """A digest of all that a site is made from: the files of these folders, and the versions of the tools."""
    found = hashlib.sha256(repr([sys.version_info[:2], *map(version, _TOOLS)]).encode())
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                found.update(f"{path.relative_to(folder).as_posix()}\0{content}\0".encode())
    return found.hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other process builds into this folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(source: Path, folder: Path, made_from: str) -> int:
    """Build beside the folder, and replace it by a site without a warning. No page of an earlier site remains."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        built = Path(beside) / "site"
        line = ["-W", "--keep-going", "-q", "-E", "-c", str(SETTINGS), "-b", "html", str(source), str(built)]
        if (status := build_main(line)) == 0:
            (built / STAMP).write_text(made_from, encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            built.rename(folder)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
