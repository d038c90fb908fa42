"""Runs long computations beside the event loop, so that one large request does not stop all others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

Result = TypeVar("Result")

LARGE_BYTES = 256 * 1024
"""Size of a body that is read and answered aside. It is read in about 30 ms."""


class Aside(Protocol):
    """How a computation about a request of that many bytes is run."""

    async def __call__(self, size: int, compute: Callable[[], Result]) -> Result:
        """The result of the computation. Raises its errors."""


async def at_once(size: int, compute: Callable[[], Result]) -> Result:
    """Compute here and now, whatever the size. A wallet that is called in process cannot wait."""
    del size
    return compute()


class InThread:
    """Computes large requests in one thread. The event loop gets its turn every few milliseconds."""

    def __init__(self) -> None:
        """Prepare, without starting the thread."""
        self._thread = ThreadPoolExecutor(1, "large-requests")

    async def __call__(self, size: int, compute: Callable[[], Result]) -> Result:
        """The result of the computation, which runs in the thread if the request is large."""
        if size < LARGE_BYTES:
            return compute()
        return await asyncio.get_running_loop().run_in_executor(self._thread, compute)
