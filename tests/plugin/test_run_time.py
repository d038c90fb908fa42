"""The estimate of a run, its longest time, and what is said of a slow wallet."""

from __future__ import annotations

import pytest
from preflight_at_hand import AtHand
from report_at_hand import scenarios

from harness.contracts import load
from harness.model import Limits
from harness.plugin.run_time import RunTime, estimate_seconds, most_seconds, shown, turns
from harness.scenario.estimates import work_of

CASINO = load("casino")
WORK = [(each, CASINO) for each in scenarios().values() if "casino" in each.requirements][:40]


def estimated(answer_ms: int, *, processes: int = 1, rate: float = 0) -> int:
    wallet = AtHand("casino").under_test(requests_per_second=rate)
    return estimate_seconds(WORK, lambda _: wallet, lambda _: answer_ms * 1_000_000, processes)


def test_the_estimate_follows_the_answers_the_rate_and_the_processes() -> None:
    slow = estimated(500)
    assert slow > 20 * estimated(10) > 0
    assert estimated(1, rate=2) == pytest.approx(slow, rel=0.05)
    assert estimated(500, processes=4) == pytest.approx(slow / 4, rel=0.05)


def test_half_an_hour_or_three_times_the_estimate_unless_the_profile_says_so() -> None:
    assert most_seconds([0, 0], 20) == 1800
    assert most_seconds([0, 0], 1000) == 3000
    assert most_seconds([0, 90], 1000) == 90


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.05, "0.05 s"), (40, "40 s"), (600, "10 min"), (7500, "2 h 5 min"), (119.6, "2 min")]
)
def test_durations_are_shown_for_readers(seconds: float, text: str) -> None:
    assert shown(seconds) == text


def test_slowness_is_told_early_and_once() -> None:
    moment = [0.0]
    run = RunTime(60, [0], now=lambda: moment[0])
    assert run.told == "about 60 s are estimated for this run; it ends after 30 min at the latest"
    moment[0] = 10
    assert run.slowness(1, 1000) == "", "it is too early to know"
    moment[0] = 30
    assert run.slowness(10, 1000) == (
        "the run is slower than estimated: after 30 s it needs about 50 min in all, 60 s were estimated, and it ends "
        "after 30 min"
    )
    assert run.slowness(11, 1000) == "", "it was told"


def test_a_run_in_time_is_not_called_slow() -> None:
    moment = [0.0]
    run = RunTime(60, [0], now=lambda: moment[0])
    moment[0] = 30
    assert run.slowness(400, 1000) == ""


def test_the_first_cause_names_the_limit() -> None:
    assert "which is limits.run_seconds" in RunTime(5, [2.5]).ends
    assert "5 s were estimated" in RunTime(5, [0]).ends


def test_a_run_of_half_as_long_again_is_called_slower_than_estimated() -> None:
    moment = [0.0]
    run = RunTime(120, [0], now=lambda: moment[0])
    moment[0] = 30
    assert run.slowness(200, 1000) == "", "150 s are near enough"
    assert "it needs about 3 min in all, 2 min were estimated" in run.slowness(160, 1000)


def test_each_request_of_a_race_counts_and_so_do_batches_players_and_what_is_read() -> None:
    suite = scenarios()
    limits = Limits(races=5, parallel=20, batch=1000)
    race = work_of(suite["races/identical_bets"], CASINO, limits)
    assert race.requests >= 100, "a wallet may answer one at a time"
    batch = work_of(suite["batch/full_batch"], CASINO, limits)
    assert batch.requests < 20, "bets are placed in batches"
    assert batch.items >= 1000
    plain = work_of(suite["settlement/exact_credit"], CASINO, limits)
    assert (plain.requests, plain.players) == (4, 1), "a bet, the settlement, and two balances"
    assert work_of(suite["explored/pairs"], CASINO, Limits(explore=100)).answers == 150


def test_the_epilogue_counts_every_player_and_its_pause() -> None:
    suite = [each for each in scenarios().values() if "casino" in each.requirements]
    epilogue = next(each for each in suite if each.is_epilogue)
    wallet = AtHand("casino").under_test(limits=Limits(age_seconds=60))
    both = [(suite[0], CASINO), (epilogue, CASINO)]
    players = work_of(suite[0], CASINO, wallet.limits).players
    assert turns(both, lambda _: wallet)[1] == players
    assert estimate_seconds(both, lambda _: wallet, lambda _: 0) >= 60
