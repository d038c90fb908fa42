"""What a run comes to: a result for each scenario and contract, and a verdict over all of a contract's results."""

from harness.verdict.conclusion import Certification, ContractVerdict, conclude
from harness.verdict.result import RED, ScenarioResult, from_data, to_data, worst
from harness.verdict.waivers import Waived, WaiverState, in_force, waive

__all__ = [
    "RED",
    "Certification",
    "ContractVerdict",
    "ScenarioResult",
    "Waived",
    "WaiverState",
    "conclude",
    "from_data",
    "in_force",
    "to_data",
    "waive",
    "worst",
]
