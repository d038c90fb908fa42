"""Rules at the counter: whom to believe, what was asked, and how the answer is written."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

from harness.contracts import BadRequest, Contract, Credentials
from harness.model import ItemReply, Operation, Outcome, Reply, Request
from mock_server.clock import Clock

JSON_HEADERS = ((b"content-type", b"application/json"),)


class Answer(NamedTuple):
    """An HTTP answer before HTTP: the headers are those that the wallet chooses, without the server's own."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def refused(outcome: Outcome, description: str) -> Reply:
    """A refusal of a whole request."""
    return Reply(outcome=outcome, items=(ItemReply(outcome=outcome, description=description),))


def request_of(contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Request:
    """A request as it arrived, at the documented path of its operation."""
    return Request(contract.specs[name].path, tuple(headers.items()), body)


class Counter(ABC):
    """One request from its bytes to the answer's bytes. `handle` is the wallet behind the counter."""

    def __init__(self, credentials: Mapping[str, Credentials], now_ms: Clock) -> None:
        """`credentials` are the platform's, by contract name."""
        self.credentials = dict(credentials)
        self.now_ms = now_ms

    @abstractmethod
    async def handle(self, contract: str, operation: Operation) -> Reply:
        """Answer one operation of the contract of that name."""

    def offers(self, contract: Contract, name: str) -> bool:
        """Whether the wallet has this operation: one that it lacks is answered as a path that does not exist."""
        return name in contract.specs

    async def serve(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer one request: believe it before reading it, read it before acting. Headers by lower-case name."""
        request = request_of(contract, name, headers, body)
        if doubt := self.doubts(contract, name, headers, body):
            return self.write(contract, None, refused(Outcome.UNAUTHENTICATED, doubt), request)
        try:
            operation = self.read(contract, name, body)
        except BadRequest as bad:
            return self.write(contract, None, refused(bad.outcome, str(bad)), request)
        return self.write(contract, operation, await self.handle(contract.name, operation), request)

    async def break_off(self, contract: Contract, name: str, headers: Mapping[str, str], arrived: bytes) -> None:
        """What is done about a request of which only this much of the body arrived: nothing. It may come again."""
        del contract, name, headers, arrived

    def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
        """Why the platform cannot have sent exactly these bytes; empty when it has. The operation does not matter."""
        del name
        return contract.verify(headers, body, self.credentials[contract.name], self.now_ms())

    def read(self, contract: Contract, name: str, body: bytes) -> Operation:
        """What is asked for. Raises BadRequest."""
        return contract.read_request(name, body)

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        """The answer to a request as the contract writes it."""
        status, body = contract.write_reply(operation, reply, request)
        return Answer(status, JSON_HEADERS, body)
