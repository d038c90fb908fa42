"""How long the judge of races takes, and how it compares with their definition on random races of every class.

Run from the checkout: `.venv/bin/python bench/races.py --races 4000 --histories 1000`. The definition tries every order
with the true balance. A line tells of each class how often a judge differs from it, and the first seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))

from race_definition import balances_left, every_end, with_lost_ones
from random_races import KINDS, Race, bet, event, pay, race, rollback
from random_windows import Past, classes, first_impossible, past

from harness.model import Amount
from harness.oracle import judge, lost
from harness.oracle.book import Book, Entry, Key
from harness.oracle.events import Belief, Event
from harness.oracle.race import money
from harness.oracle.rules import allowed
from harness.oracle.sums import BudgetExceeded

IMPOSSIBLE = "impossible"
UNDECIDED = "undecided"
Ends = frozenset[Amount] | str
"""The balances that a race may leave, or one of the two words."""
JudgeOfRaces = Callable[[Race], Ends]
JudgeOfPasts = Callable[[Past], int | str | None]
"""The first window that is impossible, None without one, or `undecided`."""


def by_definition(given: Race) -> Ends:
    """Every order of a race."""
    ends = every_end(given.book, given.lost, given.events, contention=given.contention)
    return frozenset(end.book.balance for end in with_lost_ones(ends)) if ends else IMPOSSIBLE


def by_money(given: Race) -> Ends:
    """The judgement of the money alone."""
    found = money(Belief(given.book, given.lost), given.events, contention=given.contention)
    if not found.possible:
        return IMPOSSIBLE
    return balances_left(found.beliefs) if found.known else UNDECIDED


def by_judge(given: Race) -> Ends:
    """What `judge` leaves of a race."""
    beliefs: tuple[Belief, ...] = (Belief(given.book),)
    try:
        open_ones = [*given.lost, *(each for each in given.events if each.is_lost)]
        beliefs = lost(beliefs, *open_ones, racing=True) if open_ones else beliefs
    except BudgetExceeded:
        return UNDECIDED
    answered = [each for each in given.events if not each.is_lost]
    if answered:
        judgement = judge(beliefs, answered, racing=True)
        if judgement.undecided:
            return UNDECIDED
        if judgement.finding is not None:
            return IMPOSSIBLE
        beliefs = judgement.beliefs
    return balances_left(beliefs)


def of_past(given: Past) -> int | str | None:
    """What `judge` says of a history, window by window."""
    beliefs: tuple[Belief, ...] = (Belief(given.book),)
    for number, window in enumerate(given.windows):
        try:
            open_ones = [each for each in window.events if each.is_lost]
            beliefs = lost(beliefs, *open_ones, racing=window.is_race) if open_ones else beliefs
        except BudgetExceeded:
            return UNDECIDED
        answered = [each for each in window.events if not each.is_lost]
        if not answered:
            continue
        judgement = judge(beliefs, answered, racing=window.is_race)
        if judgement.undecided:
            return UNDECIDED
        if judgement.finding is not None:
            return number
        beliefs = judgement.beliefs
    return None


def compare_races(judges: dict[str, JudgeOfRaces], name: str, seeds: Sequence[int]) -> Iterator[tuple[str, str, int]]:
    """The judge, the kind of difference and the seed, wherever a judge differs from the definition."""
    for seed in seeds:
        given = race(Random(f"{name}{seed}"), name)
        expected = by_definition(given)
        yield "all", IMPOSSIBLE if expected == IMPOSSIBLE else "possible", seed
        for each, judge_of in judges.items():
            found = judge_of(given)
            if found == UNDECIDED:
                yield each, UNDECIDED, seed
            elif found == IMPOSSIBLE != expected:
                yield each, "false alarm", seed
            elif expected == IMPOSSIBLE != found:
                yield each, "missed", seed
            elif found != expected:
                yield each, "other ends", seed


def compare_pasts(judges: dict[str, JudgeOfPasts], name: str, seeds: Sequence[int]) -> Iterator[tuple[str, str, int]]:
    """The same for histories. A judge may name a later window: then it is late."""
    for seed in seeds:
        given = past(Random(f"{name}{seed}"), name)
        expected = first_impossible(given)
        yield "all", "possible" if expected is None else IMPOSSIBLE, seed
        for each, judge_of in judges.items():
            found = judge_of(given)
            if isinstance(found, str):
                yield each, UNDECIDED, seed
            elif found is not None and (expected is None or found < expected):
                yield each, "false alarm", seed
            elif expected is not None and found is None:
                yield each, "missed", seed
            elif found != expected:
                yield each, "late", seed


def print_table(name: str, found: Iterator[tuple[str, str, int]]) -> None:
    """One line for each judge of a class."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], list[int]] = defaultdict(list)
    for judge_of, difference, seed in found:
        counts[judge_of, difference] += 1
        first[judge_of, difference].append(seed)
    counted = (
        f"{who} {what} {number}" + ("" if who == "all" else f" {first[who, what][:3]}")
        for (who, what), number in sorted(counts.items())
    )
    print(f"{name}: " + ", ".join(counted), flush=True)


