"""Defects of amounts and types: what is no number is read as one, and numbers are read as others."""

from __future__ import annotations

import re
from decimal import Decimal

from harness import money
from harness.contracts import Contract
from harness.contracts.shared.json_text import JsonError, parse
from harness.model import Authenticate, Operation
from mock_server.defects.registry import CASINO, SPORTSBOOK, defect
from mock_server.defects.rewriting import rewritten
from mock_server.store import Account
from mock_server.wallet import Wallet

_DIGITS = re.compile(r"[0-9.]+", re.ASCII)


class _ReadsAmounts(Wallet):
    """Reads the amount of a request by a rule of its own."""

    def amount(self, value: object, currency: str) -> object:
        """The amount that the wallet takes `value` for. A sound wallet takes it for itself."""
        return value

    def rereads(self, name: str) -> bool:
        """True if the rule applies to the operation with that name."""
        return True

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def reread(fields: dict[str, object]) -> None:
            if "amount" in fields:
                fields["amount"] = self.amount(fields["amount"], str(fields.get("currency", "")))

        return super().read(contract, name, rewritten(body, reread) if self.rereads(name) else body)


@defect(violates="CAS-INP-04 CAS-INP-08", contracts=CASINO, witnesses={"input/settlement_amounts_eur": "oracle"})
class CutsAFraction(_ReadsAmounts):
    """Cuts what an amount has behind the point, where the contract has integers."""

    def amount(self, value: object, currency: str) -> object:
        return int(value) if isinstance(value, Decimal) else value


@defect(
    violates="SPB-INP-04 SPB-INP-08",
    contracts=SPORTSBOOK,
    witnesses={"input/unsettlement_amounts_eur": "oracle", "input/bet_amounts_jpy": "oracle"},
)
class CutsDecimals(_ReadsAmounts):
    """Cuts the decimals that a currency does not have, instead of refusing them."""

    def amount(self, value: object, currency: str) -> object:
        return _in_units(value, currency, "ROUND_DOWN")


@defect(
    violates="SPB-INP-04 SPB-INP-08",
    contracts=SPORTSBOOK,
    witnesses={"input/settlement_amounts_jpy": "oracle", "input/settlement_amounts_kwd": "oracle"},
)
class RoundsWhatIsTooFine(_ReadsAmounts):
    """Rounds an amount to the decimals of its currency, so that half a yen becomes a yen."""

    def amount(self, value: object, currency: str) -> object:
        return _in_units(value, currency, "ROUND_HALF_UP")


@defect(violates="CAS-INP-04 CAS-INP-08", contracts=CASINO, witnesses={"input/bet_batch_amounts_jpy": "oracle"})
class RoundsStakesOfABatch(_ReadsAmounts):
    """Rounds a stake that is no whole number of units up, in batches of bets alone."""

    def amount(self, value: object, currency: str) -> object:
        return int(value.to_integral_value("ROUND_UP")) if isinstance(value, Decimal) else value

    def rereads(self, name: str) -> bool:
        """True for the batch of bets."""
        return name == "bet_batch"


@defect(
    violates="CAS-INP-08 SPB-INP-08",
    witnesses={"input/bet_amounts_eur": "oracle", "input/settlement_amounts_kwd": "oracle"},
)
class TakesTheFirstOfAList(_ReadsAmounts):
    """Takes a list in the place of an amount for its first element."""

    def amount(self, value: object, currency: str) -> object:
        return value[0] if isinstance(value, list) and value else value


