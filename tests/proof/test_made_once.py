"""Workers that need the same costly value at once make it once (`tests/support/made_once.py`)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_once import made_once
from patience import PATIENCE_SECONDS


def test_two_workers_at_once_make_a_value_once(tmp_path: Path) -> None:
    made: list[int] = []
    second_asks = threading.Event()

    def make() -> list[int]:
        assert second_asks.wait(PATIENCE_SECONDS)
        made.append(len(made))
        return made

    def ask_second() -> list[int]:
        second_asks.set()
        return made_once(tmp_path, "value", make)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(made_once, tmp_path, "value", make)
        second = pool.submit(ask_second)
        assert first.result(PATIENCE_SECONDS) == second.result(PATIENCE_SECONDS) == [0]


def test_a_value_that_could_not_be_made_is_made_by_the_next_worker(tmp_path: Path) -> None:
    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        made_once(tmp_path, "value", fail)
    assert made_once(tmp_path, "value", lambda: 7) == 7
