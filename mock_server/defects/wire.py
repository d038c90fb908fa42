"""Defects of the wire: answers are written wrong."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.contracts import Contract
from harness.model import Bet, Operation, Outcome, Reply, Request
from mock_server.defects.registry import CASINO, EVERY, SPORTSBOOK, defect
from mock_server.wallet import Wallet
from mock_server.wire import Answer

HTML = ((b"content-type", b"text/html"),)
BALANCE = rb'"balance":([0-9.]+)'


def succeeded(reply: Reply) -> bool:
    """True if every part of the request succeeded."""
    return reply.accepted and all(item.outcome is Outcome.OK for item in reply.items)


def is_bet(operation: Operation | None) -> bool:
    """True if a bet is answered. Defects that would end pre-flight affect bets alone."""
    return isinstance(operation, Bet)


def replaced(answer: Answer, pattern: bytes, replacement: bytes | Callable[[re.Match[bytes]], bytes]) -> Answer:
    """The answer with a part of its body replaced."""
    return answer._replace(body=re.sub(pattern, replacement, answer.body))


@defect(violates="CAS-INP-03 SPB-INP-03", witnesses={"input/rejection_in_the_documented_form": "format"})
class RefusesWithAPage(Wallet):
    """Answers a refusal with an HTML error page."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer if succeeded(reply) else Answer(500, HTML, b"<h1>Internal Server Error</h1>")


@defect(
    violates=(
        "CAS-ANS-02 CAS-INP-03 "
        "SPB-AUT-02 SPB-AUT-03 SPB-BET-01 SPB-ERR-01 SPB-INP-02 SPB-INP-03 SPB-SES-01 SPB-TOK-01 SPB-UNS-03"
    ),
    witnesses={"input/rejection_in_the_documented_form": "format"},
)
class RefusesWithAServerError(Wallet):
    """Answers a refusal in the right form, with HTTP 500."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer if succeeded(reply) else answer._replace(status=500)


@defect(violates="CAS-ANS-01 SPB-ANS-01", witnesses={"player/answers_in_the_documented_form": "schema"})
class AnswersABetWithNothing(Wallet):
    """Books a bet, and answers it with an empty body."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer._replace(body=b"") if is_bet(operation) and succeeded(reply) else answer


@defect(violates="CAS-ANS-01 SPB-ANS-01 SPB-INP-03", witnesses={"player/answers_in_the_documented_form": "schema"})
class EndsAnObjectWithAComma(Wallet):
    """Writes a comma behind the last field of an answer, which is no JSON."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return replaced(answer, rb"}\Z", b",}") if is_bet(operation) else answer


@defect(violates="CAS-ANS-01 SPB-ANS-01", witnesses={"player/answers_in_the_documented_form": "schema"})
class ShowsABalanceThatIsNoNumber(Wallet):
    """Shows a balance that is not a number, because it divided by nothing."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return replaced(answer, BALANCE, b'"balance":NaN') if is_bet(operation) else answer


@defect(violates="CAS-ANS-01 SPB-ANS-01", witnesses={"player/answers_in_the_documented_form": "schema"})
class WritesTheBalanceTwice(Wallet):
    """Writes the balance twice into one answer, before and after."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return replaced(answer, BALANCE, rb'"balance":0,"balance":\1') if is_bet(operation) else answer


@defect(
    violates="CAS-ANS-01 CAS-SET-04 SPB-ANS-01 SPB-TOK-02 SPB-UNS-04",
    witnesses={
        "settlement/answer_in_the_documented_form": "schema",
        "unsettlement/answer_in_the_documented_form": "schema",
        "player/answers_in_the_documented_form": "schema",
    },
)
class WritesTheBalanceAsText(Wallet):
    """Writes balances as text, because the database gives them so."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return replaced(super().write(contract, operation, reply, request), BALANCE, rb'"balance":"\1"')


@defect(
    violates="CAS-ANS-01 CAS-SET-04", contracts=CASINO, witnesses={"settlement/answer_in_the_documented_form": "schema"}
)
class WritesTheBalanceWithAFraction(Wallet):
    """Writes whole balances with a point and a zero, as a language does that has floats only."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return replaced(super().write(contract, operation, reply, request), BALANCE, rb'"balance":\1.0')


@defect(
    violates="CAS-ANS-01 CAS-SET-04 SPB-ANS-01 SPB-TOK-02 SPB-UNS-04",
    witnesses={
        "settlement/answer_in_the_documented_form": "schema",
        "unsettlement/answer_in_the_documented_form": "schema",
    },
)
class LeavesTheBalanceOut(Wallet):
    """Answers without a balance."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return replaced(
            super().write(contract, operation, reply, request), rb"," + BALANCE + rb"|" + BALANCE + rb",", b""
        )


