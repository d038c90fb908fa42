"""A wallet that breaks down at a player who does not exist: it is asked last, waited for, and told so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hostile import Behaviour, Server, Visit, message
from preflight_at_hand import AtHand, stages

from harness.config import WalletUnderTest
from harness.examine import preflight, violation_of, violations_of
from harness.model import Player, Request
from harness.proof.in_process import InProcessCarrier

KNOWN = "188"
JSON = "Content-Type: application/json"


def serving(wallet: AtHand, at_a_stranger: Callable[[Visit], None]) -> Behaviour:
    """Serve a wallet, but for requests about strangers: they get what `at_a_stranger` does."""
    carrier = InProcessCarrier(wallet.app, "")

    def behaviour(visit: Visit) -> None:
        while request := visit.request():
            head, _, body = request.partition(b"\r\n\r\n")
            if b'"playerId"' in body and f'"{KNOWN}"'.encode() not in body:
                at_a_stranger(visit)
                return
            first, *lines = head.decode().split("\r\n")
            headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
            made = carrier.send(Request(first.split(" ")[1], headers, body))
            assert made.received is not None
            visit.say(message(made.received.body, JSON, status=f"{made.received.status} Any"))

    return behaviour


def looked_at(wallet: AtHand, url: str, **fields: Any) -> WalletUnderTest:
    player: Player = wallet.player(playerId=KNOWN)
    return replace(wallet.under_test(players=(player,)), url=f"{url}/{wallet.contract}", **fields)


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_a_wallet_that_closes_the_connection_has_a_finding_and_the_run_goes_on(contract: str) -> None:
    wallet = AtHand(contract)
    with Server(serving(wallet, lambda visit: None)) as server:
        found = looked_at(wallet, server.url)
        facts = preflight(found)
    assert facts.first_calls == ()
    (violation,) = violations_of(found, facts)
    assert violation.requirement == {"casino": "CAS-INP-02", "sportsbook": "SPB-INP-02"}[contract]
    assert violation.said == "no answer"
    assert [each.name for each in facts.stages][-1] == "stranger", "nobody is asked for before"


def test_a_wallet_that_stays_away_cannot_be_run_and_is_told_why() -> None:
    wallet = AtHand("casino")
    gone: list[bool] = []

    def behaviour(visit: Visit) -> None:
        if gone:
            return
        serving(wallet, lambda _: gone.append(True))(visit)

    with Server(behaviour) as server:
        found = looked_at(wallet, server.url, recovery_seconds=0.2)
        facts = preflight(found)
    violation = violation_of(found, facts)
    assert violation is not None
    assert violation.requirement == "CAS-INP-02"


def test_a_refusal_is_all_that_is_wanted() -> None:
    wallet = AtHand("casino")
    with Server(
        serving(wallet, lambda visit: visit.say(message(json.dumps({"status": "RS_ERROR_UNKNOWN"}).encode(), JSON)))
    ) as server:
        facts = preflight(looked_at(wallet, server.url))
    assert facts.findings == ()
    assert stages(facts)["stranger"].detail == "settlement is answered with HTTP 200"
