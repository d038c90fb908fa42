"""A whole run beside the same requests alone: by a bare socket, which is the floor, and by `requests.Session`.

Run from the checkout: `.venv/bin/python -m bench.suite [--rounds 3] [--only session]`. All ways use one wallet
process, in turns. Elapsed seconds depend on the other work of the machine. Processor seconds of harness and wallet
hardly do.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import requests

from bench.surroundings import without_wallet
from harness.client import Transport
from harness.client.carrier import Carrier
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract, Credentials, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner
from harness.model import Loss, Request, Transmission
from harness.play.preflight import Facts
from harness.plugin.bundled_wallet import Address, BundledWallet
from harness.plugin.ending import INCOMPLETE_EXIT
from harness.scenario import load_folder

RUN_ID = secrets.token_hex(4)
"""Id of the run whose requests are recorded. Every id in them begins with it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one way in seconds: elapsed time, and processor time of each side."""

    clock: float
    ours: float
    wallets: float

    @property
    def both(self) -> float:
        """Processor seconds of both sides: the elapsed time on an idle machine without waits."""
        return self.ours + self.wallets


@dataclass(frozen=True, slots=True)
class Noted:
    """One request of the suite and its address. `contract` is None for one that creates a player."""

    contract: Contract | None
    url: str
    request: Request


class Notebook:
    """A carrier that records the requests that it carries."""

    def __init__(self, noted: list[Noted], contract: Contract | None, url: str) -> None:
        """Requests are sent to `url`."""
        self._noted, self._contract, self._url = noted, contract, url
        self._carrier: Carrier = Transport(url)

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        """Record one request and send it."""
        self._noted.append(Noted(self._contract, self._url + request.path, request))
        return self._carrier.send(request, loss=loss, time_out_seconds=time_out_seconds)

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        """Record requests and release them together."""
        self._noted += [Noted(self._contract, self._url + each.path, each) for each in requests]
        return self._carrier.release(requests, time_out_seconds=time_out_seconds)

    def close(self) -> None:
        """Close the connections."""
        self._carrier.close()


def note(address: Address, credentials: Mapping[str, Credentials], folder: str = "") -> list[Noted]:
    """Every request that a folder of the suite sends on the bundled contracts, in order. Without a name, of all."""
    contracts = {name: load(name) for name in BUNDLED}
    scenarios = load_folder(bundled("scenarios"), contracts)
    noted: list[Noted] = []
    for name, contract in contracts.items():
        under_test = WalletUnderTest(
            contract=name,
            url=address.urls[name],
            credentials=credentials[name],
            provision_url=address.provision_url,
            seed=1,
            run_id=RUN_ID,
        )
        wallet = Notebook(noted, contract, address.urls[name])
        provision = Notebook(noted, None, address.provision_url)
        examiner = Examiner(under_test, Facts(), wallet=wallet, provision=provision, explain=False)
        for scenario in (each for each in scenarios if name in each.requirements and folder in ("", each.category)):
            examiner.examine(scenario)
        examiner.close()
    return noted


def afresh(noted: Sequence[Noted], credentials: Mapping[str, Credentials]) -> list[Noted]:
    """The same requests with new transaction ids and new signatures. A wrong signature stays wrong.

    The players are the same and are created again with the same balances, so the wallet has the same work.
    """
    run_id = secrets.token_hex(4).encode()
    made = []
    for each in noted:
        body, headers, contract = (
            each.request.body.replace(RUN_ID.encode(), run_id),
            each.request.headers,
            each.contract,
        )
        if contract is not None:
            now_ms, trusted = time.time_ns() // 1_000_000, credentials[contract.name]
            by_name = {name.lower(): value for name, value in headers}
            if not contract.verify(by_name, each.request.body, trusted, now_ms):
                headers = contract.sign(body, trusted, now_ms)
        made.append(Noted(contract, each.url, Request(each.request.path, headers, body)))
    return made


def by_socket(noted: Sequence[Noted]) -> None:
    """Send requests as bytes over one connection and read each answer by its announced length: the floor."""
    where = urlsplit(noted[0].url)
    wires = [_wire(each) for each in noted]
    with _connected(where.hostname or "", where.port or 80) as bare:
        for wire in wires:
            bare.sendall(wire)
            answer = bare.recv(65536)
            head, _, body = answer.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            while len(body) < length:
                body += bare.recv(65536)


@contextmanager
def _connected(host: str, port: int) -> Iterator[socket.socket]:
    with socket.create_connection((host, port)) as bare:
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield bare


def _wire(noted: Noted) -> bytes:
    parts, request = urlsplit(noted.url), noted.request
    lines = "".join(f"{name}: {value}\r\n" for name, value in request.headers)
    head = f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-length: {len(request.body)}\r\n{lines}\r\n"
    return head.encode() + request.body


def by_session(noted: Sequence[Noted]) -> None:
    """Send requests by `requests.Session`, as a test suite in Python would."""
    with requests.Session() as session:
        for each in noted:
            session.post(each.url, data=each.request.body, headers=dict(each.request.headers), timeout=30).content  # noqa: B018


class WholeRun:
    """`pytest` with the plugin in a process of its own, on all bundled contracts of one wallet."""

    def __init__(self, folder: Path, address: Address, wallet: BundledWallet, only: str = "") -> None:
        """Write the profile into a folder. `only` names the folder of scenarios to run; without a name, all run."""
        # Modules are compiled once, as on any machine. Some environments switch that off.
        own = {"PYTHONPATH": str(Path.cwd()), "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder)}
        credentials, own["WALLET_PROVISION_TOKEN"] = wallet.credentials, wallet.provision_token
        self._environment, lines = without_wallet(**own), ["contracts:"]
        for name in BUNDLED:
            self._environment |= {each.variable: credentials[name][each.name] for each in load(name).credentials}
            lines += [f"  {name}:", f"    url: {address.urls[name]}"]
        lines += [f"provision: {{url: {address.provision_url}}}", ""]
        self._scenarios = str(bundled("scenarios").resolve() / only)
        self._passing = {0, INCOMPLETE_EXIT} if only else {0}
        self._profile = folder / "wallet.yaml"
        self._profile.write_text("\n".join(lines))

    def __call__(self, *options: str, **environment: str) -> None:
        """Run it. Raises CalledProcessError if the wallet fails, or if it is not certified by the whole suite."""
        command = [sys.executable, "-m", "pytest", "--disable-plugin-autoload", *options, "-p", "harness.plugin"]
        command += [self._scenarios, f"--wallet-profile={self._profile}", "-p", "no:cacheprovider"]
        ended = subprocess.run(command, env=self._environment | environment, stdout=subprocess.DEVNULL, check=False)
        if ended.returncode not in self._passing:
            ended.check_returncode()

    def shares(self, folder: Path) -> dict[str, float]:
        """Seconds of one more run, by part."""
        found = folder / "shares.json"
        self("-p", "bench.shares", WALLETPROOF_SHARES=str(found))
        return dict(json.loads(found.read_text(), parse_float=Decimal))


class Meter:
    """Measures the cost of work with one wallet process."""

    def __init__(self, wallet: BundledWallet) -> None:
        """The wallet must run while the meter is used."""
        self._statistics = Path(f"/proc/{wallet._process.pid}/stat")  # noqa: SLF001 -- nobody else needs its number

    def cost(self, work: Callable[[], object]) -> Cost:
        """The cost of a piece of work."""
        before = time.perf_counter(), _our_seconds(), self._wallets_seconds()
        work()
        after = time.perf_counter(), _our_seconds(), self._wallets_seconds()
        return Cost(*(b - a for a, b in zip(before, after, strict=True)))

    def _wallets_seconds(self) -> float:
        if not self._statistics.exists():
            return 0.0  # Without Linux only our own side is counted.
        user, system = self._statistics.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _our_seconds() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all ways in turns, and print them side by side with the parts of the whole run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="turns of each way")
    parser.add_argument("--only", default="", metavar="FOLDER", help="the folder of scenarios to send instead of all")
    chosen = parser.parse_args(arguments)
    wallet = BundledWallet()
    try:
        with tempfile.TemporaryDirectory() as folder:
            address = wallet.address(BUNDLED)
            noted = note(address, wallet.credentials, chosen.only)
            run = WholeRun(Path(folder), address, wallet, chosen.only)
            costs = _costs(Meter(wallet), noted, wallet.credentials, run, chosen.rounds)
            _print_costs(costs, len(noted))
            _print_shares(run.shares(Path(folder)))
    finally:
        wallet.stop()


def _costs(
    meter: Meter, noted: Sequence[Noted], credentials: Mapping[str, Credentials], run: WholeRun, rounds: int
) -> dict[str, list[Cost]]:
    costs: dict[str, list[Cost]] = {"bare socket": [], "requests.Session": [], "whole run": []}
    for _ in range(rounds):
        for name, way in (("bare socket", by_socket), ("requests.Session", by_session)):
            same = afresh(noted, credentials)
            costs[name].append(meter.cost(lambda way=way, same=same: way(same)))  # type: ignore[misc]
        costs["whole run"].append(meter.cost(run))
    return costs


def _print_costs(costs: Mapping[str, Sequence[Cost]], count: int) -> None:
    floor = _median(costs["bare socket"])
    heads = ("clock, s", "x floor", "ours, s", "wallet, s", "both, s", "x floor", "us each")
    print(f"{count} requests, medians of {len(costs['whole run'])} rounds")
    print(f"{'':18}" + "".join(f"{head:>11}" for head in heads))
    for name, taken in costs.items():
        cost = _median(taken)
        numbers = f"{cost.clock:11.2f}{cost.clock / floor.clock:11.2f}{cost.ours:11.2f}{cost.wallets:11.2f}"
        print(f"{name:18}{numbers}{cost.both:11.2f}{cost.both / floor.both:11.2f}{cost.clock / count * 1e6:11.0f}")


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(each.clock for each in costs),
        statistics.median(each.ours for each in costs),
        statistics.median(each.wallets for each in costs),
    )


def _print_shares(seconds: Mapping[str, float]) -> None:
    total = sum(seconds.values())
    print(f"\n{'the whole run, processor time of ours':44}{'s':>6}{'share':>8}")
    for what, spent in sorted(seconds.items(), key=lambda pair: -pair[1]):
        print(f"{what:44}{spent:6.2f}{spent / total:8.1%}")


if __name__ == "__main__":
    main()
