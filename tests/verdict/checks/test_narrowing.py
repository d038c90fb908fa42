"""The finer words for a situation, by which a requirement asks for an id that nearly equals another, for a race on one
transaction, for a batch of several players.
"""

from __future__ import annotations

from typing import Any

import pytest

from harness.contracts import load
from harness.model import (
    Alteration,
    Bet,
    BetBatch,
    Draft,
    Exchange,
    GetBalance,
    History,
    ItemReply,
    Message,
    Operation,
    Outcome,
    Payout,
    Player,
    Reply,
    Rollback,
    Scenario,
    Settle,
    Single,
    Situation,
    Step,
    Transmission,
    Unsettle,
)
from harness.oracle import Event, Terms
from harness.verdict.checks.facts import parts_of
from harness.verdict.checks.narrowing import Narrowing, race_kind

NEW, ZERO, EXACT, MALFORMED = Situation.NEW, Situation.ZERO, Situation.EXACT, Situation.MALFORMED


def bet(id_: str = "b", amount: int = 100, **fields: Any) -> Bet:
    return Bet(**{"id": id_, "player": "anna", "currency": "EUR", "amount": amount, **fields})


def paid(id_: str = "p", amount: int = 100, **fields: Any) -> Payout:
    return Payout(**{"id": id_, "player": "anna", "currency": "EUR", "amount": amount, **fields})


def taken(id_: str = "u", **fields: Any) -> Unsettle:
    return Unsettle(**{"id": id_, "player": "anna", "currency": "EUR", "amount": 100, **fields})


def rollback(original: str = "b", id_: str = "r") -> Rollback:
    return Rollback(id=id_, original=original, bet="x", player="anna")


# --------------------------------------------------------------------------------------------------------------------
# What a race is


def event(item: Single, exchange: int, operation: str = "bet") -> Event:
    terms = Terms(policy={}, operation=operation)
    return Event(item=item, terms=terms, accepted=True, balance=None, start=0, end=1, exchange=exchange)


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        ([event(bet("x"), 0), event(bet("x"), 1)], "race_of_one"),
        ([event(bet("x"), 0), event(bet("x", 101), 1)], "race_of_one.two_amounts"),
        ([event(bet("x"), 0), event(bet("x", 101), 1), event(bet("x", 102), 2)], "race_of_one.two_amounts"),
        ([event(paid("x"), 0, "payout"), event(paid("x"), 1, "settlement")], "race_of_one.two_operations"),
        ([event(paid("x", 1), 0, "payout"), event(paid("x", 2), 1, "settlement")], "race_of_one.two_amounts"),
        ([event(rollback(), 0), event(rollback(), 1)], "race_of_one"),
        ([event(paid("x"), 0), event(paid("y", 5), 0), event(paid("x"), 1), event(paid("z", 7), 1)], "race_of_one"),
        ([event(bet("x"), 0), event(bet("y"), 1)], "race_of_debits"),
        ([event(bet("x"), 0), event(taken("y"), 1)], "race_of_debits"),
        ([event(bet("x"), 0), event(paid("y"), 1)], "race"),
        ([event(paid("x"), 0), event(paid("y"), 1)], "race"),
        ([event(bet("x"), 0), event(bet("x"), 1), event(bet("y"), 2)], "race_of_debits"),
        ([event(bet("x"), 0), event(rollback("x"), 1)], "race"),
        ([event(GetBalance(player="anna"), 0), event(GetBalance(player="anna"), 1)], "race"),
        ([event(bet("x"), 0), event(bet("x"), 1), event(GetBalance(player="anna"), 2)], "race"),
        ([event(bet("x"), 0), event(bet("y"), 0)], "race_of_debits"),
        ([event(bet("x"), 0), event(bet("x"), 0)], "race_of_debits"),
    ],
    ids=[
        "one bet twice",
        "one id with two amounts",
        "one id with three amounts",
        "one id through two operations",
        "two amounts come before two operations",
        "one rollback twice",
        "two batches that share an item",
        "two bets",
        "a bet and a deduction",
        "a bet and a credit",
        "two credits",
        "one bet twice, and another one",
        "a bet and its rollback",
        "two reads",
        "one bet twice, and a read",
        "one batch of two bets",
        "one batch that is a race with nobody of this player",
    ],
)
def test_what_a_race_is(events: list[Event], kind: str) -> None:
    assert race_kind(events) == kind


