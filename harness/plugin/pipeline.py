"""pytest as `walletproof certify` runs it: with our exit statuses, and interrupted by SIGTERM as by Ctrl+C.

It is run as a file and imports nothing of the harness. pytest rewrites the assertions of a plugin only if pytest
imports it first.
"""

from __future__ import annotations

import runpy
import signal
import sys
from collections.abc import Mapping
from typing import Any, TextIO, cast

CERTIFIED, VIOLATED, USAGE, CONFIGURATION, INCOMPLETE = 0, 1, 2, 3, 4
STATUSES: Mapping[object, int] = {
    0: CERTIFIED,
    1: VIOLATED,
    2: INCOMPLETE,  # interrupted, or a scenario file that cannot be read
    3: INCOMPLETE,  # an error inside pytest
    4: USAGE,
    5: USAGE,  # nothing was selected
    10: CONFIGURATION,
    11: INCOMPLETE,
}
"""Our exit status for each status of pytest. Any other status means that the run is incomplete."""


class _Complaints:
    """Standard error, with what pytest says about a mistake in the command line as one sentence."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        if "ERROR: usage:" in text:
            # It is imported only when the run is over, so that pytest has imported the plugin first.
            from harness.plugin.usage import in_a_sentence

            text = in_a_sentence(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def main() -> int:
    """Run pytest with the arguments of this process, and return our exit status.

    Pipelines end a job with SIGTERM. It is handled as Ctrl+C: balances are restored and reports are written.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stderr = cast("TextIO", _Complaints(sys.stderr))
    try:
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return STATUSES.get(ended.code, INCOMPLETE)
    except KeyboardInterrupt:
        sys.stderr.write("walletproof: broken off before a scenario ran\n")
    return INCOMPLETE


if __name__ == "__main__":
    sys.exit(main())
