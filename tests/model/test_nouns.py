"""The nouns of the model: each is a value that nobody can change, and says what it means."""

from __future__ import annotations

import dataclasses
from enum import Enum

import pytest

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
