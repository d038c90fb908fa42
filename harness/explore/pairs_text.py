"""The pairs of a contract as text: its dimensions, what its covering array holds, and what is excluded and why."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contracts import Contract
from harness.explore.dimensions import BETWEEN, VALUES, Space
from harness.explore.exclusions import exclusions_of
from harness.explore.pairs import covered, sensible, space_and_rows


def pairs_text(contract: Contract) -> str:
    """The text. Raises NoPairs."""
    space, rows = space_and_rows(contract)
    wanted, held = set(sensible(space)), covered(rows)
    lines = [
        f"{contract.name}: {len(wanted)} sensible pairs, {len(wanted & held)} of them in {len(rows)} scenarios",
        *_dimensions(space),
        "",
        "not sensible:",
        *_exclusions(space),
    ]
    if missing := sorted(wanted - held):
        lines += ["", "in no scenario, because a third value would be excluded:"]
        lines += [f"  {one[0]} {one[1]}, {other[0]} {other[1]}" for one, other in missing]
    return "\n".join(lines) + "\n"


def _dimensions(space: Space) -> Iterator[str]:
    for name, values in space.values.items():
        yield f"  {name}"
        for value in values:
            meaning = VALUES.get(name, {}).get(value, f"the operation {value}" if name == BETWEEN else "")
            yield f"    {value:<22} {meaning}".rstrip()


def _exclusions(space: Space) -> Iterator[str]:
    for each in exclusions_of(space):
        values, excluded = ", ".join(sorted(each.values)), ", ".join(sorted(each.excluded))
        yield f"  {each.one} ({values}) with {each.other} ({excluded}): {each.why}"
