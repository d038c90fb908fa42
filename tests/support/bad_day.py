"""Runs of single scenarios on the sound wallet, on a bad day of the network, with a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hostile import Server
from interfered import Asked, Interfered
from preflight_at_hand import AtHand
from report_at_hand import scenarios

from harness.config import WalletUnderTest
from harness.examine import Examiner
from harness.model import Limits
from harness.play.preflight import Facts
from harness.verdict import ScenarioResult

PLAIN = "idempotency/resent_settlement"
RACE = "races/identical_settlements"
LIMITS = Limits(parallel=5, rounds=10, burst=10, batch=50, races=1, connections=10)


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def examined(
    interfere: Callable[[Asked], bool],
    ids: Sequence[str] = (PLAIN,),
    *,
    clock: Clock | None = None,
    run_until: float | None = None,
    contract: str = "casino",
    limits: Limits = LIMITS,
    **fields: float,
) -> tuple[list[ScenarioResult], Examiner]:
    """The results of scenarios on the sound wallet. `interfere` sees each request to the contract's paths."""
    wallet = AtHand(contract)

    def on_the_contract(asked: Asked) -> bool:
        return asked.path.startswith(f"/{contract}") and interfere(asked)

    with Server(Interfered(wallet.app, on_the_contract)) as server:
        found: WalletUnderTest = replace(
            wallet.under_test(),
            url=f"{server.url}/{contract}",
            provision_url=f"{server.url}/__admin/player",
            limits=limits,
            **fields,  # type: ignore[arg-type]
        )
        examiner = Examiner(found, Facts(), record=True)
        if clock is not None:
            examiner.patience.now, examiner.patience.sleep = clock.now, clock.sleep
            assert examiner.patience.recovery is not None
            examiner.patience.recovery._now, examiner.patience.recovery._sleep = clock.now, clock.sleep
        examiner.patience.until, examiner.patience.ends = run_until, "the time of the run is over"
        results = [examiner.examine(scenarios()[each]) for each in ids]
        examiner.close()
    return results, examiner


def repeated(result: ScenarioResult) -> list[bool]:
    return [each["repeated"] for each in result.records]