# --------------------------------------------------------------------------------------------------------------------
# Sizes


def sizes() -> Iterator[tuple[str, Book, list[Event], list[Event]]]:
    """Races, each with its name, its book, what was lost before, and its events."""
    wide = (0, 100)
    placed = replace(Book(0).record_all(_placed_bet()), bets=frozenset({"b"}))
    for count in (20, 50, 200):
        yield f"{count} identical rollbacks", placed, [], [event(rollback("r", "b"), wide)] * count
    for count in (20, 50, 200):
        yield f"{count} rollbacks of one bet", placed, [], [event(rollback(f"r{i}", "b"), wide) for i in range(count)]
    pairs = [(bet(f"b{i}", 10), rollback(f"r{i}", f"b{i}")) for i in range(8)]
    yield "8 bets with their rollbacks", Book(10), [], [event(item, wide) for pair in pairs for item in pair]
    mixed = [bet(f"b{i}", 10) if i % 2 else pay(f"p{i}", 10) for i in range(50)]
    yield "50 new transactions", Book(500), [], [event(item, (i % 9, 100)) for i, item in enumerate(mixed)]
    many = [bet(f"b{i}", 10) if i % 2 else pay(f"p{i}", 10) for i in range(10_000)]
    before = [event(item, (0, None)) for item in many]
    yield "10,000 lost items, sent again", Book(100_000), before, [event(item, (1, 2)) for item in many]


def _placed_bet() -> dict[Key, Entry]:
    stake = bet("b", 10)
    book = next(each.book for each in allowed(Book(10), stake, event(stake, (0, 0)).terms) if each.accepted)
    return dict(book.entries)


def print_sizes() -> None:
    """The processor time of one judgement of each size, for the money alone and for all of it."""
    print(f"{'race':32}{'money':>10}{'judge':>10}   milliseconds of the processor")
    for name, book, before, events in sizes():
        start = time.process_time()
        money(Belief(book, tuple(before)), events)
        middle = time.process_time()
        beliefs = lost([Belief(book)], *before) if before else (Belief(book),)
        judge(beliefs, events, racing=not before)
        end = time.process_time()
        print(f"{name:32}{(middle - start) * 1000:10.1f}{(end - middle) * 1000:10.1f}", flush=True)


RACES: dict[str, JudgeOfRaces] = {"money": by_money, "judge": by_judge}
HISTORIES: dict[str, JudgeOfPasts] = {"judge": of_past}


def main(
    arguments: Sequence[str] | None = None,
    *,
    races: dict[str, JudgeOfRaces] = RACES,
    histories: dict[str, JudgeOfPasts] = HISTORIES,
) -> None:
    """Compare judges of races and of histories with the definition."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--races", type=int, default=100, help="races of each class")
    parser.add_argument("--histories", type=int, default=30, help="histories of each class")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--only", default="", help="classes with this in their names")
    chosen = parser.parse_args(arguments)
    print_sizes()
    for name, kind in KINDS.items():
        if chosen.races and chosen.only in name:
            fitting: dict[str, JudgeOfRaces] = races if kind.contention else {"money": by_money}
            print_table(f"race, {name}", compare_races(fitting, name, range(chosen.first, chosen.first + chosen.races)))
    for name in classes():
        if chosen.histories and chosen.only in name:
            seeds = range(chosen.first, chosen.first + chosen.histories)
            print_table(f"history, {name}", compare_pasts(histories, name, seeds))


if __name__ == "__main__":
    main()