# --------------------------------------------------------------------------------------------------------------------
# What a step is, more closely


def exchange(operation: Operation, *, outcomes: tuple[Outcome, ...] = (), **fields: Any) -> Exchange:
    sent = Transmission(Message(b"", b""), None, None, 0, 0, 0, 0)
    reply = None
    if outcomes:
        items = tuple(ItemReply(outcome=each, id=str(number)) for number, each in enumerate(outcomes))
        reply = Reply(outcome=outcomes[0], items=items)
    told = {"name": "bet", "alteration": Alteration(), **fields}
    return Exchange(operation=operation, transmission=sent, reply=reply, **told)


def word(plain: Situation, *exchanges: Exchange, position: int = 0, steps: tuple[Step, ...] = ()) -> str:
    """The word for an item of the last exchange."""
    scenario = Scenario(id="a/b", path="a/b.yaml", title="", requirements={}, steps=steps or (Step(word="bet"),))
    players = (Player(id="anna", currency="EUR"), Player(id="bert", currency="EUR"))
    history = History(contract="casino", scenario=scenario, players=players, exchanges=exchanges)
    index = len(exchanges) - 1
    return Narrowing(history, load("casino")).of(plain, parts_of(index, exchanges[index])[position])


def test_an_ordinary_step_has_no_finer_word_and_neither_has_what_the_runner_sends_of_its_own_accord() -> None:
    assert word(NEW, exchange(bet())) == "new"
    assert word(NEW, exchange(bet("ü"), step=-1)) == "new"
    assert word(Situation.REPLAY, exchange(bet("ü"))) == "replay"
    assert word(Situation.READ, exchange(GetBalance(player="anna"))) == "read"
    assert word(Situation.ROLLBACK, exchange(rollback("ü"))) == "rollback"


@pytest.mark.parametrize(
    ("fields", "finer"), [({"id_": "ü"}, ".non_ascii"), ({"round": "ü"}, ".non_ascii"), ({"game": "ü"}, ".non_ascii")]
)
def test_text_beyond_ascii(fields: dict[str, Any], finer: str) -> None:
    assert word(NEW, exchange(bet(**fields))) == f"new{finer}"
    assert word(ZERO, exchange(bet(**fields))) == "zero"


def altered(**departure: Any) -> Exchange:
    return exchange(bet(), alteration=Alteration(**departure))


REFUSED_STEP = (Step(word="bet", expect=("refused",)),)


@pytest.mark.parametrize(
    ("departure", "finer"),
    [
        ({"raw": ((None, "type", '"x"'),)}, ".unknown_type"),
        ({"raw": ((None, "type", '"x"'), (None, "round", "1"))}, ""),
        ({"raw": ((None, "amount", '"1"'),)}, ".wrong_type"),
        ({"raw": ((None, "amount", "-1"),)}, ""),
        ({"raw": ((None, "transactions", "{}"),)}, ".wrong_type"),
        ({"raw": ((None, "round", "1"),)}, ""),
        ({"without": ((None, "amount"),)}, ""),
        ({"body": b"{"}, ""),
    ],
)
def test_what_is_wrong_with_a_request(departure: dict[str, Any], finer: str) -> None:
    assert word(MALFORMED, altered(**departure), steps=REFUSED_STEP) == f"malformed{finer}"


@pytest.mark.parametrize(
    ("step", "finer"),
    [
        (Step(word="bet"), ".permitted"),
        (Step(word="bet", expect=("ok",)), ".permitted"),
        (Step(word="bet", should=("ok",)), ".permitted"),
        (Step(word="bet", expect=("refused",)), ""),
        (Step(word="bet", should=("malformed",)), ""),
        (Step(word="settle", expect=("ok", "refused")), ""),
    ],
)
def test_what_no_scenario_wants_refused_a_wallet_may_take_at_its_word(step: Step, finer: str) -> None:
    assert word(MALFORMED, altered(body=b"{}"), steps=(step,)) == f"malformed{finer}"


