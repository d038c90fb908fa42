"""A mistake in the first answers of a wallet is reported as a violation, and the run goes on where it can."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hostile import Server, always, message
from preflight_at_hand import AtHand, problem_of, stages
from wallet_address import under_test

from harness.contracts import Contract
from harness.examine import preflight, violation_of, violations_of
from harness.model import GetBalance, Movement, Operation, Outcome, Reply, Request, transactions
from harness.play.preflight import Facts
from mock_server.wallet import CoreOnlyWallet, Wallet
from mock_server.wire import Answer, refused

BOTH = pytest.mark.parametrize("contract", ["casino", "sportsbook"])
MADE_OR_NAMED = pytest.mark.parametrize("named", [False, True])

Spoil = Callable[[bytes, int], tuple[bytes, int]]
NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: bonus in <b>wallet.php</b> on line <b>188</b><br />\n"
SPOILT: Mapping[str, Spoil] = {
    "NaN": lambda body, status: (re.sub(rb'"balance":[0-9.]+', b'"balance":NaN', body), status),
    "a key twice": lambda body, status: (re.sub(rb'("balance":[0-9.]+)', rb"\1,\1", body), status),
    "a PHP notice": lambda body, status: (NOTICE + body, status),
    "cut at its end": lambda body, status: (body[:-1] + b",}", status),
    "success with 500": lambda body, status: (body, 500),
}


def spoiling(spoil: Spoil, *, balance_too: bool = True, base: type[Wallet] = Wallet) -> type[Wallet]:
    class Spoiling(base):  # type: ignore[misc, valid-type]
        def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
            answer: Answer = super().write(contract, operation, reply, request)
            spared = isinstance(operation, GetBalance) and not balance_too
            if spared or reply.outcome is not Outcome.OK:
                return answer
            body, status = spoil(answer.body, answer.status)
            return answer._replace(body=body, status=status)

    return Spoiling


def looked(wallet: AtHand, *, named: bool) -> Facts:
    return wallet.look(players=(wallet.player(), wallet.player())) if named else wallet.look()


@BOTH
@MADE_OR_NAMED
@pytest.mark.parametrize("how", [each for each in SPOILT if each != "cut at its end"])
def test_an_answer_that_is_nearly_right_is_a_violation(contract: str, how: str, named: bool) -> None:
    wallet = AtHand(contract, spoiling(SPOILT[how], base=CoreOnlyWallet))
    facts = looked(wallet, named=named)
    violation = violation_of(wallet.under_test(), facts)
    assert violation is not None
    usual = {"casino": "CAS-SET-04", "sportsbook": "SPB-UNS-04"}[contract]
    by_status = {"casino": "CAS-ANS-02", "sportsbook": "SPB-ANS-02"}[contract]
    assert violation.requirement == (by_status if how == "success with 500" else usual)
    assert violation.summary.startswith("the answer to an ordinary call is nearly the contract's: ")
    assert violation.said.startswith("HTTP 500" if how == "success with 500" else "HTTP 200")
    assert facts.findings == (), "there is no balance to go on with"


@BOTH
@MADE_OR_NAMED
@pytest.mark.parametrize("how", [each for each in SPOILT if each != "cut at its end"])
def test_the_run_goes_on_where_the_balance_can_be_read(contract: str, how: str, named: bool) -> None:
    wallet = AtHand(contract, spoiling(SPOILT[how], balance_too=False))
    facts = looked(wallet, named=named)
    assert facts.first_calls == ()
    (violation,) = violations_of(wallet.under_test(), facts)
    assert violation.requirement[:3] == {"casino": "CAS", "sportsbook": "SPB"}[contract]
    assert facts.holdings[0].balance == (10_000_000 if named else 1_000_000)


@MADE_OR_NAMED
@pytest.mark.parametrize("word", [b"OK", b"ok", b"success", b"rs_ok"])
def test_a_success_in_other_words_is_a_violation_and_no_refusal(word: bytes, named: bool) -> None:
    wallet = AtHand("casino", spoiling(lambda body, status: (body.replace(b"RS_OK", word), status)))
    violation = violation_of(wallet.under_test(), looked(wallet, named=named))
    assert violation is not None
    assert (violation.requirement, violation.said) == ("CAS-SET-04", f"HTTP 200, {word.decode()}")


@BOTH
@MADE_OR_NAMED
def test_a_balance_with_the_error_of_a_float_is_no_other_wallet_s(contract: str, named: bool) -> None:
    def floating(body: bytes, status: int) -> tuple[bytes, int]:
        return re.sub(rb'("balance":[0-9]+)(\.[0-9]+)?', rb"\1.0000000000001", body), status

    wallet = AtHand(contract, spoiling(floating))
    assert looked(wallet, named=named).first_calls == (), "the scenarios judge it"


@pytest.mark.parametrize("how", SPOILT)
def test_over_a_socket_too(how: str) -> None:
    wallet = AtHand("casino", spoiling(SPOILT[how]))
    with wallet.listening() as root:
        found = replace(wallet.under_test(players=(wallet.player(),)), url=f"{root}/casino")
        if how == "cut at its end":
            assert "is no answer of a wallet" in str(problem_of(lambda: preflight(found)))
            return
        violation = violation_of(found, preflight(found))
    assert violation is not None


@pytest.mark.parametrize(
    "body",
    [b'{"hello":"world"}', b'{"status":"UP"}', b'{"data":[]}', b"[]", b"NaN", b'{"balance":1}', b"{" * 2_000 + b"}"],
)
def test_what_has_few_of_the_fields_is_no_wallet(body: bytes) -> None:
    with Server(always(message(body, "Content-Type: application/json"))) as server:
        found = under_test(server.url)
        problem_of(lambda: preflight(found))


# ---------------------------------------------------------------------------------------------------------------------
# The amount 0


class RefusesZero(Wallet):
    """An amount of 0 is refused as invalid."""

    async def decide(self, contract: str, operation: Operation) -> Reply:
        if any(isinstance(each, Movement) and not each.amount for each in transactions(operation)):
            return refused(Outcome.MALFORMED, "an amount must be above 0")
        return await super().decide(contract, operation)


class RefusesZeroAndShowsNoBalance(RefusesZero):
    def offers(self, contract: Contract, name: str) -> bool:
        return name != "balance"


@BOTH
@MADE_OR_NAMED
def test_a_wallet_that_refuses_zero_is_told_so_and_the_run_goes_on(contract: str, named: bool) -> None:
    wallet = AtHand(contract, RefusesZero)
    facts = looked(wallet, named=named)
    assert facts.first_calls == ()
    (violation,) = violations_of(wallet.under_test(), facts)
    assert violation.requirement == {"casino": "CAS-ZER-01", "sportsbook": "SPB-UNS-02"}[contract]
    assert "the amount 0 is refused" in " ".join(stages(facts)["credentials"].warnings)
    assert facts.absent == ()


@BOTH
def test_without_a_balance_operation_the_run_cannot_go_on(contract: str) -> None:
    wallet = AtHand(contract, RefusesZeroAndShowsNoBalance)
    violation = wallet.violation()
    assert violation is not None
    assert violation.requirement == {"casino": "CAS-ZER-01", "sportsbook": "SPB-UNS-02"}[contract]
