"""Keeps Python's collector of reference cycles from running while a history is judged."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Switch the collector off inside, and on again if it was on.

    A judgement makes many small objects without cycles, and reference counts free them. The collector would look
    through them, and through all histories that the run keeps, again and again. That was a seventh of judging.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
