"""A costly value that workers of pytest-xdist share: the first that needs it makes it, and the others read it."""

from __future__ import annotations

import fcntl
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Value = TypeVar("Value")


def folder_of_workers(config: pytest.Config, factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run have in common. Without workers: the folder of this run."""
    own = factory.getbasetemp()
    return own.parent if hasattr(config, "workerinput") else own


def made_once(folder: Path, name: str, make: Callable[[], Value]) -> Value:
    """The value of that name. It is made under a lock, so that a second worker waits for the first one's value."""
    file = folder / f"{name}.pickle"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_bytes(pickle.dumps(make()))
        value: Value = pickle.loads(file.read_bytes())
        return value
