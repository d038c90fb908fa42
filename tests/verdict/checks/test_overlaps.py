"""A refusal of a request that is sent again after its answer was lost, while the first sending may still run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from written_histories import LACKING, REFUSED, START, bet, judged, paid, read, told

from harness.model import (
    Alteration,
    Aspect,
    BetBatch,
    Exchange,
    Failure,
    FailureKind,
    Fault,
    Loss,
    Message,
    Operation,
    Outcome,
    Problem,
    Rollback,
    Settle,
    Status,
    Step,
    Verdict,
)

LOST_SCENARIO = {"casino": "CAS-LST-01", "sportsbook": "SPB-LST-01"}
BET, PAYOUT = bet("x"), paid("x", bet="")
AFTER_BET = START - 100


def lost(operation: Operation, loss: Loss = Loss.AFTER_SENDING) -> Exchange:
    return told(operation, *[None for _ in getattr(operation, "items", (operation,))], loss=loss, line=4)


def resent(operation: Operation, *answers: int | Outcome) -> Exchange:
    return told(operation, *answers, step=1, line=5)


def broken(operation: Operation, status: int = 500) -> Exchange:
    """An answer that is no answer of the contract: an HTTP error with a page."""
    plain = resent(operation, *[REFUSED for _ in getattr(operation, "items", (operation,))])
    sent = replace(plain.transmission, received=Message(b"", b"<html>", status))
    problem = Problem(Fault.UNDECODABLE, "", "this is no JSON", "json")
    return replace(plain, transmission=sent, reply=None, problems=(problem,))


def once_more(operation: Operation, *answers: int | Outcome) -> Exchange:
    return told(operation, *answers, step=1, line=0)


def verdicts(*exchanges: Exchange, **fields: Any) -> list[Verdict]:
    contract = fields.get("contract", "casino")
    steps = (Step(word="bet", line=4, lost=Loss.AFTER_SENDING), Step(word="resend", line=5, expect=("ok",)))
    return list(judged(*exchanges, **{"own": LOST_SCENARIO[contract], "steps": steps, **fields}).verdicts)


def is_contention(verdict: Verdict, contract: str = "casino") -> bool:
    requirement = {"casino": "CAS-CNC-01", "sportsbook": "SPB-CNC-01"}[contract]
    found = verdict.requirement, verdict.status, verdict.aspect, verdict.exchange
    return found == (requirement, Status.WARN, Aspect.REFUSED_WITHOUT_NEED, 1)


@pytest.mark.parametrize("loss", [Loss.AFTER_SENDING, Loss.TIME_OUT, Loss.HALF_ANSWER])
@pytest.mark.parametrize("refusal", [REFUSED, LACKING, Outcome.CONFLICT])
@pytest.mark.parametrize(("operation", "end"), [(BET, AFTER_BET), (PAYOUT, START + 700)], ids=["bet", "payout"])
def test_a_refusal_before_a_success_with_one_effect_is_a_warning(
    operation: Operation, end: int, refusal: Outcome, loss: Loss
) -> None:
    (verdict,) = verdicts(lost(operation, loss), resent(operation, refusal), once_more(operation, end), read(end))
    assert is_contention(verdict)
    assert "first sending" in verdict.summary


def test_the_answer_may_be_lost_by_the_transport() -> None:
    first = lost(BET)
    closed = Failure(FailureKind.CLOSED, "the wallet closed the connection")
    first = replace(first, loss=None, transmission=replace(first.transmission, failure=closed))
    found = verdicts(first, resent(BET, REFUSED), once_more(BET, AFTER_BET), read(AFTER_BET))
    assert [is_contention(each) for each in found if each.exchange == 1] == [True]
    assert all(each.status is not Status.FAIL for each in found)


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
@pytest.mark.parametrize("status", [409, 500, 503])
def test_an_http_error_before_a_success_is_a_warning(status: int, contract: str) -> None:
    names = {"casino": "bet", "sportsbook": "placebet"}
    exchanges = lost(BET), broken(BET, status), once_more(BET, AFTER_BET), read(AFTER_BET)
    named = [replace(each, name=names[contract]) if each.operation == BET else each for each in exchanges]
    (verdict,) = verdicts(*named, contract=contract)
    assert is_contention(verdict, contract)
    assert str(status) in verdict.said


def test_a_refusal_that_stays_although_the_money_moved_loses_the_transaction() -> None:
    (verdict,) = verdicts(lost(BET), resent(BET, REFUSED), once_more(BET, REFUSED), read(AFTER_BET))
    assert (verdict.requirement, verdict.status) == ("CAS-LST-01", Status.FAIL)


def test_money_that_moved_twice_stays_a_violation() -> None:
    for exchanges in (
        [once_more(BET, AFTER_BET), read(AFTER_BET - 100)],
        [once_more(BET, AFTER_BET - 100), read(AFTER_BET - 100)],
    ):
        (verdict,) = verdicts(lost(BET), resent(BET, REFUSED), *exchanges)
        assert (verdict.requirement, verdict.status) == ("CAS-LST-01", Status.FAIL)


def test_money_that_never_moved_stays_a_violation_where_the_last_answer_is_a_success() -> None:
    (verdict,) = verdicts(lost(BET), resent(BET, REFUSED), once_more(BET, START), read(START))
    assert verdict.status is Status.FAIL


def test_two_refusals_for_lack_of_funds_are_right() -> None:
    high = bet("x", START + 1)
    steps = (Step(word="bet", line=4), Step(word="resend", line=5))
    assert not verdicts(lost(high), resent(high, LACKING), once_more(high, LACKING), read(START), steps=steps)


def test_a_refusal_for_lack_of_funds_before_a_win_is_right() -> None:
    high = bet("x", START + 1)
    steps = (Step(word="bet", line=4), Step(word="resend", line=5))
    won = told(paid("w"), START + 700, step=1)
    end = START + 700 - (START + 1)
    assert not verdicts(lost(high), resent(high, LACKING), won, once_more(high, end), read(end), steps=steps)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (lost(BET, Loss.HALF_REQUEST), resent(BET, REFUSED)),
        (told(BET, AFTER_BET, line=4), resent(BET, REFUSED)),
        (lost(bet("y")), resent(BET, REFUSED)),
        (lost(bet("x", 200)), resent(BET, REFUSED)),
    ],
    ids=["cut off", "answered", "another id", "another amount"],
)
def test_a_refusal_that_overlaps_nothing_is_no_contention(first: Exchange, second: Exchange) -> None:
    found = verdicts(first, second, once_more(BET, AFTER_BET), read(AFTER_BET))
    assert not any(is_contention(each) for each in found)


def test_a_refusal_of_an_altered_request_shows_nothing() -> None:
    altered = replace(resent(BET, REFUSED), alteration=Alteration(forged="other_secret"))
    steps = (Step(word="bet", line=4), Step(word="resend", line=5, forged="other_secret"))
    assert not verdicts(lost(BET), altered, once_more(BET, AFTER_BET), read(AFTER_BET), steps=steps)


def test_only_the_refused_items_of_a_batch_overlap() -> None:
    batch = BetBatch(items=(bet("x"), bet("y", 200)))
    (verdict,) = verdicts(
        lost(batch), resent(batch, AFTER_BET, REFUSED), once_more(batch, AFTER_BET, START - 300), read(START - 300)
    )
    assert is_contention(verdict)
    wrong = verdicts(
        lost(batch), resent(batch, AFTER_BET, REFUSED), once_more(batch, REFUSED, START - 300), read(START - 300)
    )
    assert any(each.status is Status.FAIL for each in wrong)


def test_a_batch_that_is_refused_whole_shows_no_reading_of_batches() -> None:
    batch = Settle(items=(PAYOUT,))
    whole = resent(batch, REFUSED)
    assert whole.reply is not None
    whole = replace(whole, reply=replace(whole.reply, outcome=REFUSED, items=()))
    found = judged(lost(batch), whole, once_more(batch, START + 700), read(START + 700), own="CAS-LST-01")
    assert [is_contention(each) for each in found.verdicts] == [True]
    assert not {policy for policy, _ in found.readings} & {"batch_with_no_valid_item", "replay_of_refused"}


def test_the_night_job_may_overlap_a_payout() -> None:
    batch = Settle(items=(PAYOUT,))
    (verdict,) = verdicts(
        lost(PAYOUT), resent(batch, REFUSED), once_more(batch, START + 700), read(START + 700), own="CAS-IDM-03"
    )
    assert is_contention(verdict)


def test_a_refusal_after_the_fate_is_known_is_a_violation() -> None:
    shown = told(BET, AFTER_BET, step=1, line=5)
    (verdict,) = verdicts(lost(BET), shown, once_more(BET, REFUSED), once_more(BET, AFTER_BET), read(AFTER_BET))
    assert verdict.status is Status.FAIL


def gateway(operation: Operation, status: int, step: int, line: int) -> Exchange:
    problem = Problem(Fault.UNDECODABLE, "status", f"HTTP {status} without an error of the contract's shape", "http")
    return replace(broken(operation, status), step=step, line=line, problems=(problem,))


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_that_answers_first_loses_the_answer(status: int) -> None:
    found = verdicts(gateway(BET, status, 0, 4), resent(BET, REFUSED), once_more(BET, AFTER_BET), read(AFTER_BET))
    assert [is_contention(each) for each in found if each.exchange == 1] == [True]
    assert all(each.status is not Status.FAIL for each in found)


@pytest.mark.parametrize("status", [500, 503])
def test_another_http_error_loses_nothing(status: int) -> None:
    found = verdicts(gateway(BET, status, 0, 4), resent(BET, REFUSED), once_more(BET, AFTER_BET), read(AFTER_BET))
    assert not any(is_contention(each) for each in found)


def test_a_gateway_that_answers_second_refuses() -> None:
    (verdict,) = verdicts(lost(BET), broken(BET, 504), once_more(BET, AFTER_BET), read(AFTER_BET))
    assert is_contention(verdict)


def test_every_refusal_of_the_runners_own_sendings_overlaps() -> None:
    refused = once_more(BET, REFUSED)
    (verdict,) = verdicts(lost(BET), resent(BET, REFUSED), refused, refused, once_more(BET, AFTER_BET), read(AFTER_BET))
    assert is_contention(verdict)


ROLLBACK = Rollback(id="r", original="x", bet=BET.bet, player=BET.player, session=BET.session)


def undone(*answers: int | Outcome, line: int = 5) -> Exchange:
    return replace(told(ROLLBACK, *answers, step=1, line=line), name="rollbackbet")


def of_sportsbook(*exchanges: Exchange, loss: Loss = Loss.TIME_OUT) -> list[Verdict]:
    first = replace(lost(BET, loss), name="placebet")
    steps = (Step(word="bet", line=4, lost=loss), Step(word="rollback", line=5, expect=("ok",)))
    found = judged(first, *exchanges, contract="sportsbook", own=LOST_SCENARIO["sportsbook"], steps=steps)
    return list(found.verdicts)


def test_a_rollback_may_be_refused_while_its_bet_runs() -> None:
    (verdict,) = of_sportsbook(undone(REFUSED), undone(REFUSED, line=0), undone(START, line=0), read(START))
    assert is_contention(verdict, "sportsbook")


def test_a_rollback_that_stays_refused_is_a_violation() -> None:
    found = of_sportsbook(undone(REFUSED), undone(REFUSED, line=0), read(AFTER_BET))
    assert any(each.status is Status.FAIL for each in found)


def test_a_stake_that_stays_taken_after_the_rollback_is_a_violation() -> None:
    found = of_sportsbook(undone(REFUSED), undone(AFTER_BET, line=0), read(AFTER_BET))
    assert any(each.status is Status.FAIL for each in found)


def test_a_rollback_of_a_bet_that_was_cut_off_overlaps_nothing() -> None:
    found = of_sportsbook(undone(REFUSED), undone(START, line=0), read(START), loss=Loss.HALF_REQUEST)
    assert any(each.status is Status.FAIL for each in found)
