"""The one line at the end of a run that names the way to more: `-v`, a report, and a run of what failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from shlex import quote

from harness.config import Options
from harness.contracts import BUNDLED
from harness.model import Status
from harness.report.report_files import suffix_of
from harness.verdict import RED, ScenarioResult

_RUN_AGAIN = (Status.FAIL, Status.UNKNOWN)
_DATA, _USUAL = ".json", "report.json"
_FOUND = Path("wallet.yaml")
"""The profile that a replay finds by itself."""


def hint(
    results: Sequence[ScenarioResult], reports: Sequence[Path], options: Options, *, profile: str = "", verbosity: int
) -> str:
    """The line, or an empty text if nothing was found or little is to be printed.

    `reports` are the files that the run writes, `options` its own. `profile` is the path of the wallet's profile, and
    `verbosity` is pytest's.
    """
    if verbosity < 0 or not any(each.status in RED for each in results):
        return ""
    ways = {0: ["-v prints an example of each"], 1: ["-vv prints every one"]}.get(verbosity, [])
    if any(each.status in _RUN_AGAIN and not each.excused for each in results):
        data = next((each for each in reports if suffix_of(each) == _DATA), None)
        kept = "" if data is not None else f"with --wallet-report={_USUAL}, "
        words = " ".join(map(quote, [str(data or _USUAL), *_same_wallet(options, profile)]))
        ways.append(f"{kept}`walletproof replay {words}` runs again what failed")
    elif not reports:
        ways.append("--wallet-report=report.html has all of it")
    return f"more: {'; '.join(ways)}" if ways else ""


def _same_wallet(options: Options, profile: str) -> Iterator[str]:
    """The words that lead a replay to the wallet of the run: a replay does not take them from its report."""
    if options.defect:
        yield f"--wallet-defect={options.defect}"
    if profile and Path(profile) != _FOUND:
        yield f"--profile={profile}"
    yield from (f"--contract={each}" for each in options.contracts if each not in BUNDLED)
