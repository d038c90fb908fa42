"""The JSON Schema for editors says what the loader says: the same words, and the same verdict on what both can see."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator
from scenario_editor import SCHEMA, errors

from harness.scenario import AMOUNTS, SHAPES
from harness.scenario.context import MAX_TIMES
from harness.scenario.scenario_files import MAX_TITLE
from harness.scenario.words import (
    CHOICES,
    EXPECTATIONS,
    FIELDS,
    LIMITS,
    LOSSES,
    MODIFIERS,
    OPERATIONS,
    SAME,
    TOP,
    WORDS,
)

DEFINITIONS = SCHEMA["$defs"]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_it_has_every_word() -> None:
    step = DEFINITIONS["step"]["properties"]
    assert set(step) == {*WORDS, *MODIFIERS}
    assert set(SCHEMA["properties"]) == set(TOP)
    for word, operation in OPERATIONS.items():
        assert set(DEFINITIONS[f"{word}_item"]["properties"]) == set(operation.fields)
        assert tuple(DEFINITIONS[f"{word}_item"].get("required", ())) == operation.needs
    assert {name.removeprefix("field_") for name in DEFINITIONS if name.startswith("field_")} == set(FIELDS)


def test_it_has_every_value() -> None:
    step = DEFINITIONS["step"]["properties"]
    assert step["lost"]["enum"] == list(LOSSES)
    assert DEFINITIONS["amount"]["anyOf"][1]["enum"] == list(AMOUNTS)
    assert DEFINITIONS["count"]["anyOf"][1]["enum"] == list(LIMITS)
    assert DEFINITIONS["count"]["anyOf"][0]["maximum"] == MAX_TIMES
    assert DEFINITIONS["field_shape"]["enum"] == list(SHAPES)
    assert DEFINITIONS["expectation"]["anyOf"][0]["enum"] == list(EXPECTATIONS)
    assert DEFINITIONS["recommendation"]["anyOf"][0]["enum"] == [*EXPECTATIONS, SAME]
    assert SCHEMA["properties"]["title"]["maxLength"] == MAX_TITLE
    for name in set(CHOICES) - {"win"}:
        assert DEFINITIONS[f"field_{name}"]["enum"] == list(CHOICES[name])


GOOD = "title: A title\nrequirement: {casino: CAS-CON-01}\n"


@pytest.mark.parametrize(
    "steps",
    [
        "settle: [{id: t1, amount: 12.34567, win: no}, {amount: everything}]",
        "{settle: {amount: 1}, times: parallel, at_once: true, expect: ok}",
        "at_once: [balance: , {resend: t1, times: 3}]",
        "repeat: {times: rounds, steps: [bet: {amount: 0.1}]}",
        "{unsettle: {amount: 1, raw: {type: '\"X\"'}}, expect: [refused], stale: 2h, tampered: {amount: 5}}",
    ],
)
def test_what_loads_is_valid(steps: str) -> None:
    assert errors(f"{GOOD}steps:\n  - {steps}\n") == []


@pytest.mark.parametrize(
    "steps",
    [
        "setle: {amount: 1}",
        "settle: {amuont: 1}",
        "settle: {}",
        "bet: [{amount: 1}]",
        "{settle: {amount: 1}, bet: {amount: 1}}",
        "{times: 2}",
        "{settle: {amount: 1}, expect: oke}",
        "{settle: {amount: 1}, times: 10001}",
        "{settle: {amount: -1}}",
        "{settle: {amount: 1}, lost: sometimes}",
        "repeat: {times: 2}",
    ],
)
def test_what_does_not_load_is_invalid(steps: str) -> None:
    assert errors(f"{GOOD}steps:\n  - {steps}\n")


@pytest.mark.parametrize(
    "text", ["title: x\n", GOOD + "steps: []\n", GOOD + "funds: 1\nfunds_exactly: 1\nsteps: [balance: ]"]
)
def test_the_top_is_checked(text: str) -> None:
    assert errors(text)
