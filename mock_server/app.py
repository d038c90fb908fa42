"""The wallet over HTTP, as a raw ASGI application: read, verify, call the wallet, write.

Each contract has its own name as the first part of the path: `/<contract>` and the path of the operation. Any
client may read its OpenAPI document: `GET /<contract>/openapi.json`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeAlias

from harness.contracts import Contract, load
from harness.contracts.shared.openapi import as_json, document
from mock_server import provisioning
from mock_server.store import NotStored, StoreError
from mock_server.wallet import Wallet
from mock_server.wire import JSON_HEADERS, Answer

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_BODY_BYTES = 8 * 2**20
"""Ten thousand batch items fit into this size. A larger body is refused while it is still being received."""

_FOR_BROWSERS = (b"access-control-allow-origin", b"*")
"""Viewers of OpenAPI documents run in a browser and are served from another origin than the wallet."""

DOCUMENT = "/openapi.json"
"""Path of the OpenAPI document below each contract's base URL."""

log = logging.getLogger("mock_server")


class BodyTooLarge(Exception):
    """The request's body is larger than the limit."""


class Disconnected(Exception):
    """The client disconnected before its request was complete."""

    def __init__(self, arrived: bytes) -> None:
        """`arrived` is the part of the body that was received."""
        super().__init__("the client went away before its request was complete")
        self.arrived = arrived


class App:
    """The ASGI application of one wallet."""

    def __init__(
        self,
        wallet: Wallet,
        *,
        contracts: Iterable[Contract] = (),
        provision: bool = False,
        limit_bytes: int = LARGEST_BODY_BYTES,
    ) -> None:
        """Serves every contract for which the wallet has credentials. `provision` also serves the creation of players.

        `contracts` are the private contracts, which cannot be loaded by their names.
        """
        self.wallet = wallet
        given = {each.name: each for each in contracts}
        self.contracts = {name: given[name] if name in given else load(name) for name in wallet.credentials}
        self._provision = provision
        self._documents: dict[str, Answer] = {}
        self._limit_bytes = limit_bytes
        self._routes = {
            f"/{contract.name}{spec.path}": (contract, name)
            for contract in self.contracts.values()
            for name, spec in contract.specs.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        try:
            body = await self._body(scope, receive)
            answer = await self.answer(scope["method"], scope["path"], _headers(scope), body)
        except Disconnected as gone:
            await self.break_off(scope["path"], _headers(scope), gone.arrived)
            return
        except BodyTooLarge:
            answer = _plain(413, f"the body is larger than {self._limit_bytes} bytes")
            answer = answer._replace(headers=(*answer.headers, (b"connection", b"close")))
        await respond(send, answer)

    async def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request. `headers` are by lower-case name."""
        if self._provision and path == provisioning.PATH:
            work = self._provide(body)
        elif (route := self._route(path)) is not None:
            work = self.wallet.serve(*route, headers, body)
        elif (contract := self._documented(path)) is not None:
            return self._document(contract) if method == "GET" else Answer(405, ((b"allow", b"GET"),), b"")
        else:
            return _plain(404, "there is nothing here")
        if method != "POST":
            work.close()
            return Answer(405, ((b"allow", b"POST"),), b"")
        try:
            return await work
        except StoreError as failure:
            return _unavailable(failure)
        except Exception:
            log.exception("the request failed, and nothing of it is in the books")
            return _plain(500, "internal error")

    async def break_off(self, path: str, headers: Mapping[str, str], arrived: bytes) -> None:
        """Report a request to the wallet whose body was not received in full. `headers` are by lower-case name."""
        if (route := self._route(path)) is not None:
            await self.wallet.break_off(*route, headers, arrived)

    def _route(self, path: str) -> tuple[Contract, str] | None:
        route = self._routes.get(path)
        return route if route is not None and self.wallet.offers(*route) else None

    def _documented(self, path: str) -> Contract | None:
        name, slash, rest = path[1:].partition("/")
        return self.contracts.get(name) if slash + rest == DOCUMENT else None

    def _document(self, contract: Contract) -> Answer:
        """The OpenAPI document of the operations that the wallet offers, made at the first request for it."""
        if contract.name not in self._documents:
            offered = [name for name in contract.specs if self.wallet.offers(contract, name)]
            text = as_json(document(contract, f"/{contract.name}", offered))
            self._documents[contract.name] = Answer(200, (*JSON_HEADERS, _FOR_BROWSERS), text.encode())
        return self._documents[contract.name]

    async def _provide(self, body: bytes) -> Answer:
        await self.wallet.commits.begin()
        try:
            answer = provisioning.provision(self.wallet.store, self.contracts, body, self.wallet.fresh_id)
        except Exception as error:
            self.wallet.commits.undo(error)
            raise
        await self.wallet.commits.done()
        return answer

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        announced: bytes = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit_bytes:
            raise BodyTooLarge
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected(bytes(body))
            body += message.get("body", b"")
            if len(body) > self._limit_bytes:
                raise BodyTooLarge
            if not message.get("more_body", False):
                return bytes(body)


async def respond(send: Send, answer: Answer) -> None:
    """Send an answer through ASGI."""
    length = (b"content-length", b"%d" % len(answer.body))
    await send({"type": "http.response.start", "status": answer.status, "headers": [*answer.headers, length]})
    await send({"type": "http.response.body", "body": answer.body})


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _unavailable(failure: StoreError) -> Answer:
    """503 in no contract's shape: the platform must not take it for a refusal."""
    reason = "nothing was done" if isinstance(failure, NotStored) else "it is not known whether it was done"
    answer = _plain(503, f"the wallet's database failed, and {reason}")
    return answer._replace(headers=(*answer.headers, (b"retry-after", b"1")))


def _plain(status: int, reason: str) -> Answer:
    return Answer(status, JSON_HEADERS, json.dumps({"error": reason}).encode())
