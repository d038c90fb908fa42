"""What a document recommends for sessions that are not live is judged in every history, and nothing beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from written_histories import ANNA, CONTRACTS, LACKING, START, bet, history, judged, only, paid, race, said, told

from harness.model import Alteration, Authenticate, BetBatch, Exchange, Outcome, Rollback, Session, Status
from harness.verdict.checks import examine

OVER, NEVER = str(ANNA.expired_session), "never"


def placed(session: str, answer: int | Outcome, **fields: Any) -> Exchange:
    return told(bet("x", session=session), answer, name="placebet", **fields)


@pytest.mark.parametrize(("session", "situation"), [(OVER, "expired_session"), (NEVER, "unknown_session")])
def test_a_bet_in_a_session_that_is_not_live_should_be_refused(session: str, situation: str) -> None:
    taken = placed(session, START - 100)
    assert only(taken, contract="sportsbook") == ("SPB-SES-01", "expectation", situation, 0, None)
    (verdict,) = judged(taken, contract="sportsbook").verdicts
    assert (verdict.status, verdict.summary) == (Status.WARN, f"expected refused, as the session is {situation[:7]}")
    assert judged(placed(session, Outcome.INVALID_SESSION), contract="sportsbook").verdicts == ()


def test_a_bet_in_the_live_session_or_in_none_need_not() -> None:
    assert judged(placed(str(ANNA.session), START - 100), contract="sportsbook").verdicts == ()
    assert judged(placed("", START - 100), contract="sportsbook").verdicts == ()


def test_a_repeat_of_a_known_bet_may_succeed_after_the_session() -> None:
    taken, again = placed(str(ANNA.session), START - 100), placed(OVER, START - 100)
    assert judged(taken, again, contract="sportsbook").verdicts == ()


def test_a_session_that_a_login_has_opened_is_live() -> None:
    login = told(Authenticate(token=ANNA.token), START, name="authenticate")
    assert login.reply is not None
    opened = replace(login, reply=replace(login.reply, session=Session(player=ANNA.id, session=NEVER)))
    assert judged(opened, placed(NEVER, START - 100), contract="sportsbook").verdicts == ()


def test_a_payout_after_the_session_should_be_credited() -> None:
    refused = told(paid("w", session=OVER), Outcome.INVALID_SESSION, name="payout")
    assert only(refused) == ("CAS-SES-02", "expectation", "expired_session", 0, None)
    assert judged(told(paid("w", session=OVER), START + 700, name="payout")).verdicts == ()


def test_a_rollback_after_the_session_should_be_honoured() -> None:
    taken = told(bet("b1"), START - 100, name="placebet")
    back = Rollback(id="r", original="b1", bet="b1", player=ANNA.id, session=OVER)
    refused = told(back, Outcome.INVALID_SESSION, name="rollbackbet")
    (verdict,) = judged(taken, refused, contract="sportsbook").verdicts
    assert said(verdict) == ("SPB-SES-01", "expectation", "expired_session", 1, None)
    assert judged(taken, told(back, START, name="rollbackbet"), contract="sportsbook").verdicts == ()


def test_a_refusal_that_has_another_reason_is_none_for_the_session() -> None:
    """The bet of the payout is unknown, and the balance does not cover the bet: either may be the reason."""
    unknown = told(paid("w", bet="nothing", session=OVER), Outcome.UNKNOWN_TRANSACTION, name="payout")
    assert judged(unknown).verdicts == ()
    uncovered = told(bet("x", START + 1, session=OVER), LACKING, name="placebet")
    assert judged(uncovered, contract="sportsbook").verdicts == ()


def test_an_altered_request_and_one_of_a_race_are_left_out() -> None:
    old = Alteration(stale_seconds=7200)
    assert judged(told(bet("x", session=OVER), START - 100, alteration=old)).verdicts == ()
    both = race((bet("x", session=OVER), START - 100), (bet("y"), START - 200))
    named = [replace(each, name="placebet") for each in both]
    assert judged(*named, contract="sportsbook").verdicts == ()


def test_each_operation_is_named_once() -> None:
    taken = [told(bet(f"x{number}", session=OVER), START - 100 * number, name="placebet") for number in (1, 2, 3)]
    assert [said(each)[3] for each in judged(*taken, contract="sportsbook").verdicts] == [0]


def test_the_bet_of_a_batch_is_judged_by_its_own_session() -> None:
    batch = BetBatch(items=(bet("x"), bet("y", session=OVER)))
    assert only(told(batch, START - 100, START - 200, name="bet_batch"))[:3] == (
        "CAS-SES-02",
        "expectation",
        "expired_session",
    )


def test_a_profile_that_knows_the_reading_is_warned_as_well() -> None:
    contract = CONTRACTS["sportsbook"]
    policy = {**contract.policy, "ended_session_bet": frozenset({"accepted"})}
    whole = history(placed(OVER, START - 100), contract="sportsbook")
    (verdict,) = examine(whole, contract, policy).verdicts
    assert (verdict.requirement, verdict.status) == ("SPB-SES-01", Status.WARN)
