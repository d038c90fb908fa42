"""JSON text against real JavaScript, recorded in `vectors/javascript.json`, and against hostile text."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from credentials_at_hand import of_casino
from hypothesis import given, settings
from hypothesis import strategies as st
from patience import PATIENCE_SECONDS

from harness.contracts.casino.authentication import sign
from harness.contracts.shared.json_text import MAX_DEPTH, MAX_DIGITS, JsonError, is_canonical, parse, stringify

REPEATABLE = settings(derandomize=True, deadline=None)
"""The same examples in every run, however busy the machine."""

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
ROWS: list[dict[str, str]] = json.loads((VECTORS / "javascript.json").read_text(encoding="ascii"))


def value_of(row: dict[str, str]) -> Any:
    """The value that the row's text has; Python's own parser accepts lone surrogates, ours refuses them."""
    return json.loads(row["value"], parse_float=Decimal)


def test_there_are_enough_vectors() -> None:
    assert len(ROWS) >= 40
    assert len({row["name"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_stringify_writes_the_bytes_of_javascript(row: dict[str, str]) -> None:
    assert stringify(value_of(row)) == base64.b64decode(row["bytes"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_signatures_equal_those_of_javascript(row: dict[str, str]) -> None:
    body = stringify(value_of(row))
    headers = dict(sign(body, of_casino("key", row["secret"]), int(row["timestamp"])))
    assert headers == {
        "content-type": "application/json",
        "x-api-key": "key",
        "x-signature": row["signature"],
        "x-timestamp": row["timestamp"],
    }


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_recorded_table_is_what_node_writes_today() -> None:
    done = subprocess.run(
        ["node", str(VECTORS / "record.js")], capture_output=True, check=True, timeout=PATIENCE_SECONDS
    )
    assert done.stdout == (VECTORS / "javascript.json").read_bytes()


def test_decimals_keep_their_digits() -> None:
    assert stringify({"amount": Decimal("200.00"), "odds": Decimal("1E+3")}) == b'{"amount":200.00,"odds":1000}'


def test_integers_of_any_size_are_written_in_full() -> None:
    assert stringify([2**53 + 1, 10**30]) == b"[9007199254740993,1" + b"0" * 30 + b"]"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (0.1, "float is not JSON: money is int or Decimal, never float"),
        ({"amount": [1.5]}, "float is not JSON: money is int or Decimal, never float"),
        (b"bytes", "bytes is not JSON: money is int or Decimal, never float"),
        ({1, 2}, "set is not JSON: money is int or Decimal, never float"),
        (Decimal("NaN"), "NaN is not a JSON number"),
        (Decimal("-Infinity"), "-Infinity is not a JSON number"),
    ],
)
def test_what_is_not_exact_json_is_not_written(value: object, reason: str) -> None:
    with pytest.raises(TypeError) as caught:
        stringify(value)
    assert str(caught.value) == reason


def test_numbers_are_read_exactly() -> None:
    assert parse(b"[0.1, 0.30, 9007199254740993, 1e2, -0.0]") == [
        Decimal("0.1"),
        Decimal("0.30"),
        9007199254740993,
        Decimal("1E+2"),
        Decimal("-0.0"),
    ]
    assert [type(each) for each in parse(b"[1, 1.0]")] == [int, Decimal]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "the body is empty"),
        (b" \r\n", "the body is empty"),
        (b'{"a": 1, "b": {"a": 1, "a": 2}}', "the key 'a' stands twice in one object"),
        (b'{"b": 1, "a": 1, "a": 2}', "the key 'a' stands twice in one object"),
        (b'{"%s": 1, "%s": 2}' % (b"k" * 61, b"k" * 61), f"the key '{'k' * 60}...' stands twice in one object"),
        (b"\x0c", "not JSON: expecting value at line 1, column 1"),
        (b"X", "not JSON: expecting value at line 1, column 1"),
        (b'{"balance": NaN}', "NaN is not a JSON number"),
        (b"[Infinity]", "Infinity is not a JSON number"),
        (b"-Infinity", "-Infinity is not a JSON number"),
        (b'{"a": "\xff"}', "not UTF-8: byte 0xff at offset 7"),
        (b'"\xed\xa0\x80"', "not UTF-8: byte 0xed at offset 1"),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark, which JSON texts must not have"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8: byte 0xff at offset 0"),
        (b"<html>", "not JSON: expecting value at line 1, column 1"),
        (b'{"a": 1', "not JSON: expecting ',' delimiter at line 1, column 8"),
        (b"{'a': 1}", "not JSON: expecting property name enclosed in double quotes at line 1, column 2"),
        (b"[1] [2]", "not JSON: extra data at line 1, column 5"),
        (b"01", "not JSON: extra data at line 1, column 2"),
        (b'"a\x00b"', "not JSON: invalid control character at line 1, column 3"),
        (b"[" * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        (b'{"a":' * 100_000, f"nested deeper than {MAX_DEPTH} levels"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), f"nested deeper than {MAX_DEPTH} levels"),
        (b'[{"a":' * 40 + b"1" + b"}]" * 40, f"nested deeper than {MAX_DEPTH} levels"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, f"nested deeper than {MAX_DEPTH} levels"),
        (b'["\\ud83d"]', "half of a surrogate pair stands alone in a string, which is no Unicode text"),
        (b'{"\\ude00": 1}', "half of a surrogate pair stands alone in a string, which is no Unicode text"),
        (b"1" * 5000, f"a number of 5000 characters, the limit is {MAX_DIGITS}"),
        (b"0." + b"1" * 5000, f"a number of 5002 characters, the limit is {MAX_DIGITS}"),
        (b"1e999999999", f"a number with the exponent 999999999, the limit is {MAX_DIGITS}"),
        (b"1e-999999999", f"a number with the exponent -999999999, the limit is {MAX_DIGITS}"),
        (b"1E+" + b"9" * 30, f"a number with the exponent +{'9' * 19}..., the limit is {MAX_DIGITS}"),
        (b"1" * 401, f"a number of 401 characters, the limit is {MAX_DIGITS}"),
        (b"0." + b"1" * 399, f"a number of 401 characters, the limit is {MAX_DIGITS}"),
        (b"1e401", f"a number with the exponent 401, the limit is {MAX_DIGITS}"),
    ],
)
def test_what_cannot_be_relied_on_is_refused_with_one_sentence(text: bytes, reason: str) -> None:
    with pytest.raises(JsonError) as caught:
        parse(text)
    assert str(caught.value) == reason


def test_depth_up_to_the_limit_is_read() -> None:
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None


def test_numbers_up_to_the_limit_are_read() -> None:
    assert parse(b"[%s, 0.%s, 1e400, 1e-400]" % (b"1" * 400, b"1" * 398)) == [
        int("1" * 400),
        Decimal("0." + "1" * 398),
        Decimal("1e400"),
        Decimal("1e-400"),
    ]


def test_many_shallow_objects_are_not_deep() -> None:
    assert parse(b"[" + b",".join([b'{"a":[]}'] * 1000) + b"]") == [{"a": []}] * 1000


def test_a_surrogate_pair_in_escapes_is_one_character() -> None:
    assert parse(b'"\\ud83d\\ude00"') == "😀"
    assert parse(rb'"\\ud83d"') == r"\ud83d"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXYZé0 "), inner, max_size=4),
    max_leaves=12,
)


@given(JSON_VALUES)
@REPEATABLE
def test_what_was_written_reads_back_the_same(value: object) -> None:
    assert parse(stringify(value)) == value


@given(st.binary(max_size=60))
@REPEATABLE
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with suppress(JsonError):
        parse(data)


@given(st.text(max_size=20))
@REPEATABLE
def test_every_python_string_can_be_written(text: str) -> None:
    assert json.loads(stringify(text)) == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_what_javascript_writes_is_canonical(row: dict[str, str]) -> None:
    body = base64.b64decode(row["bytes"])
    lone = b"\\ud" in body.lower()
    assert is_canonical(body) is not lone, "half of a surrogate pair is no text that two readers agree on"


@pytest.mark.parametrize(
    "text",
    [
        '{"amount":10.0}',
        '{"amount":1e1}',
        '{"amount":-0}',
        '{"amount":0.10}',
        '{"amount":9007199254740993}',
        '{"amount":0.0000001}',
        '{"amount": 10}',
        '{"a":1,"a":1}',
        '{"roundId":"\\u0027"}',
        '{"roundId":"\\u00e9"}',
        '{"roundId":"a\\/b"}',
        '{"roundId":"\\u001F"}',
        '{"roundId":"\\u2028"}',
        '{"b":1,"1":2}',
        "no JSON at all",
        "",
    ],
)
def test_another_notation_is_not_canonical(text: str) -> None:
    assert not is_canonical(text.encode())


@pytest.mark.parametrize(
    "text", ['{"amount":10.5}', '{"amount":-10}', '{"roundId":"\u2028\x7f\\u001f"}', '{"a":[null]}']
)
def test_one_notation_is_canonical(text: str) -> None:
    assert is_canonical(text.encode())
