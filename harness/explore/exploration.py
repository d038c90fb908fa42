"""Explores one wallet by one contract: plays what is generated, shrinks what it finds, and stops at a limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from harness.config import WalletUnderTest
from harness.contracts import Contract
from harness.explore.coverage import Coverage, Place, places_of
from harness.explore.dimensions import space_of
from harness.explore.drawing import Chance
from harness.explore.explored_findings import ExploredFinding
from harness.explore.histories import scenarios_of
from harness.explore.pairs import restarting_rows, shipped
from harness.explore.playing import Generated, Key, Playing, findings_in
from harness.explore.reductions import one_after_another
from harness.explore.restart_limits import MOST_BY_PAIRS, RestartLimit, restarts, without_restarts
from harness.explore.shrinking import MOST_REQUESTS, shrink
from harness.files.complaints import ScenarioError
from harness.model import Level
from harness.verdict import ScenarioResult

RACES = 2
"""How often a race is repeated while exploring. A run of the suite repeats it more often."""

MOST_IN_VAIN = 200
"""After so many scenarios by chance in a row that sent nothing, exploring ends."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One generated scenario, and where it comes from."""

    generated: Generated
    origin: str
    learn: Callable[[Sequence[Place], int], None] | None = None
    """Is called with the places of the map to which the scenario has led, and how many of them were new."""
    may_restart: bool = True
    """False if the scenario is to be played without the restarts that it has."""

    @property
    def by_chance(self) -> bool:
        """True if the scenario was drawn by chance."""
        return self.learn is not None


@dataclass(frozen=True, slots=True)
class Bounds:
    """When to stop: after so many requests, or at a time of `time.monotonic()`. None is no limit."""

    requests: int | None = None
    until: float | None = None
    now: Callable[[], float] = time.monotonic

    def reached(self, requests: int) -> bool:
        """True if no further scenario should be started."""
        spent = self.requests is not None and requests >= self.requests
        return spent or (self.until is not None and self.now() >= self.until)


@dataclass(slots=True)
class Exploration:
    """The state of exploring: what was sent, and what was found."""

    player: Playing
    findings: dict[Key, ExploredFinding] = field(default_factory=dict)
    flickers: dict[Key, str] = field(default_factory=dict)
    """What was seen once and never again, with its origin."""
    drawn: int = 0
    """How many scenarios were generated and played, without those of shrinking."""
    generated_requests: int = 0
    """How many requests they sent."""
    coverage: Coverage = field(default_factory=Coverage)
    """The map of situations that they have led to."""
    in_vain: int = 0
    """How many of the last scenarios by chance sent nothing, because the wallet lacks what they need."""
    most_of_shrinking: int = 100_000
    """How many requests shrinking may send in all. A finding after that is played again as it was generated."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out, as sentences. Empty if nothing was."""
        ended = (
            f"exploring ended early: {self.in_vain} scenarios by chance in a row sent nothing, because they need an "
            "operation or a player that the wallet does not have"
        )
        return (*self.player.restarts.sentences(), *([ended] if self.in_vain >= MOST_IN_VAIN else []))

    @property
    def violations(self) -> tuple[ExploredFinding, ...]:
        """The findings about a MUST."""
        return tuple(each for each in self.findings.values() if each.violation)

    @property
    def contract(self) -> Contract:
        """The contract."""
        return self.player.examiner.contract


def explored_wallet(wallet: WalletUnderTest) -> WalletUnderTest:
    """The wallet under test, with fewer repetitions of each race."""
    return replace(wallet, limits=replace(wallet.limits, races=min(RACES, wallet.limits.races)))


def pairs(contract: Contract) -> Iterator[Drawn]:
    """The scenarios of the covering array, in its order. Only a few of them restart the wallet. Raises NoPairs."""
    rows = shipped(contract)
    restarting = restarting_rows(rows, MOST_BY_PAIRS)
    for number, scenario in enumerate(scenarios_of(space_of(contract), rows)):
        yield Drawn(scenario, f"row {number + 1} of the pairs", may_restart=number in restarting)


def by_chance(exploration: Exploration, seed: int) -> Iterator[Drawn]:
    """Scenarios without end, drawn by chance. What the wallet answers guides them. Raises NoHypothesis."""
    return _drawn(Chance(exploration.contract, seed, exploration.coverage, lambda: _lacks(exploration)))


