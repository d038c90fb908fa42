"""The outcome of a run: a result for each scenario and contract, and a verdict over all results of a contract."""

from harness.verdict.conclusion import Certification, ContractVerdict, conclude
from harness.verdict.first_calls import Violation
from harness.verdict.result import RED, ScenarioResult, from_data, to_data, violated_by, worst
from harness.verdict.waivers import Waived, WaiverState, in_force, today, waived_among

__all__ = [
    "RED",
    "Certification",
    "ContractVerdict",
    "ScenarioResult",
    "Violation",
    "Waived",
    "WaiverState",
    "conclude",
    "from_data",
    "in_force",
    "to_data",
    "today",
    "violated_by",
    "waived_among",
    "worst",
]
