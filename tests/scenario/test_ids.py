"""The shapes of ids: all different, always the same text, and confusing in the way that each is meant to be."""

from __future__ import annotations

import itertools
import unicodedata
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.scenario import SHAPES, render_id

PLAIN = "dd96bda3-9990-4aed-9679-f451a4b82ac4"
IDS = st.uuids(version=4).map(str).filter(lambda text: text != text.upper())


@given(IDS)
def test_every_shape_of_one_id_is_another_id(plain: str) -> None:
    texts = {shape: render_id(shape, plain).encode() for shape in SHAPES}
    assert len(set(texts.values())) == len(SHAPES)


@given(IDS, IDS)
def test_shapes_keep_ids_fresh(one: str, other: str) -> None:
    for shape, twin in itertools.product(SHAPES, SHAPES):
        assert one == other or render_id(shape, one) != render_id(twin, other)


@pytest.mark.parametrize("shape", ["", "plain"])
def test_an_ordinary_id_is_left_alone(shape: str) -> None:
    assert render_id(shape, "1") == "1"


def test_twins_are_equal_to_a_wallet_that_confuses_them() -> None:
    ids = {shape: render_id(shape, PLAIN) for shape in SHAPES}
    assert ids["upper_case"].casefold() == ids["trailing_space"].strip() == ids["leading_space"].strip() == PLAIN
    assert UUID(ids["upper_case"]) == UUID(PLAIN)
    assert ids["long"][:36] == ids["long_twin"][:36] == PLAIN
    assert len(ids["length_255"]) == len(ids["length_255_twin"]) == 255
    assert ids["length_255"][:254] == ids["length_255_twin"][:254]
    assert len(ids["digits"]) == 20
    assert float(ids["digits"]) == float(ids["digits_twin"])
    assert int(ids["digits"]) == int(ids["leading_zero"]) > 2**63
    assert unicodedata.normalize("NFC", ids["decomposed"]) == ids["composed"]
    assert "".join(c for c in ids["decomposed"] if not unicodedata.combining(c)) == ids["unaccented"]
    assert ids["emoji"][:-1] == ids["emoji_twin"][:-1]
    assert min(ids["emoji"][-1], ids["emoji_twin"][-1]) > "\uffff"
    assert len(ids["short"]) == 8


def test_a_short_plain_id_still_has_long_twins() -> None:
    one, other = render_id("long", "abc"), render_id("long_twin", "abc")
    assert one[:36] == other[:36]
    assert one != other


@pytest.mark.parametrize(("shape", "plain"), [("upper", PLAIN), ("upper_case", "123"), ("long", "a" * 201)])
def test_what_cannot_be_shaped_is_said(shape: str, plain: str) -> None:
    with pytest.raises(ValueError, match=r"no shape 'upper': there are plain|cannot be shaped: it needs"):
        render_id(shape, plain)
