"""The profile in the current folder, which is used if nothing else selects a wallet."""

from __future__ import annotations

from pathlib import Path

USUAL_PROFILE = "wallet.yaml"
"""Name of the profile that is used from the current folder if nothing else selects a wallet."""


def usual_profile() -> str:
    """The profile in the current folder, or an empty text if there is none."""
    return USUAL_PROFILE if Path(USUAL_PROFILE).is_file() else ""
