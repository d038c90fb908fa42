"""By chance a wallet is asked only what it has. Scenarios that send nothing end the exploring, and that is said."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from legal_wallets import CoreOnly

from harness.contracts import BUNDLED, load
from harness.explore.drawing import Chance
from harness.explore.exploration import MOST_IN_VAIN, Bounds, Drawn, Exploration, by_chance, explore
from harness.explore.labels_used import without_lonely_labels
from harness.explore.playable import playable
from harness.explore.playing import Playing
from harness.proof.trials import examiner_of
from harness.scenario import load_text, text_of
from mock_server.wallet import Wallet


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_with_its_core_alone_is_sent_so_many_requests(contract: str) -> None:
    exploration = Exploration(Playing(examiner_of(CoreOnly, contract, explain=False)))
    explore(exploration, by_chance(exploration, 3), Bounds(requests=300))
    assert exploration.generated_requests >= 300
    assert exploration.drawn < 200, "few scenarios send nothing"
    assert exploration.player.failures == []
    assert exploration.violations == ()
    assert exploration.remarks == ()


@pytest.mark.parametrize("contract", BUNDLED)
def test_whatever_a_wallet_lacks_what_is_drawn_can_be_written_and_has_none_of_it(contract: str) -> None:
    loaded = {contract: load(contract)}
    core = {each for each, name in loaded[contract].words.items() if loaded[contract].specs[name].core}
    for lacks in [{each} for each in loaded[contract].words if each not in core] + [{*loaded[contract].words} - core]:
        chance = Chance(loaded[contract], 5, lacks=lambda: lacks)  # noqa: B023 - it is used in this round only
        for each in islice(chance.drawn(), 60):
            text = text_of(each.generated)
            steps = load_text(text.encode(), "explored/1", "explored/1.yaml", loaded).steps
            words = {inner.word for step in steps for inner in (step, *step.steps)}
            assert not words & lacks, text


def test_scenarios_that_send_nothing_end_the_exploring() -> None:
    exploration = Exploration(Playing(examiner_of(CoreOnly, "casino", explain=False)))
    bet = {
        "title": "One",
        "requirement": {"casino": "CAS-CON-01"},
        "steps": [{"bet": {"amount": "1"}}],
    }
    source = (Drawn(bet, "by chance", learn=lambda *_: None) for _ in range(10 * MOST_IN_VAIN))
    explore(exploration, source, Bounds(requests=4000))
    assert exploration.drawn < 2 * MOST_IN_VAIN
    assert "exploring ended early" in exploration.remarks[0]


def test_where_the_wallet_lacks_everything_drawing_ends() -> None:
    contract = load("casino")
    assert list(Chance(contract, 1, lacks=lambda: {*contract.words, "restart"}).drawn()) == []


def test_references_to_what_is_not_sent_are_left_out() -> None:
    steps: list[dict[str, Any]] = [
        {"bet": {"id": "t1", "amount": "1"}},
        {"settle": [{"id": "t2", "bet": "t1", "bet_shape": "long", "amount": "2"}, {"bet": "unknown", "amount": "3"}]},
        {"at_once": [{"rollback": {"bet": "t1"}}, {"resend": "t2"}]},
        {"resend": "t1"},
    ]
    assert playable(steps, {"bet"}) == [
        {"settle": [{"id": "t2", "amount": "2"}, {"bet": "unknown", "amount": "3"}]},
        {"resend": "t2"},
    ]
    assert playable(steps, ()) == steps


def test_a_whole_wallet_is_drawn_for_as_before() -> None:
    exploration = Exploration(Playing(examiner_of(Wallet, "casino", explain=False)))
    drawn = [each.generated for each in islice(by_chance(exploration, 4), 12)]
    assert drawn == [each.generated for each in islice(Chance(load("casino"), 4).drawn(), 12)]


def test_a_label_that_is_sent_again_in_a_repetition_is_kept() -> None:
    steps = [{"repeat": {"times": "2", "steps": [{"bet": {"id": "t3", "amount": "1"}}, {"resend": "t3"}]}}]
    assert without_lonely_labels(steps) == steps
