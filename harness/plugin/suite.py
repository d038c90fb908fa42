"""The folders of scenarios of a run. A scenario's id is its path below its folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FOLDER = "scenarios"
"""Name of the bundled folder in the checkout, in the installed package and in reports."""
SUFFIX = ".yaml"
"""Suffix of scenario files. It equals `harness.scenario.SUFFIX`, which is imported only when needed."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Folders by name: `scenarios` is the bundled one, `scenarios/bingo` a private contract's or the user's own."""

    folders: Mapping[str, Path]

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders, without their names."""
        return tuple(self.folders.values())

    def root_of(self, path: Path) -> Path | None:
        """The folder of scenarios that a path is or lies in, or None."""
        return next((root for root in self.roots if path == root or root in path.parents), None)

    def id_of(self, path: Path) -> str:
        """The path of a file or folder below its folder of scenarios. Raises ValueError outside of the suite."""
        root = self.root_of(path)
        if root is None:
            raise ValueError(f"{path} lies in no folder of scenarios")
        return path.relative_to(root).as_posix()

    def find(self, id: str) -> Path | None:
        """The file or folder of that id, or None."""
        return next((root / id for root in self.roots if (root / id).exists()), None)

    def categories(self) -> frozenset[str]:
        """The first parts that an id can have: folders, and scenarios outside of any folder."""
        return frozenset(
            each.name if each.is_dir() else each.stem
            for root in self.roots
            for each in root.iterdir()
            if each.suffix == SUFFIX or (each.is_dir() and not each.name.startswith((".", "__")))
        )

    def texts(self, ids: Iterable[str]) -> dict[str, str]:
        """The files of scenarios as text, by id. One that cannot be read, or that no file has, is left out."""
        found = {}
        for each in ids:
            path = self.find(f"{each}{SUFFIX}")
            if path is not None:
                with suppress(OSError, UnicodeDecodeError):
                    found[each] = path.read_text(encoding="utf-8")
        return found

    def files(self) -> Iterator[tuple[Path, Path]]:
        """Every scenario file, with its folder of scenarios."""
        return ((path, root) for root in self.roots for path in sorted(root.rglob(f"*{SUFFIX}")))
