"""The schemas: found wherever the package is, sound, and judged alike by the two validators that we use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contracts import BUNDLED, load
from harness.contracts.shared import schema
from harness.contracts.shared.json_text import JsonError, parse
from harness.contracts.shared.schema import bundled, pointer, shown, violations
from harness.model import Fault, Problem

REPEATABLE = settings(derandomize=True, deadline=None)
"""The same examples in every run, however busy the machine."""

SETTLEMENT = bundled("schemas") / "casino" / "settlement.response.json"
NO_SCHEMAS = {"dictionary.json", "pairs.json", "situations.json", "themes.json"}
FILES = sorted(path for name in BUNDLED for path in load(name).schemas.glob("*.json") if path.name not in NO_SCHEMAS)


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_schemas_are_valid_2020_12(path: Path) -> None:
    content = json.loads(path.read_bytes())
    assert content["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert content["$id"] == f"urn:walletproof:{path.parent.name}:{path.stem}"
    jsonschema.Draft202012Validator.check_schema(content)
    jsonschema_rs.meta.validate(content)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_schema_closes_an_object_or_refers_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "additionalProperties" not in text
    assert "unevaluatedProperties" not in text
    assert all(reference.startswith("#/") for reference in _references(json.loads(text)))


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


EXAMPLES = [
    (path, named(path)) for name in BUNDLED for path in sorted((load(name).schemas / "examples").glob("*.re*.json"))
]
SCALARS = [
    None, True, False, "", "x", "EUR", "EUR\n", "eur", "EURO", "١٢٣", "12.00", 0, 1, -1, 7, 2**53 + 1, 2**64, 10**40,
    Decimal("0.07"), Decimal("300.0"), Decimal("3E+2"), Decimal("-0.0"), Decimal("1E-400"), Decimal("1E+400"),
    [], [1], {}, {"a": 1}, "a@b.c", "a@b.c\n", "RS_OK", "RS_OK\n",
]  # fmt: skip


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a value with each of its keys."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])


@pytest.mark.parametrize(("path", "name"), EXAMPLES, ids=[name for _, name in EXAMPLES])
def test_both_validators_agree_about_every_scalar_in_every_place(path: Path, name: str) -> None:
    """`jsonschema` alone accepts EUR with a line feed for ^[A-Z]{3}$, and takes no Decimal for an integer.

    Our schemas and our type checker leave neither difference standing.
    """
    target = path.parent.parent / path.name
    fast, slow = schema._compiled(target), schema._explainer(target)
    value = parse(path.read_bytes())
    assert fast.is_valid(value)
    for container, key in _places(value):
        original = container[key]
        for scalar in SCALARS:
            container[key] = scalar
            assert fast.is_valid(value) == slow.is_valid(value), (name, key, scalar)
        container[key] = original


VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["status", "data", "balance", "transactionId", "errorCode", "currency", "description", "country"]
            ),
            inner,
        )
    ),
    max_leaves=10,
)


@given(VALUES, st.sampled_from(FILES))
@REPEATABLE
def test_both_validators_agree_about_any_value(value: object, path: Path) -> None:
    assert schema._compiled(path).is_valid(value) == schema._explainer(path).is_valid(value)
    assert bool(violations(path, value)) != schema._compiled(path).is_valid(value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A schema file that no other test has read."""
    return tmp_path / "own.json"


def told(path: Path, content: object, value: object) -> list[tuple[str, str]]:
    """Where a value breaks a schema, and the sentence for it."""
    path.write_text(json.dumps(content), encoding="utf-8")
    problems = violations(path, value)
    assert {(each.fault, each.topic) for each in problems} <= {(Fault.WRONG_FORMAT, "schema")}
    return [(each.where, each.detail) for each in problems]


def test_a_violation_that_only_one_validator_sees_is_told_all_the_same(path: Path) -> None:
    digits = {"type": "object", "properties": {"a/b": {"pattern": "^[0-9]$"}}}
    assert told(path, digits, {"a/b": "1\n"}) == [("/a~1b", r'''"1\n" does not match "^[0-9]$"''')]


def test_it_is_told_by_its_place_and_cut_short(path: Path) -> None:
    digits = {"properties": {"data": {"items": {"pattern": "^[0-9]+$"}}}}
    assert told(path, digits, {"data": [*["1"] * 1_500, "7" * 500 + "\n"]}) == [("/data/1500", f'"{"7" * 199}...')]


