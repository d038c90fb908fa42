"""Defects of inputs: invalid requests are accepted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from harness.contracts import BadRequest, Contract
from harness.contracts.shared.json_text import JsonError, parse, stringify
from harness.model import ItemReply, Movement, Operation, Outcome
from mock_server.defects.registry import CASINO, EVERY, SPORTSBOOK, defect
from mock_server.defects.rewriting import rewritten
from mock_server.order import Order, Refusal
from mock_server.store import Account
from mock_server.wallet import Wallet
from mock_server.wire import Answer


@defect(
    violates="CAS-INP-01 SPB-INP-01",
    witnesses={"batch/item_with_a_negative_amount": "oracle", "input/unsettlement_amounts_eur": "oracle"},
)
class DropsTheMinusSign(Wallet):
    """Takes a negative amount for a positive one."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def positive(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if isinstance(amount, int | Decimal) and not isinstance(amount, bool):
                fields["amount"] = abs(amount)

        return super().read(contract, name, rewritten(body, positive))


@defect(violates="CAS-BAT-01 CAS-INP-01 SPB-INP-01", witnesses={"input/settlement_missing_fields": "expectation"})
class TakesAMissingAmountForZero(Wallet):
    """Takes a missing amount for 0, and accepts it."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def zero(fields: dict[str, object]) -> None:
            if "transactionId" in fields and "originalTransactionId" not in fields:
                fields.setdefault("amount", 0)

        return super().read(contract, name, rewritten(body, zero))


@defect(violates="CAS-INP-01 SPB-INP-01", witnesses={"input/settlement_missing_fields": "oracle"})
class MakesUpAMissingId(Wallet):
    """Gives a transaction without an id one of its own, so a repeat cannot be recognised."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def named(fields: dict[str, object]) -> None:
            if "amount" in fields:
                fields.setdefault("transactionId", f"made-up-{self.new_reference()}")

        return super().read(contract, name, rewritten(body, named))


@defect(violates="CAS-INP-01 SPB-INP-01", witnesses={"input/settlement_missing_fields": "oracle"})
class FindsThePlayerByTheBet(Wallet):
    """Takes a request that names no player for one of whoever came last with its session or its bet."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def completed(fields: dict[str, object]) -> None:
            marks = [fields.get(each) for each in ("sessionId", "refTransactionId", "betId")]
            known = [self._players[each] for each in marks if isinstance(each, str) and each in self._players]
            if "playerId" not in fields and known:
                fields["playerId"] = known[0]
            if isinstance(player := fields.get("playerId"), str):
                self._players.update({each: player for each in marks if isinstance(each, str)})

        return super().read(contract, name, rewritten(body, completed))

    @cached_property
    def _players(self) -> dict[str, str]:
        return {}


@defect(
    violates="CAS-INP-01 SPB-INP-01",
    witnesses={"input/payout_missing_fields": "expectation", "input/unsettlement_missing_fields": "oracle"},
)
class FillsInWhatIsMissing(Wallet):
    """Has a value of its own for each field that is missing: a currency, a session, whether it was won."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def filled(fields: dict[str, object]) -> None:
            if "originalTransactionId" in fields:
                fields.setdefault("betId", "unknown")
            elif "amount" in fields:
                own = {"currency": "EUR", "sessionId": "", "roundId": "", "isWin": fields["amount"] != 0}
                sportsbook = {"betId": "unknown", "type": "BET_UNPAID"} if name == "unsettlement" else {}
                for field, value in {**own, **sportsbook}.items():
                    fields.setdefault(field, value)

        return super().read(contract, name, rewritten(body, filled))


