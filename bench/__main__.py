"""Runs every benchmark, one after the other: `make bench`."""

from __future__ import annotations

import runpy
from pathlib import Path

if __name__ == "__main__":
    names = (
        "client",
        "wallet",
        "stores",
        "speed",
        "crowd",
        "suite",
        "distance",
        "races",
        "crashes",
        "explore",
        "causes",
    )
    for name in names:
        print(f"\n== bench/{name}.py\n", flush=True)
        runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name="__main__")
