"""Scenario files: what loads, what it becomes, and that a folder without scenarios is an error."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from scenario_contracts import CONTRACTS

from harness.model import Draft, Loss, Scenario, Step
from harness.scenario import ScenarioError, load_file, load_folder


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def load(root: Path, text: str) -> Scenario:
    return load_file(write(root, "idempotency/example.yaml", text), root, CONTRACTS)


def test_the_example_of_the_design_becomes_a_scenario(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        """\
        title: A resent settlement is credited once
        requirement: {casino: CAS-IDM-01}
        funds: 50
        steps:
          - settle: [{id: t1, amount: 12.34567}]
          - settle: [{id: t1, amount: 12.34567}]     # the night job runs again
        """,
    )
    assert scenario == Scenario(
        id="idempotency/example",
        path=(tmp_path / "idempotency/example.yaml").as_posix(),
        title="A resent settlement is credited once",
        requirements={"casino": "CAS-IDM-01"},
        funds="50",
        steps=tuple(
            Step(word="settle", drafts=(Draft(id="t1", amount="12.34567", line=line),), batch=True, line=line)
            for line in (5, 6)
        ),
    )
    assert scenario.category == "idempotency"


def test_scalars_stay_text(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        """\
        title: Text stays text
        requirement: {casino: CAS-CON-01}
        funds_exactly: 0100.10
        steps:
          - settle: {amount: 10.50, win: no}
        """,
    )
    assert (scenario.funds, scenario.funds_exactly) == ("0100.10", True)
    assert (scenario.steps[0].drafts[0].amount, scenario.steps[0].drafts[0].win) == ("10.50", "no")


def test_modifiers_and_blocks_are_read(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        """\
        title: Everything at once
        requirement: {sportsbook: SPB-IDM-01}
        steps:
          - {bet: {id: b1, amount: 10}, lost: after_sending}
          - {resend: b1, times: 3, at_once: true, expect: ok, should: same}
          - at_once: [rollback: {bet: b1}, balance: ]
          - repeat: {times: rounds, steps: [{settle: {bet: b1, amount: zero}, expect: ok}]}
        """,
    )
    bet, resend, race, loop = scenario.steps
    assert bet.lost is Loss.AFTER_SENDING
    assert (resend.label, resend.times, resend.at_once) == ("b1", "3", True)
    assert (resend.expect, resend.should) == (("ok",), ("same",))
    assert [each.word for each in race.steps] == ["rollback", "balance"]
    assert (loop.times, loop.steps[0].drafts[0].amount) == ("rounds", "zero")


def test_a_body_that_is_changed_after_signing_is_read(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        """\
        title: An altered body
        requirement: {casino: CAS-IDM-01}
        steps:
          - {settle: {amount: 5}, tampered: {amount: 7, playerId: '"x"'}, expect: refused}
        """,
    )
    (tampered,) = scenario.steps
    assert tampered.tampered == (("amount", "7"), ("playerId", '"x"'))


def test_a_single_retry_is_a_batch_of_one(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        """\
        title: A batch of one
        requirement: {casino: CAS-IDM-01}
        steps:
          - retry: {amount: 1}
          - settle: {amount: 1}
          - settle: []
        """,
    )
    assert [step.batch for step in scenario.steps] == [True, False, True]


def test_a_folder_is_read_in_the_order_of_ids(tmp_path: Path) -> None:
    text = "title: One\nrequirement: {casino: CAS-CON-01}\nsteps: [balance: ]\n"
    for name in ("b/one.yaml", "a/two.yaml", "top.yaml"):
        write(tmp_path, name, text)
    assert [each.id for each in load_folder(tmp_path, CONTRACTS)] == ["a/two", "b/one", "top"]


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"there is no scenario in this folder"):
        load_folder(tmp_path, CONTRACTS)


def test_a_folder_reports_every_file(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "title: One\n")
    write(tmp_path, "b.yml", "title: One\n")
    write(tmp_path, "c.yaml", "steps: [\n")
    with pytest.raises(ScenarioError) as caught:
        load_folder(tmp_path, CONTRACTS)
    shown = {Path(line.partition(":")[0]).name for line in caught.value.complaints}
    assert shown == {"a.yaml", "b.yml", "c.yaml"}


def test_a_file_that_cannot_be_read_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.yaml:1: cannot be read: No such file"):
        load_file(tmp_path / "none.yaml", tmp_path, CONTRACTS)
