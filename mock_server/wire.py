"""Rules of the wire: which requests are authentic, how they are read, and how the answer is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

from harness.contracts import BadRequest, Contract, Credentials
from harness.model import ItemReply, Operation, Outcome, Reply, Request
from mock_server.aside import Aside, at_once
from mock_server.clock import Clock
from mock_server.records import note

JSON_HEADERS = ((b"content-type", b"application/json"),)


class Answer(NamedTuple):
    """An HTTP answer before it is sent. `headers` are the wallet's own, without those that the server adds."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Uncertain(Exception):
    """A request failed, and some of it may be in the books. No answer of the contract would be true."""


def refused(outcome: Outcome, description: str) -> Reply:
    """A refusal of a whole request."""
    return Reply(outcome=outcome, items=(ItemReply(outcome=outcome, description=description),))


def request_of(contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Request:
    """A request as it was received, at the documented path of its operation."""
    return Request(contract.specs[name].path, tuple(headers.items()), body)


class RequestHandler(ABC):
    """Turns the bytes of one request into the bytes of its answer. `handle` answers the decoded operation."""

    def __init__(self, credentials: Mapping[str, Credentials], now_ms: Clock) -> None:
        """`credentials` are the platform's, by contract name."""
        self.credentials = dict(credentials)
        self.now_ms = now_ms
        self.aside: Aside = at_once

    @abstractmethod
    async def handle(self, contract: str, operation: Operation) -> Reply:
        """Answer one operation of the contract of that name."""

    def offers(self, contract: Contract, name: str) -> bool:
        """True if the wallet has this operation. The path of an operation that it lacks is answered with 404."""
        return name in contract.specs

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request: check its authenticity, decode it, then act. `headers` are by lower-case name.

        Raises Uncertain if the request may be in the books. After any other error nothing of it is.
        """
        request = request_of(contract, name, headers, body)
        if doubt := self.doubts(contract, name, headers, body):
            return self.write(contract, None, refused(Outcome.UNAUTHENTICATED, doubt), request)
        try:
            operation = await self.aside(len(body), partial(self.read, contract, name, body))
        except BadRequest as bad:
            return self.write(contract, None, refused(bad.outcome, str(bad)), request)
        note(operation)
        reply = await self.handle(contract.name, operation)
        try:
            return await self.aside(len(body), partial(self.write, contract, operation, reply, request))
        except Exception as error:
            raise Uncertain("the request is in the books, and its answer could not be written") from error

    async def break_off(self, contract: Contract, name: str, headers: Mapping[str, str], arrived: bytes) -> None:
        """Handle a request of which only `arrived` was received. It is ignored: the platform may send it again."""
        del contract, name, headers, arrived

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        """Why the platform cannot have sent these bytes, or an empty text if it can. The operation does not matter."""
        del name
        return contract.verify(headers, body, self.credentials[contract.name], self.now_ms())

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        """Decode the operation. Raises BadRequest."""
        return contract.read_request(name, body)

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        """The answer to a request in the form of the contract."""
        status, body = contract.write_reply(operation, reply, request)
        return Answer(status, JSON_HEADERS, body)
