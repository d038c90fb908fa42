"""What the oracle is told: which answer belongs to which transaction, and the facts about each request."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.contracts import load
from harness.model import (
    Alteration,
    Authenticate,
    Bet,
    BetBatch,
    Exchange,
    GetBalance,
    History,
    ItemReply,
    Message,
    Operation,
    Outcome,
    Payout,
    Player,
    Policy,
    Reply,
    Retry,
    Reward,
    Rollback,
    Scenario,
    Session,
    Settle,
    Single,
    Situation,
    Transmission,
    Unsettle,
)
from harness.oracle import Terms
from harness.verdict.checks.facts import Known, Part, currency_of, parts_of, session_of, surplus, terms_of

CASINO, SPORTSBOOK = load("casino"), load("sportsbook")
ANNA = Player(id="anna", currency="EUR", session="live", expired_session="over")
BERT = Player(id="bert", currency="EUR")
POLICY: Policy = {"unknown_game": frozenset({"refused"})}


def paid(id_: str, *, player: str = "anna", **fields: Any) -> Payout:
    session = "live" if player == "anna" else ""
    common = {"id": id_, "player": player, "session": session, "currency": "EUR"}
    return Payout(**{**common, "amount": 100, "bet": "b", **fields})


def bet(id_: str, *, player: str = "anna", **fields: Any) -> Bet:
    session = "live" if player == "anna" else ""
    return Bet(**{"id": id_, "player": player, "session": session, "currency": "EUR", "amount": 100, **fields})


def said(id_: str | None, outcome: Outcome = Outcome.OK, balance: int | None = None) -> ItemReply:
    return ItemReply(outcome=outcome, id=id_, balance=balance)


def exchange(operation: Operation, reply: Reply | None = None, name: str = "bet", **departure: Any) -> Exchange:
    sent = Transmission(Message(b"", b""), None, None, 0, 0, 0, 0)
    return Exchange(operation=operation, name=name, transmission=sent, reply=reply, alteration=Alteration(**departure))


def answered(*items: ItemReply, outcome: Outcome = Outcome.OK) -> Reply:
    return Reply(outcome=outcome, items=items, code="CODE")


# --------------------------------------------------------------------------------------------------------------------
# Whose answer it is


def test_a_single_operation_is_one_part_with_its_answer_or_none() -> None:
    one, answer = bet("b1"), said("b1")
    assert parts_of(3, exchange(one, answered(answer))) == (Part(item=one, exchange=3, answer=answer),)
    assert parts_of(3, exchange(one)) == (Part(item=one, exchange=3, answer=None),)
    assert parts_of(3, exchange(one, answered())) == (Part(item=one, exchange=3, answer=None),)
    assert parts_of(3, exchange(Authenticate(token="t"), answered(answer))) == ()


@pytest.mark.parametrize("batch", [Settle, Retry, BetBatch])
def test_each_item_of_a_batch_has_the_answer_of_its_id_in_whatever_order(batch: type) -> None:
    one, two = (bet("x"), bet("y")) if batch is BetBatch else (paid("x"), paid("y"))
    reply = answered(said("y", balance=2), said("x", balance=1))
    assert parts_of(7, exchange(batch(items=(one, two)), reply)) == (
        Part(item=one, exchange=7, answer=said("x", balance=1)),
        Part(item=two, exchange=7, answer=said("y", balance=2)),
    )


def fates(operation: Operation, reply: Reply | None, **departure: Any) -> list[tuple[str, Any, bool, bool]]:
    """Per item its id, the balance or outcome of its answer, whether it was dropped, and whether it is missing."""
    found = []
    for part in parts_of(0, exchange(operation, reply, **departure)):
        answer = part.answer
        told = None if answer is None else answer.balance if answer.balance is not None else answer.outcome.value
        found.append((getattr(part.item, "id", ""), told, part.dropped, part.missing))
    return found


BATCH = Settle(items=(paid("x"), paid("y")))
TWICE = Settle(items=(paid("x"), paid("x"), paid("y")))


def test_a_batch_without_an_answer_has_an_open_fate_for_each_item() -> None:
    assert fates(BATCH, None) == [("x", None, False, False), ("y", None, False, False)]


def test_a_batch_that_is_refused_whole_has_that_answer_for_each_item() -> None:
    assert fates(BATCH, answered(outcome=Outcome.CONFLICT)) == [
        ("x", "conflict", False, False),
        ("y", "conflict", False, False),
    ]
    (first, _) = parts_of(0, exchange(BATCH, answered(outcome=Outcome.CONFLICT)))
    assert first.answer == ItemReply(outcome=Outcome.CONFLICT, code="CODE")


def test_an_item_that_an_answered_batch_leaves_out_is_missing() -> None:
    assert fates(BATCH, answered()) == [("x", None, False, True), ("y", None, False, True)]
    assert fates(BATCH, answered(said("y", balance=1))) == [("x", None, False, True), ("y", 1, False, False)]
    refused = answered(said("y", balance=1), outcome=Outcome.REFUSED)
    assert fates(BATCH, refused) == [("x", None, False, True), ("y", 1, False, False)]


def test_twins_have_their_answers_in_order_and_one_answer_stands_for_both() -> None:
    both = answered(said("x", balance=1), said("x", balance=2), said("y", balance=3))
    assert fates(TWICE, both) == [("x", 1, False, False), ("x", 2, False, False), ("y", 3, False, False)]
    once = answered(said("x", balance=1), said("y", balance=3))
    assert fates(TWICE, once) == [("x", 1, False, False), ("x", None, True, False), ("y", 3, False, False)]
    neither = answered(said("y", balance=3))
    assert fates(TWICE, neither) == [("x", None, False, True), ("x", None, True, False), ("y", 3, False, False)]


def test_an_item_that_was_sent_without_its_id_has_the_answer_under_a_name_that_is_not_ours() -> None:
    reply = answered(said("W-1", balance=1), said("y", balance=2))
    without = {"without": ((0, "transactionId"),)}
    assert fates(BATCH, reply, **without) == [("x", 1, False, False), ("y", 2, False, False)]
    assert fates(BATCH, reply) == [("x", None, False, True), ("y", 2, False, False)]
    assert fates(BATCH, answered(said("W-1", balance=1)), **without) == [
        ("x", None, False, True),
        ("y", None, False, True),
    ]
    twins = answered(said("x", balance=1), said("W", balance=9), said("y", balance=3))
    assert fates(TWICE, twins, **without) == [("x", 1, False, False), ("x", None, True, False), ("y", 3, False, False)]


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (exchange(BATCH, answered(said("x"), said("y"))), ()),
        (exchange(BATCH, answered(said("z"), said("x"), said(None), said("z"))), ("z", "(no id)")),
        (exchange(BATCH), ()),
        (exchange(bet("x"), answered(said("z"))), ()),
        (exchange(Settle(items=()), answered(said("z"))), ()),
    ],
    ids=["none", "two, each once", "no answer", "a single operation", "an empty batch"],
)
def test_answers_that_nobody_asked_for(sent: Exchange, names: tuple[str, ...]) -> None:
    assert surplus(sent) == names


@pytest.mark.parametrize(
    ("item", "currency"),
    [
        (paid("x", currency="USD"), "USD"),
        (GetBalance(player="anna"), "EUR"),
        (Rollback(id="r", original="b", bet="b", player="anna"), "EUR"),
        (GetBalance(player="stranger"), ""),
    ],
)
def test_the_currency_of_an_answer_that_names_none(item: Single, currency: str) -> None:
    assert currency_of(item, [BERT, ANNA]) == currency


# --------------------------------------------------------------------------------------------------------------------
# What a request is to the wallet


def terms(item: Single, sent: Exchange | None = None, known: Known | None = None) -> Terms:
    scenario = Scenario(id="a/b", path="a/b.yaml", title="", requirements={"casino": "CAS-IDM-01"})
    history = History(contract="casino", scenario=scenario, players=(ANNA, BERT), unknown_games=frozenset({"made up"}))
    outer = sent or exchange(item)
    contract = CASINO if outer.name in CASINO.specs else SPORTSBOOK
    if known is None:
        known = Known(sessions={"anna": {"live"}})
    alone = Part(item=item, exchange=0, answer=None)
    part = next((each for each in parts_of(0, outer) if each.item is item), alone)
    return terms_of(part, outer, history, contract, POLICY, known)


def test_an_ordinary_request_must_be_believed() -> None:
    assert terms(bet("b", session="live")) == Terms(policy=POLICY, operation="bet")


@pytest.mark.parametrize(
    ("departure", "disbelieved", "doubtful"),
    [
        ({"forged": "other_secret"}, Situation.FORGED, None),
        ({"forged": "timestamp_in_seconds"}, None, Situation.FORGED),
        ({"forged": "timestamp_not_a_number"}, None, Situation.FORGED),
        ({"missing_header": "x-signature"}, Situation.MISSING_HEADER, None),
        ({"tampered": (("amount", "1"),)}, Situation.TAMPERED, None),
        ({"stale_seconds": 1}, None, Situation.STALE),
        ({"body": b""}, None, Situation.MALFORMED),
        ({"content_type": "text/plain"}, None, Situation.MALFORMED),
        ({"raw": ((None, "amount", "1"),)}, None, Situation.MALFORMED),
        ({"raw": ((0, "amount", "1"),)}, None, Situation.MALFORMED),
        ({"without": ((0, "amount"),)}, None, Situation.MALFORMED),
        ({"raw": ((1, "amount", "1"),)}, None, None),
        ({"without": ((1, "amount"),)}, None, None),
    ],
)
def test_a_request_that_departs_is_disbelieved_or_doubtful(
    departure: dict[str, Any], disbelieved: Situation | None, doubtful: Situation | None
) -> None:
    item = bet("b")
    found = terms(item, exchange(item, **departure))
    assert (found.disbelieved, found.doubtful) == (disbelieved, doubtful)


def test_of_a_batch_the_altered_item_alone_is_doubtful() -> None:
    sent = exchange(BATCH, name="settlement", raw=((1, "amount", "1"),))
    assert [terms(item, sent).doubtful for item in BATCH.items] == [None, Situation.MALFORMED]
    whole = exchange(BATCH, name="settlement", raw=((None, "transactions", "1"),))
    assert [terms(item, whole).doubtful for item in BATCH.items] == [Situation.MALFORMED] * 2


@pytest.mark.parametrize(
    ("item", "departure", "disbelieved"),
    [
        (bet("b", currency="USD"), {}, Situation.WRONG_CURRENCY),
        (bet("b", player="stranger"), {}, Situation.UNKNOWN_PLAYER),
        (bet("b", player="stranger", currency="USD"), {}, Situation.UNKNOWN_PLAYER),
        (bet("b", player="stranger"), {"forged": "other_secret"}, Situation.FORGED),
        (GetBalance(player="stranger"), {}, Situation.UNKNOWN_PLAYER),
        (GetBalance(player="bert"), {}, None),
    ],
)
def test_strangers_and_foreign_money_are_disbelieved(
    item: Single, departure: dict[str, Any], disbelieved: Situation | None
) -> None:
    assert terms(item, exchange(item, **departure)).disbelieved is disbelieved


def test_what_a_stranger_is_said_to_have_sent_in_a_wrong_form_is_a_stranger_s_first_of_all() -> None:
    item = bet("b", player="stranger")
    found = terms(item, exchange(item, raw=((None, "amount", "1"),)))
    assert (found.disbelieved, found.doubtful) == (Situation.UNKNOWN_PLAYER, None)


def test_the_ended_session_decides_nothing_for_the_core_operation_and_may_decide_for_the_others() -> None:
    over = {"session": "over"}
    assert terms(paid("p", **over), exchange(paid("p"), name="settlement")).refusable == ()
    assert terms(bet("b", **over)).refusable == ("ended_session_bet",)
    assert terms(bet("b", session="never opened")).refusable == ("ended_session_bet",)
    assert terms(paid("p", **over), exchange(paid("p"), name="payout")).refusable == ("ended_session_credit",)
    reward = Reward(id="w", player="anna", currency="EUR", amount=1, session="over")
    assert terms(reward, exchange(reward, name="reward")).refusable == ("ended_session_credit",)
    rollback = Rollback(id="r", original="b", bet="b", player="anna", session="over")
    assert terms(rollback, exchange(rollback, name="rollbackbet")).refusable == ("ended_session_rollback",)
    read = GetBalance(player="anna", session="over")
    assert terms(read, exchange(read, name="balance")).refusable == ("ended_session_read",)


@pytest.mark.parametrize(
    ("item", "refusable"),
    [
        (paid("p", amount=0, win=True), ("win_against_amount",)),
        (paid("p", amount=1, win=False), ("win_against_amount",)),
        (paid("p", amount=0, win=False), ()),
        (paid("p", amount=1, win=True), ()),
        (paid("p", game="made up"), ("unknown_game",)),
        (bet("b", game="made up"), ("unknown_game",)),
        (bet("b", game="known"), ()),
        (bet("b", session="over", game="made up"), ("ended_session_bet", "unknown_game")),
    ],
)
def test_policies_under_which_a_refusal_breaks_nothing(item: Single, refusable: tuple[str, ...]) -> None:
    assert terms(item).refusable == refusable


@pytest.mark.parametrize(
    ("session", "player", "is_now"),
    [
        ("", BERT, "live"),
        ("", ANNA, "unknown"),
        ("live", ANNA, "live"),
        ("newer", ANNA, "live"),
        ("over", ANNA, "expired"),
        ("never opened", ANNA, "unknown"),
        ("newer", BERT, "unknown"),
        ("own", replace(BERT, session="own"), "live"),
    ],
)
def test_what_a_session_is_to_the_wallet(session: str, player: Player, is_now: str) -> None:
    known = Known(sessions={"anna": {"live", "newer"}})
    assert session_of(GetBalance(player=player.id, session=session), player, known) == is_now


def test_a_batch_is_known_as_one_and_twins_in_it_are() -> None:
    sent = exchange(TWICE, name="settlement")
    found = [terms(item, sent) for item in TWICE.items]
    assert [each.duplicate_in_batch for each in found] == [True, True, False]
    assert [each.batch for each in found] == [True] * 3
    assert not terms(bet("x")).batch
    alone = Settle(items=(paid("x"),))
    assert not terms(alone.items[0], exchange(alone, name="settlement")).duplicate_in_batch


def known_after(*exchanges: Exchange) -> Known:
    known = Known()
    for each in exchanges:
        known.add(each, [part.item for part in parts_of(0, each)])
    return known


def test_an_id_is_known_elsewhere_once_another_player_had_it() -> None:
    known = known_after(exchange(bet("x", player="bert")))
    assert terms(bet("x"), known=known).known_elsewhere
    assert not terms(bet("y"), known=known).known_elsewhere
    assert not terms(bet("x", player="bert"), known=known).known_elsewhere
    assert terms(bet("x"), known=known_after(exchange(bet("x")), exchange(bet("x", player="bert")))).known_elsewhere
    assert not terms(GetBalance(player="anna"), known=known).known_elsewhere


def test_a_bet_is_foreign_to_whoever_has_not_placed_it() -> None:
    known = known_after(exchange(bet("x", player="bert")), exchange(bet("x")))

    def foreign(original: str, player: str) -> bool:
        item = Rollback(id="r", original=original, bet="", player=player)
        return terms(item, exchange(item, name="rollbackbet"), known).foreign_bet

    assert foreign("x", "anna")
    assert not foreign("x", "bert")
    assert not foreign("never placed", "anna")
    assert not terms(paid("x"), known=known).foreign_bet
    unsettled = Unsettle(id="x", player="anna", currency="EUR", amount=1)
    assert not terms(unsettled, known=known).foreign_bet


def test_a_login_opens_a_session_for_whom_it_names() -> None:
    login = Authenticate(token="t")

    def opened(**fields: str) -> dict[str, set[str]]:
        reply = Reply(outcome=Outcome.OK, items=(), session=Session(**fields))
        return known_after(exchange(login, reply)).sessions

    assert opened(player="anna", session="s") == {"anna": {"s"}}
    assert opened(player="anna") == {}
    assert opened(session="s") == {}
    twice = Reply(outcome=Outcome.OK, items=(), session=Session(player="anna", session="s2"))
    known = Known(sessions={"anna": {"s1"}})
    known.add(exchange(login, twice), [])
    assert known.sessions == {"anna": {"s1", "s2"}}
    assert known_after(exchange(login)).sessions == {}


def test_rollbacks_and_reads_use_no_transaction_id_of_their_own() -> None:
    known = known_after(
        exchange(Rollback(id="r", original="b", bet="b", player="anna")), exchange(GetBalance(player="anna"))
    )
    assert (known.ids, known.bets) == ({}, {})
    known.add_ids([bet("b"), paid("b", player="bert")])
    assert known.ids == {"b": {"anna", "bert"}}
