"""Answers that are lost on their way: what is sent again, what is played again, and what may be a crash."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from bad_day import LIMITS, RACE, examined, repeated
from interfered import Asked

from harness.model import Status
from harness.play.waves import MOST_ONE_BY_ONE


def test_a_reused_connection_that_closes_without_a_byte_is_no_crash() -> None:
    """Every second request of a connection is processed, and its answer is lost: the server closes idle connections."""

    def closes(asked: Asked) -> bool:
        if asked.number < 2:
            return False
        asked.answer()
        return True

    (result,), _ = examined(closes)
    assert result.status is Status.PASS, result.verdicts
    assert any(repeated(result))
    assert result.core_money_moved


def test_a_fresh_connection_that_closes_without_a_byte_is_not_asked_again() -> None:
    """It may have been a crash. The scenario that is played once more would crash the wallet, too."""
    lost: list[bytes] = []

    def closes(asked: Asked) -> bool:
        if lost:
            return False
        lost.append(asked.body)
        return True

    (result,), _ = examined(closes)
    assert result.status is Status.PASS
    assert not any(repeated(result))


def test_in_a_race_nothing_is_sent_again() -> None:
    def closes(asked: Asked) -> bool:
        return asked.number > 1 and b"transactions" in asked.body

    (result,), _ = examined(closes, [RACE])
    racing = [each for each in result.records if each["race"] is not None]
    assert racing
    assert not any(each["repeated"] for each in racing)


def test_where_the_scenario_counts_sendings_nothing_is_sent_again() -> None:
    def closes(asked: Asked) -> bool:
        return asked.number > 2 and b"transactions" in asked.body

    (result,), _ = examined(closes, ["idempotency/resent_many_times"])
    steps = [each for each in result.records if each["step"] >= 0 and each["operation"] != "balance"]
    assert steps
    assert not any(each["repeated"] for each in steps)
    assert result.status is Status.PASS, "the scenario was played once more, over connections that stay open"


@pytest.mark.parametrize("scenario", [RACE, "idempotency/resent_many_times"])
@pytest.mark.parametrize(("playings", "status"), [(1, Status.PASS), (2, Status.UNKNOWN)])
def test_what_cannot_be_sent_again_is_played_again_once(scenario: str, playings: int, status: Status) -> None:
    """An answer that is lost in a race or among counted sendings decides nothing. A second loss may be a crash."""
    seen: Counter[bytes] = Counter()
    lost: list[bytes] = []

    def loses(asked: Asked) -> bool:
        seen[asked.body] += b"transactions" in asked.body and b'"amount":0' not in asked.body
        if seen[asked.body] != 3 or asked.body in lost or len(lost) == playings:
            return False
        lost.append(asked.body)
        asked.answer()
        return True

    (result,), _ = examined(loses, [scenario])
    assert (len(lost), result.status) == (playings, status), result.verdicts


@pytest.mark.parametrize("losses", [1, 2])
def test_of_requests_that_only_save_time_one_loss_is_sent_again(losses: int) -> None:
    """If several of their connections are closed, the wallet may serve fewer at once: the scenario is played again."""
    settled: list[bytes] = []
    lost: list[bytes] = []

    def loses(asked: Asked) -> bool:
        if b'"amount":0.07' not in asked.body:
            return False
        settled.append(asked.body)
        if len(settled) <= MOST_ONE_BY_ONE or len(lost) == losses:
            return False
        lost.append(asked.body)
        asked.answer()
        return True

    many = replace(LIMITS, rounds=MOST_ONE_BY_ONE + 5)
    (result,), _ = examined(loses, ["money/sum_of_small_settlements"], contract="sportsbook", limits=many)
    assert (len(lost), result.status) == (losses, Status.PASS), result.verdicts
    assert (result.resent == losses) == (losses == 1)
