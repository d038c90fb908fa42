"""Exploring wallets in this process: sound and legal ones are never found wrong, and a defect becomes a few lines."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import legal_identities
import legal_wallets as legal
import pytest

from harness.contracts import BUNDLED, load
from harness.contracts.shared.schema import bundled
from harness.examine.results import Results
from harness.explore.certifying import explored_pairs
from harness.explore.exploration import Bounds, Drawn, Exploration, explore, pairs
from harness.explore.explored_findings import keep
from harness.explore.playing import Playing, findings_in
from harness.model import Check, Level, Limits, Scenario, Status, Verdict, Waiver
from harness.proof.trials import LIMITS, examiner_of
from harness.report.remarks import remarks
from harness.scenario import load_file, text_of
from harness.verdict import Certification, ContractVerdict, Waived, WaiverState
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

NEEDED = WaiverState.NEEDED
ONCE = replace(LIMITS, races=1)
MOST = Limits().explore
"""How many requests a certification sends by default. The whole array needs fewer."""


def explored(wallet_type: type[Wallet], contract: str, requests: int = MOST) -> Exploration:
    exploration = Exploration(Playing(examiner_of(wallet_type, contract, limits=ONCE)))
    explore(exploration, pairs(exploration.contract), Bounds(requests=requests))
    return exploration


@pytest.mark.parametrize("name", BUNDLED)
def test_the_sound_wallet_is_found_right_in_every_pair_within_the_default_limit(name: str) -> None:
    exploration = explored(Wallet, name)
    assert exploration.findings == {}
    assert exploration.player.failures == exploration.player.undecided == []
    assert exploration.drawn == len(list(pairs(load(name))))
    assert exploration.generated_requests <= MOST


@pytest.mark.parametrize(
    ("wallet_type", "name"),
    [(legal.RefusesUnderContention, "sportsbook"), (legal.DeductsNoMoreThanWasPaid, "sportsbook")],
)
def test_a_legal_wallet_violates_nothing(wallet_type: type[Wallet], name: str) -> None:
    assert explored(wallet_type, name).violations == ()


LEGAL = [
    (each, name)
    for each in (*legal.VARIANTS, *legal_identities.VARIANTS)
    for name in BUNDLED
    if legal.of_contract(name)(each) and legal_identities.of_contract(name)(each)
]
"""The legal wallets, on each contract on which they differ from the reference wallet."""


@pytest.mark.full
@pytest.mark.parametrize(("wallet_type", "name"), LEGAL)
def test_no_legal_wallet_violates_anything(wallet_type: type[Wallet], name: str) -> None:
    assert explored(wallet_type, name).violations == ()


def test_a_finding_becomes_a_file_of_a_few_lines_that_fails_in_the_same_way(tmp_path: Path) -> None:
    exploration = explored(DEFECTS["takes-what-is-there"].wallet_type, "sportsbook", 300)
    findings = list(exploration.findings.values())
    assert findings
    contract = load("sportsbook")
    for finding, path in zip(findings, keep(findings, contract, tmp_path, 1), strict=True):
        assert finding.failed == finding.played
        assert finding.steps <= 4
        scenario = load_file(path, tmp_path, {contract.name: contract})
        examiner = examiner_of(DEFECTS["takes-what-is-there"].wallet_type, "sportsbook", limits=ONCE)
        again = findings_in(examiner.examine(scenario))
        assert (finding.key.requirement, finding.key.check) in {(each.requirement, each.check) for each in again}


def test_a_failure_of_ours_is_no_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    player = Playing(examiner_of(Wallet, "sportsbook", limits=ONCE))

    def broken(scenario: Scenario) -> None:
        raise RuntimeError(scenario.id)

    monkeypatch.setattr(player.examiner, "examine", broken)
    exploration = Exploration(player)
    explore(exploration, pairs(exploration.contract), Bounds(requests=50))
    assert exploration.findings == {}
    assert "RuntimeError in broken" in player.failures[0]


def test_the_item_of_a_certification_is_skipped_where_it_is_switched_off() -> None:
    folder = bundled("scenarios")
    scenario = load_file(folder / "explored/pairs.yaml", folder, {})
    examiner = examiner_of(Wallet, "sportsbook")
    assert explored_pairs(examiner, scenario, 0).status is Status.SKIPPED
    result = explored_pairs(examiner, scenario, 100)
    assert (result.status, result.verdicts, result.found) == (Status.PASS, (), ())
    assert 100 <= result.exchanges < 200


def test_a_run_without_generated_scenarios_says_so_in_its_remarks() -> None:
    folder = bundled("scenarios")
    scenario = load_file(folder / "explored/pairs.yaml", folder, {})
    examiner = examiner_of(Wallet, "sportsbook")
    verdict = ContractVerdict(contract="sportsbook", certification=Certification.CERTIFIED, reason="")
    said = {most: remarks(verdict, load("sportsbook"), [explored_pairs(examiner, scenario, most)]) for most in (0, 30)}
    assert said == {0: ("limits.explore is 0: no generated scenarios were played",), 30: ()}


@pytest.mark.parametrize(
    ("waived", "violated", "says"),
    [
        ((), ("SPB-BET-01",), ""),
        (("SPB-RBK-01",), (), ""),
        (("SPB-RBK-01",), ("SPB-RBK-01",), ""),
        (("SPB-RBK-01",), ("SPB-RBK-01", "SPB-BET-01"), "violates SPB-BET-01, .* waive SPB-BET-01, too or set limits"),
        (("SPB-RBK-01",), ("SPB-CON-01", "SPB-BET-01"), "violates SPB-BET-01, SPB-CON-01, .*bug, set limits"),
    ],
)
def test_what_generated_scenarios_find_beside_a_waiver_is_a_remark(
    waived: tuple[str, ...], violated: tuple[str, ...], says: str
) -> None:
    folder = bundled("scenarios")
    scenario = load_file(folder / "explored/pairs.yaml", folder, {})
    contract = load("sportsbook")
    verdicts = [
        Verdict(check=Check.ORACLE, requirement=each, level=Level.MUST, status=Status.FAIL, summary="x")
        for each in violated
    ]
    result = replace(Results(contract).skipped(scenario, ""), status=Status.FAIL, verdicts=tuple(verdicts))
    states = [Waived(Waiver(requirement=each, reason="", owner="", until=date.max), NEEDED) for each in waived]
    verdict = ContractVerdict(
        contract="sportsbook", certification=Certification.NOT_CERTIFIED, reason="", waivers=tuple(states)
    )
    said = remarks(verdict, contract, [result])
    assert len(said) == bool(says)
    assert all(re.search(says, each) for each in said), said


def noted(defect: str, contract: str, *steps: dict[str, object]) -> list[tuple[str, str]]:
    """The requirement of each finding in one generated scenario, and its text without the head."""
    examiner = examiner_of(DEFECTS[defect].wallet_type, contract, limits=ONCE)
    exploration = Exploration(Playing(examiner))
    own = {contract: load(contract).conservation.id}
    explore(exploration, [Drawn({"title": "A race", "requirement": own, "steps": [*steps]}, "by hand")], Bounds(500))
    examiner.close()
    found = exploration.findings.values()
    return [(each.key.requirement, text_of(each.generated).partition("steps:\n")[2]) for each in found]


def test_a_race_is_not_to_blame_for_what_its_requests_violate_alone() -> None:
    race: dict[str, object] = {"settle": {"id": "t1", "amount": "zero"}, "times": "2", "at_once": "true"}
    assert noted("refuses-zero", "sportsbook", race) == [("SPB-SET-02", "  - settle: {amount: zero}\n")]
    mixed: dict[str, object] = {"at_once": [{"settle": {"amount": "zero"}}, {"bet": {"amount": "1"}}]}
    assert noted("refuses-zero", "sportsbook", mixed) == [("SPB-SET-02", "  - settle: {amount: zero}\n")]


def test_what_only_a_race_shows_stays_a_finding_of_the_race() -> None:
    race: dict[str, object] = {"bet": {"id": "t1", "amount": "1"}, "times": "4", "at_once": "true"}
    ((requirement, text),) = noted("looks-up-too-early", "sportsbook", race)
    assert requirement == "SPB-IDM-05"
    assert "at_once" in text


def test_a_long_exploration_remembers_nothing_for_an_epilogue() -> None:
    exploration = explored(Wallet, "casino", 100)
    memory = exploration.player.examiner._memory
    assert (memory.repeats(), memory._beliefs, memory._players) == ((), {}, {})
    assert not exploration.player.examiner.exploring
