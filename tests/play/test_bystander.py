"""When the bystander's balance is read."""

from __future__ import annotations

import pytest

from harness.model import CLOSING, GetBalance, Limits
from harness.proof.matrix import scenarios
from harness.proof.trials import examiner_of
from mock_server.wallet import Wallet


@pytest.mark.parametrize("races", [1, 2, 4])
def test_the_bystander_of_a_race_is_read_after_its_first_and_its_last_repetition(races: int) -> None:
    limits = Limits(parallel=3, races=races, settle_seconds=0)
    examiner = examiner_of(Wallet, "casino", limits=limits)
    race = next(each for each in scenarios() if each.id == "races/identical_settlements")
    try:
        histories = examiner._histories(race)
    finally:
        examiner.close()
    lead = [history.players[0].id for history in histories]
    closing = [
        {
            each.operation.player
            for each in history.exchanges
            if each.step == CLOSING and isinstance(each.operation, GetBalance)
        }
        for history in histories
    ]
    read = [len(players - {own}) for players, own in zip(closing, lead, strict=True)]
    assert len(histories) == races
    assert all(own in players for players, own in zip(closing, lead, strict=True))
    assert read == [1 if run in {0, races - 1} else 0 for run in range(races)]
    assert len({history.players[-1].id for history in histories}) == 1
