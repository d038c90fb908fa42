"""How fast the reference wallet is: signed bets over HTTP by store and by commit, batches, in process, and its start.

    python bench/wallet.py [--requests 4000]

The load generator shares the machine's cores with the wallet, so compare rows and not absolute numbers.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import cast

import uvloop

from harness.contracts import Credentials, load
from harness.model import Bet, Operation, Payout, Settle
from mock_server.app import App
from mock_server.in_process import InProcess
from mock_server.provisioning import PATH
from mock_server.serving import Server, Settings, listen, ready_line
from mock_server.store import open_store
from mock_server.wallet import Wallet

CASINO = load("casino")
CREDENTIALS = Credentials(api_key="key", secret="secret")
ENVIRONMENT = {"WALLET_API_KEY": CREDENTIALS["api_key"], "WALLET_SECRET": CREDENTIALS["secret"]}
PLAYER = json.dumps({"contract": "casino", "currency": "EUR", "balance": "1000000"}).encode()


class Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is complete."""

    def __init__(self, messages: Iterator[bytes], done: asyncio.Future[None]) -> None:
        """`messages` is shared by all connections."""
        self._messages = messages
        self._done = done
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Receive a piece of an answer. A casino answer ends with its closing brace."""
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if blank and body.endswith(b"}"):
            if not head.startswith(b"HTTP/1.1 200") or b'"RS_OK"' not in body:
                self._done.set_exception(SystemExit(f"the wallet refused: {self._received!r}"))
                return
            self._received = b""
            self._next()

    def _next(self) -> None:
        message = next(self._messages, None)
        if message is not None:
            self._transport.write(message)
            return
        self._transport.close()
        self._done.set_result(None)


async def _load(port: int, messages: list[bytes], connections: int) -> float:
    loop = asyncio.get_running_loop()
    left = iter(messages)
    ends = [loop.create_future() for _ in range(connections)]
    started = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Connection(left, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return time.perf_counter() - started


def wire(operation: Operation) -> bytes:
    """A signed request as its bytes on the wire."""
    request = CASINO.request(operation, CREDENTIALS, time.time_ns() // 1_000_000)
    head = [f"POST /casino{request.path} HTTP/1.1", "host: wallet", f"content-length: {len(request.body)}"]
    return (
        "\r\n".join([*head, *(f"{name}: {value}" for name, value in request.headers), "", ""]).encode() + request.body
    )


def bets(player: Mapping[str, str], name: str, count: int) -> Iterable[Bet]:
    """Different bets of one player."""
    for number in range(count):
        identity = f"{name}-{number:08}-0000-4000-8000-000000000000"
        yield Bet(
            id=identity,
            player=player["playerId"],
            currency="EUR",
            amount=1,
            session=player["sessionId"],
            round=identity,
        )


@contextlib.contextmanager
def wallet(*arguments: str) -> Iterator[tuple[int, float]]:
    """A wallet in its own process: its port, and the seconds until it was ready."""
    started = time.perf_counter()
    environment = {**os.environ, **ENVIRONMENT}
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline(), parse_float=Decimal)
        took = time.perf_counter() - started
        yield int(ready["contracts"]["casino"].split(":")[2].partition("/")[0]), took
        process.terminate()


def over_http(title: str, count: int, *arguments: str) -> None:
    """Print the rate of one configuration, on 1 connection and on 64."""
    with wallet(*arguments) as (port, took):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{PATH}", PLAYER) as answer:
            player = json.loads(answer.read(), parse_float=Decimal)
        rates = []
        for connections in (1, 64):
            messages = [wire(bet) for bet in bets(player, f"{title}-{connections}", count)]
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                rates.append(count / runner.run(_load(port, messages, connections)))
    print(f"{title:44} {rates[0]:8,.0f} {rates[1]:8,.0f} requests/s    ready after {took * 1000:4.0f} ms")


def in_process(count: int) -> None:
    """Print the rate without a socket, and the time of a batch of 1,000."""
    desk = InProcess(App(Wallet(open_store(), {"casino": CREDENTIALS}), provision=True))
    player = json.loads(desk.answer(PATH, {}, PLAYER).body, parse_float=Decimal)
    now = time.time_ns() // 1_000_000
    requests = [CASINO.request(bet, CREDENTIALS, now) for bet in bets(player, "p", count)]
    started = time.perf_counter()
    for request in requests:
        desk.ask("/casino", request)
    rate = count / (time.perf_counter() - started)
    items = tuple(
        Payout(id=f"s{number}", player=player["playerId"], currency="EUR", amount=5, bet="b") for number in range(1000)
    )
    batch = CASINO.request(Settle(items=items), CREDENTIALS, now)
    started = time.perf_counter()
    desk.ask("/casino", batch)
    print(f"{'in process, in memory':44} {rate:8,.0f}          requests/s")
    print(f"{'a settlement of 1,000 items, in process':44} {(time.perf_counter() - started) * 1000:8,.0f}          ms")


def serve_committing_at_once(path: str) -> None:
    """Serve a wallet that commits each request alone, for comparison."""
    settings = Settings(credentials={"casino": CREDENTIALS}, provision=True, ready_json=True)
    listening = listen(settings)
    app = App(Wallet(open_store(path), settings.credentials), provision=True)
    Server(app, settings, ready_line(settings, listening.getsockname()[1])).run(sockets=[listening])


def main(arguments: Sequence[str] | None = None) -> None:
    """Run everything and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=4000, help="per row and number of connections")
    parser.add_argument("--serve-committing-at-once", metavar="FILE", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve_committing_at_once:
        serve_committing_at_once(options.serve_committing_at_once)
        return
    print(f"{'signed bets':44} {'1':>8} {'64':>8} connections")
    module = ("-m", "mock_server", "--provision", "--ready-json")
    with tempfile.TemporaryDirectory() as folder:
        over_http("in memory", options.requests, *module)
        over_http("file, durable, one commit per turn", options.requests, *module, "--store", str(Path(folder, "turn")))
        alone = str(Path(folder, "alone"))
        over_http(
            "file, durable, one commit per request", options.requests, __file__, "--serve-committing-at-once", alone
        )
    in_process(options.requests)


if __name__ == "__main__":
    main()
