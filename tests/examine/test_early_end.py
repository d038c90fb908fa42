"""The end of a run before its last scenario: players get their money back all the same."""

from __future__ import annotations

import time

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
    examiner.patience.until, examiner.patience.ends = time.monotonic(), ENDS
    result = examiner.examine(scenarios()["idempotency/resent_settlement"])
    assert (result.status, result.ended) == (Status.SKIPPED, ENDS)
    assert examiner.close() == ()
