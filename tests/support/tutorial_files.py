"""The tutorial `docs/PRIVATE_CONTRACT.md`, and the files of its contract, which is not bundled."""

from __future__ import annotations

import re
from pathlib import Path

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_PROJECT = _DOCS / "private_contract"
TUTORIAL = (_DOCS / "PRIVATE_CONTRACT.md").read_text(encoding="utf-8")
FILES = {
    path.relative_to(_PROJECT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(_PROJECT.rglob("*"))
    if path.suffix in {".json", ".py", ".toml", ".yaml"}
}
"""The text of each file of the contract's project, by its path there."""
EXCERPTS = re.findall(r"^```(?!console)\w+\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
"""What the tutorial prints of these files."""


def write_package(folder: Path) -> None:
    """Write the tutorial's package into that folder, under the folder's name."""
    for each, content in FILES.items():
        if each.startswith("bingo_hall/"):
            path = folder / each.removeprefix("bingo_hall/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content.replace("bingo_hall", folder.name), encoding="utf-8")
