"""The wallet over HTTP, as a raw ASGI application: read, verify, call the wallet, write.

Each contract has its own name as the first part of the path: `/<contract>` and the path of the operation. Any
client may read its OpenAPI document: `GET /<contract>/openapi.json`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeAlias, TypeVar

from harness.contracts import Contract, load
from harness.contracts.shared.openapi import as_json, document
from harness.model import Outcome
from mock_server import logs, provisioning, records
from mock_server.admin import ADMIN, HEALTH, METRICS, Health, is_local, not_allowed, plain, refusal
from mock_server.clock import elapsed_ns
from mock_server.limits import Limits, announced_bytes
from mock_server.metrics import Metrics
from mock_server.store import NotStored, StoreError
from mock_server.wallet import Wallet
from mock_server.wire import JSON_HEADERS, Answer, Uncertain, refused, request_of

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Asgi: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
AdminPath: TypeAlias = Callable[[str, bytes], Awaitable[Answer]]
"""A function that answers an admin path. It gets the method and the body."""

Result = TypeVar("Result")

_FOR_BROWSERS = (b"access-control-allow-origin", b"*")
"""Viewers of OpenAPI documents run in a browser and are served from another origin than the wallet."""

DOCUMENT = "/openapi.json"
"""Path of the OpenAPI document below each contract's base URL."""

