"""A right wallet behind a replica, a rate limit or a failing proxy: the only cause is what stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from late_wallet import ReadsEverythingFromReplica, ReadsFromReplica, examiner_on_clock
from report_at_hand import contracts, results_of, scenarios

from harness.model import Loss, Message, Request, Transmission
from harness.proof.in_process import InProcessCarrier
from harness.verdict import ScenarioResult
from harness.verdict.causes.lateness import LATE_BALANCE
from harness.verdict.dictionary import Explanation, explain
from mock_server.wallet import Wallet

SOME = ("insufficient_funds", "settlement", "zero_amount", "player")
"""Categories that read balances often."""


def chosen(contract: str) -> list[str]:
    return [each.id for each in scenarios().values() if each.category in SOME and contract in each.requirements]


def told(results: Sequence[ScenarioResult], contract: str) -> tuple[Explanation, ...]:
    assert any(each.violated for each in results), "the weather must have struck"
    return explain(results, contracts()[contract])


class Failing(InProcessCarrier):
    """Something in front of the wallet answers every fifth request with a page of its own."""

    status = 502
    count = 0

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        self.count += 1
        if self.count < 40 or self.count % 5:
            return super().send(request, loss=loss, time_out_seconds=time_out_seconds)
        page = Message(b"", b"<html>", status=self.status, headers=(("content-type", "text/html"),))
        return replace(super().send(request, loss=loss), received=page)


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
@pytest.mark.parametrize("status", [429, 502, 504])
def test_a_proxy_or_a_rate_limit_is_told_by_its_status(status: int, contract: str) -> None:
    carrier = type("Carrier", (Failing,), {"status": status})
    found = [scenarios()[each] for each in chosen(contract)]
    causes = told(results_of(Wallet, contract, found, record=False, carrier=carrier), contract)
    assert [f"HTTP {status}: " in each.sentence for each in causes] == [True], [each.sentence for each in causes]
    assert not causes[0].guess


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
@pytest.mark.parametrize("wallet_type", [ReadsFromReplica, ReadsEverythingFromReplica])
def test_a_replica_that_lags_is_told_as_that(wallet_type: type[Wallet], contract: str) -> None:
    examiner = examiner_on_clock(wallet_type, contract)
    causes = told([examiner.examine(scenarios()[each]) for each in chosen(contract)], contract)
    assert {each.keys[0][0] for each in causes} == {LATE_BALANCE}, [(each.bugs, each.sentence) for each in causes]
    assert len(causes) <= 2
    assert not any(each.guess or each.bugs for each in causes)
