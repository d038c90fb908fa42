"""Pre-flight on a bad day of the server: closed connections and `Retry-After` are no configuration problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hostile import Server, message
from interfered import Asked, Interfered
from preflight_at_hand import AtHand

from harness.contracts import BUNDLED
from harness.examine import violations_of
from harness.play.preflight import ConfigurationProblem, Facts, preflight
from harness.play.sending import Patience
from harness.verdict.first_calls import Violation


def looked(
    contract: str, interfere: Callable[[Asked], bool], slept: list[float] | None = None
) -> tuple[Facts, Sequence[Violation]]:
    """The facts of a pre-flight with which a function interferes, and the violations that they prove."""
    wallet = AtHand(contract)

    def on_the_contract(asked: Asked) -> bool:
        return asked.path.startswith(f"/{contract}") and interfere(asked)

    with Server(Interfered(wallet.app, on_the_contract)) as server:
        found = replace(
            wallet.under_test(), url=f"{server.url}/{contract}", provision_url=f"{server.url}/__admin/player"
        )
        patience = Patience(retry_seconds=30, sleep=([] if slept is None else slept).append)
        facts = preflight(found, patience=patience)
        return facts, violations_of(found, facts)


def told(facts: Facts) -> list[str]:
    return [each for each in facts.warnings if "sent again" in each]


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize("at", range(1, 10))
def test_each_call_may_be_refused_once_for_a_while(contract: str, at: int) -> None:
    slept: list[float] = []
    seen = 0

    def busy(asked: Asked) -> bool:
        nonlocal seen
        seen += 1
        if seen != at:
            return False
        asked.visit.say(message(b"slow down", "Retry-After: 3", "Connection: close", status="429 Too Many Requests"))
        return True

    facts, violations = looked(contract, busy, slept)
    assert violations == ()
    assert len(slept) == 1
    assert 2.5 < slept[0] <= 3
    (warning,) = told(facts)
    assert warning.startswith("in pre-flight, 1 request was sent again: ")
    assert warning.endswith("3.0 s were waited for the wallet")


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_server_that_closes_kept_connections_costs_one_answer(contract: str, most: int) -> None:
    """Each connection carries so many requests. The next one is processed, and its answer is lost."""

    def closes(asked: Asked) -> bool:
        if asked.number <= most:
            return False
        asked.answer()
        return True

    facts, violations = looked(contract, closes)
    assert violations == ()
    (warning,) = told(facts)
    assert warning.startswith("in pre-flight, 1 request was sent again: ")
    assert sum("keeps no connection" in each for each in facts.warnings) == (most == 1)


def test_a_server_that_goes_on_asking_for_patience_is_a_problem_of_its_own() -> None:
    slept: list[float] = []

    def busy(asked: Asked) -> bool:
        asked.visit.say(message(b"slow down", "Retry-After: 3", "Connection: close", status="429 Too Many Requests"))
        return True

    with pytest.raises(ConfigurationProblem, match="HTTP 429, too many requests"):
        looked("casino", busy, slept)
    assert len(slept) == 3
