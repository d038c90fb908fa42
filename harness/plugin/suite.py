"""The folders of scenarios that a run is about. A scenario's id is its path below its folder, wherever that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = "scenarios"
"""The name of the bundled folder, in the checkout and in the installed package, and of what a report calls it."""
SUFFIX = ".yaml"
"""Of scenario files; the same as `harness.scenario.SUFFIX`, which is not imported before it is needed."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Folders by name: `scenarios` is the bundled one, `scenarios/bingo` a private contract's or the user's own."""

    folders: Mapping[str, Path]

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders, without their names."""
        return tuple(self.folders.values())

    def root_of(self, path: Path) -> Path | None:
        """The folder that a path is, or lies in; None when it is nowhere in the suite."""
        return next((root for root in self.roots if path == root or root in path.parents), None)

    def id_of(self, path: Path) -> str:
        """The path of a file or folder below its folder of scenarios. Raises ValueError outside of the suite."""
        root = self.root_of(path)
        if root is None:
            raise ValueError(f"{path} lies in no folder of scenarios")
        return path.relative_to(root).as_posix()

    def find(self, id: str) -> Path | None:
        """The file or folder of that id."""
        return next((root / id for root in self.roots if (root / id).exists()), None)

    def categories(self) -> frozenset[str]:
        """What the ids can begin with: folders, and scenarios that lie in none."""
        return frozenset(
            each.name if each.is_dir() else each.stem
            for root in self.roots
            for each in root.iterdir()
            if each.suffix == SUFFIX or (each.is_dir() and not each.name.startswith((".", "__")))
        )

    def files(self) -> Iterator[tuple[Path, Path]]:
        """Every scenario file, with its folder of scenarios."""
        return ((path, root) for root in self.roots for path in sorted(root.rglob(f"*{SUFFIX}")))
