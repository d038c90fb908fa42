"""Histories written by hand, and whom they accuse of what: lost answers, strangers, batches, logins and races."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from written_histories import ANNA, BERT, LACKING, OK, REFUSED, START, bet, judged, only, paid, race, read, said, told

from harness.model import (
    Alteration,
    Authenticate,
    BetBatch,
    Exchange,
    Failure,
    FailureKind,
    ItemReply,
    Loss,
    Message,
    Outcome,
    Reply,
    Session,
    Settle,
    Status,
    Transmission,
)
from harness.oracle import BudgetExceeded, judge
from harness.verdict.checks import Judged, on_the_wire


def test_a_sound_history_accuses_nobody() -> None:
    found = judged(told(bet("x"), START - 100), told(Settle(items=(paid("p"),)), START + 600), read(START + 600))
    assert found.verdicts == ()
    assert found.core_money_moved
    assert [(each.exchange, each.expected, each.shown) for each in found.course] == [
        (0, (START - 100,), START - 100),
        (1, (START + 600,), START + 600),
        (2, (START + 600,), START + 600),
    ]


# --------------------------------------------------------------------------------------------------------------------
# Lost answers


def test_a_request_whose_answer_was_lost_may_or_may_not_have_moved_money_and_nothing_else() -> None:
    lost = told(bet("x"), None, loss=Loss.AFTER_SENDING)
    assert judged(lost, read(START)).verdicts == ()
    assert judged(lost, read(START - 100)).verdicts == ()
    found = judged(lost, read(START - 200))
    (verdict,) = found.verdicts
    assert said(verdict) == ("CAS-BET-01", "conservation", "new", 1, 0)
    assert verdict.possible[0] == "success, balance 0.10 EUR"
    assert verdict.summary == "the balance does not agree with the answers before it"


def test_a_request_that_was_cut_off_has_moved_nothing() -> None:
    cut = told(bet("x"), None, loss=Loss.HALF_REQUEST)
    assert judged(cut, read(START)).verdicts == ()
    assert only(cut, read(START - 100)) == ("CAS-CUT-01", "conservation", "new.cut_off", 1, 0)


def test_a_repeat_whose_answer_was_lost_is_blamed_as_a_repeat() -> None:
    first = told(paid("w"), START + 700, name="payout")
    again = told(paid("w"), None, name="payout", loss=Loss.AFTER_SENDING)
    assert judged(first, again, told(bet("x"), START + 600)).verdicts == ()
    assert only(first, again, told(bet("x"), START + 1300))[0] == "CAS-IDM-07"
    other = told(paid("w", 900), None, name="payout", loss=Loss.AFTER_SENDING)
    assert only(first, other, told(bet("x"), START + 1500))[0] == "CAS-IDM-05"


def test_a_lost_request_that_must_be_disbelieved_is_blamed_as_that() -> None:
    forged = told(bet("x"), None, loss=Loss.AFTER_SENDING, alteration=Alteration(forged="wrong_signature"))
    assert only(forged, read(START - 100))[1:] == ("conservation", "forged", 1, 0)


def test_what_never_left_and_what_does_not_exist_are_not_judged() -> None:
    failure = Failure(FailureKind.UNREACHABLE, "refused", never_sent=True)
    unsent = told(bet("x"), None)
    unsent = replace(unsent, transmission=replace(unsent.transmission, failure=failure))
    found = judged(unsent, read(START - 100))
    assert {each.check for each in found.verdicts} == {"conservation", "delivery"}
    absent = told(bet("x"), None, absent=True)
    assert [each.check for each in judged(absent, read(START - 100)).verdicts] == ["conservation"]


def test_a_player_about_whom_too_much_is_open_is_not_decided_and_judged_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exhausted(beliefs: object, *events: object, racing: bool) -> object:
        raise BudgetExceeded

    monkeypatch.setattr(on_the_wire, "lost", exhausted)
    lost = told(bet("x"), None, loss=Loss.AFTER_SENDING, line=9, step=0)
    (verdict,) = judged(lost, lost, read(START + 5)).verdicts
    assert (verdict.status, verdict.requirement, verdict.exchange) == (Status.UNKNOWN, "CAS-BET-01", 0)
    assert (verdict.check, verdict.player, verdict.line) == ("oracle", "anna", 9)
    assert verdict.summary == "there are too many orders of these requests to decide whether one explains the answers"
    assert "--limit parallel=5" in verdict.fix, "what to do about it"
    assert verdict.sent == "bet x 0.001 EUR for player anna (answer lost on purpose (after_sending))"


# --------------------------------------------------------------------------------------------------------------------
# Strangers, and players whose balance nobody could read


def test_a_stranger_must_be_refused_and_who_is_known_need_not_be() -> None:
    assert only(told(bet("x", player="nobody"), 5))[:3] == ("CAS-INP-02", "oracle", "unknown_player")
    assert judged(told(bet("x", player="nobody"), REFUSED)).verdicts == ()
    unread = replace(ANNA, balance=None)
    assert judged(told(bet("x"), 5), players=(unread, BERT)).verdicts == ()
    forged = told(bet("x"), 5, alteration=Alteration(forged="wrong_signature"))
    assert only(forged, players=(unread, BERT))[:3] == ("CAS-SIG-02", "oracle", "forged.wrong_signature")
    refused = told(bet("x"), Outcome.UNAUTHENTICATED, alteration=Alteration(forged="wrong_signature"))
    assert judged(refused, players=(unread, BERT)).verdicts == ()


def test_a_finding_about_a_stranger_tells_what_was_right() -> None:
    (verdict,) = judged(told(bet("x", player="nobody"), 5, line=7)).verdicts
    assert (verdict.possible, verdict.player, verdict.line) == (("a refusal",), "nobody", 7)
    assert verdict.said == "HTTP 200, ok, balance 0.00005 EUR"


# --------------------------------------------------------------------------------------------------------------------
# Batches


def test_what_a_batch_refused_may_have_been_worked_after_its_answer() -> None:
    batch = Settle(items=(paid("p", 700), paid("q", 900, currency="USD"), paid("r", 50)))
    answered = told(batch, START + 700, Outcome.WRONG_CURRENCY, START + 750)
    assert judged(answered, read(START + 750)).verdicts == ()
    assert only(answered, read(START + 1650))[1:] == ("conservation", "wrong_currency", 1, 0)


def test_what_a_batch_accepted_is_confirmed_by_its_last_balance() -> None:
    batch = Settle(items=(paid("p", 700), paid("q", 50)))
    found = only(told(batch, START + 700, START + 750), read(START + 1450))
    assert found == ("CAS-BAL-01", "conservation", "read", 1, None)


def test_a_single_refusal_stays_a_suspect_until_a_balance_is_shown() -> None:
    refused = told(bet("x", START + 100), LACKING)
    assert only(refused, read(-100))[1:] == ("conservation", "uncovered", 1, 0)
    assert only(refused, read(START), read(-100, step=1))[1:] == ("conservation", "read", 2, None)


def test_a_replay_that_shows_the_balance_of_the_first_time_confirms_nothing() -> None:
    first, between, again = told(paid("p"), START + 700), told(paid("q", 1), START + 701), told(paid("p"), START + 700)
    assert judged(first, between, again, read(START + 701)).verdicts == ()
    assert only(first, between, again, read(START + 1401)) == ("CAS-IDM-07", "conservation", "replay", 3, 2)


# --------------------------------------------------------------------------------------------------------------------
# Reads


def test_the_balance_of_a_bystander_is_nobody_s_who_took_part() -> None:
    assert only(told(bet("x"), START - 100), read(START + 1, "bert"))[0] == "CAS-CON-01"
    assert only(told(bet("x"), START - 100), read(START, step=1))[0] == "CAS-BAL-01"


def test_a_closing_read_by_a_transaction_of_nothing_is_a_read() -> None:
    closing = told(Settle(items=(paid("z", 0, win=False),)), START - 101, step=-2)
    found = only(told(bet("x"), START - 100), closing)
    assert found[:2] == ("CAS-CON-01", "conservation")


def test_a_first_answer_without_effect_is_told_as_new_although_the_request_was_sent_before() -> None:
    lost, again = told(paid("p"), None, loss=Loss.AFTER_SENDING), told(paid("p"), START - 100)
    (verdict,) = judged(told(bet("x"), START - 100), lost, again).verdicts
    assert (verdict.situation, verdict.wrong) == ("new", "balance")


LOGIN = Authenticate(token=ANNA.token)


def login(balance: int | None, **session: str) -> Exchange:
    items = () if balance is None else (ItemReply(outcome=OK, balance=balance),)
    reply = Reply(outcome=OK, items=items, session=Session(**{"player": "anna", "session": "s", **session}))
    sent = Transmission(Message(b"", b""), Message(b"", b"", 200), None, 0, 0, 0, 1)
    return Exchange(operation=LOGIN, name="authenticate", transmission=sent, reply=reply, step=0, line=4)


def test_a_login_is_a_read_of_the_player_whom_it_names() -> None:
    def found(*exchanges: Exchange) -> Judged:
        return judged(*exchanges, contract="sportsbook")

    assert found(login(START)).verdicts == ()
    (verdict,) = found(login(START + 1)).verdicts
    assert said(verdict) == ("SPB-TOK-02", "conservation", "read", 0, None)
    assert [(each.player, each.shown) for each in found(login(START)).course] == [("anna", START)]
    assert found(login(START + 1, player="nobody")).course == ()
    refused = login(START + 1)
    assert refused.reply is not None
    refused = replace(refused, reply=replace(refused.reply, outcome=Outcome.INVALID_TOKEN))
    assert found(refused).course == ()
    nameless = replace(refused, reply=Reply(outcome=OK, items=(ItemReply(outcome=OK, balance=1),)))
    assert found(nameless).course == ()


# --------------------------------------------------------------------------------------------------------------------
# Races


BLIND = race((bet("x"), START - 700), (bet("y"), START - 700))
"""No order of two bets explains that both show a balance that neither has made; the money may be right."""
REFUSING = race((bet("x"), START - 100), (bet("y"), Outcome.REFUSED))


@pytest.mark.parametrize(
    ("exchanges", "end", "requirement", "summary"),
    [
        (BLIND, START - 200, "CAS-CNC-02", "no order of the concurrent requests explains the balances that were shown"),
        (REFUSING, START - 100, "CAS-CNC-01", "some of the concurrent requests were refused without need"),
    ],
    ids=["balances", "refusals"],
)
def test_what_a_race_shows_amiss_is_a_warning_that_says_how_many_were_sent(
    exchanges: list[Exchange], end: int, requirement: str, summary: str
) -> None:
    (verdict,) = judged(*exchanges, read(end)).verdicts
    assert (verdict.requirement, verdict.status, verdict.summary) == (requirement, Status.WARN, summary)
    shown = 1 if exchanges is REFUSING else 0
    assert (verdict.check, verdict.exchange, verdict.line) == ("oracle", shown, 4)
    assert verdict.sent == f"2 requests at once: bet {'xy'[shown]} 0.001 EUR for player anna, ..."


def test_a_race_whose_money_is_wrong_in_the_end_is_told_as_that_and_not_warned_of_besides() -> None:
    (verdict,) = judged(*BLIND, read(START - 100)).verdicts
    assert (verdict.requirement, verdict.status, verdict.check) == ("CAS-FND-02", Status.FAIL, "conservation")
    assert (verdict.exchange, verdict.accused) == (2, 0)


@pytest.mark.parametrize(("exchanges", "end"), [(BLIND, START - 200), (REFUSING, START - 100)])
def test_a_judgement_that_is_unsure_accuses_nobody_of_a_should(
    exchanges: list[Exchange], end: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_the_wire, "judge", lambda *args, **kwargs: replace(judge(*args, **kwargs), unsure=True))
    assert judged(*exchanges, read(end)).verdicts == ()
    (verdict,) = judged(*exchanges, read(end - 1)).verdicts
    assert verdict.status is Status.FAIL


def test_windows_end_where_a_race_ends_and_where_the_next_one_begins() -> None:
    first, second = race((bet("x"), START - 100), (bet("y"), START - 200)), race((bet("z"), START - 300))
    other = [replace(each, race=2) for each in (*second, told(bet("w"), START - 400))]
    assert judged(*first, *other, read(START - 400)).verdicts == ()
    backwards = race((bet("x"), START - 200), (bet("y"), START - 100))
    assert judged(*backwards, read(START - 200)).verdicts == ()
    (verdict,) = judged(*(replace(each, race=None) for each in backwards)).verdicts
    assert (verdict.requirement, verdict.exchange) == ("CAS-BET-01", 0)


# --------------------------------------------------------------------------------------------------------------------
# Codes


def refused(id_: str, outcome: Outcome, **fields: Any) -> Exchange:
    return told(bet(id_, START * 2), outcome, **fields)


def test_a_wrong_code_is_told_once_for_each_operation_and_situation() -> None:
    wrong = refused("x", Outcome.UNAUTHENTICATED, line=4)
    (verdict,) = judged(wrong, refused("y", Outcome.UNAUTHENTICATED), own="CAS-FND-01").verdicts
    assert (verdict.check, verdict.status, verdict.exchange, verdict.line) == ("code", Status.WARN, 0, 4)
    assert verdict.said == "HTTP 200, unauthenticated"
    assert judged(refused("x", LACKING), own="CAS-FND-01").verdicts == ()
    batch = BetBatch(items=(bet("z", START * 2), bet("w", 1)))
    both = judged(wrong, told(batch, Outcome.UNAUTHENTICATED, START - 1), own="CAS-FND-01")
    assert [each.exchange for each in both.verdicts] == [0, 1]


@pytest.mark.parametrize(
    "excused",
    [
        replace(refused("x", Outcome.UNAUTHENTICATED), race=1),
        refused("x", Outcome.UNAUTHENTICATED, alteration=Alteration(raw=((None, "roundId", "1"),))),
        refused("x", Outcome.UNAUTHENTICATED, alteration=Alteration(without=((None, "roundId"),))),
        replace(
            told(BetBatch(items=(bet("x", START * 2), bet("y", START * 2))), LACKING, LACKING),
            reply=Reply(outcome=Outcome.UNAUTHENTICATED, items=()),
        ),
    ],
    ids=["in a race", "wrong content", "missing content", "a batch as a whole"],
)
def test_which_error_comes_first_is_the_wallet_s_affair(excused: Exchange) -> None:
    assert [each.check for each in judged(excused, own="CAS-FND-01").verdicts] == []


# --------------------------------------------------------------------------------------------------------------------
# Whether core money moved


CORE = Settle(items=(paid("p"),))
FOREIGN = paid("p", currency="USD")


@pytest.mark.parametrize(
    ("exchange", "moved"),
    [
        (told(CORE, START + 700), True),
        (told(CORE, Outcome.CONFLICT), False),
        (told(CORE, None), False),
        (told(Settle(items=(paid("p", 0, win=False),)), START), False),
        (told(bet("x"), START - 100), False),
        (told(Settle(items=(FOREIGN, paid("q"))), Outcome.WRONG_CURRENCY, START + 700), True),
        (told(Settle(items=(FOREIGN, paid("q", 0, win=False))), Outcome.WRONG_CURRENCY, START), False),
    ],
    ids=["paid", "refused", "lost", "nothing", "not the core operation", "one of two", "nothing of two"],
)
def test_money_that_the_core_operation_moved(exchange: Exchange, *, moved: bool) -> None:
    assert judged(exchange).core_money_moved is moved


def test_money_has_not_been_seen_to_move_where_something_is_red_or_the_content_was_spoilt() -> None:
    assert not judged(told(CORE, START + 700), read(START)).core_money_moved
    spoilt = told(CORE, START + 700, alteration=Alteration(raw=((0, "roundId", "1"),)))
    assert not judged(spoilt).core_money_moved
