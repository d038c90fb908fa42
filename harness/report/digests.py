"""Digests of the files behind a verdict: the scenarios, and each contract's schemas and requirements."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from harness.contracts import Contract


def of_folder(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files, in order. Hidden files and caches are left out."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(
            part.startswith((".", "__pycache__")) for part in path.parts[len(folder.parts) :]
        ):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{content}  {name}\n".encode())
    return whole.hexdigest()


def of_suite(scenarios: Mapping[str, Path], contracts: Mapping[str, Contract]) -> dict[str, str]:
    """The digests of a run's folders of scenarios, by name, and of each contract's schemas."""
    found = {name: of_folder(folder) for name, folder in scenarios.items()}
    return found | {f"schemas/{name}": of_folder(contract.schemas) for name, contract in contracts.items()}
