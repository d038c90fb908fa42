"""Who is to blame for a wrong balance: each line is a scene, and the step that arithmetic accuses."""

from __future__ import annotations

import pytest

from harness.contracts import load
from harness.verdict.checks.blame import Scene, Suspect, blame

CASINO = load("casino")
OWN = "CAS-IDM-01"

BET = Suspect("bet", "new", 1, -500)
PAID = Suspect("settlement", "new", 2, 700)
REPLAYED = Suspect("settlement", "replay", 3, 700)
UNCOVERED = Suspect("bet", "uncovered", 4, -9_000)
FORGED = Suspect("bet", "forged", 5, -300)
READ = Suspect("balance", "read", 6)


def accused(scene: Scene) -> Suspect | None:
    found = blame(scene, CASINO, OWN)
    assert found is not None
    return found[1]


def read(off: int, *suspects: Suspect, acted: bool = True) -> Scene:
    return Scene(suspects=suspects, off=frozenset({off}), reads="balance", acted=acted)


def shown(off: int, shows: Suspect, *suspects: Suspect) -> Scene:
    return Scene(suspects=suspects, off=frozenset({off}), shows=shows.change, acted=True)


@pytest.mark.parametrize(
    ("scene", "guilty"),
    [
        (read(700, BET, REPLAYED, FORGED), REPLAYED),
        (read(-300, BET, REPLAYED, FORGED), FORGED),
        (read(400, BET, REPLAYED, FORGED), REPLAYED),
        (read(-500, BET, REPLAYED), BET),
        (read(500, BET, REPLAYED), BET),
        (read(-8_000, BET, UNCOVERED), UNCOVERED),
        (read(3, BET, PAID), PAID),
    ],
    ids=[
        "a replay that paid again",
        "a forged request that was worked",
        "two of them together",
        "an ordinary bet that was booked twice",
        "an ordinary bet that was not booked",
        "a part of what was not covered",
        "no step fits, and the last movement is nearest",
    ],
)
def test_a_read_accuses_the_step_whose_sum_is_missing(scene: Scene, guilty: Suspect) -> None:
    assert accused(scene) == guilty


def test_a_movement_is_charged_with_what_is_off_by_its_own_sum_unless_somebody_fits_better() -> None:
    conflict = Suspect("settlement", "conflict", 8, 1)
    for off in (-700, 700, 700 * 9, 700 * 99, 700 * 999_999):
        assert blame(shown(off, PAID, conflict), CASINO, OWN) is None
    for off in (700 * 2, 700 * 9_999_999):
        assert accused(shown(off, PAID, conflict)) == conflict
    assert accused(shown(-300, PAID, FORGED)) == FORGED
    assert accused(shown(700, PAID, REPLAYED)) == REPLAYED


def test_a_movement_that_shows_a_wrong_sum_is_charged_where_no_suspect_could_be_behind_it() -> None:
    assert blame(shown(3, PAID, BET, FORGED), CASINO, OWN) is None
    assert accused(shown(-8_000, PAID, UNCOVERED)) == UNCOVERED
    assert blame(shown(-9_001, PAID, UNCOVERED), CASINO, OWN) is None
    assert blame(shown(1, PAID, UNCOVERED), CASINO, OWN) is None


def test_a_malformed_request_may_have_moved_money_in_the_other_direction() -> None:
    negative = Suspect("bet", "malformed.negative", 7, -400)
    assert accused(shown(400, PAID, negative)) == negative
    assert accused(shown(-400, PAID, negative)) == negative
    assert blame(shown(200, PAID, negative), CASINO, OWN) is None


@pytest.mark.parametrize("situation", ["race_of_one", "rollback_again", "conflict", "reused_id", "late"])
def test_what_may_move_any_sum_is_behind_a_sum_that_nothing_explains(situation: str) -> None:
    peculiar = Suspect("bet", situation, 8, -100)
    assert accused(shown(12_345, PAID, peculiar)) == peculiar


def test_nobody_is_accused_where_the_read_itself_is_wrong_and_where_a_bystander_lost_money() -> None:
    found = blame(read(5, READ), CASINO, OWN)
    assert found is not None
    assert found == (CASINO.attribute("balance", "read", "balance", OWN), None)
    bystander = blame(read(5, acted=False), CASINO, OWN)
    assert bystander is not None
    assert (bystander[0].id, bystander[1]) == ("CAS-CON-01", None)


def test_the_requirement_of_the_scenario_is_preferred_where_two_are_equally_likely() -> None:
    forged = Suspect("settlement", "forged", 9, 700)
    scene = read(700, forged, REPLAYED)
    own = CASINO.attribute("settlement", "replay", "moved").id
    other = CASINO.attribute("settlement", "forged", "moved").id
    assert own != other
    for mine, guilty in ((own, REPLAYED), (other, forged)):
        found = blame(scene, CASINO, mine)
        assert found is not None
        assert (found[0].id, found[1]) == (mine, guilty)


def test_a_balance_without_the_movement_that_shows_it_is_recognised() -> None:
    assert shown(-700, PAID).shows_no_effect
    assert not shown(700, PAID).shows_no_effect
    assert not read(0, BET).shows_no_effect
    assert not shown(0, READ).shows_no_effect


def test_ordinary_steps_are_not_peculiar_and_a_situation_with_an_addition_is() -> None:
    assert [each.peculiar for each in (BET, PAID, READ, REPLAYED)] == [False, False, False, True]
    assert Suspect("bet", "new.contention", 1).peculiar
