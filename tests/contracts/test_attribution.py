"""Which requirement is charged with a finding: every operation, situation and way to be wrong, of both contracts.

`vectors/attribution_casino.yaml` and `vectors/attribution_sportsbook.yaml` have the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.requirements import NARROWED, TOPICS, Requirements
from harness.model import Level, Requirement, Situation, Wrong

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
ANSWERS = tuple(str(each) for each in Wrong if each is not Wrong.FORMAT)
Finding = tuple[str, str, str]


def fresh(name: str) -> Contract:
    """The contract, its requirements read anew."""
    contract = load(name)
    path = contract.schemas / "requirements.yaml"
    read = Requirements(path, contract.prefix, tuple(contract.specs), tuple(contract.forgeries))
    return replace(contract, requirements=read)


def findings(contract: Contract) -> Iterator[Finding]:
    """Everything that may be told of a wallet, as operation, situation and what was wrong."""
    for operation in contract.specs:
        for topic in TOPICS:
            yield operation, topic, str(Wrong.FORMAT)
        for situation in Situation:
            finer = contract.forgeries if situation is Situation.FORGED else NARROWED.get(situation, ())
            for each in ("", *finer):
                for wrong in ANSWERS:
                    yield operation, f"{situation}.{each}" if each else str(situation), wrong


def table(contract: Contract) -> dict[Finding, str]:
    """What the recorded table says. No finding stands in it twice."""
    rows = [*recorded(contract)]
    found = dict(rows)
    assert len(found) == len(rows)
    return found


def recorded(contract: Contract) -> Iterator[tuple[Finding, str]]:
    """The table's rows, spelled out."""
    for block in yaml.safe_load((VECTORS / f"attribution_{contract.name}.yaml").read_text(encoding="utf-8")):
        for situation in block.pop("situation").split():
            every = str(Wrong.FORMAT) if situation in TOPICS else " ".join(ANSWERS)
            for operations, charged in block.items():
                by_wrong = charged if isinstance(charged, dict) else {every: charged}
                for operation in contract.specs if operations == "any" else operations.split():
                    for wrongs, each in by_wrong.items():
                        yield from (((operation, situation, wrong), each) for wrong in wrongs.split())


@pytest.mark.parametrize("name", BUNDLED)
def test_every_finding_is_charged_to_the_requirement_of_the_table(name: str) -> None:
    contract = fresh(name)
    charged = {each: contract.attribute(*each).id for each in findings(contract)}
    expected = table(contract)
    assert charged.keys() == expected.keys()
    assert {each: (expected[each], got) for each, got in charged.items() if got != expected[each]} == {}


@pytest.mark.parametrize(
    ("name", "own", "finding", "charged"),
    [
        ("casino", "CAS-SIG-01", "settlement new refused", "CAS-SIG-01"),
        ("casino", "CAS-SIG-01", "settlement new.non_ascii code", "CAS-SIG-01"),
        ("casino", "CAS-SIG-01", "settlement new moved", "CAS-SET-02"),
        ("casino", "CAS-IDM-10", "settlement replay refused", "CAS-IDM-10"),
        ("casino", "CAS-IDM-10", "payout replay refused", "CAS-IDM-04"),
        ("casino", "CAS-LST-01", "retry duplicate_in_batch.two_amounts moved", "CAS-LST-01"),
        ("casino", "CAS-MNY-01", "bet exact balance", "CAS-MNY-01"),
        ("casino", "CAS-INP-07", "bet http format", "CAS-INP-07"),
        ("casino", "CAS-INP-07", "bet schema format", "CAS-ANS-01"),
        ("casino", "CAS-SET-03", "settlement new moved", "CAS-SET-02"),
        ("casino", "CAS-REF-01", "settlement unknown_bet refused", "CAS-CON-01"),
        ("sportsbook", "SPB-BRS-01", "settlement race.contention refused", "SPB-BRS-01"),
        ("sportsbook", "SPB-BRS-01", "settlement race refused", "SPB-CON-01"),
        ("sportsbook", "SPB-CLW-02", "settlement new.after_clawback moved", "SPB-CLW-02"),
        ("sportsbook", "SPB-CLW-02", "settlement new moved", "SPB-SET-01"),
        ("sportsbook", "SPB-LST-01", "rollbackbet rollback refused", "SPB-LST-01"),
    ],
)
def test_in_its_own_scenarios_a_requirement_comes_first_for_what_it_demands(
    name: str, own: str, finding: str, charged: str
) -> None:
    operation, situation, wrong = finding.split()
    assert fresh(name).attribute(operation, situation, wrong, own).id == charged


def test_a_finer_situation_counts_before_the_operation_and_that_before_what_was_wrong() -> None:
    ids = {
        "bet new.same_bet moved": 1,
        "bet new.same_bet *": 2,
        "* new.same_bet moved": 3,
        "* new.same_bet *": 4,
        "bet new moved": 5,
        "bet new *": 6,
        "* new moved": 7,
        "* new *": 8,
        "bet * moved": 9,
        "bet * *": 10,
        "* * moved": 11,
        "* * *": 12,
    }
    every = {
        f"CAS-XYZ-{number:02}": Requirement(
            id=f"CAS-XYZ-{number:02}",
            level=Level.MUST,
            text="t",
            clause="c",
            answers_for=(tuple(words.split()),),  # type: ignore[arg-type]
        )
        for words, number in ids.items()
    }
    for left in range(len(every)):
        contract = replace(load("casino"), requirements=dict([*every.items()][left:]))
        assert contract.attribute("bet", "new.same_bet", "moved").id == f"CAS-XYZ-{left + 1:02}"


def test_what_nobody_answers_for_is_conservations() -> None:
    last = Requirement(id="CAS-CON-01", level=Level.MUST, text="t", clause="c")
    contract = replace(load("casino"), requirements={"CAS-CON-01": last})
    assert contract.attribute("bet", "new", "moved") is last
