"""The environment of the processes that a benchmark starts."""

from __future__ import annotations

import os
from pathlib import Path

WALLETS = "WALLET_"
"""The beginning of the variables that choose a wallet, its store and its credentials."""


def without_wallet(**own: str) -> dict[str, str]:
    """Our environment without the variables of the user's wallet, and with those of the benchmark.

    The packages are those of this checkout. A store or a token of the user does not reach the benchmark.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(WALLETS)}
    return {**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[1]), **own}