def test_the_step_inside_a_block_says_whether_it_is_to_be_refused() -> None:
    inside = (Step(word="bet", line=5), Step(word="bet", line=6, expect=("refused",)))
    steps = (Step(word="repeat", line=4, steps=inside),)
    body = Alteration(body=b"{}")
    assert word(MALFORMED, exchange(bet(), alteration=body, line=5), steps=steps) == "malformed.permitted"
    assert word(MALFORMED, exchange(bet(), alteration=body, line=6), steps=steps) == "malformed"
    assert word(MALFORMED, exchange(bet(), alteration=body, step=-1), steps=steps) == "malformed"


def test_twins_in_a_batch_with_the_same_amount_and_with_two() -> None:
    twin = Situation.DUPLICATE_IN_BATCH
    assert word(twin, exchange(Settle(items=(paid("x"), paid("x"), paid("y", 7))))) == "duplicate_in_batch"
    assert word(twin, exchange(Settle(items=(paid("x"), paid("x", 7))))) == "duplicate_in_batch.two_amounts"


def test_a_batch_of_several_players_counts_only_players_whom_the_wallet_knows() -> None:
    both = Settle(items=(paid("x"), paid("y", player="bert")))
    assert word(NEW, exchange(both)) == "new.several_players"
    assert word(ZERO, exchange(both)) == "zero"
    assert word(NEW, exchange(Settle(items=(paid("x"), paid("y", player="stranger"))))) == "new"
    assert word(NEW, exchange(Settle(items=(paid("x"), paid("y"))))) == "new"


@pytest.mark.parametrize("batch", [Settle(items=(paid("x"), paid("y"))), BetBatch(items=(bet("x"), bet("y")))])
def test_an_item_beside_a_bad_one_is_of_a_mixed_batch(batch: Settle | BetBatch) -> None:
    half = (Outcome.OK, Outcome.CONFLICT)
    assert word(NEW, exchange(batch, outcomes=half)) == "new.mixed_batch"
    assert word(ZERO, exchange(batch, outcomes=half)) == "zero.mixed_batch"
    assert word(EXACT, exchange(batch, outcomes=half)) == "exact"
    assert word(NEW, exchange(batch, outcomes=(Outcome.OK, Outcome.OK))) == "new"
    assert word(NEW, exchange(batch)) == "new"
    assert word(NEW, exchange(batch, alteration=Alteration(raw=((1, "amount", "-1"),)))) == "new.mixed_batch"
    assert word(NEW, exchange(batch, alteration=Alteration(without=((1, "amount"),)))) == "new.mixed_batch"


def test_one_item_alone_is_no_mixed_batch() -> None:
    assert word(NEW, exchange(Settle(items=(paid("x"),)), outcomes=(Outcome.CONFLICT,))) == "new"
    assert word(NEW, exchange(bet("x"), outcomes=(Outcome.CONFLICT,))) == "new"


def settlement(item: Payout, **fields: Any) -> Exchange:
    return exchange(item, name="settlement", **fields)


def test_another_settlement_of_the_same_bet() -> None:
    first = settlement(paid("x", bet="b"))
    assert word(NEW, first, settlement(paid("y", bet="b"))) == "new.same_bet"
    assert word(NEW, first, settlement(paid("y", bet="c"))) == "new"
    assert word(NEW, first, settlement(paid("x", bet="b"))) == "new"
    assert word(ZERO, first, settlement(paid("y", bet="b"))) == "zero"
    assert word(NEW, first, exchange(paid("y", bet="b"), name="payout")) == "new"
    assert word(NEW, exchange(bet("x", bet="b")), settlement(paid("y", bet="b"))) == "new"


