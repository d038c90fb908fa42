"""Scenarios by chance can be said in YAML, are reproducible, are guided by situations, and say when they cannot be."""

from __future__ import annotations

import builtins
import sys
from collections import Counter
from itertools import islice
from typing import Any

import pytest

from harness.contracts import BUNDLED, load
from harness.explore.choices import Choices
from harness.explore.coverage import Place
from harness.explore.drawing import MOVES, Chance, Chosen, NoHypothesis
from harness.explore.exploration import Bounds, Exploration, by_chance, explore
from harness.explore.playing import Playing
from harness.proof.trials import examiner_of
from harness.scenario import load_text, text_of
from harness.scenario.faults import BEYOND_EXACT
from harness.scenario.near_ids import NEAR_FORMS
from mock_server.wallet import Wallet

FRESH = Place("bet", "start", "new", "ok")


def drawn(contract: str, seed: int, count: int) -> list[Chosen]:
    return list(islice(Chance(load(contract), seed).drawn(), count))


@pytest.mark.parametrize("contract", BUNDLED)
def test_every_drawn_scenario_is_a_scenario_file(contract: str) -> None:
    loaded = {contract: load(contract)}
    chance = Chance(loaded[contract], 5)
    for number, each in enumerate(islice(chance.drawn(), 300)):
        chance.learn(each, (FRESH,), number % 2)  # Every second one is kept, and later ones continue it.
        text = text_of(each.generated)
        assert load_text(text.encode(), "explored/1", "explored/1.yaml", loaded).steps, text


@pytest.mark.parametrize("contract", BUNDLED)
def test_the_same_seed_draws_the_same_and_another_seed_does_not(contract: str) -> None:
    first, again, other = (drawn(contract, seed, 30) for seed in (1, 1, 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("contract", BUNDLED)
def test_every_move_and_every_operation_is_drawn(contract: str) -> None:
    scenarios = drawn(contract, 3, 300)
    assert {name for each in scenarios for name in each.moves} == set(MOVES)
    text = "".join(text_of(each.generated) for each in scenarios)
    assert [word for word in load(contract).words if f"{word}:" not in text] == []


def test_a_move_that_leads_to_something_new_is_favoured() -> None:
    chance = Chance(load("casino"), 1)
    before = chance.weights()
    for _ in range(50):
        chance.learn(Chosen({}, ("lost",), ()), (FRESH,), 1)
        chance.learn(Chosen({}, ("stake",), ()), (FRESH,), 0)
    after = chance.weights()
    assert after["lost"] > before["lost"]
    assert after["stake"] < before["stake"]
    assert min(after.values()) >= 1


def test_a_scenario_that_led_to_something_new_is_continued() -> None:
    chance = Chance(load("casino"), 1)
    steps = ({"reward": {"id": "t77", "amount": "77"}},)
    chance.learn(Chosen({}, ("reward",), steps), (FRESH,), 1)
    begun = [each for each in islice(chance.drawn(), 60) if each.steps[:1] == steps]
    assert 5 < len(begun) < 55


def test_what_the_wallet_answers_guides_what_is_drawn() -> None:
    def play(learning: bool) -> list[object]:
        exploration = Exploration(Playing(examiner_of(Wallet, "casino", explain=False)))
        source = by_chance(exploration, 4)
        if not learning:
            source = iter(list(islice(source, 60)))
        played: list[object] = []
        explore(exploration, source, Bounds(400), on_result=lambda _, each, __: played.append(each.generated))
        exploration.player.examiner.close()
        return played

    assert play(True) == play(True)
    assert play(True) != play(False)


def test_choices_by_weight_choose_as_often_as_the_weights_say() -> None:
    weights = {"never": 0, "once": 1, "thrice": 3}
    numbers = iter(range(4))
    choices = Choices(lambda count: next(numbers) % count)
    assert Counter(choices.by_weight(weights) for _ in range(4)) == {"once": 1, "thrice": 3}
    with pytest.raises(ValueError, match="no weight"):
        Choices(lambda _: 0).by_weight({"never": 0})


def test_choices_in_turn_leave_no_value_behind() -> None:
    choices = Choices(lambda count: count - 1)
    values = ("a", "b", "c")
    taken = [choices.in_turn(values) for _ in range(7)]
    assert [set(taken[:3]), set(taken[3:6])] == [{*values}] * 2
    assert choices.in_turn(("a", "x")) in {"a", "x"}  # Another choice has turns of its own.
    assert Counter(choices.in_turn(("a", "x")) for _ in range(3)) in ({"a": 2, "x": 1}, {"a": 1, "x": 2})


@pytest.mark.parametrize("contract", BUNDLED)
def test_the_turns_go_on_from_scenario_to_scenario(contract: str) -> None:
    chance = Chance(load(contract), 3)
    list(islice(chance.drawn(), 200))
    assert tuple(NEAR_FORMS) in chance.taken
    for values, counts in chance.taken.items():
        taken = [counts[each] for each in {*values}]
        assert max(taken) - min(taken) <= 1


@pytest.mark.parametrize("contract", BUNDLED)
def test_nothing_follows_an_amount_that_a_wallet_may_refuse_to_hold(contract: str) -> None:
    found = [
        each.steps for each in drawn(contract, 2, 200) if any(step.get("faults") == BEYOND_EXACT for step in each.steps)
    ]
    assert found
    assert all(steps[-1].get("faults") == BEYOND_EXACT for steps in found)


def test_without_hypothesis_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name == "hypothesis":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.delitem(sys.modules, "hypothesis", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NoHypothesis, match=r"pip install 'walletproof\[explore\]'"):
        Chance(load("casino"), 1)
