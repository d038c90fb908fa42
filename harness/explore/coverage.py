"""The map of situations: what each step was to the wallet, what the player's step before it was, and the answer.

The oracle classifies the steps. The map counts how often each combination was seen.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from harness.contracts import Contract
from harness.model import Authenticate, Exchange, History, Situation
from harness.verdict.checks import Judged

FILE = "situations.json"
"""Name of the file with the map of the bundled scenarios, in the folder of a contract's schemas."""
START = "start"
"""The situation before the first step of a player."""
UNANSWERED = "unanswered"
"""The situation of a step whose answer was lost, and the answer itself."""
IN_A_RACE = " in a race"


class Place(NamedTuple):
    """One place of the map. The situations are those of the oracle without their narrowing."""

    operation: str
    before: str
    """What the same player's step before it was: a `Situation`, `start` or `unanswered`."""
    now: str
    answer: str
    """An `Outcome`, or `unanswered`."""

    @property
    def pair(self) -> Pair:
        """The place without its answer."""
        return Pair(self.operation, self.before, self.now)


class Pair(NamedTuple):
    """An operation with two situations in a row."""

    operation: str
    before: str
    now: str


@dataclass(slots=True)
class Coverage:
    """How often each place was seen."""

    counts: Counter[Place] = field(default_factory=Counter)

    def add(self, places: Iterable[Place]) -> int:
        """Count places, and return how many of them are new."""
        before = len(self.counts)
        self.counts.update(places)
        return len(self.counts) - before

    def rarity(self, places: Iterable[Place]) -> int:
        """How often the rarest of these places was seen. 0 if one of them never was, or there is none."""
        return min((self.counts[each] for each in places), default=0)

    @property
    def pairs(self) -> Counter[Pair]:
        """How often each pair was seen, whatever was answered."""
        found: Counter[Pair] = Counter()
        for place, count in self.counts.items():
            found[place.pair] += count
        return found

    def never(self) -> tuple[Pair, ...]:
        """The pairs that were never seen although both halves were: the situation before, and the operation's own.

        Only halves that were seen with some other half are known to be possible.
        """
        pairs = self.pairs
        befores = sorted({each.before for each in pairs})
        halves = sorted({(each.operation, each.now) for each in pairs})
        made = (Pair(operation, before, now) for operation, now in halves for before in befores)
        return tuple(each for each in made if each not in pairs)


def places_of(runs: Iterable[tuple[History, Judged]]) -> tuple[Place, ...]:
    """The places of every step of some judged histories, in order."""
    return tuple(place for history, judged in runs for place in _of_history(history, judged))


def _of_history(history: History, judged: Judged) -> Iterator[Place]:
    parts: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for seen in judged.seen:
        answer = seen.part.answer
        outcome = str(answer.outcome) if answer is not None else UNANSWERED
        parts[seen.part.exchange].append((seen.part.item.player, seen.situation.partition(".")[0], outcome))
    last: dict[str, str] = {}
    own = history.players[0].id if history.players else ""
    for index, exchange in enumerate(history.exchanges):
        for player, situation, answered in parts.get(index) or _without_parts(exchange, own):
            now = situation + (IN_A_RACE if exchange.race is not None else "")
            if exchange.line:  # Other requests are those of the runner.
                yield Place(exchange.name, last.get(player, START), now, answered)
                last[player] = now


def _without_parts(exchange: Exchange, own: str) -> Sequence[tuple[str, str, str]]:
    """The player, situation and answer of an exchange of which the oracle has classified no part."""
    if exchange.reply is None:
        return ((own, UNANSWERED, UNANSWERED),)
    if isinstance(exchange.operation, Authenticate):
        return ((own, str(Situation.TOKEN), str(exchange.reply.outcome)),)
    return ()


def bundled(contract: Contract) -> Coverage | None:
    """The map of the bundled scenarios on the bundled wallet. None if the contract's folder of schemas has none."""
    try:
        data = json.loads((contract.schemas / FILE).read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError:
        return None
    return Coverage(Counter({Place(*names): count for *names, count in data["places"]}))


def written(coverage: Coverage) -> str:
    """The text of a file with a map, one line for each place."""
    lines = ",\n  ".join(json.dumps([*place, coverage.counts[place]]) for place in sorted(coverage.counts))
    return f'{{\n "columns": {json.dumps([*Place._fields, "count"])},\n "places": [\n  {lines}\n ]\n}}\n'


def to_data(coverage: Coverage, suite: Coverage | None) -> Mapping[str, object]:
    """The map as plain data for JSON: places with counts, pairs never seen, and pairs that the suite does not reach."""
    return {
        "places": [
            {**each._asdict(), "count": coverage.counts[each]}
            for each in sorted(coverage.counts, key=lambda each: (-coverage.counts[each], each))
        ],
        "never_seen": [each._asdict() for each in coverage.never()],
        "not_in_the_suite": [] if suite is None else [each._asdict() for each in beyond(coverage, suite)],
    }


def beyond(coverage: Coverage, suite: Coverage) -> tuple[Pair, ...]:
    """The pairs that were seen here and that no bundled scenario reaches, the most frequent first."""
    pairs, known = coverage.pairs, suite.pairs
    return tuple(sorted((each for each in pairs if each not in known), key=lambda each: (-pairs[each], each)))
