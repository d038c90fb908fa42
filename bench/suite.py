"""Where the time of a whole run goes: waiting for the wallet, sending and reading, and judging.

Run from the checkout: `.venv/bin/python bench/suite.py`. The bundled wallet is started in a process of its own.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

from harness.config.subject import Subject
from harness.contracts import BUNDLED, Contract, load
from harness.contracts.schema import bundled
from harness.examine import Examiner
from harness.model import History, Scenario
from harness.play.preflight import Facts
from harness.plugin.bundled_wallet import BundledWallet
from harness.scenario import load_folder
from harness.verdict.checks import examine


def waited_seconds(history: History) -> float:
    """How long the wallet had the word: a race counts once."""
    spans: dict[object, tuple[int, int]] = {}
    for index, exchange in enumerate(history.exchanges):
        sent = exchange.transmission
        key = ("race", exchange.race) if exchange.race is not None else index
        begin, end = spans.get(key, (sent.released_ns, sent.first_byte_ns))
        spans[key] = (min(begin, sent.released_ns), max(end, sent.first_byte_ns))
    return sum(max(end - begin, 0) for begin, end in spans.values()) / 1e9


def main() -> None:
    """Run the suite once on both contracts and print the shares."""
    began = time.perf_counter()
    contracts = {name: load(name) for name in BUNDLED}
    scenarios = load_folder(bundled("scenarios"), contracts)
    seconds = Counter({"reading the scenarios": time.perf_counter() - began})
    wallet = BundledWallet()
    try:
        address = wallet.address(BUNDLED)
        requests = 0
        for name, contract in contracts.items():
            subject = Subject(
                contract=name,
                url=address.urls[name],
                credentials=wallet.credentials[name],
                provision_url=address.provision_url,
                seed=1,
                run_id="be7c4000",
            )
            requests += time_contract(subject, contract, scenarios, seconds)
    finally:
        wallet.stop()
    total = sum(seconds.values())
    print(f"{requests} requests, {total:.2f} s")
    for what, spent in seconds.most_common():
        print(f"{what:<36} {spent:6.2f} s  {spent / total:4.0%}")


def time_contract(subject: Subject, contract: Contract, scenarios: Sequence[Scenario], seconds: Counter[str]) -> int:
    """Run one contract's scenarios, add up where the time went, and say how many requests there were."""
    examiner = Examiner(subject, Facts())
    runner = examiner._runner  # noqa: SLF001 -- the two halves of `examine` are timed apart
    requests = 0
    for scenario in (each for each in scenarios if contract.name in each.requirements):
        started = time.perf_counter()
        histories = runner.run(scenario)
        ran = time.perf_counter()
        for history in histories:
            examine(history, contract, contract.policy)
            requests += len(history.exchanges)
        waited = sum(map(waited_seconds, histories))
        seconds["waiting for the wallet"] += waited
        seconds["making players, sending and reading"] += ran - started - waited
        seconds["judging"] += time.perf_counter() - ran
    examiner.close()
    return requests


if __name__ == "__main__":
    main()
