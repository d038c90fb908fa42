"""An example of a requirement: one exchange with the reference wallet, and what a wallet with a bug answers instead."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.model import Scenario, Verdict
from harness.proof.trials import ConfigurationProblem, examiner_of
from harness.verdict import RED, ScenarioResult
from mock_server.defects import Defect
from mock_server.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Example:
    """One exchange of a scenario with a wallet that is right, as in a report (`schemas/report.json`)."""

    operation: str
    request: Mapping[str, Any]
    response: Mapping[str, Any]


def example_of(scenario: Scenario, contract: str) -> Example | None:
    """The last exchange of the scenario's own steps that got an answer, or None if there is none."""
    result = _played(Wallet, scenario, contract)
    own = [each for each in result.records if each["step"] >= 0 and each["response"]] if result is not None else []
    return Example(own[-1]["operation"], own[-1]["request"], own[-1]["response"]) if own else None


def finding_of(defect: Defect, scenario: Scenario, contract: str, requirement: str) -> Verdict | None:
    """The finding by which a wallet with the defect violates the requirement in the scenario, or None."""
    result = _played(defect.wallet_type, scenario, contract)
    found = [each for each in result.verdicts if each.status in RED] if result is not None else []
    return next((each for each in found if each.requirement == requirement), None)


def _played(wallet_type: type[Wallet], scenario: Scenario, contract: str) -> ScenarioResult | None:
    """The result of one scenario on a new wallet in this process. None if pre-flight already ends with a problem."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    try:
        examiner = examiner_of(wallet_type, contract)
    except ConfigurationProblem:
        return None
    examiner.results = replace(examiner.results, recording=True)
    try:
        return examiner.examine(scenario)
    finally:
        examiner.close()
