"""Makes the tables of `docs/SCENARIOS.md` from the vocabulary. Run as a script, it writes them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from harness.contracts import BUNDLED, load
from harness.scenario import AMOUNTS, SHAPES
from harness.scenario.dialect import dialect_of
from harness.scenario.faults import FAMILIES
from harness.scenario.words import (
    EXPECTATIONS,
    FIELDS,
    LIMITS,
    LOSSES,
    MODIFIERS,
    OPERATIONS,
    SAME,
    STRUCTURE,
    TOP,
)

PAGE = Path(__file__).resolve().parents[2] / "docs/SCENARIOS.md"
_REGION = re.compile(r"(<!-- table: (?P<name>\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_CONTRACTS = {name: load(name) for name in BUNDLED}


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _meanings(head: str, meanings: Mapping[str, str]) -> str:
    return _table((head, "meaning"), ((f"`{word}`", meaning) for word, meaning in meanings.items()))


def _operations() -> str:
    rows = (
        (f"`{word}`", each.meaning, *(_fields(word, name) for name in BUNDLED)) for word, each in OPERATIONS.items()
    )
    return _table(("word", "meaning", *(f"{name}: operation and fields" for name in BUNDLED)), rows)


def _fields(word: str, name: str) -> str:
    dialect = dialect_of(_CONTRACTS[name])
    if not dialect.has(word):
        return ""
    carried = [each for each in OPERATIONS[word].fields if dialect.has_field(word, each)]
    return f"`{_CONTRACTS[name].words[word]}`: {', '.join(carried)}"


def _names(pick: Callable[[str], Iterable[str]]) -> str:
    return _table(("contract", "names"), ((name, " ".join(f"`{each}`" for each in pick(name))) for name in BUNDLED))


def _kinds() -> str:
    rows = (
        (name, f"`{word}`", " ".join(f"`{kind}`" for kind in contract.kinds[operation]))
        for name, contract in _CONTRACTS.items()
        for word, operation in contract.words.items()
        if operation in contract.kinds
    )
    return _table(("contract", "word", "kinds, the default first"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "top": lambda: _meanings("word", TOP),
    "operations": _operations,
    "structure": lambda: _meanings("word", STRUCTURE),
    "modifiers": lambda: _meanings("modifier", MODIFIERS),
    "fields": lambda: _meanings("field", FIELDS),
    "amounts": lambda: _meanings("amount", AMOUNTS),
    "shapes": lambda: _meanings("shape", {name: shape.meaning for name, shape in SHAPES.items()}),
    "outcomes": lambda: _meanings("outcome", {**EXPECTATIONS, SAME: "(`should` only) as the first time"}),
    "families": lambda: _meanings("`faults`", FAMILIES),
    "losses": lambda: _meanings("`lost`", LOSSES),
    "limits": lambda: _meanings("limit", LIMITS),
    "forgeries": lambda: _names(lambda name: _CONTRACTS[name].forgeries),
    "headers": lambda: _names(lambda name: _CONTRACTS[name].required_headers),
    "kinds": _kinds,
}


def renewed(page: str) -> str:
    """The page with every table as the vocabulary has it now."""
    return _REGION.sub(lambda found: found[1] + TABLES[found["name"]]() + found[3], page)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
