"""Which refusals of a race cost a player a win for good, and which are only a warning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from written_histories import OK, REFUSED, START, bet, judged, paid, race, read, told

from harness.model import Aspect, Exchange, Settle, Status


def settled(*ids: str) -> Settle:
    return Settle(items=tuple(paid(each) for each in ids))


LOST_FOR_GOOD = [
    ("beside a bet", race((bet("x"), START - 100), (settled("t"), REFUSED)), START - 100, "CAS-CNC-03"),
    ("beside a batch of others", race((settled("s"), START + 700), (settled("t"), REFUSED)), START + 700, "CAS-CNC-03"),
    ("beside its twin", race((settled("t"), START + 700), (settled("t"), REFUSED)), START + 700, "CAS-CNC-01"),
    ("a bet beside it", race((settled("t"), START + 700), (bet("x"), REFUSED)), START + 700, "CAS-CNC-01"),
    (
        "a batch that shares an id",
        [*race((settled("t"), START + 700)), replace(told(settled("t", "s"), REFUSED, REFUSED, line=4), race=1)],
        START + 700,
        "CAS-CNC-01",
    ),
]


@pytest.mark.parametrize(
    ("exchanges", "end", "requirement"), [row[1:] for row in LOST_FOR_GOOD], ids=[row[0] for row in LOST_FOR_GOOD]
)
def test_a_settlement_is_not_refused_for_what_is_in_flight_but_for_its_twin(
    exchanges: list[Exchange], end: int, requirement: str
) -> None:
    (verdict,) = judged(*exchanges, read(end)).verdicts
    assert (verdict.requirement, verdict.aspect) == (requirement, Aspect.REFUSED_WITHOUT_NEED)
    assert verdict.status is (Status.FAIL if requirement == "CAS-CNC-03" else Status.WARN)
    assert verdict.exchange == next(n for n, each in enumerate(exchanges) if each.reply.items[0].outcome is not OK)  # type: ignore[union-attr]
