"""Smaller scenarios: what may go only together goes together, and requests of a race may stand one after the other."""

from __future__ import annotations

from typing import Any

from harness.explore.reductions import one_after_another, smaller

HEAD: dict[str, Any] = {"title": "T", "requirement": {"casino": "CAS-CON-01"}}


def found(*steps: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [each["steps"] for each in smaller({**HEAD, "steps": [*steps]})]


def test_the_shape_of_a_label_goes_in_all_steps_at_once() -> None:
    bet, back = {"id": "b1", "shape": "long", "amount": "1"}, {"bet": "b1", "bet_shape": "long"}
    steps: list[dict[str, Any]] = [{"bet": bet}, {"rollback": back}, {"bet": {**bet, "amount": "2"}}]
    plain = {"id": "b1", "amount": "1"}
    assert [{"bet": plain}, {"rollback": {"bet": "b1"}}, {"bet": {**plain, "amount": "2"}}] in found(*steps)


def test_the_shape_of_another_label_stays() -> None:
    one, other = {"id": "t1", "shape": "long", "amount": "1"}, {"id": "t2", "shape": "emoji", "amount": "1"}
    race = {"at_once": [{"bet": one}, {"bet": one}, {"bet": other}, {"bet": other}]}
    plain = {"id": "t1", "amount": "1"}
    assert [{"at_once": [{"bet": plain}, {"bet": plain}, {"bet": other}, {"bet": other}]}] in found(race)


def test_the_other_player_goes_in_all_steps_at_once() -> None:
    bet = {"id": "b1", "amount": "1", "player": "other"}
    round_ = {"repeat": {"times": "2", "steps": [{"balance": {"player": "other"}}]}}
    steps = found({"bet": bet}, round_, {"settle": [{"bet": "b1", "amount": "2", "player": "other"}]})
    assert [
        {"bet": {"id": "b1", "amount": "1"}},
        {"repeat": {"times": "2", "steps": [{"balance": ""}]}},
        {"settle": [{"bet": "b1", "amount": "2"}]},
    ] in steps


def test_the_requests_of_a_race_one_after_the_other() -> None:
    same = {"bet": {"id": "t1", "amount": "1"}, "times": "4", "at_once": "true"}
    mixed = {"at_once": [{"bet": {"amount": "1"}}, {"balance": ""}]}
    alone = one_after_another({**HEAD, "steps": [same, mixed]})
    assert alone is not None
    assert alone["steps"] == [
        {"bet": {"id": "t1", "amount": "1"}, "times": "4"},
        {"bet": {"amount": "1"}},
        {"balance": ""},
    ]
    assert one_after_another({**HEAD, "steps": [{"balance": ""}]}) is None
