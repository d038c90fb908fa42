"""Wallets for the tests of pre-flight, in this process or on a socket, and named players."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from email.utils import formatdate
from pathlib import Path
from typing import Any

from credentials_at_hand import of_casino, of_sportsbook
from listening import Listening
from patience import PATIENCE_SECONDS

from harness.config import WalletUnderTest
from harness.contracts import Credentials
from harness.examine import preflight, violations_of
from harness.model import Player, Request
from harness.play.preflight import ConfigurationProblem, Facts, Stage
from harness.proof.in_process import InProcessCarrier
from harness.verdict import Violation
from mock_server.app import App, Asgi, Message, Receive, Scope, Send
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

CREDENTIALS = {
    "casino": of_casino("the-casino-key", "the-casino-secret"),
    "sportsbook": of_sportsbook("the-sportsbook-user", "the-sportsbook-password"),
}


class AtHand:
    """A wallet in this process. Its methods run pre-flight on it."""

    def __init__(
        self,
        contract: str = "casino",
        wallet_type: type[Wallet] = Wallet,
        credentials: Credentials | None = None,
    ) -> None:
        self.contract = contract
        self.credentials = credentials or CREDENTIALS[contract]
        self.app = App(wallet_type(open_store(), {contract: self.credentials}), provision=True)

    def player(self, currency: str = "EUR", balance: str = "100.00", **fields: str) -> Player:
        """A player who exists in the wallet, for use as a named player."""
        asked = {"contract": self.contract, "currency": currency, "balance": balance, **fields}
        made = InProcessCarrier(self.app, PATH).send(Request("", (), json.dumps(asked).encode()))
        assert made.received is not None
        answer: Mapping[str, Any] = json.loads(made.received.body, parse_float=Decimal)
        return Player(
            id=answer["playerId"],
            currency=currency,
            session=answer["sessionId"],
            expired_session=answer["expiredSessionId"],
            token=answer["authToken"],
        )

    def under_test(self, **fields: Any) -> WalletUnderTest:
        """The wallet as a user describes it: provisioned, unless there are `players`."""
        found = WalletUnderTest(
            contract=self.contract, url="http://wallet.example/x/", credentials=self.credentials, run_id="0123abcd"
        )
        provision = "" if "players" in fields else "http://wallet.example/__admin/player"
        return replace(found, provision_url=provision, **fields)

    def look(self, **fields: Any) -> Facts:
        """The facts of a pre-flight without a network."""
        under_test = self.under_test(**fields)
        wallet = InProcessCarrier(self.app, f"/{self.contract}")
        provision = InProcessCarrier(self.app, PATH) if under_test.provision_url else None
        return preflight(under_test, wallet=wallet, provision=provision)

    def violation(self, **fields: Any) -> Violation | None:
        """The first violation that the calls of pre-flight prove, or None."""
        return next(iter(violations_of(self.under_test(**fields), self.look(**fields))), None)

    def problem(self, **fields: Any) -> ConfigurationProblem:
        """The problem that pre-flight ends with."""
        return problem_of(lambda: self.look(**fields))

    @contextlib.contextmanager
    def listening(self, *, fast_seconds: int = 0, pem: Path | None = None) -> Iterator[str]:
        """Serve the wallet on a socket. Yields its root. Its clock for signatures and answers may be fast.

        With `pem`, a file of a certificate and its key, it uses TLS.
        """
        server = Listening(_dated(self.app, fast_seconds) if fast_seconds else self.app)
        server.config.date_header = not fast_seconds
        server.config.ssl_certfile = pem
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            assert server.ready.wait(PATIENCE_SECONDS)
            yield f"{'https' if pem else 'http'}://127.0.0.1:{server.port}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_SECONDS)


def _dated(app: App, fast_seconds: int) -> Asgi:
    app.wallet.now_ms = lambda: time.time_ns() // 1_000_000 + fast_seconds * 1000

    async def dated(scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = formatdate(time.time() + fast_seconds, usegmt=True).encode()
                message["headers"] = [*message["headers"], (b"date", date)]
            await send(message)

        await app(scope, receive, sending)

    return dated


def problem_of(look: Any) -> ConfigurationProblem:
    """The problem with which a pre-flight ends."""
    try:
        facts = look()
    except ConfigurationProblem as problem:
        return problem
    raise AssertionError(f"no problem was found: {facts}")


def stages(facts: Facts) -> dict[str, Stage]:
    """The stages by name."""
    return {each.name: each for each in facts.stages}
