"""The ids of a scenario depend on the seed and on the scenario, and not on what was played before it."""

from __future__ import annotations

from harness.scenario.identities import Identities


def some(identities: Identities) -> tuple[str, ...]:
    return (identities.number(), identities.display_name(), identities.transaction_id(), identities.display_name())


def test_a_scenario_has_the_same_ids_after_any_other() -> None:
    alone, after_others = Identities(7, "0badcafe", "casino"), Identities(7, "0badcafe", "casino")
    some(after_others)
    after_others.begin("money/rounds")
    some(after_others)
    for each in (alone, after_others):
        each.begin("races/credits")
    assert some(alone) == some(after_others)


def test_a_scenario_that_is_played_again_has_new_ids() -> None:
    identities = Identities(7, "0badcafe", "casino")
    identities.begin("races/credits")
    first = some(identities)
    identities.begin("races/credits")
    assert set(first).isdisjoint(some(identities))


def test_scenarios_seeds_and_scopes_have_different_ids() -> None:
    found = []
    for seed, scope, name in (
        (7, "casino", "a/b"),
        (7, "casino", "a/c"),
        (8, "casino", "a/b"),
        (7, "sportsbook", "a/b"),
    ):
        identities = Identities(seed, "0badcafe", scope)
        identities.begin(name)
        found.append(identities.transaction_id())
    assert len(set(found)) == len(found)
