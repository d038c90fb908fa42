"""The reference wallet behind a raw socket, where a test can interfere with single requests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from hostile import Visit, message

from harness.model import Request
from harness.proof.in_process import InProcessCarrier
from mock_server.app import App

JSON = "Content-Type: application/json"


@dataclass
class Asked:
    """One request to the wallet. `number` counts from 1 on its connection, `total` on all."""

    visit: Visit
    path: str
    body: bytes
    number: int
    total: int
    answer: Callable[[], bytes]
    """Let the wallet process the request. Returns the answer as bytes."""


Interfere = Callable[[Asked], bool]
"""True if the function has dealt with the request. The connection is then closed if nothing was sent."""


@dataclass
class Interfered:
    """A behaviour of the hostile server: an app, and a function that sees each request first."""

    app: App
    interfere: Interfere
    total: int = field(default=0, init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)
    """The wallet is in one process and has no other protection against two requests at once."""

    def __call__(self, visit: Visit) -> None:
        number = 0
        while request := visit.request():
            number += 1
            self.total += 1
            head, _, body = request.partition(b"\r\n\r\n")
            first, *lines = head.decode().split("\r\n")
            headers = tuple((name, value) for name, _, value in (line.partition(": ") for line in lines))
            asked = Request(first.split(" ")[1], headers, body)
            if self.interfere(Asked(visit, asked.path, body, number, self.total, lambda: self._answer(asked))):  # noqa: B023
                return
            visit.say(self._answer(asked))

    def _answer(self, asked: Request) -> bytes:
        with self._turn:
            made = InProcessCarrier(self.app, "").send(asked)
        assert made.received is not None
        return message(made.received.body, JSON, status=f"{made.received.status} Any")
