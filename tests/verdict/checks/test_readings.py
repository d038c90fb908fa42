"""Wallets that read the documents otherwise than ours does: which reading is seen, and what is said of it.

That none of them fails is `tests/examine/test_legal_wallets.py`, on the whole suite; here each is tried on a few
scenarios, and every line is compared with the golden file (`tests/support/golden_readings.py`).
"""

from __future__ import annotations

import legal_wallets as legal
import overlapping_wallets
import pytest
from golden_findings import changes
from golden_readings import ACCEPT, SEEN_IN, Case, cases, kept, tried

CASES = tuple(cases())
SAID = kept()
AS_THE_REFERENCE = {
    # What these do is no affair of the money: no reading of a policy is seen in them.
    overlapping_wallets.RefusesWhatIsInProgress,
    legal.ErrorsAreBadRequests,
    legal.ErrorsAreOk,
    legal.AnswersHaveExtraFields,
    # What these do needs time or a restart: it is seen in the epilogue of the whole suite alone.
    legal.SessionsLastAMinute,
    legal.SessionsEndAtARestart,
    legal.OldIdsAreInASlowArchive,
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_seen_in_a_wallet_of_another_reading(case: Case) -> None:
    changed = changes(SAID.get(str(case), {}), tried(case))
    assert not changed, f"{case}\n{changed}\n{ACCEPT}"


def test_every_variant_is_seen_or_has_nothing_to_see() -> None:
    assert set(SAID) == set(map(str, CASES)), ACCEPT
    assert set(legal.VARIANTS) - set(SEEN_IN) == AS_THE_REFERENCE
