"""The covering array of a contract: rows in which every sensible pair of values occurs.

The rows of the bundled contracts are data of the package, `schemas/<contract>/pairs.json`. `harness.explore.covering`
has made them from a fixed seed, so that two runs of one version send the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, product
from typing import TypeAlias

from harness.contracts import Contract
from harness.explore.dimensions import (
    BETWEEN,
    OPERATION,
    REPEAT,
    Space,
    space_of,
)
from harness.explore.exclusions import Exclusion, exclusions_of, unwanted_of

FILE = "pairs.json"
"""Name of the file in the folder of a contract's schemas."""

Row: TypeAlias = Mapping[str, str]
"""A value by dimension."""
Pair: TypeAlias = tuple[tuple[str, str], tuple[str, str]]
"""Two values, each with its dimension."""

_KNOWN_AGAIN = (
    "same",
    "mended",
    "in_a_batch",
    "other_amount",
    "other_operation",
    "undone",
    "undone_twice",
    "other_player",
)
"""How a known transaction comes again. What best shows that a wallet has forgotten it at a restart comes first."""


class NoPairs(Exception):
    """A contract has no covering array. The text says how to make one."""


def shipped(contract: Contract) -> tuple[Row, ...]:
    """The rows that the contract's folder of schemas has. Raises NoPairs."""
    path = contract.schemas / FILE
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError:
        raise NoPairs(
            f"{contract.name} has no {FILE} in its folder of schemas: make it with python -m harness.explore.covering "
            f"{contract.name}, which needs the library covertable"
        ) from None
    names = data["dimensions"]
    return tuple(dict(zip(names, row, strict=True)) for row in data["rows"])


def written(space: Space, rows: Sequence[Row], seed: str) -> str:
    """The text of a file of rows, one line for each row."""
    names = list(space.values)
    lines = ",\n  ".join(json.dumps([row[name] for name in names]) for row in rows)
    head = f'{{\n "seed": {json.dumps(seed)},\n "dimensions": {json.dumps(names)},\n "rows": [\n  '
    return f"{head}{lines}\n ]\n}}\n"


def sensible(space: Space, exclusions: Sequence[Exclusion] | None = None) -> tuple[Pair, ...]:
    """Every pair of values that is wanted, that no exclusion forbids, and that some operation can have together."""
    rules = exclusions_of(space) if exclusions is None else exclusions
    forbidden = {each for each in _every(space) if any(rule.forbids(*each) for rule in rules)}
    unwanted = unwanted_of(space)
    by_value = {
        (name, value): frozenset(word for word in space.words if ((OPERATION, word), (name, value)) not in forbidden)
        for name, values in space.values.items()
        if name != OPERATION
        for value in values
    }
    by_value |= {(OPERATION, word): frozenset({word}) for word in space.words}
    return tuple(
        each
        for each in _every(space)
        if each not in forbidden
        and by_value[each[0]] & by_value[each[1]]
        and not any(rule.forbids(*each) for rule in unwanted)
    )


def pairs_of(row: Row) -> frozenset[Pair]:
    """The pairs that one row holds."""
    return frozenset(combinations(row.items(), 2))


def covered(rows: Iterable[Row]) -> frozenset[Pair]:
    """The pairs that occur in these rows."""
    return frozenset().union(*map(pairs_of, rows))


def restarting_rows(rows: Sequence[Row], most: int) -> frozenset[int]:
    """The places in the array of the rows that restart the wallet, at most so many: the first by `_KNOWN_AGAIN`."""
    ranks = {value: rank for rank, value in enumerate(_KNOWN_AGAIN)}
    found = [number for number, row in enumerate(rows) if row[BETWEEN] == "restart"]
    return frozenset(sorted(found, key=lambda number: (ranks.get(rows[number][REPEAT], len(ranks)), number))[:most])


def is_allowed(row: Row, exclusions: Sequence[Exclusion]) -> bool:
    """True if no exclusion forbids a pair of the row."""
    return not any(rule.forbids(*each) for each in combinations(row.items(), 2) for rule in exclusions)


def _every(space: Space) -> Iterator[Pair]:
    for (one, values), (other, others) in combinations(space.values.items(), 2):
        yield from (((one, left), (other, right)) for left, right in product(values, others))


def space_and_rows(contract: Contract) -> tuple[Space, tuple[Row, ...]]:
    """The dimensions of a contract and its shipped rows. Raises NoPairs."""
    return space_of(contract), shipped(contract)
