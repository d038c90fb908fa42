"""The end of a run: what was found stands, players get their money back, and no wait goes beyond it."""

from __future__ import annotations

import time

import pytest
from preflight_at_hand import AtHand
from report_at_hand import scenarios

from harness.examine import Examiner, preflight
from harness.model import Status
from harness.proof.in_process import InProcessCarrier

ENDS = "the time of the run is over"


def test_named_players_get_their_money_back_after_the_end() -> None:
    wallet = AtHand("casino")
    players = [wallet.player(), wallet.player()]
    carrier = InProcessCarrier(wallet.app, "/casino")
    under_test = wallet.under_test(players=tuple(players))
    examiner = Examiner(under_test, preflight(under_test, wallet=carrier), wallet=carrier)
    assert examiner.examine(scenarios()["settlement/exact_credit"]).status is Status.PASS
    examiner.bound(time.monotonic(), ENDS)
    result = examiner.examine(scenarios()["idempotency/resent_settlement"])
    assert (result.status, result.ended.startswith(ENDS)) == (Status.SKIPPED, True)
    assert examiner.close() == ()


@pytest.mark.parametrize("seconds", [-1, 30])
def test_pre_flight_ends_with_the_run(seconds: int) -> None:
    wallet = AtHand("casino")
    under_test = wallet.under_test(run_seconds=30)
    carrier, making = (InProcessCarrier(wallet.app, path) for path in ("/casino", "/__admin/player"))
    facts = preflight(under_test, wallet=carrier, provision=making, until=time.monotonic() + seconds)
    assert ("limits.run_seconds" in facts.ended) is (seconds < 0)
    examiner = Examiner(under_test, facts, wallet=carrier, provision=making)
    result = examiner.examine(scenarios()["settlement/exact_credit"])
    assert (result.status, result.ended) == ((Status.SKIPPED, facts.ended) if seconds < 0 else (Status.PASS, ""))
