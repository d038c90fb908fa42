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
    EXTRA_FIELD,
    LOSS,
    OPERATION,
    REPEAT,
    SESSION,
    SIZE,
    TEXTS,
    space_of,
)
from harness.explore.exclusions import exclusions_of
from harness.explore.histories import scenarios_of
from harness.explore.labels_used import drafts_of
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
def test_every_kind_of_every_operation_and_every_text_is_in_a_row(name: str) -> None:
    space, rows = space_and_rows(load(name))
    drafts = [draft for each in scenarios_of(space, rows) for step in each["steps"] for draft in drafts_of(step)]
    kinds = {kind for word in space.words for kind in space.dialect.kinds(word)[1:]}
    assert kinds <= {draft.get("kind") for draft in drafts}
    assert {*TEXTS} <= {draft.get("raw", {}).get(EXTRA_FIELD) for draft in drafts}


@pytest.mark.parametrize("name", BUNDLED)
def test_no_row_hides_what_it_is_for(name: str) -> None:
    """A twin of a request that never arrived, or that was refused, is an ordinary new transaction."""
    _, rows = space_and_rows(load(name))
    for row in rows:
        if row[REPEAT] in {"twin", "twin_bet"}:
            assert row[LOSS] != "half_request"
            assert row[AMOUNT] != "more_than_everything"
        if row[ALTERATION] in {"foreign_bet", "near_bet"}:
            assert row[AMOUNT] != "more_than_everything"


def test_a_bet_comes_again_after_its_own_rollback() -> None:
    space, rows = space_and_rows(load("sportsbook"))
    found = [
        row
        for row, each in zip(rows, scenarios_of(space, rows), strict=True)
        if row[OPERATION] == "bet" and row[BETWEEN] == "rollback" and row[REPEAT] not in {"undone", "undone_twice"}
        if any(step.get("rollback", {}).get("bet") == "t1" for step in each["steps"][:-1])
    ]
    assert found


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
