"""Histories by hand in which generated scenarios have found the judges wrong. A sound wallet may answer each so."""

from __future__ import annotations

from dataclasses import replace

import pytest
from written_histories import ANNA, BERT, CONTRACTS, LACKING, START, bet, history, judged, paid, read, said, told

from harness.model import (
    Alteration,
    Authenticate,
    Exchange,
    GetBalance,
    Loss,
    Outcome,
    Player,
    Rollback,
    Session,
    Unsettle,
)
from harness.verdict.checks import examine

OF_LATE = Outcome.REFUSED


def lost_rollback() -> Exchange:
    rollback = Rollback(id="r", original="x", bet="x", player=ANNA.id, session=ANNA.session)
    return told(rollback, None, name="rollbackbet", loss=Loss.AFTER_SENDING)


@pytest.mark.parametrize("code", [LACKING, OF_LATE])
def test_after_a_lost_rollback_an_uncovered_bet_may_have_either_code(code: Outcome) -> None:
    refused = told(bet("x", START + 1), code, name="placebet")
    assert judged(lost_rollback(), refused, contract="sportsbook").verdicts == ()


def test_without_the_lost_rollback_it_may_not() -> None:
    (verdict,) = judged(told(bet("x", START + 1), OF_LATE, name="placebet"), contract="sportsbook").verdicts
    assert said(verdict)[:2] == ("SPB-BET-01", "code")


@pytest.mark.parametrize("code", [LACKING, Outcome.UNKNOWN_TRANSACTION])
def test_an_uncovered_deduction_for_an_unknown_bet_may_have_either_code(code: Outcome) -> None:
    deducted = Unsettle(id="u", currency="EUR", amount=START + 1, bet="none", player=ANNA.id, kind="BET_UNPAID")
    assert judged(told(deducted, code, name="unsettlement"), contract="sportsbook").verdicts == ()


def test_for_a_known_bet_it_may_not() -> None:
    deducted = Unsettle(id="u", currency="EUR", amount=START + 1, bet="b", player=ANNA.id, kind="BET_UNPAID")
    refused = told(deducted, Outcome.UNKNOWN_TRANSACTION, name="unsettlement")
    (verdict,) = judged(refused, contract="sportsbook").verdicts
    assert said(verdict)[:2] == ("SPB-UNS-03", "code")


def login(balance: int) -> Exchange:
    """A login in which the player gets a new session."""
    plain = told(Authenticate(token=ANNA.token), balance, name="authenticate")
    assert plain.reply is not None
    return replace(plain, reply=replace(plain.reply, session=Session(player=ANNA.id, session="new")))


def test_a_login_needs_no_session_and_its_balance_is_judged() -> None:
    assert judged(login(START), read(START), contract="sportsbook").verdicts == ()
    assert judged(login(START - 1), contract="sportsbook").verdicts != ()


def test_a_login_is_no_read_in_an_ended_session() -> None:
    contract = CONTRACTS["sportsbook"]
    policy = {**contract.policy, "ended_session_read": frozenset({"refused"})}
    assert examine(history(login(START), contract="sportsbook"), contract, policy).verdicts == ()
    read_later = told(GetBalance(player=ANNA.id, session="over"), START, name="balance")
    (verdict,) = examine(history(read_later, contract="sportsbook"), contract, policy).verdicts
    assert said(verdict)[1] == "oracle"


def test_a_request_without_a_session_is_none_of_a_live_one() -> None:
    """A bet without a session may be refused, though nothing else is wrong."""
    refused = told(bet("x", session=""), Outcome.INVALID_SESSION, name="placebet")
    assert judged(refused, contract="sportsbook").verdicts == ()
    (verdict,) = judged(told(bet("x"), Outcome.INVALID_SESSION, name="placebet"), contract="sportsbook").verdicts
    assert said(verdict)[1] == "oracle"


def pinned(*exchanges: Exchange, **policies: str) -> bool:
    """Whether a wallet of these readings may answer so."""
    contract = CONTRACTS["sportsbook"]
    policy = {**contract.policy, **{name: frozenset({reading}) for name, reading in policies.items()}}
    return not examine(history(*exchanges, contract="sportsbook"), contract, policy).verdicts


def test_a_refused_bet_of_another_player_may_be_unknown_to_the_wallet() -> None:
    rollback = Rollback(id="r", original="x", bet="x", player=BERT.id, session=BERT.session)
    refused = told(bet("x", START + 1), LACKING, name="placebet")
    assert pinned(refused, told(rollback, START, name="rollbackbet"), rollback_of_foreign="refused")
    taken = told(bet("x", 100), START - 100, name="placebet")
    assert not pinned(taken, told(rollback, START, name="rollbackbet"), rollback_of_foreign="refused")


