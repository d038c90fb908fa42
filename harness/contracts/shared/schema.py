"""Finds the bundled data, and validates answers against JSON Schemas (2020-12).

Each schema is compiled once with jsonschema-rs, which validates an answer in a microsecond. Only an invalid answer is
validated again with `jsonschema`, which explains the violations. A subschema may have two keywords of this project.
`x-level: SHOULD` makes its violation a `POOR_FORMAT`. `x-topic` names the topic by which its requirement is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.contracts.shared.json_text import JsonError, parse
from harness.inert import clipped
from harness.model import Fault, Flaw, Problem

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

MOST_PROBLEMS = 20
"""How many violations of one answer are reported. More would not help to find the mistake."""

_PIECE = 1_000
"""How many items of an array `jsonschema` validates at a time, in about a tenth of a second."""

_LONGEST_EXPLAINED = 10_000
"""How many characters of a text are looked at in order to explain what is wrong with it."""

_SHOWN = 60
"""How many characters of a wrong value are shown."""


def bundled(folder: str) -> Path:
    """The path of the data folder `schemas` or `scenarios`, in the installed package or at the checkout's root.

    Raises FileNotFoundError if it is in neither place.
    """
    package = Path(__file__).resolve().parents[2]
    for place in (package / folder, package.parent / folder):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the bundled folder {folder!r} is missing beside {package}: install the package again")


def violations(schema: Path, value: object) -> tuple[Problem, ...]:
    """The violations of a schema file by a decoded JSON value, at most `MOST_PROBLEMS`. Empty if the value is valid."""
    if _compiled(schema).is_valid(value):
        return ()
    cut = _first_wrong_part(schema, value)
    found = dict.fromkeys(islice(_explained(schema, cut), MOST_PROBLEMS))
    return tuple(found) or (_unexplained(schema, cut),)


@cache
def read(schema: Path) -> dict[str, Any]:
    """A schema file's content. Raises OSError, and JsonError for a file without a JSON object."""
    content = parse(schema.read_bytes())
    if not isinstance(content, dict):
        raise JsonError("no JSON object")
    return content


def check(schema: Path) -> None:
    """Check that a file is a schema. Raises OSError, and JsonError for a file without a valid schema."""
    import jsonschema_rs

    try:
        _compiled(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError) as error:
        raise JsonError(f"no JSON Schema: {str(error).splitlines()[0]}") from None


@cache
def _compiled(schema: Path) -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(read(schema))


@cache
def _explainer(schema: Path) -> Any:
    """The `jsonschema` validator of a file. It takes a `Decimal` without a fraction for an integer, by JSON Schema."""
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: _is_integer(value))
    return extend(Draft202012Validator, type_checker=types)(read(schema))  # type: ignore[no-untyped-call]


def _is_integer(value: object) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A value whose long array is cut to one piece, which begins at `at`."""

    value: object
    array: str = ""
    at: int = 0


def _first_wrong_part(schema: Path, value: object) -> _Cut:
    """The value with its array cut to the first invalid piece.

    An explanation takes a hundred times as long as a validation. A whole array of a million items would take minutes.
    """
    for name, items in value.items() if isinstance(value, dict) else ():
        for at in range(0, len(items) if isinstance(items, list) else 0, _PIECE):
            part = {**value, name: items[at : at + _PIECE]}  # type: ignore[dict-item]
            if not _compiled(schema).is_valid(part):
                return _Cut(part, name, at)
    return _Cut(value)


def _with_short_texts(value: object) -> object:
    """The value with each long text cut, but still longer than any schema allows. Explanations print whole values."""
    match value:
        case str():
            return value[:_LONGEST_EXPLAINED]
        case list():
            return [_with_short_texts(each) for each in value]
        case dict():
            return {key[:_LONGEST_EXPLAINED]: _with_short_texts(each) for key, each in value.items()}
    return value


def _explained(schema: Path, cut: _Cut) -> Iterator[Problem]:
    for error in _explainer(schema).iter_errors(_with_short_texts(cut.value)):
        marks = error.schema if isinstance(error.schema, dict) else {}
        yield Problem(
            Fault.POOR_FORMAT if marks.get("x-level") == "SHOULD" else Fault.WRONG_FORMAT,
            pointer(_whole(cut, error.absolute_path)),
            _sentence(error),
            marks.get("x-topic", "schema"),
            *_flaw(error),
        )


def _unexplained(schema: Path, cut: _Cut) -> Problem:
    """The first violation that only jsonschema-rs finds. If the two validators disagree, the stricter one decides."""
    error = next(iter(_compiled(schema).iter_errors(cut.value)))
    return Problem(Fault.WRONG_FORMAT, pointer(_whole(cut, error.instance_path)), clipped(str(error.message), 200))


def _whole(cut: _Cut, path: Iterable[str | int]) -> list[str | int]:
    """Converts a path in the cut value to the path in the whole value."""
    steps = [*path]
    if len(steps) > 1 and steps[0] == cut.array:
        steps[1] = int(steps[1]) + cut.at
    return steps


def pointer(path: Any) -> str:
    """A path of keys and indices as a JSON Pointer (RFC 6901): `/data/0/balance`; empty for the whole document."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def shown(value: object) -> str:
    """A JSON value for a message: its kind and the first characters of its text."""
    kinds = {str: "the text", bool: "the boolean", dict: "an object", list: "an array"}
    if value is None or isinstance(value, (dict, list)):
        return "null" if value is None else kinds[type(value)]
    text = repr(value[: _SHOWN + 1]) if isinstance(value, str) else str(value).lower()
    return f"{kinds.get(type(value), 'the number')} {clipped(text, _SHOWN)}"


def _flaw(error: ValidationError) -> tuple[Flaw | None, str]:
    """The kind of mistake, and the first missing field (empty if none is missing)."""
    if error.validator == "required":
        missing = (name for name in error.validator_value if name not in error.instance)  # type: ignore[union-attr, operator]
        return Flaw.MISSING, next(missing, "")
    if error.validator == "type" and (error.instance is None or isinstance(error.instance, str)):
        return (Flaw.NULL if error.instance is None else Flaw.TEXT), ""
    return (Flaw.FORBIDDEN if error.validator == "not" else None), ""


def _sentence(error: ValidationError) -> str:
    """One violation in words. `error.message` is not used: it would print the whole value."""
    found, wanted = shown(error.instance), error.validator_value
    if error.validator == "required":
        missing = [name for name in wanted if name not in error.instance]  # type: ignore[union-attr, operator]
        return f"{' and '.join(f'`{name}`' for name in missing)} missing"
    if error.validator == "type":
        return f"must be {wanted if isinstance(wanted, str) else ' or '.join(wanted)}, is {found}"  # type: ignore[arg-type]
    if error.validator == "pattern":
        return f"must match {wanted}, is {found}"
    if error.validator in {"enum", "const"}:
        return f"must be {wanted}, is {found}"
    if error.validator == "not":
        return f"must not be {wanted.get('title', wanted)}, is {found}"  # type: ignore[union-attr]
    if error.validator in {"minLength", "maxLength", "minimum", "maximum"}:
        return f"must have {error.validator} {wanted}, is {found}"
    return clipped(str(error.message), 200)