def test_a_settlement_after_a_deduction_that_was_refused() -> None:
    refused = exchange(taken(), outcomes=(Outcome.INSUFFICIENT_FUNDS,), name="unsettlement")
    accepted = exchange(taken(), outcomes=(Outcome.OK,), name="unsettlement")
    lost = exchange(taken(), name="unsettlement")
    of_another = exchange(taken(player="bert"), outcomes=(Outcome.REFUSED,), name="unsettlement")
    assert word(NEW, refused, settlement(paid())) == "new.after_clawback"
    assert word(ZERO, refused, settlement(paid())) == "zero.after_clawback"
    assert word(EXACT, refused, settlement(paid())) == "exact"
    assert word(NEW, refused, exchange(paid(), name="payout")) == "new"
    for other in (accepted, lost, of_another):
        assert word(NEW, other, settlement(paid())) == "new"
    bet_refused = exchange(bet(), outcomes=(Outcome.INSUFFICIENT_FUNDS,))
    assert word(NEW, bet_refused, settlement(paid())) == "new"


# --------------------------------------------------------------------------------------------------------------------
# Ids that careless wallets confuse

SHAPED = (Step(word="bet", drafts=(Draft(), Draft(shape="upper_case"))),)
LONG = "x" * 36


@pytest.mark.parametrize(
    ("one", "other", "confused"),
    [
        ("abc", "ABC", True),
        ("abc", "abc ", True),
        (" abc", "abc", True),
        ("é", "e\N{COMBINING ACUTE ACCENT}", True),
        ("é", "e", True),
        ("straße", "STRASSE", True),
        ("007", "7", True),
        ("abc", "abd", False),
        (f"{LONG}1", f"{LONG}2", True),
        (f"{LONG}1", LONG, True),
        (f"{LONG[:-1]}1", f"{LONG[:-1]}2", False),
        ("1234567890123456", "1234567890123457", True),
        ("0001234567890123456", "1234567890123457", True),
        ("1234567890123450", "1234567890123459", True),
        ("123456789012345", "123456789012346", False),
        ("1234567890123456", "1234567890123466", False),
        ("a\N{GAME DIE}", "a\N{SLOT MACHINE}", True),
        ("a\N{GAME DIE}", "a", True),
        ("ab", "a\N{GAME DIE}", False),
    ],
)
def test_ids_that_are_confused(one: str, other: str, *, confused: bool) -> None:
    wanted = "new.similar_id" if confused else f"new{'' if other.isascii() else '.non_ascii'}"
    assert word(NEW, exchange(bet(one)), exchange(bet(other)), steps=SHAPED) == wanted
    wanted = "new.similar_id" if confused else f"new{'' if one.isascii() else '.non_ascii'}"
    assert word(NEW, exchange(bet(other)), exchange(bet(one)), steps=SHAPED) == wanted


def test_an_id_may_resemble_one_of_its_own_batch_or_of_an_earlier_one() -> None:
    batch = Settle(items=(paid("x"), paid("X"), paid("y")))
    found = [word(NEW, exchange(batch), position=position, steps=SHAPED) for position in range(3)]
    assert found == ["new.similar_id", "new.similar_id", "new"]
    assert word(NEW, exchange(batch), exchange(bet("Y")), steps=SHAPED) == "new.similar_id"
    assert word(NEW, exchange(Settle(items=(paid("x"), paid("x")))), steps=SHAPED) == "new"


def test_ids_resemble_each_other_only_where_the_scenario_has_shaped_them_and_only_earlier_ones() -> None:
    assert word(NEW, exchange(bet("abc")), exchange(bet("ABC"))) == "new"
    assert word(ZERO, exchange(bet("abc")), exchange(bet("ABC")), steps=SHAPED) == "zero"
    assert word(NEW, exchange(bet("abc")), exchange(bet("abc")), steps=SHAPED) == "new"
    assert word(NEW, exchange(GetBalance(player="anna")), exchange(bet("abc")), steps=SHAPED) == "new"
    history = (exchange(bet("abc")), exchange(bet("ABC")))
    scenario = Scenario(id="a/b", path="a/b.yaml", title="", requirements={}, steps=SHAPED)
    first = parts_of(0, history[0])[0]
    whole = History(contract="casino", scenario=scenario, exchanges=history)
    assert Narrowing(whole, load("casino")).of(NEW, first) == "new"
