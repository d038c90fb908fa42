"""A result is built in one place, with all that it carries, and nothing in it has a secret."""

from __future__ import annotations

import ast
import json
from datetime import date
from decimal import Decimal

import pytest
from report_at_hand import scenarios
from source_tree import sources

from harness.contracts import load
from harness.examine import Secrets
from harness.examine.results import Results, undecided
from harness.model import Aspect, Check, History, Level, NotApplicable, Status, Verdict, Waiver
from harness.proof.trials import examiner_of
from harness.verdict import from_data, to_data
from harness.verdict.checks import Judged
from mock_server.wallet import Wallet

CASINO = load("casino")
SCENARIO = scenarios()["idempotency/resent_settlement"]
SECRET = "Sëcret/of+this=test"
SECRETS = Secrets(((SECRET, "WALLET_SECRET"),))
TODAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def lived() -> History:
    examiner = examiner_of(Wallet, "casino")
    (history,) = examiner._runner.run(SCENARIO)
    examiner.close()
    return history


def verdict(status: Status, *, check: Check = Check.ORACLE) -> Verdict:
    """A verdict whose every text repeats the secret."""
    return Verdict(
        check=check,
        requirement="CAS-IDM-01",
        level=Level.MUST,
        status=status,
        summary=f"summary {SECRET}",
        sent=f"sent {SECRET}",
        said=f"said {SECRET}",
        possible=(f"possible {SECRET}",),
        exchange=0,
    )


def built(history: History, *verdicts: Verdict, **fields: object) -> str:
    """Everything that a result holds, as text."""
    judged = Judged(verdicts=verdicts, readings=())
    results = Results(CASINO, SECRETS, "http://wallet.example/x", recording=True, **fields)  # type: ignore[arg-type]
    return json.dumps(to_data(results.of_runs(SCENARIO, [history], [(0, judged)])), ensure_ascii=False)


@pytest.mark.parametrize("status", [Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS])
@pytest.mark.parametrize("check", [Check.ORACLE, Check.CODE, Check.EXPECTATION])
def test_no_text_of_a_verdict_has_a_secret(lived: History, status: Status, check: Check) -> None:
    """The sentence of a cause may repeat the summary."""
    text = built(lived, verdict(status, check=check))
    assert SECRET not in text
    for name in ("summary", "sent", "said", "possible"):
        assert f"{name} $WALLET_SECRET" in text


def test_nor_has_the_reason_of_a_result() -> None:
    empty = History(contract="casino", scenario=SCENARIO)
    for history in (
        History(contract="casino", scenario=SCENARIO, stopped=f"no answer to {SECRET}"),
        History(contract="casino", scenario=SCENARIO, skipped=f"no player {SECRET}"),
    ):
        assert "$WALLET_SECRET" in built(history)
        assert SECRET not in built(history)
    assert Results(CASINO, SECRETS).undecided(SCENARIO, f"it says {SECRET}").reason == "it says $WALLET_SECRET"
    assert "nothing was sent" in built(empty)


def test_what_is_waived_is_known_when_the_result_is_built(lived: History) -> None:
    waiver = Waiver(requirement="CAS-IDM-01", reason="known", owner="us", until=TODAY)
    judged = [(0, Judged(verdicts=(verdict(Status.FAIL),), readings=()))]
    for day, excused in ((TODAY, True), (date(2026, 11, 28), False)):
        results = Results(CASINO, SECRETS, waivers=(waiver,), day=lambda day=day: day)  # type: ignore[misc]
        assert results.of_runs(SCENARIO, [lived], judged).excused is excused


def test_a_result_survives_the_way_through_json(lived: History) -> None:
    judged = Judged(verdicts=(verdict(Status.FAIL),), readings=(("policy", "reading"),))
    found = Results(CASINO, SECRETS, recording=True).of_runs(
        SCENARIO, [lived], [(0, judged)], absent={"bet"}, seconds="1.000"
    )
    assert found.seconds == "1.000"
    assert found.absent == ("bet",)
    assert found.records
    assert from_data(json.loads(json.dumps(to_data(found)), parse_float=Decimal)) == found
    assert undecided(SCENARIO, CASINO, "why").reason == "why"


def test_the_ids_that_a_result_carries_are_no_sentences() -> None:
    assert NotApplicable.OPERATION.of("bet") == "the wallet has no operation bet"
    assert NotApplicable.CURRENCY.of("SEK") == "needs a SEK player"
    assert not [each for each in (*NotApplicable, *Aspect) if " " in each]


def test_a_result_is_built_in_one_place() -> None:
    """Besides, the process that reports reads it from data."""
    places = {
        each.name
        for each in sources("harness")
        for node in each.nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "ScenarioResult"
    }
    assert places == {"harness.examine.results", "harness.verdict.result"}
