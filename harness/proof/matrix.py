"""The kill matrix: every defective wallet and the sound one, on every contract, against every scenario."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace

from harness.contracts import BUNDLED, load
from harness.contracts.shared.schema import bundled
from harness.model import PAIRS, Scenario
from harness.proof.trials import Cell, ConfigurationProblem, Row, try_out
from harness.scenario import load_folder
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

SOUND = "sound"
"""Name of the reference wallet's row."""

_COLLECTIONS = (20_000, 20, 20)
"""The thresholds of the collector in a process of the pool. It takes a fourteenth of the time with those of Python."""

OnRow = Callable[[int, int, str], None]
"""Called after each row with the number of rows done, the number of all rows, and the name of the last row."""


@dataclass(frozen=True, slots=True, order=True)
class RowKey:
    """One wallet on one contract. `defect` is a defect's name or `SOUND`."""

    defect: str
    contract: str

    def __str__(self) -> str:
        return f"{self.defect} on {self.contract}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every row that was tried. `crashed` has the error of each row that could not be completed."""

    rows: Mapping[RowKey, Row]
    crashed: Mapping[RowKey, str] = field(default_factory=dict)

    def without_pairs(self) -> Matrix:
        """The matrix of the scenarios that somebody wrote."""
        written = {
            key: {scenario: cell for scenario, cell in row.items() if scenario != PAIRS}
            for key, row in self.rows.items()
        }
        return replace(self, rows=written)

    def cells(self) -> Iterator[tuple[RowKey, str, Cell]]:
        """Every cell, with its row and its scenario."""
        for key, row in self.rows.items():
            for scenario, cell in row.items():
                yield key, scenario, cell


def keys_of(defects: Sequence[str]) -> tuple[RowKey, ...]:
    """The rows of the sound wallet, then those of these defects on the contracts that they affect."""
    sound = [RowKey(SOUND, contract) for contract in BUNDLED]
    return (*sound, *(RowKey(name, contract) for name in defects for contract in DEFECTS[name].contracts))


def scenarios() -> tuple[Scenario, ...]:
    """The bundled suite, without the generated scenarios of `explored/pairs`."""
    return tuple(each for each in scenarios_and_pairs() if not each.is_explored)


def scenarios_and_pairs() -> tuple[Scenario, ...]:
    """The bundled suite with `explored/pairs`, which stands for the generated scenarios of each contract."""
    return load_folder(bundled("scenarios").resolve(), {name: load(name) for name in BUNDLED})


def tried(
    keys: Sequence[RowKey],
    suite: Sequence[Scenario],
    *,
    processes: int = 0,
    on_row: OnRow | None = None,
    explain: bool = False,
) -> Matrix:
    """The matrix of these rows. The number of processes does not change it. 0 means one for each processor.

    With `explain` the cells have marks, for the dictionary of faults.
    """
    rows: dict[RowKey, Row] = {}
    crashed: dict[RowKey, str] = {}
    report = on_row or _silent
    with ProcessPoolExecutor(processes or _processors(), _context(), _keep_suite, (tuple(suite),)) as pool:
        waiting = {pool.submit(_row, key, explain=explain): key for key in sorted(keys, key=_longest_first)}
        for done, future in enumerate(as_completed(waiting), 1):
            key = waiting[future]
            if (failure := future.exception()) is not None:
                crashed[key] = f"{type(failure).__name__}: {failure}"
            else:
                rows[key] = future.result()
            report(done, len(waiting), str(key))
    in_order = sorted(rows, key=list(keys).index)
    return Matrix({key: rows[key] for key in in_order}, dict(sorted(crashed.items())))


def _silent(done: int, of: int, row: str) -> None:
    del done, of, row


_suite: tuple[Scenario, ...] = ()
"""The scenarios, stored in each process of the pool."""


def _keep_suite(suite: tuple[Scenario, ...]) -> None:
    global _suite  # noqa: PLW0603 - a process of a pool can store objects only in globals
    _suite = suite
    # Modules and scenarios stay until the process ends, so the collector of cycles need not look through them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)


def _row(key: RowKey, *, explain: bool) -> Row:
    wallet_type = Wallet if key.defect == SOUND else DEFECTS[key.defect].wallet_type
    try:
        return try_out(wallet_type, key.contract, _suite, explain=explain)
    except ConfigurationProblem as problem:
        raise RuntimeError(f"pre-flight takes the wallet for a wrong configuration: {problem}") from None


def _longest_first(key: RowKey) -> tuple[bool, RowKey]:
    """A sort key that puts the longest rows first, so that no process works alone at the end.

    Batches with few answers have many explanations. Where every answer is wrong, no judgement is known already.
    """
    return key.defect != SOUND and DEFECTS[key.defect].theme not in {"batches", "wire", "money"}, key


def _processors() -> int:
    with suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> multiprocessing.context.BaseContext:
    """Forked processes share the loaded modules. Where fork is not available, each process loads them."""
    with suppress(ValueError):
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context()
