"""Families of faults on wallets in this process: a row for each case, and the requirement that each wallet violates."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from packed_pages import unpacked
from report_at_hand import report, results

from harness.contracts import BadRequest, Contract
from harness.contracts.shared.schema import bundled, violations
from harness.model import Check, Level, Movement, Operation, Outcome, Status
from harness.report.html import render
from harness.verdict import ScenarioResult, from_data, to_data
from mock_server.defects import named
from mock_server.defects.rewriting import rewritten
from mock_server.order import Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet

MISSING, TYPES = "input/settlement_missing_fields", "input/settlement_wrong_types"
AMOUNTS, BEYOND = "input/settlement_amounts_eur", "input/settlement_beyond_2_to_the_53"


def rows(result: ScenarioResult) -> dict[str, str]:
    return {row["name"]: row["status"] for row in result.cases}


def one(wallet: type[Wallet], contract: str, scenario: str) -> ScenarioResult:
    return results(wallet, contract, [scenario])[0]


def charges(result: ScenarioResult) -> set[tuple[str, str]]:
    return {(each.requirement, str(each.status)) for each in result.verdicts}


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_of_a_sound_wallet_every_case_passes(contract: str) -> None:
    found = rows(one(Wallet, contract, AMOUNTS))
    assert set(found.values()) == {"pass"}
    assert len(found) == 19


def test_a_row_has_the_case_the_answer_and_its_judgement() -> None:
    result = one(named("takes-text-for-an-amount").wallet_type, "casino", AMOUNTS)
    row = next(each for each in result.cases if each["name"] == 'amount "1000000"')
    assert row["status"] == "warn"
    assert row["answer"] == "RS_OK, balance 1030.00 EUR", "after the good one and 1e6"
    assert json.loads(result.records[row["exchange"]]["request"]["body"], parse_float=Decimal)["transactions"]
    assert rows(result)["amount 1000000.0"] == "pass"


def test_the_rows_are_in_the_report_and_on_its_page() -> None:
    data = report(named("takes-true-for-one").wallet_type, {"casino": [AMOUNTS], "sportsbook": []})
    (scenario,) = data["scenarios"]
    assert {each["name"]: each["status"] for each in scenario["cases"]}["amount true"] == "fail"
    assert not violations(bundled("schemas") / "report.json", data)
    assert "19 cases, each one fault away from a good request" in unpacked(render(data))


def test_rows_survive_the_way_between_processes() -> None:
    result = one(Wallet, "sportsbook", AMOUNTS)
    assert from_data(json.loads(json.dumps(to_data(result)), parse_float=Decimal)).cases == result.cases


def test_cases_after_a_finding_are_not_called_right() -> None:
    found = rows(one(named("takes-true-for-one").wallet_type, "sportsbook", AMOUNTS))
    assert (found["amount 10.001"], found["amount true"], found["amount null"]) == ("pass", "fail", "unknown")


def test_a_fraction_that_is_moved_is_a_must() -> None:
    """The amount on the wire counts: 10.001 that is moved as 10.00 is not the amount that the scenario meant."""
    assert ("SPB-INP-08", "fail") in charges(one(named("cuts-decimals").wallet_type, "sportsbook", AMOUNTS))


def test_a_text_that_is_moved_as_it_says_is_a_should() -> None:
    found = one(named("takes-text-for-an-amount").wallet_type, "sportsbook", AMOUNTS)
    assert charges(found) == {("SPB-INP-04", "warn")}
    assert found.status is Status.WARN


@pytest.mark.parametrize(
    ("name", "level"), [("takes-a-missing-amount-for-zero", Level.MUST), ("fills-in-what-is-missing", Level.SHOULD)]
)
def test_an_essential_field_must_be_there_and_a_detail_should(name: str, level: Level) -> None:
    found = one(named(name).wallet_type, "casino", MISSING)
    assert {(each.requirement, each.level) for each in found.verdicts} == {("CAS-INP-01", level)}


def test_what_must_be_refused_could_only_be_refused() -> None:
    found = one(named("makes-up-a-missing-id").wallet_type, "casino", MISSING)
    assert [each.possible for each in found.verdicts if each.check is Check.ORACLE] == [("a refusal",)]


class MovesWhatItRefuses(Wallet):
    """Books a settlement whose currency is a number, and refuses it then."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        if b'"currency":1,' not in body:
            return super().read(contract, name, body)
        self._odd = True
        return super().read(contract, name, body.replace(b'"currency":1,', b'"currency":"EUR",'))

    async def check_bet(self, order: Order[Movement], account: Account) -> None:
        await super().check_bet(order, account)
        if self.__dict__.pop("_odd", False):
            self.store.set_balance(account, self.store.balance(account) + int(order.item.amount))
            raise Refusal(Outcome.MALFORMED, "the currency is no text")


def test_money_that_a_refused_case_moved_is_found_by_the_next_balance() -> None:
    found = one(MovesWhatItRefuses, "casino", TYPES)
    assert found.status is Status.FAIL
    assert {each.requirement for each in found.verdicts} <= {"CAS-INP-08", "CAS-CON-01"}


class TakesAnyAmountBeyond(Wallet):
    """Takes every amount beyond 2^53 units for 7 units."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def cut(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if isinstance(amount, int | Decimal) and amount > 2**43:
                fields["amount"] = 7

        return super().read(contract, name, rewritten(body, cut))


class RefusesAmountsBeyond(Wallet):
    """Refuses an amount beyond 2^53 units."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        operation = super().read(contract, name, body)
        if b"90071992547409" in body:
            raise BadRequest(Outcome.MALFORMED, "too large")
        return operation


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
@pytest.mark.parametrize(
    ("wallet", "status"),
    [
        (Wallet, Status.PASS),
        (RefusesAmountsBeyond, Status.PASS),
        (named("reads-amounts-as-doubles").wallet_type, Status.WARN),
        (TakesAnyAmountBeyond, Status.WARN),
    ],
)
def test_beyond_2_to_the_53_nothing_is_more_than_recommended(
    wallet: type[Wallet], contract: str, status: Status
) -> None:
    found = one(wallet, contract, BEYOND)
    assert found.status is status
    assert {each.requirement[4:] for each in found.verdicts} <= {"INP-04"}


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_a_wallet_that_doubles_every_credit_is_accused_of_that(contract: str) -> None:
    found = one(named("credits-twice").wallet_type, contract, AMOUNTS)
    assert not {each.requirement[4:] for each in found.verdicts} & {"INP-08", "INP-04"}
