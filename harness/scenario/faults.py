"""Families of faults: every way in which one fault spoils a good request, derived from the operation's JSON schema.

Each case is one fault away from a good request, so that only the fault can be the reason for a refusal. The good
request itself comes first and must be accepted. A login has none, and that of a rollback comes last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness.contracts.shared.json_text import JsonError
from harness.contracts.shared.schema import read
from harness.model import Authenticate, FaultCase, Level, Rollback, item_of
from harness.money import LARGEST_WIRE_AMOUNT
from harness.scenario.dialect import Dialect

FAMILIES: Mapping[str, str] = {
    "missing": "each required field is left out",
    "types": "each field but the amount is null, or of each other JSON type; so is the body",
    "notations": "the amount in other notations, too fine, negative, as text, or as what is no number",
    "beyond_exact": "an amount of 2^53 + 1 smallest units, which no 64-bit float holds",
    "json": "the body is no JSON: cut off, blank, or with a bracket too many",
}
"""The families of faults, with their meaning."""

BEYOND_EXACT = "beyond_exact"
"""The family with an amount that is too large for a player whose money must come back."""

WRONG_TYPE = "wrong_type"
"""The word that narrows the situation of a request with a wrong type, notation or precision."""

Rewrite = Callable[[str], str | None]
"""From the good JSON text to the text that is sent. None leaves the field out."""


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """One case of a family. `rewrite` spoils the value of `field`; without a field, the whole body.

    In the name of the case, `{}` stands for the text that is sent.
    """

    case: FaultCase
    rewrite: Rewrite
    field: str = ""
    outermost: bool = False
    """True if the field is one of the body itself, and not of a batch's item."""


@dataclass(frozen=True, slots=True)
class _Field:
    """One wire field, by the schema: its name, its JSON types, and its place. Without types it may hold any."""

    name: str
    types: frozenset[str]
    required: bool
    outermost: bool


GOOD = PlannedFault(FaultCase(name="as documented"), lambda good: good)
"""One case of every family: the good request."""
LAST = frozenset({Rollback})
"""The operations whose good request comes last, because it uses up the bet that every case names."""
WITHOUT_GOOD = frozenset({Authenticate})
"""The operations without a good request, because it would use up a one-time token. Named players have few."""


def faults_of(dialect: Dialect, word: str, family: str) -> tuple[PlannedFault, ...]:
    """The cases of a family for the word of an operation, `GOOD` among them.

    Raises OSError and JsonError for its schema.
    """
    match family:
        case "missing":
            found = _missing(dialect, word)
        case "types":
            found = _types(dialect, word)
        case "json":
            found = iter(_NO_JSON)
        case _:
            found = _amounts(dialect.amount_field(word)[0], family)
    if item_of(word) in WITHOUT_GOOD:
        return tuple(found)
    return (*found, GOOD) if item_of(word) in LAST else (GOOD, *found)


def why_no_family(dialect: Dialect, word: str, family: str) -> str:
    """The reason why there is no such family for the word, or an empty text."""
    try:
        if set(faults_of(dialect, word, family)) <= {GOOD}:
            return f"{dialect.name} has nothing in {word} for the faults {family}: choose another family"
    except (OSError, JsonError) as error:
        return f"{dialect.name} has no readable schema of the requests of {word}: {error}"
    return ""


def required_fields(dialect: Dialect, word: str) -> frozenset[str]:
    """The fields that the schema requires, those of a batch's items included. Raises OSError and JsonError."""
    return frozenset(each.name for each in _fields(dialect, word) if each.required)


# --------------------------------------------------------------------------------------------------------------------
# Fields of the schema


def _fields(dialect: Dialect, word: str) -> Iterator[_Field]:
    """The fields of a request. In a batch, those of the body itself come before those of an item."""
    name = dialect.contract.words[word]
    whole = read(dialect.contract.schemas / f"{name}.request.json")
    is_batch = dialect.contract.specs[name].batch
    yield from _fields_of(whole, whole, outermost=is_batch)
    for node in whole.get("properties", {}).values() if is_batch else ():
        if isinstance(node.get("items"), dict):
            yield from _fields_of(_resolved(node["items"], whole), whole, outermost=False)


def _fields_of(node: Mapping[str, Any], whole: Mapping[str, Any], *, outermost: bool) -> Iterator[_Field]:
    required = node.get("required", ())
    for name, each in node.get("properties", {}).items():
        yield _Field(name, _types_of(_resolved(each, whole)), name in required, outermost)


