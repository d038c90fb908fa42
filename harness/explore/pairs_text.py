"""The pairs of a contract as text: its dimensions, what its covering array holds, and what is excluded and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from harness.contracts import Contract
from harness.explore.dimensions import BETWEEN, OPERATION, VALUES, Space, space_of
from harness.explore.exclusions import Exclusion, exclusions_of, unwanted_of
from harness.explore.pairs import Pair, covered, sensible, space_and_rows
from harness.explore.suite_pairs import of_suite
from harness.model import Scenario


def pairs_text(contract: Contract, suite: Iterable[Scenario]) -> str:
    """The text, with what the scenarios of `suite` hold. Raises NoPairs."""
    space, rows = space_and_rows(contract)
    wanted, held = set(sensible(space)), covered(rows)
    lines = [
        f"{contract.name}: {len(wanted)} sensible pairs, {len(wanted & held)} of them in {len(rows)} scenarios",
        *_dimensions(space),
        "",
        "not sensible:",
        *_exclusions(exclusions_of(space)),
        "",
        "allowed, and not needed:",
        *_exclusions(unwanted_of(space)),
        "",
        *suite_lines(space, of_suite(space, suite)),
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


def suite_lines(space: Space, held: frozenset[Pair]) -> Iterator[str]:
    """How many sensible pairs of each two dimensions these are, and which are lacking."""
    wanted = sensible(space)
    yield f"the bundled scenarios hold {len(held)} of them; by two dimensions, and what is lacking:"
    for names in combinations(space.values, 2):
        mine = [pair for pair in wanted if (pair[0][0], pair[1][0]) == names]
        there = [pair for pair in mine if pair in held]
        yield f"  {' and '.join(names):<26} {len(there):>4} of {len(mine)}"
        lacking: dict[str, list[str]] = {}
        for one, other in mine:
            if (one, other) not in held:
                lacking.setdefault(one[1], []).append(other[1])
        yield from (f"      {value} with {', '.join(others)}" for value, others in lacking.items())


def _exclusions(exclusions: Iterable[Exclusion]) -> Iterator[str]:
    for each in exclusions:
        values, excluded = ", ".join(sorted(each.values)), ", ".join(sorted(each.excluded))
        yield f"  {each.one} ({values}) with {each.other} ({excluded}): {each.why}"


def suite_table(contracts: Iterable[Contract], suite: Sequence[Scenario]) -> str:
    """A Markdown table: by dimension, how many of its sensible pairs the scenarios of `suite` hold on each contract."""
    spaces = [space_of(each) for each in contracts]
    known = [(sensible(each), of_suite(each, suite)) for each in spaces]
    heads = " | ".join(each.dialect.name for each in spaces)
    lines = [f"| pairs with | {heads} |", f"| --- |{' ---: |' * len(spaces)}"]
    for name in (OPERATION, *VALUES):
        shares = " | ".join(_share(name, *each) for each in known)
        lines += [f"| {name} | {shares} |"]
    return "\n".join(lines)


def _share(name: str, wanted: Iterable[Pair], held: frozenset[Pair]) -> str:
    mine = [pair for pair in wanted if name in {pair[0][0], pair[1][0]}]
    return f"{sum(pair in held for pair in mine)} of {len(mine)}"