def test_the_id_of_another_players_rollback_that_succeeded_may_be_refused() -> None:
    def undone(player: Player, answer: int | Outcome) -> Exchange:
        rollback = Rollback(id="r", original="x", bet="x", player=player.id, session=player.session)
        return told(rollback, answer, name="rollbackbet")

    taken = told(bet("x", 100), START - 100, name="placebet")
    known = undone(ANNA, Outcome.UNKNOWN_TRANSACTION)
    assert pinned(taken, undone(BERT, START), known, rollback_of_foreign="ok")
    assert not pinned(taken, undone(BERT, OF_LATE), known, rollback_of_foreign="refused")
    assert not pinned(taken, known)


def test_the_id_of_another_players_refused_bet_may_be_new() -> None:
    """A wallet that refuses the known ids of other players may remember no refusal."""
    own = told(bet("x", 100, player=BERT.id, session=BERT.session), START - 100, name="placebet")
    refused = told(bet("x", START + 1), LACKING, name="placebet")
    assert pinned(refused, own, reused_id="refused")
    assert pinned(refused, replace(told(bet("x", player=BERT.id), LACKING, name="placebet")), reused_id="refused")
    taken = told(bet("x", 100), START - 100, name="placebet")
    assert not pinned(taken, own, reused_id="refused")


def test_the_bet_of_another_player_may_be_known_to_the_wallet() -> None:
    taken = told(bet("x", 100, bet="other"), START - 100, name="placebet")
    deducted = Unsettle(id="u", currency="EUR", amount=10, bet="other", player=BERT.id, kind="BET_UNPAID")
    late = told(deducted, START - 10, name="unsettlement")
    assert pinned(taken, late, unsettlement_beyond_payout="refused")
    assert not pinned(late, unsettlement_beyond_payout="refused")


def test_a_bet_that_only_its_bet_id_names_in_a_rollback_still_stands() -> None:
    taken = told(bet("x", 100, bet="b1"), START - 100, name="placebet")
    credit = told(paid("w", 700, bet="b1"), START + 600, name="settlement")
    stray = Rollback(id="r", original="never", bet="b1", player=ANNA.id, session=ANNA.session)
    assert pinned(taken, told(stray, START - 100, name="rollbackbet"), credit, returned_bet="refused")
    returned = replace(stray, original="x")
    back = told(returned, START, name="rollbackbet")
    won = told(paid("w", 700, bet="b1"), START + 700, name="settlement")
    assert not pinned(taken, back, won, returned_bet="refused")
    assert pinned(taken, back, won)


def test_what_is_known_of_credits_for_returned_bets_says_nothing_of_deductions() -> None:
    taken = told(bet("x", 100, bet="b1"), START - 100, name="placebet")
    rollback = Rollback(id="r", original="x", bet="b1", player=ANNA.id, session=ANNA.session)
    deducted = Unsettle(id="u", currency="EUR", amount=10, bet="b1", player=ANNA.id, kind="BET_UNPAID")
    back, taken_again = told(rollback, START, name="rollbackbet"), told(deducted, START - 10, name="unsettlement")
    assert pinned(taken, back, taken_again, returned_bet="refused")


def test_a_wallet_that_remembers_refusals_need_not_remember_that_of_an_old_signature() -> None:
    contract = CONTRACTS["casino"]
    policy = {**contract.policy, "replay_of_refused": frozenset({"refused"})}
    old = told(paid("w"), OF_LATE, name="payout", alteration=Alteration(stale_seconds=7200))
    good = told(paid("w"), START + 700, name="payout")
    assert examine(history(old, good), contract, policy).verdicts == ()
    assert examine(history(old, told(paid("w"), OF_LATE, name="payout")), contract, policy).verdicts == ()


def test_a_lost_request_that_must_not_be_believed_takes_no_id() -> None:
    forged = Alteration(forged="wrong_password")
    lost = told(bet("x", 100), None, name="placebet", loss=Loss.AFTER_SENDING, alteration=forged)
    other = told(bet("x", 100, player=BERT.id, session=BERT.session), START - 100, name="placebet")
    assert pinned(lost, other, reused_id="refused")
    believed = told(bet("x", 100), None, name="placebet", loss=Loss.AFTER_SENDING)
    assert not pinned(believed, other, reused_id="refused")
