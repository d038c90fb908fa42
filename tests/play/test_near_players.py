"""Which near ids a run sends: only ids that are nobody's, and with named players no money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.contracts import load
from harness.model import Draft, Limits, Player, Scenario, Step
from harness.play.near_players import with_near_ids
from harness.play.players import NoPlayer
from harness.scenario.identities import Identities
from harness.scenario.near_ids import NEAR_FORMS
from harness.scenario.plan import Plan, plan

ANN = Player(id="12345670", currency="EUR", ours=True)
OF_NO_GENERATOR = {"leading_zero", "letter_behind", "half_behind", "point_zero_behind", "space_before", "space_behind"}


def planned(*drafts: Draft, word: str = "settle", batch: bool = True) -> Plan:
    steps = [Step(word=word, drafts=drafts, batch=True)] if batch else [Step(word=word, drafts=(d,)) for d in drafts]
    scenario = Scenario(id="a/b", path="a/b.yaml", title="T", requirements={"casino": "CAS-INP-09"}, steps=tuple(steps))
    return plan(scenario, load("casino"), Limits(), Identities(1, "0badcafe"))


def near(form: str, amount: str = "5") -> Draft:
    return Draft(spelled=form, amount=amount)


EVERY = tuple(near(form) for form in NEAR_FORMS)


def sent(made: Plan) -> Sequence[Draft]:
    return [bound.draft for group in made.groups for send in group.sends for bound in send.bound]


def forms(made: Plan) -> set[str]:
    return {each.spelled for each in sent(made)}


def test_all_forms_of_an_id_that_the_run_has_chosen_are_sent() -> None:
    found = with_near_ids(planned(*EVERY), {"": ANN}, (), without_money=False)
    assert forms(found) == set(NEAR_FORMS) - {"other_case"}
    assert {each.amount for each in sent(found)} == {"5"}


@pytest.mark.parametrize("batch", [True, False])
def test_of_another_id_only_forms_that_no_generator_makes_are_sent(batch: bool) -> None:
    theirs = replace(ANN, id="ann-7", ours=False)
    found = with_near_ids(planned(*EVERY, batch=batch), {"": theirs}, (), without_money=False)
    assert forms(found) == OF_NO_GENERATOR | {"full_width"}


def test_a_near_id_that_somebody_has_is_not_sent() -> None:
    plan_of_two = planned(near("longer"), near("shorter"))
    assert forms(with_near_ids(plan_of_two, {"": ANN}, {"123456707"}, without_money=False)) == {"shorter"}
    bystander = Player(id="1234567", currency="EUR")
    assert forms(with_near_ids(plan_of_two, {"": ANN, "by": bystander}, (), without_money=False)) == {"longer"}


def test_named_players_get_no_money_with_a_near_id() -> None:
    found = with_near_ids(planned(near("space_behind"), Draft(amount="7")), {"": ANN}, (), without_money=True)
    assert [each.amount for each in sent(found)] == ["zero", "7"]


def test_without_any_near_id_there_is_no_player_for_the_scenario() -> None:
    with pytest.raises(NoPlayer, match="something similar can be sent"):
        with_near_ids(planned(near("other_case")), {"": ANN}, (), without_money=False)


def test_a_plan_without_near_ids_stays_as_it_is() -> None:
    plain = planned(Draft(amount="1"))
    assert with_near_ids(plain, {}, (), without_money=True) is plain
