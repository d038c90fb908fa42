"""From a scenario to requests: which ids meet again, what is released together, and what is placed beforehand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from harness.contracts import load
from harness.model import (
    Alteration,
    BetBatch,
    Draft,
    Limits,
    Loss,
    Operation,
    Payout,
    Player,
    Reward,
    Rollback,
    Scenario,
    Settle,
    Step,
)
from harness.play.bind import UNKNOWN_CURRENCY, UNKNOWN_GAME, Moment, alteration_of, operation_of
from harness.scenario.identities import Identities
from harness.scenario.plan import Plan, PlannedRequest, bets_by_role, plan

CASINO, SPORTSBOOK = load("casino"), load("sportsbook")
LIMITS = Limits(parallel=3, rounds=2, batch=4)
ANN = Player(id="188", currency="EUR", session="live", expired_session="old")


def planned(*steps: Step, contract: str = "casino") -> Plan:
    known = load(contract)
    requirement = next(iter(known.requirements))
    scenario = Scenario(id="a/b", path="a/b.yaml", title="T", requirements={contract: requirement}, steps=steps)
    return plan(scenario, known, LIMITS, Identities(1, "0badcafe"))


def step(word: str, *drafts: Draft, **fields: Any) -> Step:
    return Step(word=word, drafts=drafts, **fields)


def sends(made: Plan) -> list[PlannedRequest]:
    return [send for group in made.groups for send in group.sends]


def sent(send: PlannedRequest, *, contract: str = "casino", holds: int = 0) -> Operation:
    return operation_of(send, Moment(load(contract), {"": ANN}, {"": holds}, ("G1",)))


def altered_by(send: PlannedRequest) -> Alteration:
    return alteration_of(send, sent(send), CASINO)


def test_a_label_is_one_transaction_and_no_label_is_a_fresh_one() -> None:
    made = planned(
        step("bet", Draft(id="a", amount="1")),
        step("bet", Draft(id="a", amount="2")),
        step("bet", Draft(amount="1")),
        step("bet", Draft(amount="1")),
    )
    ids = [send.bound[0].id for send in sends(made)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(each.startswith("0badcafe-") and len(each) == 36 for each in ids)


def test_resend_is_the_first_request_with_its_transactions() -> None:
    batch = step("settle", Draft(id="a", amount="1"), Draft(id="b", amount="2"), batch=True)
    first, again = sends(planned(batch, step("resend", label="b", lost=Loss.TIME_OUT)))
    assert again.bound is first.bound
    assert (again.word, again.batch, again.index) == ("settle", True, 1)
    assert again.step.lost is Loss.TIME_OUT


def test_repeat_makes_new_transactions_each_round_but_keeps_labels_from_before() -> None:
    inner = (step("bet", Draft(id="inner", amount="1")), step("rollback", Draft(bet="outer"), line=9))
    made = planned(
        step("bet", Draft(id="outer", amount="1")), step("repeat", times="rounds", steps=inner), contract="sportsbook"
    )
    outer, one, back_one, two, back_two = sends(made)
    assert one.bound[0].id != two.bound[0].id
    assert back_one.bound[0].original == back_two.bound[0].original == outer.bound[0].id
    assert {send.index for send in (one, back_one, two, back_two)} == {1}


def test_at_once_is_one_group_and_times_multiply_a_step() -> None:
    made = planned(
        step("at_once", steps=(step("bet", Draft(amount="1")), step("bet", Draft(amount="2")))),
        step("bet", Draft(amount="1"), times="parallel", at_once=True),
        step("bet", Draft(amount="1"), times="2"),
    )
    assert [(len(group.sends), group.at_once) for group in made.groups] == [(2, True), (3, True), (2, False)]
    assert made.races
    assert not planned(step("bet", Draft(amount="1"))).races


def test_a_batch_grows_by_repeating_what_is_written() -> None:
    (send,) = sends(planned(step("settle", Draft(amount="1"), Draft(amount="2"), batch=True, size="batch")))
    assert [bound.draft.amount for bound in send.bound] == ["1", "2", "1", "2"]
    assert len({bound.id for bound in send.bound}) == 4


def test_a_credit_without_a_bet_gets_one_placed_first_and_one_that_names_its_bet_does_not() -> None:
    made = planned(
        step("bet", Draft(id="mine", amount="1")),
        step("pay", Draft(amount="2", bet="mine")),
        step("pay", Draft(id="p", amount="2")),
        step("pay", Draft(id="p", amount="2")),
        step("pay", Draft(amount="2", player="other")),
        step("pay", Draft(amount="2", bet="unknown")),
    )
    assert bets_by_role(made.bets) == {"": 1, "other": 1}
    assert not any(each.settles for each in made.bets)
    assert made.roles == {"other"}
    mine, named, placed, again, _, unknown = [send.bound[0] for send in sends(made)]
    assert named.original == mine.id
    assert placed.original == again.original == made.bets[0].id
    assert unknown.original not in {mine.id, *(each.id for each in made.bets)}


def test_an_unsettlement_gets_a_bet_that_was_settled() -> None:
    made = planned(step("unsettle", Draft(amount="1")), contract="sportsbook")
    assert [each.settles for each in made.bets] == [True]


def test_a_single_settlement_and_a_batch_become_what_the_contract_has() -> None:
    single, many = step("settle", Draft(amount="1")), step("settle", Draft(amount="1"), batch=True)
    assert isinstance(sent(sends(planned(single, contract="sportsbook"))[0], contract="sportsbook"), Payout)
    assert isinstance(sent(sends(planned(many))[0]), Settle)
    assert isinstance(sent(sends(planned(step("bet_batch", Draft(amount="1"), batch=True)))[0]), BetBatch)


def test_a_rollback_names_the_bet_in_the_shape_that_it_was_sent_in() -> None:
    bet, back = sends(
        planned(
            step("bet", Draft(id="a", shape="upper_case", amount="1")),
            step("rollback", Draft(bet="a")),
            contract="sportsbook",
        )
    )
    rollback = sent(back, contract="sportsbook")
    assert isinstance(rollback, Rollback)
    assert rollback.original == bet.bound[0].id == bet.bound[0].id.upper()
    assert rollback.id != rollback.original


def test_a_rollback_names_the_bet_if_a_credit_has_its_id_and_credits_stay() -> None:
    made = planned(
        step("settle", Draft(id="b1", amount="1")),
        step("bet", Draft(id="b1", amount="1")),
        step("rollback", Draft(bet="b1")),
        contract="sportsbook",
    )
    (credit, bet, undone) = [each.bound[0] for each in sends(made)]
    assert (undone.original, undone.bet, undone.of_win) == (bet.id, bet.bet, False)
    assert credit.bet != undone.bet


@pytest.mark.parametrize(
    ("word", "session"), [("", "live"), ("expired", "old"), ("unknown", "no-such-session-188"), ("none", "")]
)
def test_sessions_are_bound(word: str, session: str) -> None:
    operation = sent(sends(planned(step("bet", Draft(amount="1", session=word))))[0])
    assert getattr(operation, "session", None) == session


@pytest.mark.parametrize(("word", "currency"), [("", "EUR"), ("other", "USD"), ("unknown", UNKNOWN_CURRENCY)])
def test_currencies_are_bound(word: str, currency: str) -> None:
    operation = sent(sends(planned(step("bet", Draft(amount="1", currency=word))))[0])
    assert getattr(operation, "currency", None) == currency


def test_amounts_and_games_are_bound() -> None:
    made = sends(planned(step("bet", Draft(amount="everything")), step("bet", Draft(amount="12.5", game="unknown"))))
    first, second = (sent(each, holds=4711) for each in made)
    assert (getattr(first, "amount", None), getattr(first, "game", None)) == (4711, "G1")
    assert (getattr(second, "amount", None), getattr(second, "game", None)) == (1_250_000, UNKNOWN_GAME)


def test_alterations_of_items_know_their_places() -> None:
    drafts = (Draft(amount="1", without=("currency",)), Draft(amount="1", raw=(("amount", '"5"'),)))
    altered = altered_by(sends(planned(step("settle", *drafts, batch=True)))[0])
    assert altered.without == ((0, "currency"),)
    assert altered.raw == ((1, "amount", '"5"'),)
    alone = altered_by(sends(planned(step("bet", Draft(amount="1", without=("currency",)), body="")))[0])
    assert (alone.without, alone.body) == (((None, "currency"),), None)


def test_odds_are_sent_where_they_are_written_and_a_round_may_be_left_out() -> None:
    with_odds, without = sends(
        planned(
            step("bet", Draft(amount="1", odds="2.50")),
            step("bet", Draft(amount="1")),
            contract="sportsbook",
        )
    )
    assert SPORTSBOOK.encode(sent(with_odds, contract="sportsbook"), "")["odds"] == Decimal("2.50")
    assert "odds" not in SPORTSBOOK.encode(sent(without, contract="sportsbook"), "")
    (roundless,) = sends(planned(step("bet", Draft(amount="1", round="none"))))
    assert "roundId" not in CASINO.encode(sent(roundless), "")


def test_rewards_of_one_pot_share_its_id_and_have_ids_of_their_own() -> None:
    first, second, alone = (
        sent(each)
        for each in sends(
            planned(
                step("reward", Draft(amount="1", pot="j1")),
                step("reward", Draft(amount="1", pot="j1")),
                step("reward", Draft(amount="1")),
            )
        )
    )
    assert isinstance(first, Reward)
    assert isinstance(second, Reward)
    assert isinstance(alone, Reward)
    assert first.bet == second.bet != alone.bet
    assert len({first.id, second.id, alone.id}) == 3
