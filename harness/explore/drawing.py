"""Draws scenarios by chance with the library Hypothesis, and favours what has led to rare and new situations.

Scenarios are drawn in small groups. Between two groups the weights of the moves follow what the wallet's answers have
shown. A move that led to new places of the map gets a greater weight. A scenario that led to one may be continued.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from struct import Struct
from typing import TYPE_CHECKING, Any

from harness.contracts import Contract
from harness.explore.choices import Choices
from harness.explore.coverage import Coverage, Place
from harness.explore.deviations import DEVIATIONS
from harness.explore.dimensions import Space, space_of
from harness.explore.generated_day import GeneratedDay, Written
from harness.explore.labels_used import without_lonely_labels
from harness.explore.moves import ORDINARY
from harness.explore.playable import playable
from harness.explore.playing import Generated

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

MOVES = {**ORDINARY, **DEVIATIONS}
"""Every move with its weight, ordinary ones and deviations."""
EXAMPLES, IN_AN_EXAMPLE = 2, 6
"""How many examples of Hypothesis are drawn at a time, and how many scenarios each of them gives."""
FEWEST_MOVES, MOST_MOVES = 2, 9
MOST_STEPS = 24
"""How many steps a scenario has at most when another move begins."""
MOST_IN_VAIN = 200
"""After so many groups in a row without a new scenario, no more are drawn."""
MOST_KEPT = 200
"""How many scenarios are kept to be continued."""
CONTINUED = 35
"""In how many of 100 scenarios the beginning is taken from a kept one."""
_NUMBERS = Struct(">32I")
"""A block of bytes as whole numbers of 32 bits. A scenario needs about 35."""
_SCALE = 100
_MOST_FAVOUR, _LEAST_FAVOUR = 3, 3
"""How many times greater or smaller than at the beginning a weight may become."""


class NoHypothesis(Exception):
    """The library that draws is not installed. The text says how to install it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One drawn scenario: as a file has it, its moves by name, and its steps with all their labels."""

    generated: Generated
    moves: tuple[str, ...]
    steps: tuple[Written, ...]
    currency: str = ""


@dataclass(slots=True)
class _Continuable:
    steps: tuple[Written, ...]
    currency: str
    places: tuple[Place, ...]


@dataclass(slots=True)
class Chance:
    """A source of scenarios for one contract. The same seed and the same answers give the same scenarios."""

    contract: Contract
    seed: int
    coverage: Coverage = field(default_factory=Coverage)
    """The map that decides what is rare. Somebody else fills it."""
    lacks: Callable[[], Collection[str]] = frozenset
    """Returns the operations, as scenario words, that the wallet is known to lack by now."""
    taken: dict[tuple[Hashable, ...], Counter[Hashable]] = field(default_factory=dict)
    """How often each value of a choice in turn was taken."""
    _space: Space = field(init=False)
    _uses: dict[str, int] = field(default_factory=dict)
    _gains: dict[str, int] = field(default_factory=dict)
    _kept: list[_Continuable] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _families: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the dimensions. Raises NoHypothesis."""
        try:
            import hypothesis  # noqa: F401
        except ImportError:
            raise NoHypothesis(
                "scenarios by chance need the library hypothesis: pip install 'walletproof[explore]'"
            ) from None
        self._space = space_of(self.contract)

    def drawn(self) -> Iterator[Chosen]:
        """Scenarios, as long as new ones are drawn: without end, unless the wallet lacks nearly all operations."""
        number = in_vain = 0
        while in_vain < MOST_IN_VAIN:
            in_vain += 1
            for each in _group(self.seed, number, self):
                text = str(each.generated["steps"])
                if each.steps and text not in self._seen:
                    in_vain = 0
                    self._seen.add(text)
                    yield each
            number += 1

    def learn(self, chosen: Chosen, places: Sequence[Place], fresh: int) -> None:
        """Take into account where a scenario has led, and how many places of it were new."""
        for name in {*chosen.moves}:
            self._uses[name] = self._uses.get(name, 0) + 1
            self._gains[name] = self._gains.get(name, 0) + min(fresh, 1)
        if fresh:
            self._kept.append(_Continuable(chosen.steps, chosen.currency, tuple(places)))
            del self._kept[:-MOST_KEPT]

    def weights(self) -> dict[str, int]:
        """The present weights of the moves. Each follows the share of its scenarios that led to something new."""
        uses, gains = sum(self._uses.values()), sum(self._gains.values())
        return {
            name: max(1, weight * _SCALE * self._favour(name, uses, gains) // _SCALE)
            for name, (_, weight) in MOVES.items()
        }

    def _favour(self, name: str, uses: int, gains: int) -> int:
        """The factor of one weight in hundredths: its share of new scenarios beside the share of all."""
        if not gains:
            return _SCALE
        own = (self._gains.get(name, 0) + 1) * uses * _SCALE // ((self._uses.get(name, 0) + 1) * gains)
        return min(_MOST_FAVOUR * _SCALE, max(_SCALE // _LEAST_FAVOUR, own))

    def scenario(self, choices: Choices) -> Chosen:
        """One scenario by these choices."""
        if self._kept and choices.percent(CONTINUED):
            day = self._continued(choices)
        else:
            currency = choices.by_weight({"": 78, "EUR": 4, "JPY": 11, "KWD": 7})
            day = GeneratedDay(self._space, choices, currency, families_used=self._families)
        weights, moves = self.weights(), []
        for _ in range(FEWEST_MOVES + choices.number(MOST_MOVES - FEWEST_MOVES + 1)):
            name = choices.by_weight(weights)
            move, _ = MOVES[name]
            move(day)
            moves.append(name)
            if day.ended or len(day.steps) >= MOST_STEPS:
                break
        if not day.steps:
            MOVES["stake"][0](day)
        steps = playable(day.steps, self.lacks())
        return Chosen(self._finished(day, steps), tuple(moves), tuple(steps), day.currency)

    def _continued(self, choices: Choices) -> GeneratedDay:
        """A day with the first steps of a kept scenario. One that led to rare places is chosen more often."""
        rarity = {index: self.coverage.rarity(each.places) for index, each in enumerate(self._kept)}
        kept = self._kept[choices.by_weight({index: 1 + 60 // (1 + seen) for index, seen in rarity.items()})]
        day = GeneratedDay(self._space, choices, kept.currency, families_used=self._families)
        day.adopt(kept.steps[: 1 + choices.number(len(kept.steps))])
        return day

    def _finished(self, day: GeneratedDay, steps: Sequence[Written]) -> dict[str, Any]:
        funds = day.choices.by_weight({"100": 80, "10": 8, "1000": 8, "0": 4})
        exactly = "funds_exactly" if day.choices.percent(10) else "funds"
        return {
            "title": "A day by chance",
            "requirement": {self.contract.name: self.contract.conservation.id},
            **({"currency": day.currency} if day.currency else {}),
            exactly: funds,
            "steps": without_lonely_labels(steps),
        }


@dataclass(slots=True)
class _Blocks:
    """Whole numbers out of blocks of bytes. One drawing for many numbers costs a tenth of a drawing for each."""

    draw: Callable[[], bytes]
    """Draws a block."""
    _numbers: list[int] = field(default_factory=list)

    def below(self, count: int) -> int:
        """A whole number from 0 to one less than `count`, which is far below the greatest number of a block."""
        if not self._numbers:
            self._numbers = list(_NUMBERS.unpack(self.draw()))
        return self._numbers.pop() % count


@cache
def _block() -> SearchStrategy[bytes]:
    from hypothesis import strategies

    return strategies.binary(min_size=_NUMBERS.size, max_size=_NUMBERS.size)


def _group(seed: int, number: int, chance: Chance) -> list[Chosen]:
    """A few scenarios, drawn by Hypothesis. Those of the first example, all of whose numbers are 0, are left out."""
    import hypothesis
    from hypothesis import strategies

    found: list[list[Chosen]] = []

    @hypothesis.seed(f"{seed}/{number}")
    @hypothesis.settings(
        max_examples=EXAMPLES + 1,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(strategies.data())
    def draw(data: Any) -> None:
        choices = Choices(_Blocks(lambda: bytes(data.draw(_block()))).below, chance.taken)
        found.append([chance.scenario(choices) for _ in range(IN_AN_EXAMPLE)])

    draw()
    return [each for example in found[1:] for each in example]
