"""How far the wallet's clock is off, told by the Date of its answers, and when that is the problem."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate

import pytest
from hostile import Behaviour, Server, Visit, always, message
from preflight_at_hand import AtHand, problem_of, stages
from wallet_address import under_test

from harness.config import WalletUnderTest
from harness.contracts import Contract
from harness.examine import preflight, violation_of
from harness.play.preflight import Stage
from harness.play.preflight.answering import ahead
from harness.play.preflight.credentials import HOURS_AWAY
from mock_server.wallet import Wallet


def answering_at(offset_seconds: int, body: bytes) -> Behaviour:
    def behaviour(visit: Visit) -> None:
        while visit.request():
            date = formatdate(time.time() + offset_seconds, usegmt=True)
            visit.say(message(body, f"Date: {date}", "Content-Type: application/json"))

    return behaviour


def clock_of(behaviour: Behaviour) -> Stage:
    passed: list[Stage] = []
    with Server(behaviour) as server:
        problem_of(lambda: preflight(under_test(server.url), tell=passed.append))
    return next(each for each in passed if each.name == "clock")


REFUSAL = b'{"status":"RS_ERROR_INVALID_SIGNATURE"}'


@pytest.mark.parametrize(
    ("offset", "detail"),
    [
        (0, "agrees with ours"),
        (300, "5 min ahead of ours"),
        (-7380, "2 h 3 min behind ours"),
        (20, "20 s ahead of ours"),
    ],
)
def test_how_far_the_clock_is_off(offset: int, detail: str) -> None:
    began = time.monotonic()
    clock = clock_of(answering_at(offset, REFUSAL))
    assert clock.detail in {detail, *(f"{each} ours" for each in near(offset, began) if offset)}
    assert bool(clock.warnings) is bool(offset)


def near(offset: int, began: float) -> set[str]:
    """What may be said of a clock that is off by so many seconds.

    The time of a request's way is not known, so it counts as an error. All ways together took no longer than the time
    since `began`.
    """
    most = 1 + int(time.monotonic() - began)
    return {ahead(offset + by) for by in range(-most, most + 1)}


def test_a_wallet_without_a_date() -> None:
    assert clock_of(always(message(REFUSAL))).detail == "not known: the answer has no Date header"


def test_a_date_that_is_none() -> None:
    clock = clock_of(always(message(REFUSAL, "Date: yesterday")))
    assert clock.detail == "not known: the answer has no Date header"


def test_a_wallet_that_refuses_us_for_its_clock_alone() -> None:
    """Its clock is ten minutes fast, and so is the Date of its answers: it believes what is signed by that."""
    wallet = AtHand("casino")
    began = time.monotonic()
    with wallet.listening(fast_seconds=600) as root:
        found = problem_of(lambda: preflight(at(wallet, root)))
    assert found.stage == "clock"
    assert re.fullmatch(
        f"the wallet's clock is ({'|'.join(near(600, began))}) the clock of this machine, and it refuses a "
        "signature made now: one made by its own clock it believes; set both clocks by NTP",
        str(found),
    )


def test_a_clock_that_is_a_little_off_is_a_warning() -> None:
    wallet = AtHand("casino")
    began = time.monotonic()
    with wallet.listening(fast_seconds=60) as root:
        facts = preflight(at(wallet, root))
    assert facts.first_calls == ()
    assert stages(facts)["clock"].detail in {f"{each} ours" for each in near(60, began)}
    assert any("a signature is believed for 5 min: set both by NTP" in each for each in facts.warnings)


def at(wallet: AtHand, root: str) -> WalletUnderTest:
    players = (wallet.player(), wallet.player())
    return replace(wallet.under_test(players=players), url=f"{root}/{wallet.contract}")


# ---------------------------------------------------------------------------------------------------------------------
# A window in another time zone


def shifted(seconds: int) -> type[Wallet]:
    """A wallet that compares timestamps with a clock which is off, and whose Date is right."""

    class Shifted(Wallet):
        def doubts(self, contract: Contract, name: str, headers: Mapping[str, str], body: bytes) -> str:
            right, self.now_ms = self.now_ms, lambda: time.time_ns() // 1_000_000 + seconds * 1000
            try:
                return super().doubts(contract, name, headers, body)
            finally:
                self.now_ms = right

    return Shifted


@pytest.mark.parametrize(
    ("hours", "dated"),
    [(2, "2 h ahead"), (-5, "5 h back"), (5.5, "5 h 30 min ahead"), (14, "14 h ahead"), (-9.5, "9 h 30 min back")],
)
def test_a_window_that_is_computed_in_another_time_zone(hours: float, dated: str) -> None:
    wallet = AtHand("casino", shifted(int(hours * 3600)))
    with wallet.listening() as root:
        found = at(wallet, root)
        violation = violation_of(found, preflight(found))
    assert violation is not None
    assert violation.requirement == "CAS-SIG-01"
    assert violation.summary.endswith(
        f"the same call is believed when it is dated {dated}, so the wallet's window is computed in another time zone"
    )
    assert violation.exchanges[-1].alteration.stale_seconds == -int(hours * 3600)


def test_without_a_date_one_of_the_clocks_may_be_wrong() -> None:
    problem = AtHand("casino", shifted(7200)).problem()
    assert problem.stage == "clock"
    assert "believed when it is dated 2 h ahead" in str(problem)


def test_whole_hours_come_before_half_hours_and_none_is_tried_twice() -> None:
    assert HOURS_AWAY[:4] == (3600, -3600, 7200, -7200)
    assert HOURS_AWAY.index(14 * 3600) < HOURS_AWAY.index(1800)
    assert len(set(HOURS_AWAY)) == len(HOURS_AWAY) == 2 * (14 + 14)
