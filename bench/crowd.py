"""How long a wallet lets a thousand connections wait, and how much memory it needs for them.

    python bench/crowd.py [--connections 1000] [--seconds 10]

Each connection is kept and sends a signed bet once a second, at a moment of its own. The wallet keeps its books in an
SQLite file and flushes every commit. A time is from the last byte of a request to the last byte of its answer.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that the file runs as a script, too
from bench.load import wire
from bench.speed import NUMBERS, PLAYERS, Player, bet, peer

LENGTH = b"content-length: "


async def visit(port: int, messages: Sequence[bytes], first: float, times: list[float]) -> None:
    """Send messages over one connection, one a second, the first after so many seconds. Raises SystemExit."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.perf_counter() + first
    for number, message in enumerate(messages):
        await asyncio.sleep(max(0.0, begun + number - time.perf_counter()))
        sent = time.perf_counter()
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]))
        times.append(time.perf_counter() - sent)
        if b'"RS_OK"' not in body:
            raise SystemExit(f"the wallet refused: {body!r}")
    writer.close()


def crowd(port: int, players: Sequence[Player], connections: int, seconds: int) -> list[float]:
    """The time of each answer, in seconds."""
    numbers = [[next(NUMBERS) for _ in range(seconds)] for _ in range(connections)]
    messages = [[wire(bet(players[each % PLAYERS], each)) for each in row] for row in numbers]
    times: list[float] = []

    async def all_of_them() -> None:
        visits = (visit(port, row, number / connections, times) for number, row in enumerate(messages))
        await asyncio.gather(*visits)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(all_of_them())
    return times


def megabytes(process: int) -> float:
    """The most memory that a process has had."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure once, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--connections", type=int, default=1000, help="kept connections")
    parser.add_argument("--seconds", type=int, default=10, help="requests of each connection")
    options = parser.parse_args(arguments)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # each connection is an open file
    with tempfile.TemporaryDirectory() as folder, peer("wallet", f"sqlite:///{folder}/wallet.db") as wallet:
        before = megabytes(wallet.process)
        times = crowd(wallet.port, wallet.players, options.connections, options.seconds)
        after = megabytes(wallet.process)
    cuts = statistics.quantiles(times, n=100)
    print(f"{len(times):,} bets over {options.connections:,} connections, each answered with success")
    print(f"median {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms")
    print(f"memory of the wallet: {after:.0f} MB, {before:.0f} MB before")


if __name__ == "__main__":
    main()