def _resolved(node: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = str(node.get("$ref", ""))
    return whole["$defs"][reference.rpartition("/")[2]] if reference else node


def _types_of(node: Mapping[str, Any]) -> frozenset[str]:
    named = node.get("type", ())
    found = {named} if isinstance(named, str) else set(named)
    found |= {
        _TYPE_NAMES[type(each)] for each in (*node.get("enum", ()), *([node["const"]] if "const" in node else []))
    }
    return frozenset("number" if each == "integer" else each for each in found)


_TYPE_NAMES = {str: "string", bool: "boolean", int: "number", Decimal: "number", type(None): "null"}


# --------------------------------------------------------------------------------------------------------------------
# Missing fields and wrong types


def _missing(dialect: Dialect, word: str) -> Iterator[PlannedFault]:
    essential = dialect.contract.essential_fields
    for each in _fields(dialect, word):
        level = Level.MUST if essential is None or each.name in essential else Level.SHOULD
        if each.required:
            case = FaultCase(name=f"{each.name} missing", refusal=level)
            yield PlannedFault(case, lambda _good: None, each.name, each.outermost)


def _types(dialect: Dialect, word: str) -> Iterator[PlannedFault]:
    amount, _ = dialect.amount_field(word)
    sent = dialect.wire_fields(word)
    for each in (field for field in _fields(dialect, word) if field.outermost or field.name in sent):
        for name, (phrase, rewrite) in _OF_TYPE.items():
            unneeded = name == "null" and not each.required
            if each.types and name not in each.types and each.name != amount and not unneeded:
                case = FaultCase(name=f"{each.name} {phrase}", sort=WRONG_TYPE, refusal=Level.SHOULD)
                yield PlannedFault(case, rewrite, each.name, each.outermost)
    for name in ("array", "string"):
        phrase, rewrite = _OF_TYPE[name]
        yield PlannedFault(FaultCase(name=f"body {phrase}", sort=WRONG_TYPE, refusal=Level.SHOULD), rewrite)


def _as_number(good: str) -> str:
    """The digits of a text that is a number, else 1."""
    digits = good.strip('"')
    return digits if digits.isascii() and digits.isdigit() and not digits.startswith("0") else "1"


def _as_object(good: str) -> str:
    """The one element of an array of an object, else an empty object."""
    return good[1:-1] if good.startswith("[{") else "{}"


_OF_TYPE: Mapping[str, tuple[str, Rewrite]] = {
    "null": ("null", lambda _good: "null"),
    "string": ("as text", lambda good: json.dumps(good, ensure_ascii=False)),
    "number": ("as a number", _as_number),
    "boolean": ("as true", lambda _good: "true"),
    "array": ("in an array", lambda good: f"[{good}]"),
    "object": ("as an object", _as_object),
}
"""JSON type to how a value of it stands in place of the good one: as near to it as the type allows."""


# --------------------------------------------------------------------------------------------------------------------
# Amounts. The good text has the decimals of the currency, so that its last digit is the smallest unit.


def _short(good: str) -> str:
    return format(Decimal(good).normalize(), "f")


def _with_a_zero(good: str) -> str:
    short = _short(good)
    return f"{short}0" if "." in short else f"{short}.0"


def _with_exponent(good: str) -> str:
    _, digits, exponent = Decimal(good).normalize().as_tuple()
    return f"{''.join(map(str, digits))}e{exponent}"


def _unit(good: str) -> Decimal:
    return Decimal(1).scaleb(int(Decimal(good).as_tuple().exponent))


def _plain(number: Decimal) -> str:
    return format(number, "f")


def _grouped(good: str) -> str:
    whole = int(Decimal(good))
    return f'"{whole:,}"' if whole >= 1000 else '"1,000"'


_EITHER: tuple[Rewrite, ...] = (_with_a_zero, _with_exponent, lambda _good: "-0", lambda _good: "0E2")
"""Notations of a JSON number. A wallet may refuse them, or move the number."""
_SHOULD_BE_REFUSED: tuple[Rewrite, ...] = (
    lambda good: _plain(Decimal(good) + _unit(good) / 10),
    lambda good: _plain(_unit(good) / 2),
    lambda good: f'"{good}"',
    lambda good: f'" {_short(good)}"',
    lambda good: f'"+{_short(good)}"',
    lambda good: f'"{_with_exponent(good)}"',
    lambda _good: "true",
    lambda good: f"[{good}]",
    lambda _good: "{}",
    lambda _good: "null",
    lambda good: f'"0x{max(int(Decimal(good)), 1):02X}"',
    _grouped,
)
_NOTATIONS: tuple[tuple[Rewrite, FaultCase], ...] = (
    *((each, FaultCase(name="{}", sort=WRONG_TYPE)) for each in _EITHER),
    *((each, FaultCase(name="{}", sort=WRONG_TYPE, refusal=Level.SHOULD)) for each in _SHOULD_BE_REFUSED),
    (lambda good: f"-{good}", FaultCase(name="{}", refusal=Level.MUST)),
)
_BEYOND: tuple[Rewrite, FaultCase] = (
    lambda good: _plain((LARGEST_WIRE_AMOUNT + 2) * _unit(good)),
    FaultCase(name="{}", sort=WRONG_TYPE),
)


def _amounts(field: str, family: str) -> Iterator[PlannedFault]:
    if field and family == BEYOND_EXACT:
        yield _of_amount(field, _BEYOND)
    elif field:
        yield from (_of_amount(field, each) for each in _NOTATIONS)
        yield _twice(field)


def _of_amount(field: str, notation: tuple[Rewrite, FaultCase]) -> PlannedFault:
    rewrite, case = notation
    return PlannedFault(FaultCase(name=f"{field} {case.name}", sort=case.sort, refusal=case.refusal), rewrite, field)


def _twice(field: str) -> PlannedFault:
    """The amount's key twice, with two amounts. A wallet may refuse it, or move one of them."""
    case = FaultCase(name=f"{field} {{}}", sort=WRONG_TYPE)
    return PlannedFault(case, lambda good: f'{good},"{field}":{_plain(2 * Decimal(good))}', field)


# --------------------------------------------------------------------------------------------------------------------
# Bodies that are no JSON


def _spoilt(name: str, rewrite: Rewrite) -> PlannedFault:
    return PlannedFault(FaultCase(name=f"body {name}", refusal=Level.MUST), rewrite)


_NO_JSON = (
    _spoilt("without its last character", lambda good: good[:-1]),
    _spoilt("cut off in the middle", lambda good: good[: len(good) // 2]),
    _spoilt("with a bracket too many", lambda good: f"{good}}}"),
    _spoilt("blank", lambda _good: " "),
)
