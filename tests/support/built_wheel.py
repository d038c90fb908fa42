"""Builds the wheel of the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from patience import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[2]


def build(target: str, folder: Path) -> Path:
    """Build the wheel or the source distribution of the checkout into a folder, without downloading anything."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.iterdir()
    return built
