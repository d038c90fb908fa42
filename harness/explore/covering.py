"""Makes the covering arrays that are shipped: `python -m harness.explore.covering [CONTRACT ...]`.

It needs the library covertable, which no run of a certification needs.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.contracts import BUNDLED, load
from harness.explore.dimensions import OPERATION, Space, space_of
from harness.explore.exclusions import REFUSED, Exclusion, exclusions_of
from harness.explore.pairs import FILE, Pair, Row, covered, is_allowed, pairs_of, sensible, written

SEED = "walletproof 1"
"""The seed of the arrays. It changes only with a version."""


def rows_of(space: Space, seed: str = SEED) -> tuple[Row, ...]:
    """A covering array of a contract's dimensions, without excluded pairs. The first rows hold the most new pairs."""
    from covertable import make

    rules = exclusions_of(space)
    rows: list[Row] = []
    for values in _blocks(space):
        made = make(values, salt=seed, constraints=_conditions(rules, values))
        rows += [{name: row[name] for name in values} for row in made]
    return tuple(_most_new_first(shortened(rows, space, rules)))


def _blocks(space: Space) -> Iterator[dict[str, list[str]]]:
    """The values of good requests, then for each dimension that has some those of requests that are refused.

    The exclusions leave few values beside a refusal, so each block alone needs fewer rows.
    """
    good = {
        name: [each for each in values if each not in REFUSED.get(name, ())] for name, values in space.values.items()
    }
    yield good
    for name in REFUSED:
        yield {**good, name: [each for each in space.values[name] if each in REFUSED[name]]}


def _conditions(rules: Sequence[Exclusion], chosen: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
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
        if not each.values.isdisjoint(chosen[each.one]) and not each.excluded.isdisjoint(chosen[each.other])
    ]


def shortened(rows: Iterable[Row], space: Space, rules: Sequence[Exclusion]) -> list[Row]:
    """Fewer rows with the same sensible pairs. They have ordinary values wherever no pair is lost by it."""
    return _Shortening(space, rules, [dict(row) for row in rows]).done()


@dataclass(slots=True)
class _Shortening:
    """Rows on their way to fewer rows."""

    space: Space
    rules: Sequence[Exclusion]
    rows: list[Row]
    _wanted: frozenset[Pair] = field(init=False)
    _held: Counter[Pair] = field(init=False)
    """How many rows hold each sensible pair."""

    def __post_init__(self) -> None:
        self._wanted = frozenset(sensible(self.space, self.rules))
        self._held = Counter(pair for row in self.rows for pair in self._of(row))

    def done(self) -> list[Row]:
        self.rows = [self._simple(row) for row in self.rows]
        self.rows.sort(key=lambda row: len(self._needed(row)), reverse=True)
        for row in reversed(self.rows.copy()):
            if any(each is row for each in self.rows):
                self._unite(row)
        self.rows = [self._simple(row) for row in self.rows]
        return self.rows

    def _of(self, row: Row) -> frozenset[Pair]:
        return pairs_of(row) & self._wanted

    def _needed(self, row: Row) -> frozenset[Pair]:
        """The pairs that no other row holds."""
        return frozenset(pair for pair in self._of(row) if self._held[pair] == 1)

    def _simple(self, row: Row) -> Row:
        """The row with ordinary values wherever every pair that goes is in another row."""
        for name, (ordinary, *_) in self.space.values.items():
            changed = {**row, name: ordinary}
            lost = self._of(row) - self._of(changed)
            if name != OPERATION and all(self._held[pair] > 1 for pair in lost) and is_allowed(changed, self.rules):
                self._held.subtract(lost)
                self._held.update(self._of(changed) - self._of(row))
                row = changed
        return row

    def _unite(self, row: Row) -> None:
        """Remove a row if another one can hold its pairs, too."""
        for place, other in enumerate(self.rows):
            if other is not row and (one := self._for_both(row, other)) is not None:
                self._held.subtract(self._of(row))
                self._held.subtract(self._of(other))
                self._held.update(self._of(one))
                self.rows[place] = one
                self.rows = [each for each in self.rows if each is not row]
                return

    def _for_both(self, row: Row, other: Row) -> Row | None:
        """A row that holds every pair that only these two rows hold. None if there is none."""
        needed = self._needed(row)
        one = {**other, **{name: value for pair in needed for name, value in pair}}
        both = {pair for pair in self._of(row) & self._of(other) if self._held[pair] == 2}
        wanted = needed | self._needed(other) | both
        return one if wanted <= self._of(one) and is_allowed(one, self.rules) else None


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
