"""Creates players on demand: the provisioning protocol, `POST /__admin/player`.

The path is off by default. `mock_server.admin` decides who may use it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from harness import money
from harness.contracts import BUNDLED
from mock_server.fresh_ids import FreshId, random_id
from mock_server.rules.accounts import finest
from mock_server.store import LARGEST_BALANCE, Account, SessionRecord, Store, TokenRecord
from mock_server.wire import JSON_HEADERS, Answer

PATH = "/__admin/player"
_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}\Z", re.ASCII)


class BadPlayer(Exception):
    """A player that cannot be created. The text says how to correct the request."""


def provision(store: Store, contracts: Iterable[str], body: bytes, fresh_id: FreshId = random_id) -> Answer:
    """Create or reset the player that a request describes. The answer holds the data that opens the account.

    The stored transactions of an existing player stay. Sessions and tokens come from `fresh_id`. The caller commits.
    """
    try:
        account, balance = _wanted(_fields(body), tuple(contracts), fresh_id)
    except BadPlayer as bad:
        return _json(400, {"error": str(bad)})
    store.begin()
    return _json(200, _opened(store, store.open_account(account, balance), balance, fresh_id))


def _opened(store: Store, account: Account, balance: int, fresh_id: FreshId) -> dict[str, str]:
    session, expired, token = (fresh_id(16) for _ in range(3))
    store.put_session(account.contract, session, SessionRecord(account.number, live=True))
    store.put_session(account.contract, expired, SessionRecord(account.number, live=False))
    store.put_token(account.contract, token, TokenRecord(account.number, spent=False))
    return {
        "playerId": account.player,
        "sessionId": session,
        "expiredSessionId": expired,
        "authToken": token,
        "currency": account.currency,
        "balance": money.text(balance, account.currency),
    }


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise BadPlayer(f"the body is not JSON: {error}") from None
    if not isinstance(fields, dict):
        example = json.dumps({"contract": BUNDLED[0], "currency": "EUR", "balance": "100"})
        raise BadPlayer(f"send an object such as {example}")
    return fields


def _wanted(fields: dict[str, Any], contracts: tuple[str, ...], fresh_id: FreshId) -> tuple[Account, int]:
    contract = _text(fields, "contract", "")
    if contract not in contracts:
        raise BadPlayer(f"`contract` must be one of {', '.join(contracts)}")
    currency = _text(fields, "currency", "")
    if not _CURRENCY.match(currency):
        raise BadPlayer("`currency` must be an ISO 4217 code such as EUR")
    country = _text(fields, "country", "MT")
    if not _COUNTRY.match(country):
        raise BadPlayer("`country` must be an ISO 3166 code such as MT")
    player = _text(fields, "playerId", "") or fresh_id(6)
    display_name = _text(fields, "displayName", f"Player {player}")
    account = Account(0, contract, player, currency, display_name, _text(fields, "brandCode", "WALLETPROOF"), country)
    return account, _balance(fields, contract, currency)


def _balance(fields: dict[str, Any], contract: str, currency: str) -> int:
    try:
        balance = money.parse(_text(fields, "balance", "0"))
    except ValueError as error:
        raise BadPlayer(f"`balance`: {error}") from None
    if balance % finest(contract, currency):
        raise BadPlayer(f"`balance` has more decimals than {currency}")
    if balance > LARGEST_BALANCE:
        raise BadPlayer(f"`balance` is above {money.text(LARGEST_BALANCE)}, the most that this wallet can hold")
    return balance


def _text(fields: dict[str, Any], name: str, default: str) -> str:
    value = fields.get(name, default)
    if not isinstance(value, str):
        raise BadPlayer(f"`{name}` must be a string in quotation marks")
    return value


def _json(status: int, content: dict[str, str]) -> Answer:
    return Answer(status, JSON_HEADERS, json.dumps(content).encode())
