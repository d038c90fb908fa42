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

from harness.contracts import BUNDLED, load, schema
from harness.contracts.json_text import parse
from harness.contracts.schema import bundled, pointer, shown, violations
from harness.model import Fault

REPEATABLE = settings(derandomize=True, deadline=None)
"""The same examples in every run, however busy the machine."""

FILES = sorted(path for name in BUNDLED for path in load(name).schemas.glob("*.json"))


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


def test_a_violation_that_only_one_validator_sees_is_told_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "digits.json"
    path.write_text('{"type": "object", "properties": {"a/b": {"pattern": "^[0-9]$"}}}')
    (problem,) = violations(path, {"a/b": "1\n"})
    assert (problem.fault, problem.where) == (Fault.WRONG_FORMAT, "/a~1b")


def test_a_schema_says_how_binding_it_is_and_whose_topic(tmp_path: Path) -> None:
    path = tmp_path / "marks.json"
    path.write_text('{"properties": {"a": {"type": "string", "x-level": "SHOULD", "x-topic": "echo"}}}')
    (problem,) = violations(path, {"a": 1})
    assert (problem.fault, problem.topic) == (Fault.POOR_FORMAT, "echo")
    assert problem.detail == "must be string, is the number 1"


def test_what_is_wrong_far_back_in_a_long_array_is_told_by_its_place() -> None:
    items: list[object] = [{"status": "RS_ERROR"}] * 2_500
    items[2_345] = {"status": "RS_OK", "transactionId": "t", "balance": "7"}
    (problem,) = violations(
        bundled("schemas") / "casino" / "settlement.response.json", {"status": "RS_OK", "data": items}
    )
    assert (problem.where, problem.detail) == ("/data/2345/balance", "must be integer, is the text '7'")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "the boolean true"),
        (7, "the number 7"),
        (Decimal("1.50"), "the number 1.50"),
        ("a\nb", "the text 'a\\nb'"),
        ("x" * 100, "the text '" + "x" * 59 + "..."),
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
    monkeypatch.setattr(schema, "__file__", str(package / "contracts" / "schema.py"))
    assert bundled("schemas") == package / "schemas"


def test_a_missing_bundled_folder_says_what_to_do() -> None:
    with pytest.raises(FileNotFoundError, match="install the package again"):
        bundled("no-such-folder")