def _lacks(exploration: Exploration) -> frozenset[str]:
    """The operations of the contract, as scenario words, that the wallet was found to lack so far."""
    contract, capabilities = exploration.contract, exploration.player.examiner.capabilities
    return frozenset(word for word, name in contract.words.items() if not capabilities.has(contract, name))


def _drawn(chance: Chance) -> Iterator[Drawn]:
    for number, each in enumerate(chance.drawn()):
        yield Drawn(each.generated, f"scenario {number + 1} by chance", partial(chance.learn, each))


def explore(
    exploration: Exploration,
    source: Iterable[Drawn],
    bounds: Bounds,
    *,
    on_result: Callable[[Exploration, Drawn, ScenarioResult | None], None] | None = None,
) -> None:
    """Play what the source yields until a limit is reached, the source ends, or the wallet is gone."""
    player = exploration.player
    for each in source:
        if bounds.reached(exploration.generated_requests) or player.ended or exploration.in_vain >= MOST_IN_VAIN:
            return
        before = player.requests
        limit = player.restarts.chance if each.by_chance else player.restarts.pairs
        drawn = _within(each, limit)
        if not drawn.generated["steps"]:
            continue
        try:
            result = player.play(drawn.generated, limit)
        except ScenarioError as error:
            player.failures.append(f"{drawn.origin} cannot be loaded: {'; '.join(error.complaints)}")
            continue
        exploration.drawn += 1
        exploration.generated_requests += player.requests - before
        exploration.in_vain = 0 if player.requests > before or not each.by_chance else exploration.in_vain + 1
        _map(exploration, drawn)
        for key in findings_in(result):
            _note(exploration, key, drawn)
        if on_result is not None:
            on_result(exploration, drawn, result)


def _within(drawn: Drawn, limit: RestartLimit) -> Drawn:
    """The scenario without its restarts, if it may not restart the wallet or the limit is reached."""
    if not restarts(drawn.generated) or (drawn.may_restart and limit.allows()):
        return drawn
    limit.left_out += 1
    return replace(drawn, generated=without_restarts(drawn.generated))


def _map(exploration: Exploration, drawn: Drawn) -> None:
    """Count the situations of the scenario that was played last."""
    places = places_of(exploration.player.examiner.last_runs)
    fresh = exploration.coverage.add(places)
    if drawn.learn is not None:
        drawn.learn(places, fresh)


def _note(exploration: Exploration, key: Key, drawn: Drawn) -> None:
    """Count a known finding, or shrink a new one.

    If the same requests violate a MUST one after the other, then the race is not to blame, and that is the finding.
    """
    if key in exploration.findings:
        exploration.findings[key].seen += 1
        return
    if key.situation.partition("_")[0] in _OF_RACES and _noted_without_race(exploration, drawn):
        return
    left = exploration.most_of_shrinking - (exploration.player.requests - exploration.generated_requests)
    shrunk = shrink(drawn.generated, key, exploration.player, most_requests=max(min(left, MOST_REQUESTS), 0))
    if shrunk is None:
        exploration.flickers[key] = drawn.origin
        return
    exploration.flickers.pop(key, None)
    exploration.findings[key] = ExploredFinding(
        key, shrunk.generated, shrunk.verdict, shrunk.result, drawn.origin, shrunk.failed, shrunk.played
    )


_OF_RACES = ("", "race")
"""How the situations of races begin. A warning about a race as a whole has none."""


def _noted_without_race(exploration: Exploration, drawn: Drawn) -> bool:
    """Note what the requests of a scenario violate one after the other. False if that is no MUST, or if none race."""
    alone = one_after_another(drawn.generated)
    if alone is None:
        return False
    for key in _violated(alone, exploration):
        _note(exploration, key, replace(drawn, generated=alone))
        if key in exploration.findings:
            return True
    return False


def _violated(generated: Generated, exploration: Exploration) -> Iterator[Key]:
    """The requirements of the level MUST that a scenario violates, but those of races."""
    try:
        found = findings_in(exploration.player.play(generated, exploration.player.restarts.shrinking))
    except ScenarioError:
        return
    for key, verdict in found.items():
        if verdict.level is Level.MUST and key.situation.partition("_")[0] != "race":
            yield key