@defect(
    violates="CAS-INP-04 SPB-INP-04",
    witnesses={"input/settlement_amounts_eur": "expectation", "input/unsettlement_amounts_eur": "expectation"},
)
class TakesTextForAnAmount(_ReadsAmounts):
    """Reads an amount that is text as the number that it says."""

    def amount(self, value: object, currency: str) -> object:
        return _number(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else value


@defect(
    violates="CAS-INP-08 SPB-INP-08",
    witnesses={"input/settlement_amounts_eur": "oracle", "input/unsettlement_amounts_eur": "oracle"},
)
class GluesAmountsTogether(_ReadsAmounts):
    """Adds to an amount that is text as text: 10 and 0 make 100."""

    def amount(self, value: object, currency: str) -> object:
        return int(f"{Decimal(value):.0f}0") if isinstance(value, str) and _DIGITS.fullmatch(value) else value


@defect(violates="CAS-INP-08 SPB-INP-08", witnesses={"input/settlement_amounts_eur": "oracle"})
class TakesTrueForOne(_ReadsAmounts):
    """Takes `true` for one."""

    def amount(self, value: object, currency: str) -> object:
        return 1 if value is True else value


@defect(violates="CAS-INP-04 SPB-INP-04", witnesses={"input/settlement_amounts_eur": "expectation"})
class TakesNullForZero(_ReadsAmounts):
    """Takes an amount that is `null` for 0, and accepts it."""

    def amount(self, value: object, currency: str) -> object:
        return 0 if value is None else value


@defect(
    violates="CAS-INP-08 SPB-INP-08",
    witnesses={"input/settlement_amounts_eur": "oracle", "input/bet_amounts_eur": "oracle"},
)
class ReadsDigitsUpToAComma(_ReadsAmounts):
    """Reads text up to the first character that is no digit: "1,000" is 1."""

    def amount(self, value: object, currency: str) -> object:
        found = re.match(r"[0-9]+(?=,)", value) if isinstance(value, str) else None
        return value if found is None else int(found[0])


@defect(violates="CAS-INP-08 SPB-INP-08", witnesses={"input/settlement_amounts_eur": "oracle"})
class ReadsHexadecimal(_ReadsAmounts):
    """Reads an amount that is text with the number reader of its language, which takes 0x0A for ten."""

    def amount(self, value: object, currency: str) -> object:
        return int(value, 16) if isinstance(value, str) and value.startswith("0x") else value


@defect(
    violates="CAS-INP-04",
    contracts=CASINO,
    witnesses={"input/settlement_wrong_types": "expectation", "input/retry_wrong_types": "expectation"},
)
class TakesAnObjectForAnArrayOfOne(Wallet):
    """Takes one transaction that stands in the place of the array for an array of one."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        return super().read(contract, name, re.sub(rb'^\{"transactions":(\{.*\})\}$', rb'{"transactions":[\1]}', body))


@defect(
    violates="CAS-INP-04 SPB-INP-04",
    witnesses={
        "input/bet_wrong_types": "expectation",
        "input/rollback_wrong_types": "expectation",
        "input/reward_wrong_types": "expectation",
    },
)
class TakesAListOfTextForItsText(Wallet):
    """Takes a list for its first element in every field of text."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def first(fields: dict[str, object]) -> None:
            for field, value in fields.items():
                if isinstance(value, list) and value and isinstance(value[0], str):
                    fields[field] = value[0]

        return super().read(contract, name, rewritten(body, first))


@defect(
    violates="CAS-INP-01 SPB-INP-01",
    witnesses={"input/settlement_no_json": "oracle", "input/unsettlement_no_json": "oracle"},
)
class CompletesABodyThatWasCutOff(Wallet):
    """Closes what a body has left open, as its lenient reader of JSON does."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        for ending in (b"", b"}", b"]}", b"}]}"):
            try:
                parse(body + ending)
            except JsonError:
                continue
            return super().read(contract, name, body + ending)
        return super().read(contract, name, body)


@defect(violates="CAS-INP-01 SPB-INP-01", witnesses={"input/balance_missing_fields": "expectation"})
class ReadsBalancesWithoutASession(Wallet):
    """Shows a balance to a request that names no session."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        return super().read(contract, name, rewritten(body, _with_empty_session) if name == "balance" else body)

    def check_session(self, contract: str, session: str, account: Account) -> None:
        if session:
            super().check_session(contract, session, account)


@defect(violates="SPB-INP-01", contracts=SPORTSBOOK, witnesses={"input/login_missing_fields": "expectation"})
class LogsInWithoutAToken(Wallet):
    """Logs a request without a token in as its first player, which its tests need."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        if name == "authenticate" and b"authToken" not in body:
            return Authenticate(token="")
        return super().read(contract, name, body)

    def redeem_token(self, contract: str, token: str) -> Account:
        return super().redeem_token(contract, token) if token else self.store.account_numbered(1)


def _with_empty_session(fields: dict[str, object]) -> None:
    fields.setdefault("sessionId", "")


def _number(text: str) -> object:
    return Decimal(text) if "." in text else int(text)


def _in_units(value: object, currency: str, rounding: str) -> object:
    if not isinstance(value, Decimal):
        return value
    return value.quantize(Decimal(1).scaleb(-money.exponent(currency)), rounding)
