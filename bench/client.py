"""Measures the transport's cost per request beside its peers, and how close together it releases requests.

    python bench/client.py [--rounds 9] [--bursts 30]            # about 20 seconds

Every peer uses the same server process in the same run, in turns. Numbers of different runs are not comparable.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path

import requests
import urllib3

from harness.client.spread import spread_us
from harness.client.transport import Transport
from harness.model import Request

REQUESTS_A_ROUND = 300
HEADERS = (
    ("Content-Type", "application/json"),
    ("X-Api-Key", "benchmark"),
    ("X-Signature", "0123456789abcdef" * 4),
    ("X-Timestamp", "1700000000000"),
)
BODY = json.dumps({"items": ["x" * 280]}).encode()
PATH = "/transaction/settlement"
Release = Callable[[Sequence[bytes]], list[bytes]]


@contextmanager
def server() -> Iterator[str]:
    """The base URL of a server in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("client_server.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/casino"


def peers(url: str, stack: ExitStack) -> dict[str, Callable[[], object]]:
    """Ways to send one request, by name."""
    transport = stack.enter_context(Transport(url))
    plain, untrusting = stack.enter_context(requests.Session()), stack.enter_context(requests.Session())
    untrusting.trust_env = False
    pool = stack.enter_context(urllib3.PoolManager())
    request = Request(PATH, HEADERS, BODY)
    headers, whole = dict(HEADERS), url + PATH
    sent = transport.send(request).sent
    wire = sent.head + sent.body
    bare = stack.enter_context(socket.create_connection(("127.0.0.1", int(url.split(":")[2].partition("/")[0]))))
    bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send_bare() -> bytes:
        bare.sendall(wire)
        return bare.recv(65536)

    return {
        "floor: bare socket": send_bare,
        "Transport.send": lambda: transport.send(request),
        "Transport.session.post": lambda: transport.session.post(whole, data=BODY, headers=headers, timeout=10).content,
        "urllib3 PoolManager": lambda: pool.request("POST", whole, body=BODY, headers=headers, timeout=10).data,
        "requests.Session, trust_env off": lambda: (
            untrusting.post(whole, data=BODY, headers=headers, timeout=10).content
        ),
        "requests.Session": lambda: plain.post(whole, data=BODY, headers=headers, timeout=10).content,
    }


def sequential(url: str, rounds: int) -> None:
    """Print the time per request on a kept connection, and the overhead beside that of `requests`."""
    with ExitStack() as stack:
        ways = peers(url, stack)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, send in ways.items():
                started = time.perf_counter()
                for _ in range(REQUESTS_A_ROUND):
                    send()
                taken[name].append((time.perf_counter() - started) / REQUESTS_A_ROUND * 1e6)
    median = {name: statistics.median(times) for name, times in taken.items()}
    floor, standard = median["floor: bare socket"], median["requests.Session, trust_env off"]
    print(f"{'one request after another':34}{'us':>8}{'overhead':>10}{'x requests':>12}")
    for name, time_us in median.items():
        overhead = time_us - floor
        print(f"{name:34}{time_us:8.0f}{overhead:10.0f}{overhead / (standard - floor):12.2f}")


def by_threads(url: str, stack: ExitStack, count: int) -> Release:
    """The usual way: a barrier, and one thread with its own session for each request."""
    sessions = [stack.enter_context(requests.Session()) for _ in range(count)]
    for session in sessions:
        session.trust_env = False
        session.post(url + PATH, data=BODY, headers=dict(HEADERS), timeout=10)

    def release(bodies: Sequence[bytes]) -> list[bytes]:
        barrier = threading.Barrier(len(bodies))
        answers: list[bytes] = [b""] * len(bodies)

        def work(index: int) -> None:
            barrier.wait()
            post = sessions[index].post
            answers[index] = post(url + PATH, data=bodies[index], headers=dict(HEADERS), timeout=10).content

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(bodies))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    return release


def by_last_bytes(url: str, stack: ExitStack, spreads: list[float]) -> Release:
    """Our way. The spreads that the transport itself reports are added to `spreads`."""
    transport = stack.enter_context(Transport(url))

    def release(bodies: Sequence[bytes]) -> list[bytes]:
        seen = transport.release([Request(PATH, HEADERS, body) for body in bodies])
        spreads.append(spread_us(seen))
        return [each.received.body for each in seen if each.received is not None]

    return release


def burst(release: Release, count: int, window_us: int, race: int) -> tuple[float, bool]:
    """The spread of arrival at the server in microseconds, and whether the bug showed."""
    body = json.dumps({"window_us": window_us, "race": race, "pad": "x" * 200}).encode()
    answers = [json.loads(answer, parse_float=Decimal) for answer in release([body] * count)]
    arrived = [answer["arrived"] for answer in answers]
    return (max(arrived) - min(arrived)) / 1000, sum(answer["paid"] for answer in answers) > 1


def concurrent(url: str, count_of_bursts: int) -> None:
    """Print how close together requests arrive, and how often a check-then-act window is hit by one burst."""
    print(
        f"\n{'released together':22}{'requests':>9}{'window us':>11}{'arrival us':>12}{'reported us':>13}{'caught':>8}"
    )
    races = iter(range(1, 1_000_000))
    for count, window_us in ((2, 20), (10, 100), (20, 100), (50, 100)):
        with ExitStack() as stack:
            reported: list[float] = []
            ways = {
                "Transport.release": by_last_bytes(url, stack, reported),
                "threads + requests": by_threads(url, stack, count),
            }
            for name, release in ways.items():
                bursts = [burst(release, count, window_us, next(races)) for _ in range(count_of_bursts)]
                arrival = statistics.median(spread for spread, _ in bursts)
                own = f"{statistics.median(reported):.0f}" if release is ways["Transport.release"] else "-"
                caught = statistics.fmean(hit for _, hit in bursts)
                print(f"{name:22}{count:9}{window_us:11}{arrival:12.0f}{own:>13}{caught:8.0%}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure single requests, then bursts, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9, help=f"turns of {REQUESTS_A_ROUND} requests for each way")
    parser.add_argument("--bursts", type=int, default=30, help="bursts of each size for each way")
    chosen = parser.parse_args(arguments)
    with server() as address:
        sequential(address, chosen.rounds)
        concurrent(address, chosen.bursts)


if __name__ == "__main__":
    main()