@defect(
    violates="CAS-ANS-01 CAS-SET-01 CAS-SET-04",
    contracts=CASINO,
    witnesses={"settlement/every_item_is_answered": "completeness"},
)
class LeavesTheIdOut(Wallet):
    """Answers a transaction without its id, so the platform cannot tell which one was credited."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return replaced(super().write(contract, operation, reply, request), rb'"transactionId":"[^"]*",?', b"")


@defect(violates="CAS-ANS-01", contracts=CASINO, witnesses={"player/answers_in_the_documented_form": "schema"})
class AnswersWithItsOwnId(Wallet):
    """Gives the number of its own books as the transactionId of a bet."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return replaced(answer, rb'"transactionId":"', b'"transactionId":"W-') if is_bet(operation) else answer


@defect(violates="CAS-SET-05", contracts=CASINO, witnesses={"settlement/echoed_fields": "echo"})
class RepeatsNothing(Wallet):
    """Answers with status, id and balance, and repeats nothing else of the request."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        pattern = rb'"(refTransactionId|playerId|currency|roundId|sessionId)":"(?:[^"\\]|\\.)*",'
        return replaced(super().write(contract, operation, reply, request), pattern, b"")


@defect(
    violates="SPB-ANS-01 SPB-UNS-04",
    contracts=SPORTSBOOK,
    witnesses={
        "unsettlement/answer_in_the_documented_form": "schema",
        "player/answers_in_the_documented_form": "schema",
    },
)
class NamesAnotherCurrency(Wallet):
    """Shows every balance in the operator's currency, whatever the player's is."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return replaced(
            super().write(contract, operation, reply, request), rb'"currency":"[A-Z]*"', b'"currency":"GBP"'
        )


@defect(violates="CAS-ANS-02 SPB-ANS-02", witnesses={"player/status_agrees_with_the_answer": "format"})
class SucceedsWithAServerError(Wallet):
    """Books a bet, and answers it with success in the body and HTTP 500 above it."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer._replace(status=500) if is_bet(operation) and succeeded(reply) else answer


@defect(violates="SPB-ANS-02", contracts=SPORTSBOOK, witnesses={"player/status_agrees_with_the_answer": "format"})
class RefusesWithStatus200(Wallet):
    """Answers a refusal with HTTP 200, and says in the body only that it is one."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return answer if succeeded(reply) else answer._replace(status=200)


@defect(
    violates="CAS-ANS-02 SPB-ANS-02",
    witnesses={"player/status_agrees_with_the_answer": "format", "insufficient_funds/exact_stake": "delivery"},
)
class RedirectsABet(Wallet):
    """Answers a bet with a redirect to another address."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        headers = ((b"location", b"/elsewhere"), *HTML)
        return Answer(302, headers, b"moved") if is_bet(operation) and succeeded(reply) else answer


@defect(
    violates="CAS-INP-03 SPB-INP-03", contracts=EVERY, witnesses={"input/rejection_in_the_documented_form": "format"}
)
class AnnouncesAPage(Wallet):
    """Sends JSON, and announces it as HTML."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return super().write(contract, operation, reply, request)._replace(headers=HTML)


@defect(
    violates="SPB-BET-01 SPB-UNS-03",
    contracts=SPORTSBOOK,
    witnesses={"unsettlement/more_than_the_balance": "code", "insufficient_funds/one_unit_too_much": "code"},
)
class NamesMissingFundsOtherwise(Wallet):
    """Refuses an uncovered debit with a code of its own, so the platform does not collect the clawback."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        if answer.status != 402:
            return answer
        return answer._replace(status=400, body=b'{"errorCode":"LOW_BALANCE","description":"not enough money"}')


@defect(violates="CAS-BTB-01 CAS-FND-01", contracts=CASINO, witnesses={"insufficient_funds/one_unit_too_much": "code"})
class NamesMissingFundsAsABadSignature(Wallet):
    """Refuses an uncovered bet with the code of a wrong signature."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        return replaced(answer, b"RS_ERROR_NOT_ENOUGH_MONEY", b"RS_ERROR_INVALID_SIGNATURE")


@defect(
    violates="SPB-INP-03", contracts=SPORTSBOOK, witnesses={"unsettlement/refusal_in_the_documented_form": "format"}
)
class RefusesWithoutADescription(Wallet):
    """Answers a refusal with a code, and no description."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        return replaced(super().write(contract, operation, reply, request), rb',"description":"(?:[^"\\]|\\.)*"', b"")
