"""The server of `bench/client.py`: answers at once, with the time at which each request arrived.

A request body `{"window_us": n, "race": k}` asks for a wallet with a bug. Each request of race `k` that arrives within
`n` microseconds of the first one is paid. The first one has then read the balance and not yet written it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from decimal import Decimal
from typing import cast

import httptools
import uvloop

FIRST_OF_RACE: dict[int, int] = {}


class Answering(asyncio.Protocol):
    """One connection: parses requests with llhttp and answers each as soon as it is complete."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called for a new client."""
        self.transport = cast("asyncio.Transport", transport)
        self.body = b""
        self.arrived = 0
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        """Parse received bytes."""
        self.arrived = time.monotonic_ns()
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Store a piece of a request's body."""
        self.body += body

    def on_message_complete(self) -> None:
        """The request is complete. It is answered after the arrival time of every received request was noted."""
        asyncio.get_running_loop().call_soon(self.answer)

    def answer(self) -> None:
        """Answer with the arrival time, and whether it was within the window of its race."""
        asked = json.loads(self.body, parse_float=Decimal)
        self.body = b""
        first = FIRST_OF_RACE.setdefault(asked.get("race", 0), self.arrived)
        paid = self.arrived - first <= asked.get("window_us", 0) * 1000
        answer = b'{"status":"RS_OK","balance":1234567,"arrived":%d,"paid":%d}' % (self.arrived, paid)
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
        self.transport.write(head + answer)


async def serve() -> None:
    """Listen on a free port, print it, and serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve())
