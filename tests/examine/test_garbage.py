"""The collector of reference cycles does not run while a history is judged."""

from __future__ import annotations

import gc

import pytest

from harness.examine.garbage import without_collection


def failing() -> None:
    with without_collection():
        assert not gc.isenabled()
        raise ValueError("judging failed")


def test_the_collector_is_off_inside_and_on_again_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="judging failed"):
        failing()
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with without_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
