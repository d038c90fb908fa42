"""Generated scenarios and their shrinking restart the wallet a few times only, and say what they left out for that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.contracts import BUNDLED, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner
from harness.explore.certifying import explored_pairs
from harness.explore.exploration import RACES, Bounds, Drawn, Exploration, explore, pairs
from harness.explore.labels_used import drafts_of
from harness.explore.playing import Generated, Playing, findings_in
from harness.explore.restart_limits import MOST_BY_PAIRS, RestartLimit, restarts, without_restarts
from harness.explore.shrinking import CONFIRMATIONS, shrink
from harness.model import Limits, Status
from harness.proof.trials import LIMITS, examiner_of
from harness.report.remarks import remarks
from harness.scenario import load_file
from harness.verdict import Certification, ContractVerdict
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

FORGETFUL = DEFECTS["forgets-at-a-restart"].wallet_type
MOST = Limits().explore


class Restarting:
    """An examiner in process whose clock for restarts moves by so many seconds with each."""

    def __init__(self, wallet_type: type[Wallet], contract: str, seconds: float = 0, races: int = 1) -> None:
        self.examiner = examiner_of(wallet_type, contract, limits=replace(LIMITS, races=races))
        self.times, self.clock = 0, 0.0
        really = self.examiner.restarts.by
        assert really is not None

        def restart() -> None:
            self.times += 1
            self.clock += seconds
            really()

        self.examiner.restarts.by = restart
        self.examiner.restarts.now = lambda: self.clock


def certified(examiner: Examiner) -> tuple[Status, tuple[str, ...], tuple[str, ...]]:
    """The status of the pairs in a certification, their files, and the remarks on the verdict."""
    folder = bundled("scenarios")
    result = explored_pairs(examiner, load_file(folder / "explored/pairs.yaml", folder, {}), MOST)
    name = examiner.contract.name
    verdict = ContractVerdict(contract=name, certification=Certification.CERTIFIED, reason="")
    return result.status, result.found, remarks(verdict, load(name), [result])


@pytest.mark.parametrize("name", BUNDLED)
def test_the_pairs_restart_the_wallet_a_few_times_and_say_how_many_they_left_out(name: str) -> None:
    wallet = Restarting(Wallet, name)
    exploration = Exploration(Playing(wallet.examiner))
    rows = list(pairs(exploration.contract))
    restarting = sum(restarts(each.generated) for each in rows)
    explore(exploration, rows, Bounds(requests=MOST))
    assert exploration.findings == {}
    assert exploration.drawn == len(rows), "the others are played without their restart"
    limit = exploration.player.restarts.pairs
    assert (wallet.times, limit.used, limit.left_out) == (3, 3, restarting - MOST_BY_PAIRS)
    (said,) = exploration.player.restarts.sentences()
    assert "restarted the wallet 3 times" in said
    assert f"{restarting - 3} more were played without their restart" in said


@pytest.mark.full
@pytest.mark.parametrize("name", BUNDLED)
def test_races_that_are_repeated_restart_the_wallet_no_more_often(name: str) -> None:
    wallet = Restarting(Wallet, name, races=RACES)
    exploration = Exploration(Playing(wallet.examiner))
    explore(exploration, pairs(exploration.contract), Bounds(requests=10 * MOST))
    assert wallet.times == exploration.player.restarts.pairs.used == MOST_BY_PAIRS


@pytest.mark.parametrize("name", BUNDLED)
def test_the_rows_that_restart_send_something_again_that_the_wallet_must_know(name: str) -> None:
    chosen = [each.generated for each in pairs(load(name)) if each.may_restart and restarts(each.generated)]
    assert len(chosen) == MOST_BY_PAIRS
    for steps in (each["steps"] for each in chosen):
        (place,) = (number for number, step in enumerate(steps) if "restart" in step)
        assert labels(steps[:place]) & labels(steps[place:]), steps


def labels(steps: list[dict[str, Any]]) -> set[str]:
    """The labels of the transactions and bets that these steps name."""
    drafts = [draft for step in steps for draft in drafts_of(step)]
    named = {draft[name] for draft in drafts for name in ("id", "bet") if name in draft}
    return named | {step["resend"] for step in steps if "resend" in step}


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("seconds", [0, 60])
def test_a_wallet_that_forgets_is_found_and_shrunk_with_few_restarts(name: str, seconds: float) -> None:
    wallet = Restarting(FORGETFUL, name, seconds)
    status, files, said = certified(wallet.examiner)
    assert status is Status.FAIL
    assert files
    assert all("restart:" in each for each in files), "without a restart this wallet is right"
    most = {0: 20 + CONFIRMATIONS, 60: 1 + CONFIRMATIONS}[int(seconds)]
    assert wallet.times <= MOST_BY_PAIRS + most + len(files)
    if not seconds:
        assert files[0].count("  - ") <= 4
    else:
        assert any("shrinking restarted the wallet" in each for each in said)


def test_a_restart_that_takes_long_ends_the_restarts_of_the_pairs() -> None:
    wallet = Restarting(Wallet, "casino", seconds=90)
    status, _, said = certified(wallet.examiner)
    assert (status, wallet.times) == (Status.PASS, 2)
    assert "restarted the wallet 2 times in 180 s" in said[0]


def test_what_fails_without_a_restart_is_shrunk_without_one() -> None:
    wallet = Restarting(DEFECTS["takes-what-is-there"].wallet_type, "sportsbook")
    player = Playing(wallet.examiner)
    steps: list[dict[str, Any]] = [
        {"balance": ""},
        {"restart": ""},
        {"bet": {"amount": "more_than_everything"}},
        {"bet": {"amount": "1"}},
    ]
    generated = scenario("sportsbook", steps)
    (key, *_) = findings_in(player.play(generated))
    before = wallet.times
    shrunk = shrink(generated, key, player)
    assert shrunk is not None
    assert not restarts(shrunk.generated)
    assert (wallet.times - before, player.restarts.sentences()) == (0, ())


def test_by_chance_restarts_end_at_their_own_limit_and_a_scenario_of_restarts_alone_is_left_out() -> None:
    wallet = Restarting(Wallet, "casino")
    exploration = Exploration(Playing(wallet.examiner))
    exploration.player.restarts.chance = RestartLimit(2, 60)
    restarting = scenario("casino", [{"bet": {"amount": "1"}}, {"restart": ""}])
    only = scenario("casino", [{"restart": ""}])
    source = [Drawn(each, "by chance", learn=lambda *_: None) for each in (restarting, only, restarting, only)]
    explore(exploration, source, Bounds())
    assert (wallet.times, exploration.drawn) == (2, 3)
    assert exploration.player.failures == []
    assert "by chance restarted the wallet 2 times" in exploration.player.restarts.sentences()[0]


def test_where_the_wallet_cannot_be_restarted_nothing_is_said() -> None:
    examiner = examiner_of(Wallet, "casino")
    examiner.restarts.by = None
    status, _, said = certified(examiner)
    assert (status, said) == (Status.PASS, ())


def test_without_its_restarts_a_scenario_keeps_every_other_step() -> None:
    steps = [{"bet": {"amount": "1"}}, {"restart": ""}, {"balance": ""}]
    assert without_restarts({"steps": steps})["steps"] == [steps[0], steps[2]]


def scenario(contract: str, steps: list[dict[str, Any]]) -> Generated:
    """A generated scenario of these steps."""
    return {"title": "One", "requirement": {contract: load(contract).conservation.id}, "funds": "10", "steps": steps}
