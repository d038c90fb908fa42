"""Makes the map of situations of the bundled scenarios: `python -m harness.proof.situations [CONTRACT ...]`.

It is made with the sound wallet, and shipped as data. So `walletproof explore` can say what no bundled scenario
reaches.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Sequence
from itertools import count

from harness.contracts import BUNDLED, load
from harness.explore.coverage import FILE, Coverage, places_of, written
from harness.model import Scenario
from harness.proof.matrix import scenarios
from harness.proof.trials import TICK_NS, examiner_of
from mock_server.fresh_ids import SeededIds
from mock_server.wallet import Wallet


def map_of(contract: str, scenarios: Iterable[Scenario]) -> Coverage:
    """The map of these scenarios on the sound wallet, in this process. Scenarios of other contracts are left out."""
    logging.getLogger("mock_server").setLevel(logging.CRITICAL)
    ids, coverage = SeededIds("pre-flight"), Coverage()
    examiner = examiner_of(Wallet, contract, explain=False, fresh_id=ids, now_ns=count(1, TICK_NS).__next__)
    try:
        for each in scenarios:
            if contract in each.requirements and not each.is_epilogue:
                ids.begin(each.id)
                examiner.examine(each)
                coverage.add(places_of(examiner.last_runs))
        return coverage
    finally:
        examiner.close()


def main(names: Sequence[str]) -> None:
    """Write the maps of these contracts, or of the bundled ones."""
    for name in names or BUNDLED:
        contract = load(name)
        coverage = map_of(name, scenarios())
        (contract.schemas / FILE).write_text(written(coverage), encoding="utf-8")
        sys.stdout.write(f"{name}: {len(coverage.pairs)} pairs of situations\n")


if __name__ == "__main__":
    main(sys.argv[1:])
