"""`python loud_wallet.py MODE [options of mock_server]`: the reference wallet with something else in its answers.

* `controls`: characters that a terminal obeys or that nobody sees, in every text and header.
* `long-status`: a status or error code of 3 MB.
* `long-answers`: every answer has 9 MB more.
* `many-values`: every answer has an array of millions of empty arrays.
* `unlike`: every text that the wallet chooses is long and unlike all others, and every header too.

In all modes replays are applied, so that a run has findings.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from harness.contracts import Contract
from harness.contracts.shared.json_text import stringify
from mock_server.__main__ import _parser, _settings
from mock_server.order import AnyOrder
from mock_server.serving import serve
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet
from mock_server.wire import Answer

CONTROLS = (
    "\x1b]0;owned\x07\x1b[2J\x1b[1;31m\x9b31m\x85\x08\x7f\u202eabc\u2066\u200b\u200f\ufeff\u2028\nCERTIFIED\r::error::x"
    "\U000e0041"
)
"""A title, a cleared screen, colours, C1 controls, overrides, invisible characters, and a line of its own."""
_CODES = ("status", "errorCode", "description")
_COUNT = itertools.count()

Content = dict[str, object]


def _refused(content: Content) -> bool:
    return content.get("status") != "RS_OK" and bool(content.keys() & set(_CODES))


def _controls(content: Content) -> tuple[str, ...]:
    for name in _CODES:
        if _refused(content) and isinstance(content.get(name), str):
            content[name] = f"{content[name]}{CONTROLS}"
    for name in ("currency", "walletTransactionId", "sessionId"):
        if isinstance(content.get(name), str):
            content[name] = f"{content[name]}{CONTROLS}"
    content["more"] = CONTROLS
    return tuple(f"a\u202e{each}".encode().decode("latin-1") for each in ("\x9b2J", "\u200b", "\ufeff"))


def _long_status(content: Content) -> tuple[str, ...]:
    for name in ("status", "errorCode"):
        if name in content:
            content[name] = f"{content[name]}{'x' * 3_000_000}"
    return ()


def _long_answers(content: Content) -> tuple[str, ...]:
    content["more"] = "\U0001f3b2" * (9_000_000 // 4)
    return ()


def _many_values(content: Content) -> tuple[str, ...]:
    content["more"] = [[]] * 3_000_000
    return ()


def _unlike(content: Content) -> tuple[str, ...]:
    number = next(_COUNT)
    for name, value in content.items():
        if isinstance(value, str) and value != "RS_OK":
            content[name] = f"{value}{number}" + '<&"' * 1_500
    content["more"] = {f"{number}-{each}": "<\"&'>" * 300 for each in range(20)}
    return tuple(f"{number}{'<&' * 1_000}" for _ in range(20))


MODES: Mapping[str, Callable[[Content], tuple[str, ...]]] = {
    "controls": _controls,
    "long-status": _long_status,
    "long-answers": _long_answers,
    "many-values": _many_values,
    "unlike": _unlike,
}


class Loud(Wallet):
    """A wallet that applies replays, and alters its answers."""

    alter: Callable[[Content], tuple[str, ...]]

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = await super().serve(contract, name, headers, body)
        content = json.loads(answer.body, parse_float=Decimal)
        more = type(self).alter(content)
        shown = tuple((f"x-more-{number}".encode(), each.encode("latin-1")) for number, each in enumerate(more))
        return answer._replace(headers=(*answer.headers, *shown), body=stringify(content))


def main(arguments: Sequence[str]) -> None:
    """Serve until stopped."""
    logging.basicConfig(level=logging.ERROR)
    mode, *others = arguments
    wallet = type(mode, (Loud,), {"alter": staticmethod(MODES[mode])})
    serve(replace(_settings(_parser().parse_args(others), os.environ), wallet_type=wallet))


if __name__ == "__main__":
    main(sys.argv[1:])
