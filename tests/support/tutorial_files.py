"""The files of `docs/PRIVATE_CONTRACT.md`, as the tutorial prints them. They are a contract that is not bundled."""

from __future__ import annotations

import re
from pathlib import Path

TUTORIAL = (Path(__file__).resolve().parents[2] / "docs" / "PRIVATE_CONTRACT.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^\*\*`(\S+)`\*\*\n\n```\w+\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL))


def write_package(folder: Path) -> None:
    """Write the tutorial's package into that folder, under the folder's name."""
    for each, content in FILES.items():
        if each.startswith("bingo_hall/"):
            path = folder / each.removeprefix("bingo_hall/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content.replace("bingo_hall", folder.name), encoding="utf-8")
