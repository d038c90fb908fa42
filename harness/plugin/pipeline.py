"""pytest as `walletproof certify` runs it: with statuses that a pipeline can tell apart, and ended by SIGTERM too.

It is run as a file, and imports nothing of ours: pytest can rewrite the assertions of a plugin only if it imports it.
"""

from __future__ import annotations

import runpy
import signal
import sys
from collections.abc import Mapping

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
"""From the status of pytest. Whatever else a plugin makes of it left the run incomplete."""


def main() -> int:
    """Run pytest with the arguments of this process, and return our exit status.

    SIGTERM, by which pipelines end a job, is heeded as Ctrl+C is: players get their money back, reports are written.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return STATUSES.get(ended.code, INCOMPLETE)
    except KeyboardInterrupt:
        sys.stderr.write("walletproof: broken off before a scenario ran\n")
    return INCOMPLETE


if __name__ == "__main__":
    sys.exit(main())
