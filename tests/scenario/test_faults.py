"""Families of faults: derived from the schemas, whole, and each case one fault away from a good request."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from harness.client.prepare import prepare
from harness.contracts import BUNDLED, load
from harness.model import Draft, Level, Limits, Player, Request, Scenario, Step
from harness.play.bind import Moment, alteration_of, operation_of
from harness.proof.trials import CREDENTIALS
from harness.scenario.dialect import dialect_of
from harness.scenario.faults import FAMILIES, faults_of, why_no_family
from harness.scenario.identities import Identities
from harness.scenario.plan import PlannedRequest, plan

DIALECTS = {name: dialect_of(load(name)) for name in BUNDLED}
EVERY = [(name, word) for name, dialect in DIALECTS.items() for word in dialect.contract.words]


def planned(contract: str, word: str, family: str) -> list[PlannedRequest]:
    draft = Draft(bet="b1") if word == "rollback" else Draft(amount="10")
    first = (Step(word="bet", drafts=(Draft(id="b1", amount="10"),)),) if word == "rollback" else ()
    steps = (*first, Step(word=word, drafts=(draft,), faults=family, line=3))
    requirement = next(iter(load(contract).requirements))
    scenario = Scenario(id="a/b", path="", title="T", requirements={contract: requirement}, steps=steps)
    made = plan(scenario, load(contract), Limits(), Identities(1, "0badcafe"))
    return [send for group in made.groups for send in group.sends if send.fault is not None]


def sent(contract: str, word: str, family: str, currency: str = "EUR") -> list[tuple[str, Request, Request]]:
    """The name of each case, its request, and the good request with the same ids."""
    known = load(contract)
    player = Player(id="48221977", currency=currency, session="s1", token="t1")
    found = []
    for send in planned(contract, word, family):
        operation = operation_of(send, Moment(known, {"": player}, {}, ("G1",)))
        altered = alteration_of(send, operation, known)
        path = known.path_of(operation)
        request = prepare(known, operation, altered, CREDENTIALS[contract], 0, path, "r1")
        assert altered.case is not None
        found.append((altered.case.name, request, known.request(operation, CREDENTIALS[contract], 0, "r1")))
    return found


def differences(spoilt: object, good: object, path: str = "") -> list[str]:
    """The places in which two JSON values differ."""
    if isinstance(spoilt, dict) and isinstance(good, dict):
        keys = {*spoilt, *good}
        return [each for key in sorted(keys) for each in differences(spoilt.get(key), good.get(key), f"{path}/{key}")]
    if isinstance(spoilt, list) and isinstance(good, list) and len(spoilt) == len(good):
        pairs = enumerate(zip(spoilt, good, strict=True))
        return [each for index, pair in pairs for each in differences(*pair, f"{path}/{index}")]
    return [] if repr(spoilt) == repr(good) else [path or "/"]


def value(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal)


@pytest.mark.parametrize(("contract", "word"), EVERY)
@pytest.mark.parametrize("family", ["missing", "types", "notations"])
def test_each_case_is_one_fault_away_from_a_good_request(contract: str, word: str, family: str) -> None:
    cases = sent(contract, word, family)
    if word != "authenticate":
        name, request, good = cases.pop(-1 if word == "rollback" else 0)
        assert (name, request.body) == ("as documented", good.body)
    assert cases or not DIALECTS[contract].amount_field(word)[0]
    for case, altered, whole in cases:
        assert altered.body != whole.body, case
        assert len(differences(value(altered.body), value(whole.body))) <= 1, case
        assert altered.headers != whole.headers or contract == "sportsbook", "the spoilt body is the one that is signed"


@pytest.mark.parametrize(("contract", "word"), EVERY)
def test_no_field_of_the_schema_is_left_out(contract: str, word: str) -> None:
    dialect = DIALECTS[contract]
    fields = {*dialect.wire_fields(word)} - {"roundId"} if word == "bet" else dialect.wire_fields(word)
    missing = {each.field for each in faults_of(dialect, word, "missing")}
    assert fields <= missing
    typed = {each.field for each in faults_of(dialect, word, "types")}
    assert dialect.wire_fields(word) - {dialect.amount_field(word)[0]} <= typed


def test_what_must_be_refused_and_what_should() -> None:
    casino = {each.case.name: each.case.refusal for each in faults_of(DIALECTS["casino"], "settle", "missing")}
    must = {name for name, level in casino.items() if level is Level.MUST}
    assert must == {f"{each} missing" for each in ("transactions", "transactionId", "playerId", "amount")}
    assert casino["roundId missing"] is Level.SHOULD
    others = {each.case.refusal for each in faults_of(DIALECTS["sportsbook"], "settle", "missing")}
    assert others == {Level.MUST, None}
    for family in ("types", "notations"):
        levels = {each.case.refusal for each in faults_of(DIALECTS["casino"], "bet", family)}
        assert (Level.MUST in levels) == (family == "notations"), "a negative amount alone MUST be refused"


COMMON = ["-0", "0E2"]
AMOUNTS = {
    ("sportsbook", "EUR"): (
        *("10.0", "1e1", *COMMON, "10.001", "0.005", '"10.00"', '" 10"', '"+10"', '"1e1"'),
        *("true", "[10.00]", "{}", "null", '"0x0A"', '"1,000"', "-10.00", '10.00,"amount":20.00'),
    ),
    ("sportsbook", "JPY"): (
        *("10.0", "1e1", *COMMON, "10.1", "0.5", '"10"', '" 10"', '"+10"', '"1e1"'),
        *("true", "[10]", "{}", "null", '"0x0A"', '"1,000"', "-10", '10,"amount":20'),
    ),
    ("sportsbook", "KWD"): (
        *("10.0", "1e1", *COMMON, "10.0001", "0.0005", '"10.000"', '" 10"', '"+10"', '"1e1"'),
        *("true", "[10.000]", "{}", "null", '"0x0A"', '"1,000"', "-10.000", '10.000,"amount":20.000'),
    ),
    ("casino", "JPY"): (
        *("1000000.0", "1e6", *COMMON, "1000000.1", "0.5", '"1000000"', '" 1000000"', '"+1000000"', '"1e6"'),
        *("true", "[1000000]", "{}", "null", '"0xF4240"', '"1,000,000"', "-1000000", '1000000,"amount":2000000'),
    ),
}


@pytest.mark.parametrize(("contract", "currency"), AMOUNTS)
def test_the_notations_of_an_amount(contract: str, currency: str) -> None:
    names = [name for name, *_ in sent(contract, "bet", "notations", currency)]
    assert names == ["as documented", *(f"amount {each}" for each in AMOUNTS[contract, currency])]


def test_an_amount_beyond_2_to_the_53() -> None:
    assert sent("casino", "settle", "beyond_exact")[1][0] == "amount 9007199254740993"
    assert sent("sportsbook", "settle", "beyond_exact")[1][0] == "amount 90071992547409.93"


def test_bodies_that_are_no_json() -> None:
    for name, request, _ in sent("casino", "settle", "json")[1:]:
        with pytest.raises(ValueError, match=r"."):
            json.loads(request.body, parse_float=Decimal)
        assert name.startswith("body ")


@pytest.mark.parametrize("contract", BUNDLED)
def test_what_is_to_be_refused_names_a_bet_that_nothing_settles(contract: str) -> None:
    sends = planned(contract, "settle", "notations")
    named = {send.fault.case.refusal is None: set[str]() for send in sends if send.fault is not None}
    for send in sends:
        assert send.fault is not None
        named[send.fault.case.refusal is None].add(send.bound[0].original)
    assert (len(named[False]), len(named[True])) == (1, 6)
    assert not named[False] & named[True]
    assert len({send.bound[0].id for send in sends}) == len(sends)


def test_a_family_without_cases_is_no_family() -> None:
    assert "has nothing in balance for the faults notations" in why_no_family(
        DIALECTS["casino"], "balance", "notations"
    )
    assert all(not why_no_family(DIALECTS["casino"], "bet", family) for family in FAMILIES)
