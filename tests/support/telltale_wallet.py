"""`python telltale_wallet.py [options of mock_server]`: a wallet that applies replays and reveals all secrets.

It repeats the credentials in headers and bodies, as they came and in every encoding and escape of a debugging wallet.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from urllib.parse import quote

from credentials_at_hand import public_of, secret_of
from unpleasant_secrets import WRITINGS

from harness.contracts import Contract, Credentials
from harness.contracts.shared.json_text import stringify
from mock_server.__main__ import _parser, _settings
from mock_server.order import AnyOrder
from mock_server.serving import serve
from mock_server.store import Account, Entry
from mock_server.wallet import Wallet
from mock_server.wire import Answer

PROOFS = ("authorization", "x-signature")


def forms(secret: str) -> tuple[str, ...]:
    """A secret as it is, and in the encodings that anybody can decode."""
    data = secret.encode()
    return (
        secret,
        quote(secret, safe=""),
        data.hex(),
        data.hex().upper(),
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(b"." + data).decode().rstrip("="),
        base64.b64encode(b".." + data).decode(),
    )


class Telltale(Wallet):
    """A wallet that applies replays, so that the run fails, and that repeats secrets in its answers."""

    async def look_up(self, order: AnyOrder, account: Account) -> Entry | None:
        return None

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = await super().serve(contract, name, headers, body)
        who = self.credentials[contract.name]
        told = [*_of(who), *(headers.get(each, "") for each in PROOFS)]
        written = [write(secret_of(who)) for write in WRITINGS.values()]
        content = json.loads(answer.body, parse_float=Decimal)
        for key in ("errorCode", "description"):
            if key in content:
                content[key] = f"{content[key]} {' '.join(told)}"
        if content.get("status") not in {None, "RS_OK"}:
            content["status"] += " " + " ".join(told)
        content["debug"] = {"told": told, "written": written, "asked": body.decode("utf-8", "replace")}
        shown = tuple(
            (f"x-debug-{number}".encode(), each.encode())
            for number, each in enumerate((*told, *written))
            if each.isprintable()
        )
        return answer._replace(headers=(*answer.headers, *shown), body=stringify(content))


def _of(who: Credentials) -> list[str]:
    basic = base64.b64encode(f"{public_of(who)}:{secret_of(who)}".encode()).decode()
    return [*forms(secret_of(who)), basic, f"{public_of(who)}:{secret_of(who)}"]


def main(arguments: Sequence[str]) -> None:
    """Serve until stopped."""
    logging.basicConfig(level=logging.ERROR)
    serve(replace(_settings(_parser().parse_args(arguments), os.environ), wallet_type=Telltale))


if __name__ == "__main__":
    main(sys.argv[1:])
