"""What exploring one contract has found, as plain data for JSON: scenarios, findings and the map of situations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.explore.coverage import bundled, to_data
from harness.explore.exploration import Exploration


def data_of(exploration: Exploration, files: Sequence[Path]) -> Mapping[str, object]:
    """The data of one contract. `files` are the scenario files of the findings, in their order."""
    findings = exploration.findings.values()
    return {
        "contract": exploration.contract.name,
        "scenarios": exploration.drawn,
        "requests": exploration.generated_requests,
        "requests_of_shrinking": exploration.player.requests - exploration.generated_requests,
        "findings": [
            {
                "requirement": each.key.requirement,
                "check": each.key.check,
                "situation": each.key.situation,
                "level": str(each.verdict.level),
                "summary": each.verdict.summary,
                "steps": each.steps,
                "failed": each.failed,
                "played": each.played,
                "seen": each.seen,
                "origin": each.origin,
                "file": str(file),
                "scenario": each.generated,
            }
            for each, file in zip(findings, files, strict=True)
        ],
        "seen_once": [
            {"requirement": key.requirement, "check": key.check, "situation": key.situation, "origin": origin}
            for key, origin in exploration.flickers.items()
        ],
        "not_judged": len(exploration.player.undecided),
        "remarks": list(exploration.remarks),
        "own_failures": len(exploration.player.failures),
        "situations": to_data(exploration.coverage, bundled(exploration.contract)),
    }
