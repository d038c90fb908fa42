"""Compares two reports: which scenarios were fixed, still fail or are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_RED = ("fail", "unknown")


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one scenario on one contract. `word` is FIXED, STILL FAILING, NEW or GONE."""

    word: str
    contract: str
    scenario: str
    detail: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any], *, only_run: bool = False) -> list[Change]:
    """The changes from one report to another, worst first. `only_run` leaves out what the second did not run."""
    earlier, later = _by_scenario(before), _by_scenario(after)
    found = list(_changes(earlier, later, only_run=only_run))
    order = ("NEW", "STILL FAILING", "GONE", "FIXED")
    return sorted(found, key=lambda each: (order.index(each.word), each.contract, each.scenario))


def _changes(
    earlier: Mapping[tuple[str, str], Mapping[str, Any]],
    later: Mapping[tuple[str, str], Mapping[str, Any]],
    *,
    only_run: bool,
) -> Iterator[Change]:
    for key in {**earlier, **later}:
        was, now = earlier.get(key), later.get(key)
        was_red = was is not None and _is_red(was)
        if now is None:
            if was_red and not only_run:
                yield Change("GONE", *key, "it failed, and was not run again")
        elif _is_red(now):
            yield Change("STILL FAILING" if was_red else "NEW", *key, detail(now))
        elif was_red and now["waived"]:
            yield Change("GONE", *key, f"it failed, and is waived now: {detail(now)}")
        elif was_red and now["status"] == "skipped":
            yield Change("GONE", *key, f"it failed, and is skipped now: {now['reason']}")
        elif was_red and was is not None:
            yield Change("FIXED", *key, detail(was))


def _by_scenario(report: Mapping[str, Any]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(each["contract"], each["id"]): each for each in report["scenarios"]}


def detail(scenario: Mapping[str, Any]) -> str:
    """The first finding of a scenario of a report, or the reason of its status. Empty if it passed."""
    red = [each for each in scenario["verdicts"] if each["status"] in _RED]
    if not red:
        return str(scenario["reason"])
    first = red[0]
    return f"{first['requirement']} {first.get('probably') or first['summary']}"


def _is_red(scenario: Mapping[str, Any]) -> bool:
    """True if it failed or is undecided. A waived failure is known, so it is neither new nor run again."""
    return scenario["status"] in _RED and not scenario["waived"]


def failing(report: Mapping[str, Any], pattern: str = "") -> list[tuple[str, str]]:
    """Contract and id of the failed scenarios whose id contains the pattern."""
    return [(each["contract"], each["id"]) for each in report["scenarios"] if _is_red(each) and pattern in each["id"]]
