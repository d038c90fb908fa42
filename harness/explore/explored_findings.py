"""What exploring has found, and the scenario file that shows each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

from harness.contracts import Contract
from harness.explore.playing import Generated, Key
from harness.explore.reductions import size_of
from harness.model import Level, Verdict
from harness.scenario import text_of
from harness.scenario.scenario_files import MAX_TITLE
from harness.verdict import ScenarioResult

_WIDTH = 110
_SHORTEST_TITLE = 20
_MORE = " (...)"
_NO_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class ExploredFinding:
    """One finding: its smallest scenario, and a verdict of it."""

    key: Key
    generated: Generated
    verdict: Verdict
    result: ScenarioResult
    """The result of the smallest scenario."""
    origin: str
    """Where the scenario comes from: `row 12 of the pairs`."""
    failed: int
    """How often the smallest scenario failed, when it was played again `played` times."""
    played: int
    seen: int = 1
    """How many generated scenarios had it."""

    @property
    def steps(self) -> int:
        """The number of steps of the smallest scenario."""
        return size_of(self.generated)

    @property
    def violation(self) -> bool:
        """True if the requirement is a MUST."""
        return self.verdict.level is Level.MUST

    @property
    def name(self) -> str:
        """A name for its file: the words of the situation, the check and the requirement."""
        parts = (self.key.requirement, self.key.situation or self.key.check)
        return _NO_WORD.sub("_", " ".join(parts).lower()).strip("_")


def title_of(contract: Contract, requirement: str) -> str:
    """The text of a requirement as a title: what a sound wallet does, in one line.

    A text that is too long ends before a semicolon, bracket or colon. Else dots in brackets follow a clause or word.
    """
    text = " ".join(contract.requirements[requirement].text.replace("`", "").split())
    text = text[:1].upper() + text[1:]
    if len(text) <= MAX_TITLE:
        return text.rstrip(".")
    begin = text[: MAX_TITLE - len(_MORE)]
    ends = (begin.rpartition("; ")[0], begin.partition(" (")[0], begin.partition(": ")[0])
    if whole := next((each for each in ends if _SHORTEST_TITLE <= len(each) < len(begin)), ""):
        return whole
    clause = begin.rpartition(", ")[0]
    return (clause if len(clause) > len(begin) / 2 else begin.rpartition(" ")[0]) + _MORE


def file_text(finding: ExploredFinding, contract: Contract, seed: int) -> str:
    """The scenario file of a finding. What the wallet answered stands in comments at its end."""
    why = (
        f"walletproof explore found this in {finding.origin} (seed {seed}); "
        f"played again, it failed {finding.failed} of {finding.played} times"
    )
    content = {
        "title": title_of(contract, finding.key.requirement),
        "requirement": {contract.name: finding.key.requirement},
        "why": why,
        **{name: value for name, value in finding.generated.items() if name not in {"title", "requirement", "why"}},
    }
    return text_of(content, comments=list(_comments(finding.verdict)))


def _comments(verdict: Verdict) -> list[str]:
    parts = (
        ("found", verdict.summary),
        ("we sent", verdict.sent),
        ("it said", verdict.said),
        ("possible", "; ".join(verdict.possible)),
        ("probably", verdict.probably),
    )
    lines: list[str] = []
    for name, text in parts:
        if text:
            lines += wrap(f"{name}: {' '.join(text.split())}", _WIDTH, subsequent_indent="  ")
    return lines


def keep(findings: list[ExploredFinding], contract: Contract, folder: Path, seed: int) -> list[Path]:
    """Write the file of each finding into a folder, and return the paths. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for finding in findings:
        path = _free(folder, finding.name, {each.stem for each in written})
        path.write_text(file_text(finding, contract, seed), encoding="utf-8")
        written.append(path)
    return written


def _free(folder: Path, name: str, taken: set[str]) -> Path:
    """A path whose name no other finding of this run has. A file of an earlier run is replaced."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return folder / f"{free}.yaml"
