"""The covering arrays that are shipped: what they hold, and that every row is a scenario of the language."""

from __future__ import annotations

import pytest

from harness.contracts import BUNDLED, load
from harness.explore.covering import SEED, rows_of
from harness.explore.dimensions import OPERATION, space_of
from harness.explore.exclusions import exclusions_of
from harness.explore.histories import scenarios_of
from harness.explore.pairs import covered, is_allowed, sensible, shipped, space_and_rows
from harness.explore.pairs_text import pairs_text
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
