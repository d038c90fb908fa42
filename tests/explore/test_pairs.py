"""The covering arrays that are shipped: what they hold, and that every row is a scenario of the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contracts import BUNDLED, load
from harness.explore.covering import SEED, rows_of
from harness.explore.dimensions import (
    ALTERATION,
    AMOUNT,
    BETWEEN,
    CONCURRENCY,
    LOSS,
    OPERATION,
    REPEAT,
    SESSION,
    SIZE,
    space_of,
)
from harness.explore.exclusions import exclusions_of
from harness.explore.histories import scenarios_of
from harness.explore.pairs import covered, is_allowed, sensible, shipped, space_and_rows
from harness.explore.pairs_text import pairs_text, suite_table
from harness.explore.suite_pairs import rows_of_scenario
from harness.proof.matrix import scenarios
from harness.scenario import load_text, text_of


@pytest.mark.parametrize("name", BUNDLED)
def test_every_sensible_pair_is_in_a_row_and_no_other_is(name: str) -> None:
    space, rows = space_and_rows(load(name))
    assert set(sensible(space)) - covered(rows) == set()
    rules = exclusions_of(space)
    assert all(is_allowed(row, rules) for row in rows)
    assert {row[OPERATION] for row in rows} == set(space.words)


@pytest.mark.parametrize("name", BUNDLED)
def test_every_row_is_a_scenario_that_can_be_written_down(name: str) -> None:
    contract = load(name)
    space, rows = space_and_rows(contract)
    texts = {text_of({**each, "title": "One"}) for each in scenarios_of(space, rows)}
    for text in texts:
        assert load_text(text.encode(), "a", "a.yaml", {name: contract}).steps
    assert len(texts) > len(rows) * 9 // 10


@pytest.mark.full
@pytest.mark.parametrize("name", BUNDLED)
def test_the_rows_are_those_that_the_seed_makes(name: str) -> None:
    contract = load(name)
    assert rows_of(space_of(contract), SEED) == shipped(contract)


@pytest.mark.parametrize("name", BUNDLED)
def test_the_text_of_the_pairs_names_every_exclusion_with_its_reason(name: str) -> None:
    contract = load(name)
    text = pairs_text(contract, scenarios())
    assert all(each.why in text for each in exclusions_of(space_of(contract)))


def test_the_document_has_what_the_bundled_suite_has_of_the_pairs() -> None:
    table = suite_table(map(load, BUNDLED), scenarios())
    document = Path(__file__).resolve().parents[2] / "docs" / "EXPLORE.md"
    assert table in document.read_text(encoding="utf-8"), f"put this into it:\n{table}"


HEAD = "title: T\nrequirement: {casino: CAS-CON-01}\nsteps:\n"


@pytest.mark.parametrize(
    ("steps", "values"),
    [
        (
            "  - bet: {id: b1, amount: 10}\n  - reward: {amount: 1}\n  - resend: b1\n",
            {REPEAT: "same", BETWEEN: "reward"},
        ),
        ("  - bet: {amount: everything, session: expired}\n", {AMOUNT: "everything", SESSION: "expired"}),
        ("  - bet: {id: b1, amount: 1}\n  - bet: {id: b1, amount: 2}\n", {REPEAT: "other_amount", BETWEEN: "nothing"}),
        ("  - bet: {amount: 1}\n    times: 3\n    at_once: true\n", {CONCURRENCY: "same_request"}),
        ("  - settle: [{amount: 1}, {amount: 2, player: other}]\n", {SIZE: "two_players", OPERATION: "settle"}),
        ("  - bet: {amount: 1, raw: {amount: '-1'}}\n", {ALTERATION: "wrong_amount"}),
        ("  - reward: {amount: 1}\n    lost: after_sending\n", {LOSS: "after_sending", REPEAT: "none"}),
    ],
)
def test_a_written_transaction_is_read_as_a_row(steps: str, values: dict[str, str]) -> None:
    contract = load("casino")
    scenario = load_text((HEAD + steps).encode(), "a/b", "a/b.yaml", {"casino": contract})
    row = next(rows_of_scenario(scenario, space_of(contract)))
    assert {name: row[name] for name in values} == values
