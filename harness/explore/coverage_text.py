"""The map of situations for a terminal: a table of pairs, and what was never seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from harness.explore.coverage import Coverage, Pair, beyond

MOST_LINES = 5
"""How many pairs each list of the terminal has. The JSON (`--json`) has all of them."""


def coverage_text(name: str, coverage: Coverage, suite: Coverage | None, *, every: bool = False) -> str:
    """The map of one contract in lines. With `every`, the lists are not shortened."""
    return "\n".join(_lines(name, coverage, suite, None if every else MOST_LINES))


def _lines(name: str, coverage: Coverage, suite: Coverage | None, most: int | None) -> Iterator[str]:
    pairs, never = coverage.pairs, coverage.never()
    yield (
        f"{name}: {len(pairs)} pairs of situations seen ({len(coverage.counts)} with their answers), "
        f"{len(never)} never although both halves were"
    )
    rare = sorted(pairs, key=lambda each: (pairs[each], each))
    yield from _listed("seen most often", rare[::-1], pairs, most)
    yield from _listed("seen least often", rare, pairs, most)
    yield from _listed("never seen", never, Counter(), most)
    if suite is not None:
        new = beyond(coverage, suite)
        unseen = [each for each in suite.pairs if each not in pairs]
        yield f"  the bundled scenarios reach {len(suite.pairs)} pairs; {len(unseen)} of them were not seen here"
        yield from _listed("seen here, and reached by no bundled scenario", new, pairs, most)


def _listed(title: str, pairs: Sequence[Pair], counts: Counter[Pair], most: int | None) -> Iterator[str]:
    if not pairs:
        return
    yield f"  {title}:"
    for each in pairs[:most]:
        yield f"    {counts[each] or '':>6}  {each.operation}: {each.before} -> {each.now}"
    if most is not None and len(pairs) > most:
        yield f"            and {len(pairs) - most} more (`--json FILE` has all)"
