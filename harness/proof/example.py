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


@dataclass(frozen=True, slots=True)
class PlacedFinding:
    """The finding by which a wallet with a bug violates a requirement, and the place of its exchange."""

    verdict: Verdict
    place: tuple[int, int]
    """The run of the scenario, and the index of the exchange within it."""
    operation: str


def example_of(scenario: Scenario, contract: str, found: PlacedFinding | None = None) -> Example | None:
    """An exchange of the scenario's own steps that got an answer: that of the finding, or else the last one.

    None if there is none. The exchange of a finding is one with the same operation at the same place.
    """
    result = _played(Wallet, scenario, contract)
    own = [each for each in result.records if each["step"] >= 0 and each["response"]] if result is not None else []
    same = [each for each in own if found is not None and _is_at(each, found)]
    return next((Example(each["operation"], each["request"], each["response"]) for each in (*same, *own[-1:])), None)


def _is_at(record: Mapping[str, Any], found: PlacedFinding) -> bool:
    return (record["run"], record["index"]) == found.place and record["operation"] == found.operation


def finding_of(defect: Defect, scenario: Scenario, contract: str, requirement: str) -> PlacedFinding | None:
    """The finding by which a wallet with the defect violates the requirement in the scenario, or None.

    One about a request of the scenario's own steps comes first.
    """
    result = _played(defect.wallet_type, scenario, contract)
    if result is None:
        return None
    records = {(each["run"], each["index"]): each for each in result.records}
    found = []
    for each in result.verdicts:
        place = (each.run or 0, -1 if each.exchange is None else each.exchange)
        if each.status in RED and each.requirement == requirement and place in records:
            found.append((records[place]["step"] < 0, PlacedFinding(each, place, records[place]["operation"])))
    return min(found, key=lambda pair: pair[0])[1] if found else None


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
