"""Bodies are laid out for readers, and no token of them is changed."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.html.bodies import pretty

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def without_space(text: str) -> str:
    """The tokens of a JSON text, in order, without what is between them."""
    return "".join(re.findall(r'"(?:[^"\\]|\\.)*"|[^\s"]', text))


@given(value=JSON.filter(lambda value: isinstance(value, list | dict)), is_ascii=st.booleans())
def test_only_white_space_between_tokens_differs(value: object, *, is_ascii: bool) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    assert without_space(pretty(text)) == without_space(text)
    assert json.loads(pretty(text)) == value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1,"b":[1.50,2e3],"c":{}}', '{\n  "a": 1,\n  "b": [\n    1.50,\n    2e3\n  ],\n  "c": {}\n}'),
        ('{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'),
        ('{"a":"x, y: {z}","b":"\\"q\\""}', '{\n  "a": "x, y: {z}",\n  "b": "\\"q\\""\n}'),
        ("[]", "[]"),
        ("{}", "{}"),
    ],
)
def test_each_member_gets_a_line(text: str, shown: str) -> None:
    assert pretty(text) == shown


@pytest.mark.parametrize("text", ["", "OK", '{"a":', "<html>", '{"a": NaN}', "[1,]", "{'a': 1}", "[" * 5000])
def test_what_is_no_json_stays_as_it_is(text: str) -> None:
    assert pretty(text) == text
