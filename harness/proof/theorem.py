"""The theorem: the sound wallet passes everything, and each defect is caught only for the reasons that it names.

A violation of it is a sentence that says how to repair it. An *undecided* finding charges no requirement, because no
requirement was found violated. It makes its cell red nevertheless, and the cell needs a decided finding, too.

The generated scenarios of `explored/pairs` have one cell in each row. It holds the first finding, which may also charge
a requirement that the list of combinations gives to the defect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.contracts import Contract
from harness.model import PAIRS, Check, Level, Scenario
from harness.proof.combinations import Combinations, combinations
from harness.proof.matrix import SOUND, Matrix, RowKey
from mock_server.defects import Defect

CHECKS = tuple(Check)
"""The checks that must each have found something in the proof."""


def violations(
    matrix: Matrix,
    defects: Mapping[str, Defect],
    suite: Sequence[Scenario],
    contracts: Mapping[str, Contract],
    *,
    whole: bool = True,
    beside: Combinations | None = None,
) -> tuple[str, ...]:
    """The violations of the theorem, or an empty tuple if it holds. `defects` are those that should be tried.

    `whole` is False if only a few defects are tried, because a few do not make every scenario fail. `beside` has the
    requirements that generated scenarios may charge beside those of a defect; without it, those of the package count.
    """
    ours = matrix.without_pairs()
    return (
        *(f"{key}: the row came to nothing: {why}" for key, why in matrix.crashed.items()),
        *_sound(matrix),
        *_undecided(matrix),
        *_defects(ours, defects, {each.id: each for each in suite}),
        *_pairs(matrix, defects, combinations() if beside is None else beside),
        *(_scenarios_never_failed(matrix, suite) if whole else ()),
        *(_never_failed(ours, contracts) if whole else ()),
        *_unknown_checks(matrix),
    )


def _sound(matrix: Matrix) -> Iterator[str]:
    for key, scenario, cell in matrix.cells():
        if key.defect == SOUND and cell.findings:
            yield f"the sound wallet on {key.contract} fails {scenario}: {_listed(cell.findings)}"


def _defects(matrix: Matrix, defects: Mapping[str, Defect], suite: Mapping[str, Scenario]) -> Iterator[str]:
    for name, defect in defects.items():
        charged: set[str] = set()
        for contract in defect.contracts:
            key = RowKey(name, contract)
            if key in matrix.rows:
                charged |= _charged(matrix, key)
                yield from _witnesses(matrix, key, defect, suite)
                yield from _strangers(matrix, key, defect)
        if missing := sorted(set(defect.violates) - charged):
            yield f"{name} lists {', '.join(missing)}, which no scenario charges to it: take them off its list"


def _witnesses(matrix: Matrix, key: RowKey, defect: Defect, suite: Mapping[str, Scenario]) -> Iterator[str]:
    there = 0
    for witness in defect.witnesses:
        scenario = suite.get(witness.scenario)
        if scenario is None:
            yield f"{defect.name} names a witness that does not exist: {witness.scenario}"
        elif key.contract in scenario.requirements:
            there += 1
            found = matrix.rows[key][witness.scenario].findings
            if witness.check not in {each.check for each in found}:
                became = _listed(found) or "passed"
                yield f"{key}: {witness.scenario} must be red through {witness.check}, and has {became}"
    if not there:
        yield f"{key}: none of its witnesses runs on this contract: name one that does"


def _undecided(matrix: Matrix) -> Iterator[str]:
    for key, scenario, cell in matrix.cells():
        if key.defect != SOUND and cell.findings and all(each.undecided for each in cell.findings):
            yield f"{key}: {scenario} is undecided and nothing else: {_listed(cell.findings)}"


def _strangers(matrix: Matrix, key: RowKey, defect: Defect) -> Iterator[str]:
    for scenario, cell in matrix.rows[key].items():
        decided = {each.requirement for each in cell.findings if not each.undecided}
        for requirement in sorted(decided - set(defect.violates)):
            yield f"{key}: {scenario} charges {requirement}, which is not on its list: mend the attribution or the list"


def _pairs(matrix: Matrix, defects: Mapping[str, Defect], beside: Combinations) -> Iterator[str]:
    """Findings of generated scenarios that charge a requirement from neither list, and useless lines of the second."""
    for name, defect in defects.items():
        cells = {
            key: matrix.rows[key][PAIRS]
            for key in (RowKey(name, contract) for contract in defect.contracts)
            if key in matrix.rows and PAIRS in matrix.rows[key]
        }
        mine, charged = {*beside.get(name, ())}, set[str]()
        for key, cell in cells.items():
            decided = {each.requirement for each in cell.findings if not each.undecided}
            charged |= decided
            for requirement in sorted(decided - {*defect.violates} - mine):
                yield (
                    f"{key}: {PAIRS} charges {requirement}, which is neither on its list nor in combinations.yaml: "
                    "mend the attribution, or add it there"
                )
        if len(cells) == len(defect.contracts) and (useless := sorted(mine - charged | mine & {*defect.violates})):
            yield f"combinations.yaml gives {', '.join(useless)} to {name} without need: take them off there"


def _charged(matrix: Matrix, key: RowKey) -> set[str]:
    return {
        each.requirement for scenario, cell in matrix.rows[key].items() for each in cell.findings if not each.undecided
    }


def _scenarios_never_failed(matrix: Matrix, suite: Sequence[Scenario]) -> Iterator[str]:
    """Scenarios that never failed. Nothing would show if one of them were deleted."""
    failed = {
        (scenario, key.contract)
        for key, scenario, cell in matrix.cells()
        if not all(each.undecided for each in cell.findings)
    }
    for scenario in suite:
        for contract in scenario.requirements:
            if (scenario.id, contract) not in failed:
                yield f"{scenario.id} on {contract} was never seen to fail: it needs a defect"


def _never_failed(matrix: Matrix, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Requirements and checks that never failed. Nothing would show if one of them were deleted."""
    red = [each for _, _, cell in matrix.cells() for each in cell.findings]
    charged = {each.requirement for each in red if not each.undecided}
    for contract_value in contracts.values():
        for requirement in contract_value.requirements.values():
            if requirement.level is not Level.MAY and requirement.id not in charged:
                yield f"{requirement.id} was never seen to fail: it needs a defect"
    checks = {each.check for each in red}
    for check in CHECKS:
        if check not in checks:
            yield f"the check {check} was never seen to find anything: it needs a defect"


def _unknown_checks(matrix: Matrix) -> Iterator[str]:
    checks = {each.check for _, _, cell in matrix.cells() for each in cell.findings}
    for check in sorted(checks - set(CHECKS)):
        yield f"{check} is none of the known checks"


def by_others_only(matrix: Matrix, suite: Sequence[Scenario]) -> tuple[tuple[str, str, str], ...]:
    """Scenarios that failed, but never by the requirement that they are written for: id, contract, requirement."""
    own = {
        (scenario, key.contract, each.requirement)
        for key, scenario, cell in matrix.cells()
        for each in cell.findings
        if not each.undecided
    }
    return tuple(
        (scenario.id, contract, requirement)
        for scenario in suite
        if not scenario.is_explored
        for contract, requirement in scenario.requirements.items()
        if (scenario.id, contract, requirement) not in own
    )


def _listed(findings: Sequence[object]) -> str:
    return ", ".join(str(each) for each in findings)