@defect(violates="CAS-INP-01 SPB-INP-01", witnesses={"input/settlement_missing_fields": "conservation"})
class BooksBeforeItValidates(Wallet):
    """Books a transaction without a currency in that of the account, and refuses it then."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def booked(fields: dict[str, object]) -> None:
            if "amount" in fields and "currency" not in fields and name not in {"reward", "retry"}:
                self._incomplete.add(str(fields.get("transactionId")))
                fields["currency"] = "EUR"

        return super().read(contract, name, rewritten(body, booked))

    async def process(self, order: Order[Movement]) -> ItemReply:
        answer = await super().process(order)
        if order.item.id not in self._incomplete:
            return answer
        return self.answer_refusal(order, Refusal(Outcome.MALFORMED, "`currency` is missing"))

    @cached_property
    def _incomplete(self) -> set[str]:
        return set()


@defect(
    violates="SPB-ANS-01 SPB-INP-01 SPB-INP-08 SPB-UNS-04",
    contracts=SPORTSBOOK,
    witnesses={"input/settlement_no_json": "oracle"},
)
class SaysOkToWhatItCannotRead(Wallet):
    """Answers a body that it cannot read with 200 and a balance of 0, as its framework has it for an empty object."""

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = await super().serve(contract, name, headers, body)
        try:
            parse(body)
        except JsonError:
            unread = contract.name in SPORTSBOOK and answer.status == 400
            return answer._replace(status=200, body=b'{"balance":0.00,"currency":"EUR"}') if unread else answer
        return answer


@defect(
    violates="CAS-INP-01 CAS-INP-03 CAS-INP-04", contracts=CASINO, witnesses={"input/settlement_no_json": "expectation"}
)
class TakesBrokenJsonForNothing(Wallet):
    """Takes a body that it cannot read for an empty one, and answers that all is well."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        try:
            return super().read(contract, name, body)
        except BadRequest:
            if not contract.specs[name].batch:
                raise
            return super().read(contract, name, b'{"transactions":[]}')


@defect(
    violates="CAS-INP-02 SPB-INP-02",
    witnesses={"input/another_currency": "oracle", "input/unsettlement_in_another_currency": "oracle"},
)
class IgnoresTheCurrency(Wallet):
    """Books an amount of any currency as if it were the account's own."""

    def check_currency(self, order: Order[Movement], account: Account) -> None:
        return


@defect(
    violates="CAS-INP-02 CAS-INP-09 SPB-INP-02 SPB-INP-09",
    witnesses={"input/unknown_player": "oracle", "input/unsettlement_of_an_unknown_player": "oracle"},
)
class OpensAccountsForStrangers(Wallet):
    """Opens an account for every player whom a request names."""

    def find_player(self, contract: str, player: str) -> Account:
        account = self.store.account(contract, player)
        if account is None:
            account = self.store.open_account(Account(0, contract, player, "EUR", player, "", "MT"), 100_000_000)
            self._opened.add(account.number)
        return account

    def check_session(self, contract: str, session: str, account: Account) -> None:
        if account.number not in self._opened:
            super().check_session(contract, session, account)

    @cached_property
    def _opened(self) -> set[int]:
        return set()


@defect(violates="SPB-INP-02", contracts=SPORTSBOOK, witnesses={"input/unsettlement_of_an_unknown_player": "code"})
class NamesAnUnknownPlayerWrongly(Wallet):
    """Refuses an unknown player with the code of a missing bet."""

    def find_player(self, contract: str, player: str) -> Account:
        try:
            return super().find_player(contract, player)
        except Refusal:
            raise Refusal(Outcome.UNKNOWN_TRANSACTION, "no such player") from None


@defect(violates="CAS-INP-05 SPB-INP-05", contracts=EVERY, witnesses={"input/unknown_field": "expectation"})
class RefusesUnknownFields(Wallet):
    """Refuses a request with a field that it does not know, so the platform can never add one."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        if b'"futureField"' in body:
            raise BadRequest(Outcome.MALFORMED, "unknown field futureField")
        return super().read(contract, name, body)


@defect(
    violates="CAS-INP-03 CAS-INP-07 SPB-INP-07",
    witnesses={"input/hostile_round": "format", "input/hostile_bet_id": "format"},
)
class BreaksOnHostileText(Wallet):
    """Puts text from the request into its SQL, and breaks on a quotation mark."""

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        broken = b"'" in body or b"\\u0000" in body or b"\\u0027" in body
        if broken and not self.doubts(contract, name, headers, body):
            return Answer(500, (), b"syntax error in SQL statement")
        return await super().serve(contract, name, headers, body)


@defect(
    violates="CAS-INP-08 SPB-INP-08",
    witnesses={"input/key_twice": "oracle", "input/unsettlement_with_a_key_twice": "oracle"},
)
class AddsAKeyThatStandsTwice(Wallet):
    """Adds the values of a key that stands twice."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        twice = re.search(rb'"amount":([0-9.]+), "amount":\s*([0-9.]+)', body)
        if twice is None:
            return super().read(contract, name, body)
        total = Decimal(twice[1].decode()) + Decimal(twice[2].decode())
        return super().read(contract, name, body.replace(twice[0], b'"amount":' + stringify(total)))
