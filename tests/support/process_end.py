"""Wait for the end of a process that is no child of the test."""

import os
import select


def ends_within(process: int, *, seconds: float) -> bool:
    """Say whether the process with this number ends in time; one that has ended already counts.

    A signal is delivered after `kill` returns, so that a killed process still runs for a moment.
    """
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)