@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        ({"type": "string"}, 7, "must be string, is the number 7"),
        ({"type": ["string", "null"]}, 7, "must be string or null, is the number 7"),
        ({"type": "integer"}, Decimal("7.50"), "must be integer, is the number 7.50"),
        ({"pattern": "^a"}, "b", "must match ^a, is the text 'b'"),
        ({"enum": ["a", 7]}, 1, "must be ['a', 7], is the number 1"),
        ({"const": "a"}, "A", "must be a, is the text 'A'"),
        ({"not": {"const": "a", "title": "the first letter"}}, "a", "must not be the first letter, is the text 'a'"),
        ({"not": {"const": "a"}}, "a", "must not be {'const': 'a'}, is the text 'a'"),
        ({"minLength": 1}, "", "must have minLength 1, is the text ''"),
        ({"maxLength": 1}, "ab", "must have maxLength 1, is the text 'ab'"),
        ({"minimum": 2}, 1, "must have minimum 2, is the number 1"),
        ({"maximum": 2}, Decimal("3E+2"), "must have maximum 2, is the number 3e+2"),
        ({"required": ["x", "y", "z"]}, {"y": 1}, "`x` and `z` missing"),
        ({"multipleOf": 2}, 3, "3 is not a multiple of 2"),
        ({"multipleOf": 2}, 10**250 + 1, f"1{'0' * 199}..."),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_violation_is_a_sentence(path: Path, rule: object, value: object, sentence: str) -> None:
    assert told(path, {"properties": {"a": rule}}, {"a": value}) == [("/a", sentence)]


def test_a_value_that_nothing_may_be_is_told(path: Path) -> None:
    assert [detail for _, detail in told(path, {"properties": {"a": False}}, {"a": 1})] == [
        "False schema does not allow 1"
    ]


def test_a_schema_says_how_binding_it_is_and_whose_topic(path: Path) -> None:
    path.write_text('{"properties": {"a": {"type": "string", "x-level": "SHOULD", "x-topic": "echo"}}}')
    assert violations(path, {"a": 1}) == (Problem(Fault.POOR_FORMAT, "/a", "must be string, is the number 1", "echo"),)


def batch_of(wrong: dict[int, object]) -> dict[str, object]:
    items: list[object] = [{"status": "RS_ERROR"}] * 2_500
    for at, item in wrong.items():
        items[at] = item
    return {"status": "RS_OK", "data": items}


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ([2_345], ["/data/2345/balance"]),
        ([0, 2_345], ["/data/0/balance"]),
        ([999, 1_000], ["/data/999/balance"]),
        ([1_000, 1_200, 1_999, 2_000], ["/data/1000/balance", "/data/1200/balance", "/data/1999/balance"]),
    ],
)
def test_of_a_long_array_the_first_thousand_with_something_wrong_is_told(wrong: list[int], places: list[str]) -> None:
    item = {"status": "RS_OK", "transactionId": "t", "balance": "7"}
    found = violations(SETTLEMENT, batch_of(dict.fromkeys(wrong, item)))
    assert [(each.where, each.detail) for each in found] == [
        (place, "must be integer, is the text '7'") for place in places
    ]


def test_an_item_that_is_no_object_is_told_by_its_place() -> None:
    assert violations(SETTLEMENT, batch_of({2_345: 7})) == (
        Problem(Fault.WRONG_FORMAT, "/data/2345", "must be object, is the number 7"),
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "the body is empty"),
        ("{", "not JSON: expecting property name enclosed in double quotes at line 1, column 2"),
        ("[]", "no JSON object"),
        ('{"minimum": "7"}', 'no JSON Schema: "7" is not of type "number"'),
        ('{"properties": 3}', 'no JSON Schema: 3 is not of type "object"'),
        ('{"$ref": "#/nowhere"}', "no JSON Schema: Pointer '/nowhere' does not exist"),
    ],
)
def test_a_file_that_is_no_schema_is_told(path: Path, text: str, complaint: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JsonError) as caught:
        schema.check(path)
    assert str(caught.value) == complaint


def test_a_file_that_is_a_schema_passes(path: Path) -> None:
    path.write_text("{}", encoding="utf-8")
    schema.check(path)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "the boolean true"),
        (7, "the number 7"),
        (Decimal("1.50"), "the number 1.50"),
        ("a\nb", "the text 'a\\nb'"),
        ("x" * 58, f"the text '{'x' * 58}'"),
        ("x" * 59, f"the text '{'x' * 59}..."),
        ([1, 2], "an array"),
        ({"a": 1}, "an object"),
    ],
)
def test_values_are_shown_in_a_few_words(value: object, text: str) -> None:
    assert shown(value) == text


def test_pointers_are_those_of_rfc_6901() -> None:
    assert pointer(["data", 0, "a/b~c"]) == "/data/0/a~1b~0c"
    assert pointer([]) == ""


def test_the_bundled_folder_is_found_in_a_checkout() -> None:
    assert (bundled("schemas") / "casino" / "requirements.yaml").is_file()


def test_the_bundled_folder_inside_the_package_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "harness"
    (package / "schemas").mkdir(parents=True)
    (package.parent / "schemas").mkdir()
    monkeypatch.setattr(schema, "__file__", str(package / "contracts" / "shared" / "schema.py"))
    assert bundled("schemas") == package / "schemas"


def test_a_missing_bundled_folder_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match="install the package again"):
        bundled("no-such-folder")
