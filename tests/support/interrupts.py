"""Makes a started process receive interrupts as on a terminal."""

from __future__ import annotations

import signal


def heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
