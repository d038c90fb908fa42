"""Wallets that read amounts and types more or less strictly than ours, and are equally right."""

from __future__ import annotations

import re
from decimal import Decimal

from harness.contracts import BadRequest, Contract
from harness.contracts.shared.json_text import stringify
from harness.model import Operation, Outcome
from mock_server.defects.rewriting import rewritten
from mock_server.wallet import Wallet


class ReadsNotationsTheOtherWay(Wallet):
    """Casino amounts may be written as 1000000.0 or 1e6; sportsbook amounts may not be written as 1e1 or -0."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def whole(fields: dict[str, object]) -> None:
            amount = fields.get("amount")
            if isinstance(amount, Decimal) and amount == amount.to_integral_value():
                fields["amount"] = int(amount)

        if contract.name == "casino":
            return super().read(contract, name, rewritten(body, whole))
        if re.search(rb'"amount":\s*(-0|[0-9.]+[eE])', body):
            raise BadRequest(Outcome.MALFORMED, "an amount is written in plain digits")
        return super().read(contract, name, body)


class TakesScalarsForOneAnother(Wallet):
    """Text that spells a number is that number, and what is no text is the text of its JSON; both SHOULD be refused."""

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        def coerced(fields: dict[str, object]) -> None:
            for field, value in fields.items():
                if field == "amount":
                    fields[field] = _spelled(value)
                elif field not in {"isWin", "autoWithDrawal", "odds", "transactions"} and not isinstance(value, str):
                    fields[field] = stringify(value).decode()

        return super().read(contract, name, rewritten(body, coerced))


def _spelled(value: object) -> object:
    """The number that a text spells: `" 10"`, `"+10"` and `"1e1"` are 10."""
    if not isinstance(value, str) or not re.fullmatch(r"\s*\+?[0-9.]+(e[0-9]+)?", value):
        return value
    number = Decimal(value.strip())
    return int(number) if number == number.to_integral_value() else number
