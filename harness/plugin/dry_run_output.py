"""`--wallet-dry-run`: prints what would be sent, scenario by scenario, and sends nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from harness.plugin.items import ScenarioItem
from harness.plugin.run import Run
from harness.proof.dry_run import Rehearsal, Sent, lines

MOST_ALIKE, LONGEST_BODY = 5, 240
EVERYTHING = 10**9
"""Number of requests to print with `-v`: all."""


def print_requests(reporter: Any, run: Run, items: Sequence[ScenarioItem], *, everything: bool) -> None:
    """Print every request of the scenarios, and the counts."""
    reporter.line("")
    for name, mine in groupby(sorted(items, key=lambda each: each.contract.name), lambda each: each.contract.name):
        _Printer(reporter, Rehearsal(run.would_be[name]), everything=everything).print(list(mine))
    reporter.line("")
    reporter.line("dry run: nothing was sent, and nothing was certified", yellow=True)


class _Printer:
    """Prints the requests of one contract."""

    def __init__(self, reporter: Any, rehearsal: Rehearsal, *, everything: bool) -> None:
        self._reporter = reporter
        self._rehearsal = rehearsal
        self._limits = (EVERYTHING, EVERYTHING) if everything else (MOST_ALIKE, LONGEST_BODY)
        self._counts: Counter[str] = Counter()

    def print(self, items: Iterable[ScenarioItem]) -> None:
        name = self._rehearsal.contract.name
        self._part(f"pre-flight of {name}", self._rehearsal.preflight())
        if self._rehearsal.obstacle:
            self._reporter.line(
                f"  here it stops, at the wallet that answers in place of yours: {self._rehearsal.obstacle}"
            )
        scenarios = skipped = 0
        for item in items:
            if item.scenario.is_explored:
                most = self._rehearsal.under_test.limits.explore
                self._reporter.line(
                    f"{item.nodeid}  at most {most} generated requests, which are not counted", bold=True
                )
                continue
            sent, reason = self._rehearsal.scenario(item.scenario)
            scenarios += not reason
            skipped += bool(reason)
            self._part(item.nodeid, sent, reason)
        if end := self._rehearsal.end():
            self._part(f"players of {name} get their money back", end)
        total = sum(self._counts.values())
        beside = f"; {_count(skipped, 'scenario')} would be skipped" if skipped else ""
        self._reporter.line(
            f"{name}: {_count(total, 'request')} in {_count(scenarios, 'scenario')}, pre-flight included{beside}",
            bold=True,
        )
        for url, count in self._counts.most_common():
            self._reporter.line(f"  {count:>6}  {url}")

    def _part(self, title: str, sent: Sequence[Sent], reason: str = "") -> None:
        self._counts.update(each.url for each in sent)
        end = f"skipped: {reason}" if reason else _count(len(sent), "request")
        self._reporter.line(f"{title}  {end}", bold=True)
        most_alike, longest = self._limits
        for line in lines(self._rehearsal, sent, most_alike=most_alike, longest=longest):
            self._reporter.line(line)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
