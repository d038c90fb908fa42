"""The sizes at which a test plays the whole suite in process: small ones always, the Proof's in `make test-all`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.proof.trials import LIMITS

SMALL = replace(LIMITS, batch=100, rounds=4)
"""The largest batch and the repeated movements take most of the time of a run, and the other scenarios none of it."""
SIZES = pytest.mark.parametrize(
    "limits", [pytest.param(SMALL, id="small"), pytest.param(LIMITS, id="as in the proof", marks=pytest.mark.full)]
)
"""Gives a test both sizes by its parameter `limits`."""
