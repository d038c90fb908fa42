"""The map of situations: what a step adds to it, what it says of pairs, and the bundled suite's own map."""

from __future__ import annotations

import pytest

from harness.contracts import BUNDLED, load
from harness.explore.coverage import (
    FILE,
    START,
    UNANSWERED,
    Coverage,
    Pair,
    Place,
    beyond,
    bundled,
    places_of,
    to_data,
    written,
)
from harness.explore.coverage_text import MOST_LINES, coverage_text
from harness.proof.matrix import scenarios
from harness.proof.situations import map_of
from harness.proof.trials import examiner_of
from harness.scenario import load_text
from mock_server.wallet import Wallet

HEAD = "title: T\nrequirement: {casino: CAS-CON-01}\nsteps:\n"


def places(steps: str) -> tuple[Place, ...]:
    """The places of a scenario with these steps on the sound wallet by the casino contract."""
    examiner = examiner_of(Wallet, "casino", explain=False)
    examiner.examine(load_text((HEAD + steps).encode(), "a/b", "a/b.yaml", {}))
    found = places_of(examiner.last_runs)
    examiner.close()
    return found


def test_a_step_is_seen_with_the_step_before_it() -> None:
    assert places("  - bet: {id: b1, amount: 10}\n  - bet: {id: b1, amount: 11}\n  - resend: b1\n") == (
        Place("bet", START, "new", "ok"),
        Place("bet", "new", "conflict", "conflict"),
        Place("bet", "conflict", "replay", "ok"),
    )


def test_each_player_has_a_step_before_of_their_own() -> None:
    found = places("  - bet: {amount: more_than_everything}\n  - bet: {amount: 1, player: other}\n  - balance:\n")
    assert [(each.before, each.now) for each in found] == [(START, "uncovered"), (START, "new"), ("uncovered", "read")]


def test_a_lost_answer_and_a_race_are_seen() -> None:
    lost = places("  - bet: {id: b1, amount: 10}\n    lost: after_sending\n  - resend: b1\n")
    assert lost[0] == Place("bet", START, UNANSWERED, UNANSWERED)
    assert lost[1].before == UNANSWERED
    assert all(
        each.now == "new in a race" for each in places("  - bet: {amount: 1}\n    times: 3\n    at_once: true\n")
    )


def test_the_map_counts_and_knows_what_is_new_rare_and_never_seen() -> None:
    new, again = Place("bet", START, "new", "ok"), Place("bet", "new", "replay", "ok")
    coverage = Coverage()
    assert coverage.rarity([new]) == 0
    assert (coverage.add([new, new, again]), coverage.add([new])) == (2, 0)
    assert coverage.rarity([new, again]) == 1
    assert coverage.pairs == {new.pair: 3, again.pair: 1}
    assert coverage.never() == (Pair("bet", "new", "new"), Pair("bet", START, "replay"))
    assert beyond(coverage, Coverage()) == (new.pair, again.pair)


def test_text_and_data_name_what_no_bundled_scenario_reaches() -> None:
    coverage, suite = Coverage(), Coverage()
    coverage.add([Place("bet", START, "new", "ok"), Place("bet", "new", "replay", "ok")])
    suite.add([Place("bet", START, "new", "ok")])
    text, data = coverage_text("casino", coverage, suite), to_data(coverage, suite)
    assert "seen here, and reached by no bundled scenario:\n         1  bet: new -> replay" in text
    assert data["not_in_the_suite"] == [{"operation": "bet", "before": "new", "now": "replay"}]
    many = Coverage()
    many.add(Place("bet", START, f"s{number:02}", "ok") for number in range(MOST_LINES + 2))
    assert "and 2 more" in coverage_text("casino", many, None)
    assert "more" not in coverage_text("casino", many, None, every=True)


@pytest.mark.full
@pytest.mark.parametrize("contract", BUNDLED)
def test_the_shipped_map_is_that_of_the_bundled_suite(contract: str) -> None:
    found = map_of(contract, scenarios())
    shipped = bundled(load(contract))
    assert shipped is not None
    # A change of the suite needs a new map: python -m harness.proof.situations
    assert sorted(found.pairs) == sorted(shipped.pairs)
    assert (load(contract).schemas / FILE).read_text(encoding="utf-8") == written(shipped)
