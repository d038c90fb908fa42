"""The one line at the end of a run that names the way to more: `-v`, a report, and a run of what failed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.model import Status
from harness.report.report_files import suffix_of
from harness.verdict import RED, ScenarioResult

_RUN_AGAIN = (Status.FAIL, Status.UNKNOWN)
_DATA, _USUAL = ".json", "report.json"


def hint(results: Sequence[ScenarioResult], reports: Sequence[Path], *, verbosity: int) -> str:
    """The line, or an empty text if nothing was found or little is to be printed.

    `reports` are the files that the run writes. `verbosity` is pytest's.
    """
    if verbosity < 0 or not any(each.status in RED for each in results):
        return ""
    ways = {0: ["-v prints an example of each"], 1: ["-vv prints every one"]}.get(verbosity, [])
    if any(each.status in _RUN_AGAIN and not each.excused for each in results):
        data = next((each for each in reports if suffix_of(each) == _DATA), None)
        kept = "" if data is not None else f"with --wallet-report={_USUAL}, "
        ways.append(f"{kept}`walletproof replay {data or _USUAL}` runs again what failed")
    elif not reports:
        ways.append("--wallet-report=report.html has all of it")
    return f"more: {'; '.join(ways)}" if ways else ""
