"""Several wallet processes on one port and one database. They take turns by the lock of all writers.

The first process opens the port and starts the others, which inherit it. It starts a worker again that has failed, and
it stops all of them at a signal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

RESTART_SECONDS = 0.5
"""Pause before a worker that has failed is started again."""


class Workers:
    """The worker processes. Each of them calls `serve`."""

    def __init__(self, count: int, serve: Callable[[], None], *, share_input: bool) -> None:
        """`serve` runs until a signal or the end of standard input, and prints one line when it is ready.

        The workers have the standard input of this process if `share_input`. Otherwise they have one that ends with
        this process, however that ends.
        """
        self._count = count
        self._serve = serve
        self._running: set[int] = set()
        self._stopping = False
        self._share_input = share_input
        self._input, self._life = os.pipe()

    def run(self, ready: str) -> bool:
        """Serve until a signal. `ready` is printed when every worker is ready. Returns False if one could not start."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop())
        outputs = [self._started() for _ in range(self._count)]
        lines = [_first_line(each) for each in outputs]
        started = all(lines) or self._stopping
        if not started:
            self.stop()
        elif not self._stopping:
            print(ready, flush=True)  # noqa: T201 - the one line of output that a start has
        while self._running:
            self._wait()
        return started

    def stop(self) -> None:
        """Ask every worker to stop."""
        self._stopping = True
        for each in self._running:
            # A signal may arrive just after a worker has ended, before its number is taken out.
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGTERM)

    def _wait(self) -> None:
        """Wait for the end of one worker, and start it again if it has failed."""
        process, status = os.waitpid(-1, 0)
        self._running.discard(process)
        if self._stopping:
            return
        if status == 0:
            self.stop()  # it has received the signal first, as after Ctrl+C
            return
        code = os.waitstatus_to_exitcode(status)
        print(f"mock_server: a worker ended with {code} and is started again", file=sys.stderr)  # noqa: T201
        time.sleep(RESTART_SECONDS)
        if not self._stopping:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            self._start(nowhere)
            os.close(nowhere)

    def _started(self) -> int:
        """Start a worker. Returns the file descriptor from which its output is read."""
        reading, writing = os.pipe()
        self._start(writing)
        os.close(writing)
        return reading

    def _start(self, output: int) -> None:
        """Start a worker with this standard output."""
        signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        process = os.fork()
        if not process:
            os.close(self._life)
            if not self._share_input:
                os.dup2(self._input, 0)
            os.dup2(output, 1)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, signals)
            _work(self._serve)
        self._running.add(process)
        signal.pthread_sigmask(signal.SIG_SETMASK, signals)


def _work(serve: Callable[[], None]) -> NoReturn:
    """Serve in a worker, and end the process without the clean-up of its parent."""
    status = 1
    try:
        serve()
        status = 0
    except Exception:  # noqa: BLE001 - the process ends here, and its parent starts another
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _first_line(descriptor: int) -> str:
    with open(descriptor, encoding="utf-8") as output:
        return output.readline()
