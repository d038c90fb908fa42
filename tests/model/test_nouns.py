"""The nouns of the model: each is a value that nobody can change, and says what it means."""

from __future__ import annotations

import ast
import dataclasses
from enum import Enum

import pytest
from source_tree import PACKAGES, sources

from harness import model

EXPORTED = {name: getattr(model, name) for name in model.__all__}
NOUNS = {name: each for name, each in EXPORTED.items() if isinstance(each, type) and dataclasses.is_dataclass(each)}
ENUMERATIONS = {name: each for name, each in EXPORTED.items() if isinstance(each, type) and issubclass(each, Enum)}


@pytest.mark.parametrize("name", NOUNS)
def test_a_noun_cannot_be_changed(name: str) -> None:
    parameters = NOUNS[name].__dataclass_params__  # type: ignore[attr-defined]
    assert parameters.frozen
    assert parameters.eq


@pytest.mark.parametrize("name", [*NOUNS, *ENUMERATIONS])
def test_a_noun_says_what_it_means(name: str) -> None:
    told = (EXPORTED[name].__doc__ or "").strip()
    assert told, f"{name} has no docstring"
    assert not told.startswith(f"{name}("), f"{name} has the docstring that dataclasses make"


@pytest.mark.parametrize("name", ENUMERATIONS)
def test_every_value_of_an_enumeration_is_a_word_of_its_own(name: str) -> None:
    values = [each.value for each in ENUMERATIONS[name]]
    assert len(values) == len(set(values)) == len(ENUMERATIONS[name].__members__)


def test_the_model_has_nouns_and_enumerations() -> None:
    assert len(NOUNS) >= 20
    assert len(ENUMERATIONS) >= 5


@pytest.mark.parametrize(
    ("operation", "id"),
    [
        (model.Bet(id="t", player="p", currency="EUR", amount=1), "t"),
        (model.Rollback(id="r", original="t", bet="b", player="p"), "r"),
        (model.GetBalance(player="p"), ""),
    ],
)
def test_an_operation_has_its_own_id_and_a_read_has_none(operation: model.Single, id: str) -> None:
    assert model.id_of(operation) == id


def test_no_field_of_an_operation_is_looked_up_by_its_name() -> None:
    """The types say which operation has which field. A look-up by name hides a misspelt one."""
    fields = {each.name for noun in NOUNS.values() for each in dataclasses.fields(noun)}
    looked_up = [
        f"{module.name}:{node.lineno}"
        for module in sources(*PACKAGES)
        if not module.name.startswith("harness.contracts")
        for node in module.nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) == 3
        and isinstance(node.args[1], ast.Constant)
        and node.args[1].value in fields
    ]
    assert not looked_up
