"""Makes the covering arrays that are shipped: `python -m harness.explore.covering [CONTRACT ...]`.

It needs the library covertable, which no run of a certification needs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from harness.contracts import BUNDLED, load
from harness.explore.dimensions import Space, space_of
from harness.explore.exclusions import Exclusion, exclusions_of
from harness.explore.pairs import FILE, Row, covered, sensible, written

SEED = "walletproof 1"
"""The seed of the arrays. It changes only with a version."""


def rows_of(space: Space, seed: str = SEED) -> tuple[Row, ...]:
    """A covering array of a contract's dimensions, without excluded pairs. The first rows hold the most new pairs."""
    from covertable import make

    rules = exclusions_of(space)
    made = make({name: list(each) for name, each in space.values.items()}, salt=seed, constraints=_conditions(rules))
    rows = [{name: row[name] for name in space.values} for row in made]
    return tuple(_most_new_first(rows))


def _conditions(rules: Sequence[Exclusion]) -> list[dict[str, Any]]:
    """The exclusions in the library's words: one of the two values is not among the named ones."""
    return [
        {
            "operator": "or",
            "conditions": [
                {"operator": "not", "condition": {"operator": "in", "left": left, "values": sorted(values)}}
                for left, values in ((each.one, each.values), (each.other, each.excluded))
            ],
        }
        for each in rules
    ]


def _most_new_first(rows: Sequence[Row]) -> list[Row]:
    left, found, seen = list(rows), [], frozenset[Any]()
    while left:
        best = max(left, key=lambda row: (len(covered([row]) - seen), -left.index(row)))
        seen |= covered([best])
        left.remove(best)
        found.append(best)
    return found


def main(names: Sequence[str]) -> None:
    """Write the arrays of these contracts, or of the bundled ones."""
    for name in names or BUNDLED:
        contract = load(name)
        space = space_of(contract)
        rows = rows_of(space)
        missing = set(sensible(space)) - covered(rows)
        (contract.schemas / FILE).write_text(written(space, rows, SEED), encoding="utf-8")
        sys.stdout.write(f"{contract.name}: {len(rows)} rows, {len(missing)} pairs that no row can hold\n")


if __name__ == "__main__":
    main(sys.argv[1:])
