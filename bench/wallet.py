"""How fast the reference wallet is: signed bets over HTTP by store and by commit, batches, in process, and its start.

    python bench/wallet.py [--requests 4000]

The load generator shares the machine's cores with the wallet, so compare rows and not absolute numbers.
"""

from __future__ import annotations

import argparse
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

from harness.model import Bet, Payout, Settle
from mock_server.app import App
from mock_server.in_process import InProcess
from mock_server.provisioning import PATH
from mock_server.serving import Server, Settings, listen, ready_line
from mock_server.store import open_store
from mock_server.wallet import Wallet

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that the file runs as a script, too
from bench.load import CASINO, CREDENTIALS, ENVIRONMENT, rate, wire

LONGEST = 3600.0
"""No measurement is broken off: each row sends all of its requests."""
PLAYER = json.dumps({"contract": "casino", "currency": "EUR", "balance": "1000000"}).encode()


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
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[1])}
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
            rates.append(rate(port, messages, 1, connections=connections, seconds=LONGEST))
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
    speed = count / (time.perf_counter() - started)
    items = tuple(
        Payout(id=f"s{number}", player=player["playerId"], currency="EUR", amount=5, bet="b") for number in range(1000)
    )
    batch = CASINO.request(Settle(items=items), CREDENTIALS, now)
    started = time.perf_counter()
    desk.ask("/casino", batch)
    print(f"{'in process, in memory':44} {speed:8,.0f}          requests/s")
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