RETRY_AFTER = (b"retry-after", b"1")
CLOSE = (b"connection", b"close")
GONE = 0
"""The status in the log and the metrics of a request whose client went away before it was complete."""


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
        admin_token: str = "",
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        metrics: Metrics | None = None,
    ) -> None:
        """Serves every contract for which the wallet has credentials. `provision` also serves the creation of players.

        `contracts` are the private contracts, which cannot be loaded by their names. With `admin_token` the admin
        paths answer to everybody who sends it, else to this machine alone.
        """
        self.wallet = wallet
        given = {each.name: each for each in contracts}
        self.contracts = {name: given[name] if name in given else load(name) for name in wallet.credentials}
        self.limits = limits
        self.metrics = metrics or Metrics()
        self.health = Health()
        self.stopping = False
        """True while the server waits for its last answers."""
        self.admin: dict[str, AdminPath] = {provisioning.PATH: self._provide} if provision else {}
        """The admin paths that are offered."""
        self._admin_token = admin_token
        self._documents: dict[str, Answer] = {}
        self._last_error: BaseException | None = None
        self._routes = {
            f"/{contract.name}{spec.path}": (contract, name)
            for contract in self.contracts.values()
            for name, spec in contract.specs.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        route = self.route(scope["path"])
        if route is not None and self.metrics.in_progress >= self.limits.requests:
            self.metrics.turned_away[("requests",)] += 1
            await respond(send, _again("the wallet has too many requests to answer this one in time"))
            return
        record = records.begin()
        started_ns = elapsed_ns()
        self.metrics.in_progress += 1
        try:
            answer = await self._served(scope, receive)
        finally:
            self.metrics.in_progress -= 1
        if answer is not None:
            await respond(send, answer)
        if route is not None:
            status = GONE if answer is None else answer.status
            self._report(*route, status, record, elapsed_ns() - started_ns)

    async def _served(self, scope: Scope, receive: Receive) -> Answer | None:
        """The answer to one request, or None if the client went away before it was complete."""
        headers = _headers(scope)
        try:
            body = await self._body(headers, receive)
        except Disconnected as gone:
            await self.break_off(scope["path"], headers, gone.arrived)
            return None
        except BodyTooLarge:
            return self._too_large(headers)
        local = scope["path"] not in self.admin or is_local(scope.get("client"), headers)
        return await self.answer(scope["method"], scope["path"], headers, body, local=local)

    async def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, local: bool = True
    ) -> Answer:
        """Answer one request. `headers` are by lower-case name. `local` is true for a client on this machine."""
        if (route := self.route(path)) is not None:
            return await self._of_contract(*route, headers, body) if method == "POST" else not_allowed("POST")
        if path in self.admin:
            if (refused := refusal(self._admin_token, headers, local=local)) is not None:
                return refused
            return await self.admin[path](method, body)
        if (contract := self._documented(path)) is not None:
            return self._document(contract) if method == "GET" else not_allowed("GET")
        if path in {HEALTH, METRICS}:
            if method != "GET":
                return not_allowed("GET")
            return await self._health() if path == HEALTH else self._metrics()
        if path.startswith(ADMIN):
            return plain(404, "this wallet was started without this admin path: --help names the options for it")
        return plain(404, "there is nothing here")

    async def break_off(self, path: str, headers: Mapping[str, str], arrived: bytes) -> None:
        """Report a request to the wallet whose body was not received in full. `headers` are by lower-case name."""
        if (route := self.route(path)) is not None:
            await self.wallet.break_off(*route, headers, arrived)

    def route(self, path: str) -> tuple[Contract, str] | None:
        """The contract and the operation of a path. None for a path of neither."""
        route = self._routes.get(path)
        return route if route is not None and self.wallet.offers(*route) else None

    # ------------------------------------------------------------------------------------------------------------------
    # Requests of a contract

    async def _of_contract(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            return await self.wallet.serve(contract, name, headers, body)
        except Uncertain as error:
            self._log(error, contract, name, "uncertain")
            return _again("the wallet does not know whether this request is in its books: send it again")
        except Exception as error:  # noqa: BLE001 - it is logged, and the client gets an answer
            self._log(error, contract, name, "undone")
            reply = refused(Outcome.REFUSED, "internal error, and nothing of this request is in the books")
            return self.wallet.write(contract, None, reply, request_of(contract, name, headers, body))

    def _log(self, error: Exception, contract: Contract, name: str, books: str) -> None:
        """Log an error of the wallet itself. One error that fails many requests is logged once."""
        self.metrics.errors[(books,)] += 1
        cause: BaseException = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        if cause is not self._last_error:
            self._last_error = cause
            record = records.current()
            fields = {"contract": contract.name, "operation": name, "books": books, **record.fields}
            logs.failure("internal_error", fields, error, record.secrets)

    def _report(self, contract: Contract, name: str, status: int, record: records.Record, duration_ns: int) -> None:
        self.metrics.answered(contract.name, name, status, duration_ns)
        self.metrics.transactions[contract.name, name] += record.count
        logs.event(
            "request",
            lambda: {
                "contract": contract.name,
                "operation": name,
                "status": status,
                "ms": duration_ns // 1_000_000,
                **record.fields,
            },
        )

    # ------------------------------------------------------------------------------------------------------------------
    # Everything else

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

    async def _provide(self, method: str, body: bytes) -> Answer:
        if method != "POST":
            return not_allowed("POST")
        wallet = self.wallet
        try:
            return await self._in_turn(
                lambda: provisioning.provision(wallet.store, self.contracts, body, wallet.fresh_id)
            )
        except StoreError as failure:
            return _unavailable(failure)
        except Exception as error:  # noqa: BLE001 - it is logged, and the client gets an answer
            logs.failure("internal_error", {"path": provisioning.PATH}, error)
            return plain(500, "internal error")

    async def _in_turn(self, work: Callable[[], Result]) -> Result:
        """The result of work on the store, which is durable when this returns. Raises the errors of the work."""
        commits = self.wallet.commits
        await commits.begin()
        try:
            result = work()
        except Exception as error:
            commits.undo(error)
            raise
        await commits.done()
        return result

    async def _health(self) -> Answer:
        if self.stopping:
            return self.health.answer("the wallet is stopping")
        try:
            await self._in_turn(lambda: self.wallet.store.session("", ""))
        except Exception as error:  # noqa: BLE001 - whatever it is, the wallet cannot work
            return self.health.answer(f"the store cannot be used: {type(error).__name__}")
        return self.health.answer("")

    def _metrics(self) -> Answer:
        content_type, body = self.metrics.text()
        return Answer(200, ((b"content-type", content_type.encode()),), body)

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        if announced_bytes(headers.get("content-length", "")) > self.limits.body_bytes:
            raise BodyTooLarge
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected(bytes(body))
            body += message.get("body", b"")
            if len(body) > self.limits.body_bytes:
                raise BodyTooLarge
            if not message.get("more_body", False):
                return bytes(body)

    def _too_large(self, headers: Mapping[str, str]) -> Answer:
        """The refusal of a body. The server discards the rest of it, so that the connection stays usable.

        A rest that is too large for that ends the connection. So does a client that waits for leave to send the body,
        because nobody can know whether it still sends it.
        """
        answer = plain(413, f"the body is larger than {self.limits.body_bytes} bytes")
        if "expect" in headers or announced_bytes(headers.get("content-length", "")) > self.limits.discarded_bytes:
            return answer._replace(headers=(*answer.headers, CLOSE))
        return answer


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
    return _again(f"the wallet's database failed, and {reason}")


def _again(reason: str) -> Answer:
    answer = plain(503, reason)
    return answer._replace(headers=(*answer.headers, RETRY_AFTER))
