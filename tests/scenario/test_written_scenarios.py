"""A generated scenario is the same whether it is read from its text or from its values, and so are the complaints."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from harness.contracts import BUNDLED, load
from harness.explore.drawing import Chance
from harness.explore.exploration import pairs
from harness.scenario import ScenarioError, load_text, load_written, text_of


def read(generated: Any, contract: str, *, as_text: bool) -> Any:
    loaded = {contract: load(contract)}
    try:
        if as_text:
            return load_text(text_of(generated).encode(), "a/b", "a/b.yaml", loaded)
        return load_written(generated, "a/b", "a/b.yaml", loaded)
    except ScenarioError as error:
        return error.complaints


@pytest.mark.parametrize("contract", BUNDLED)
def test_the_generated_scenarios_are_read_alike(contract: str) -> None:
    rows = [{**each.generated, "title": "A row"} for each in pairs(load(contract))]
    drawn = [each.generated for each in islice(Chance(load(contract), 8).drawn(), 200)]
    for each in (*rows, *drawn):
        assert read(each, contract, as_text=False) == read(each, contract, as_text=True), text_of(each)


HEAD = {"title": "T", "requirement": {"casino": "CAS-CON-01"}}


@pytest.mark.parametrize(
    "generated",
    [
        {**HEAD, "steps": [{"bet": {"amount": "1"}}, {"at_once": [{"bet": {"amount": "x"}}, {"reed": ""}]}]},
        {**HEAD, "steps": [{"at_once": [{"balance": ""}, {"balance": ""}]}, {"bet": {"amount": "1", "player": "he"}}]},
        {**HEAD, "steps": [{"bet": {"amount": "1"}, "times": "many"}, {"resend": "t1"}]},
        {**HEAD, "steps": [{"repeat": {"times": "2", "steps": [{"bet": {"amount": "1", "bat": "no"}}]}}]},
        {**HEAD, "why": "it is 'so': [yes]", "funds": "?", "steps": []},
        {"steps": [{"bet": {"amount": "1", "raw": {"amount": '"1", "amount": 2'}}, "body": '{"'}]},
    ],
)
def test_complaints_name_the_same_lines(generated: Any) -> None:
    found = read(generated, "casino", as_text=False)
    assert found == read(generated, "casino", as_text=True)
    assert isinstance(found, list | tuple)
