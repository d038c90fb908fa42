"""How long a run will take, how long it may take, and what is said early if the wallet is slower than that."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable

from harness.config import WalletUnderTest
from harness.contracts import Contract
from harness.model import Scenario
from harness.scenario.estimates import work_of

LEAST_SECONDS = 30 * 60
"""The time that a run may take at least, in seconds, unless the profile says less."""
TIMES_THE_ESTIMATE = 3
TIMES_AS_SLOW = 1.5
"""From so many times the estimate on, a run is called slower than estimated while it lasts."""
OWN_NS = 1_500_000
"""What a request costs us besides the wallet's answer, in nanoseconds: measured in `bench/`."""
EARLY_SECONDS = 20
"""After so many seconds the pace of a run is known well enough to warn."""
WORTH_TELLING_SECONDS = 5
_NS = 1_000_000_000

Work = Iterable[tuple[Scenario, Contract]]


def turns(work: Work, wallets: Callable[[str], WalletUnderTest]) -> list[int]:
    """Roughly how long each scenario takes, in ordinary answers. An epilogue reads every player of the others."""
    found = [(scenario, contract, wallets(contract.name).limits) for scenario, contract in work]
    works = [work_of(*each) for each in found]
    players: Counter[str] = Counter()
    for (_, contract, _), each in zip(found, works, strict=True):
        players[contract.name] += each.players
    return [
        players[contract.name] if scenario.is_epilogue else each.answers
        for (scenario, contract, _), each in zip(found, works, strict=True)
    ]


def estimate_seconds(
    work: Work, wallets: Callable[[str], WalletUnderTest], answer_ns: Callable[[str], int], processes: int = 1
) -> int:
    """Roughly how many seconds the scenarios take, from the answers that they wait for. At least 1.

    `wallets` and `answer_ns` return the wallet and the time of an ordinary answer by the contract's name.
    """
    work = list(work)
    total_ns = 0
    for (scenario, contract), answers in zip(work, turns(work, wallets), strict=True):
        wallet = wallets(contract.name)
        rate = wallet.requests_per_second
        between_ns = int(_NS / rate) if rate else 0
        total_ns += answers * max(answer_ns(contract.name) + OWN_NS, between_ns)
        total_ns += wallet.limits.age_seconds * _NS if scenario.is_epilogue else 0
    return max(1, total_ns // (_NS * max(1, processes)))


def most_seconds(limits: Iterable[float], estimate: int) -> float:
    """How many seconds the run may take: the smallest limit that is set, or else the computed one."""
    written = [each for each in limits if each]
    return min(written) if written else max(LEAST_SECONDS, TIMES_THE_ESTIMATE * estimate)


def shown(seconds: float) -> str:
    """A duration for a reader: `0.5 s`, `40 s`, `12 min`, `2 h 5 min`."""
    if 0 < seconds < 1:
        return f"{seconds:.1g} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


class RunTime:
    """The time of one run in one process."""

    def __init__(
        self,
        estimate: int,
        limits: Iterable[float],
        *,
        begun: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin now, or at the time `begun` of the clock `now` if a profile limits the run.

        `estimate` is in seconds; `limits` are those that profiles set, 0 where one sets none.
        """
        limits = list(limits)
        self.estimate = estimate
        self.written = any(limits)
        self.most = most_seconds(limits, estimate)
        self._now = now
        self._begun = begun if begun is not None and self.written else now()
        self._warned = False

    @property
    def until(self) -> float:
        """The end of the run, as a time of the clock."""
        return self._begun + self.most

    @property
    def ends(self) -> str:
        """Why the run ends at that time."""
        how = "which is limits.run_seconds" if self.written else f"and {shown(self.estimate)} were estimated"
        return (
            f"the run has taken {shown(self.most)}, {how}: the wallet answers too slowly for the rest; make it faster, "
            "or allow more by limits.run_seconds"
        )

    @property
    def told(self) -> str:
        """What is said at the start. Empty for a short run."""
        if self.estimate < WORTH_TELLING_SECONDS and not self.written:
            return ""
        return (
            f"about {shown(self.estimate)} are estimated for this run; it ends after {shown(self.most)} at the latest"
        )

    def slowness(self, done: int, total: int) -> str:
        """A warning, once, if the run will probably not be ready in time. `done` and `total` count turns."""
        elapsed = self._now() - self._begun
        if self._warned or elapsed < EARLY_SECONDS or not done:
            return ""
        needed = elapsed * total / done
        if needed <= self.most and needed <= TIMES_AS_SLOW * max(self.estimate, EARLY_SECONDS):
            return ""
        self._warned = True
        return (
            f"the run is slower than estimated: after {shown(elapsed)} it needs about {shown(needed)} in all, "
            f"{shown(self.estimate)} were estimated, and it ends after {shown(self.most)}"
        )
