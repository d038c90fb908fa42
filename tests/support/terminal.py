"""Runs pytest with the plugin on a pseudo-terminal, as a user sees it."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from plugin_run import DEADLINE_SECONDS, command, environment


def on_a_raw_terminal(
    folder: Path,
    *arguments: str,
    plugins: tuple[str, ...] = ("no:cacheprovider",),
    more: Mapping[str, str] | None = None,
) -> str:
    """Everything that a run writes to a terminal, with every escape sequence. Raises TimeoutError."""
    ours, theirs = os.openpty()
    variables = {"TERM": "xterm-256color", "LINES": "50", "CI": "", **(more or {})}
    with subprocess.Popen(
        command(*arguments, plugins=plugins),
        cwd=folder,
        env=environment(variables),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ):
        os.close(theirs)
        text = b"".join(_pieces(ours)).decode("utf-8", "replace")
    os.close(ours)
    return text


def _pieces(terminal: int) -> Iterator[bytes]:
    """What arrives until the last process has closed the other end."""
    end = time.monotonic() + DEADLINE_SECONDS
    while select.select([terminal], [], [], max(end - time.monotonic(), 0))[0]:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            return
        if not piece:
            return
        yield piece
    raise TimeoutError("the run does not end")
