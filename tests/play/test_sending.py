"""On a bad day of the wallet: answers that are lost on their way, `Retry-After`, crashes, and a run that must end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bad_day import PLAIN, Clock, examined, repeated
from hostile import message
from interfered import Asked
from report_at_hand import contracts, exercised

from harness.model import Exchange, Status
from harness.play.sending import retry_after
from harness.report.remarks import remarks
from harness.verdict import ScenarioResult, conclude

# ---------------------------------------------------------------------------------------------------------------------
# Retry-After


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
def test_retry_after_is_obeyed(status: str) -> None:
    clock = Clock()

    def busy(asked: Asked) -> bool:
        if asked.total % 4:
            return False
        asked.visit.say(message(b"slow down", "Retry-After: 2", "Connection: close", status=status))
        return True

    (result,), _ = examined(busy, clock=clock)
    assert result.status in {Status.PASS, Status.WARN}, result.verdicts
    assert any(repeated(result))
    assert clock.slept
    assert all(1.5 < each <= 2 for each in clock.slept)


def refused_once(answer: bytes) -> Callable[[Asked], bool]:
    """Answer the first sending of each body of a settlement with other bytes. The wallet does not see it."""
    seen: set[bytes] = set()

    def busy(asked: Asked) -> bool:
        if b"transactions" not in asked.body or asked.body in seen:
            return False
        seen.add(asked.body)
        asked.visit.say(answer)
        return True

    return busy


@pytest.mark.parametrize("value", ["0", "Thu, 01 Jan 1970 00:00:10 GMT"])
def test_what_may_come_again_now_is_sent_again_at_once(value: str) -> None:
    clock = Clock()
    page = message(b"", f"Retry-After: {value}", "Connection: close", status="429 Too Many Requests")
    (result,), _ = examined(refused_once(page), clock=clock)
    assert result.status is Status.PASS, result.verdicts
    assert (result.resent, result.waited_ms) == (1, 0)
    assert clock.slept == []


REFUSAL = b'{"status":"RS_ERROR_UNKNOWN","user":"1","transactions":[]}'
"""An answer of the contract's shape."""


def obeyed(body: bytes, scenario: str, seconds: int = 2) -> tuple[ScenarioResult, Clock]:
    """The result of a scenario whose settlements are first answered with a 429 that asks for patience."""
    clock = Clock()
    page = message(body, f"Retry-After: {seconds}", "Content-Type: application/json", "Connection: close",
                   status="429 Too Many Requests")  # fmt: skip
    (result,), _ = examined(refused_once(page), [scenario], clock=clock)
    return result, clock


@pytest.mark.parametrize("scenario", [PLAIN, "idempotency/replay_repeats_the_answer", "idempotency/resent_many_times"])
@pytest.mark.parametrize("body", [REFUSAL, b"slow down"])
def test_an_answer_that_asks_for_patience_is_judged_by_its_resend_alone(scenario: str, body: bytes) -> None:
    result, clock = obeyed(body, scenario)
    assert result.status is Status.PASS, result.verdicts
    assert result.resent >= 1
    assert result.waited_ms == round(1000 * sum(clock.slept)) > 1500


def test_a_case_of_a_family_that_is_sent_again_has_one_row() -> None:
    plain, _ = examined(lambda _: False, ["input/settlement_missing_fields"])
    result, _ = obeyed(REFUSAL, "input/settlement_missing_fields", 0)
    assert result.resent > 5
    assert [each["name"] for each in result.cases] == [each["name"] for each in plain[0].cases]
    assert [each["status"] for each in result.cases] == [each["status"] for each in plain[0].cases]


def test_what_was_sent_again_is_told_once_in_the_remarks_and_counted() -> None:
    results = [obeyed(REFUSAL, PLAIN)[0], obeyed(REFUSAL, "idempotency/replay_repeats_the_answer")[0]]
    contract = contracts()["casino"]
    verdict = conclude("casino", results, contract.requirements, exercised("casino"))
    told = remarks(verdict, contract, results)
    (remark,) = [each for each in told if "sent again" in each]
    assert remark.startswith("2 requests were sent again: ")
    assert remark.endswith("4.0 s were waited for the wallet")
    assert remarks(verdict, contract, [replace(each, resent=0, waited_ms=0) for each in results]) == ()


def test_a_longer_retry_after_than_we_wait_is_not_obeyed() -> None:
    clock = Clock()

    def busy(asked: Asked) -> bool:
        if b"transactions" not in asked.body:
            return False
        asked.visit.say(message(b"", "Retry-After: 3600", "Connection: close", status="503 Service Unavailable"))
        return True

    (result,), _ = examined(busy, clock=clock)
    assert clock.slept == []
    assert result.status is Status.UNKNOWN
    assert not any(repeated(result))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("9" * 30, None),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 20),
        ("Thu, 01 Jan 1970 00:00:10 GMT", 0),
    ],
)
def test_what_retry_after_says(value: str, seconds: int | None, told: Callable[..., Exchange]) -> None:
    assert retry_after(told(503, value), 100.0) == seconds
    assert retry_after(told(500, value), 100.0) is None


@pytest.fixture
def told() -> Callable[..., Exchange]:
    from harness.model import GetBalance, Message, Transmission

    def exchange(status: int, value: str) -> Exchange:
        received = Message(b"", b"", status, (("retry-after", value),))
        sent = Transmission(Message(b"", b""), received, None, 1, 1, 2, 3)
        return Exchange(operation=GetBalance(player="1"), name="balance", transmission=sent, reply=None)

    return exchange


# ---------------------------------------------------------------------------------------------------------------------
# Statuses before bodies


@pytest.mark.parametrize(
    ("status", "cause"),
    [(413, "body_too_large"), (429, "too_many_requests"), (502, "gateway_cannot_reach"), (503, "unavailable"),
     (504, "gateway_timed_out")],
)  # fmt: skip
def test_the_status_decides_the_cause_and_not_the_page(status: int, cause: str) -> None:
    def page(asked: Asked) -> bool:
        if b"transactions" not in asked.body:
            return False
        asked.visit.say(message(b"<html>oops</html>", "Content-Type: text/html", status=f"{status} Any"))
        return True

    (result,), _ = examined(page, recovery_seconds=0)
    assert {each.cause for each in result.verdicts} == {cause}
    assert all(each.said == f"HTTP {status}" for each in result.verdicts)


def test_a_limit_of_the_body_is_told_with_both_sizes() -> None:
    def limited(asked: Asked) -> bool:
        if len(asked.body) <= 4_321:
            return False
        asked.visit.say(message(b"<html>too large</html>", "Content-Type: text/html", status="413 Payload Too Large"))
        return True

    (result,), _ = examined(limited, ["batch/full_batch"])
    probably = {each.probably for each in result.verdicts if each.cause == "body_too_large"}
    (sentence,) = probably
    assert sentence.startswith(
        "HTTP 413: the wallet, its framework or its proxy takes bodies of 4,321 bytes at most; the settlement of 50 "
        "transactions has "
    )


# ---------------------------------------------------------------------------------------------------------------------
# A wallet that goes away


class Crashes:
    """Stops answering with the request `at`, and answers again after some further requests."""

    def __init__(self, at: int, away: int) -> None:
        self.at, self.away = at, away
        self.moved = 0

    def __call__(self, asked: Asked) -> bool:
        if b"transactions" in asked.body:
            self.moved += 1
        if self.moved < self.at or self.away <= 0:
            return False
        self.away -= 1
        return True


def test_a_wallet_that_comes_back_is_waited_for_and_the_culprit_is_named() -> None:
    clock = Clock()
    results, examiner = examined(Crashes(1, 4), [PLAIN, "idempotency/resent_batch", PLAIN], clock=clock)
    assert [each.status for each in results] == [Status.UNKNOWN, Status.PASS, Status.PASS]
    (told,) = [each for each in results[0].verdicts if each.check == "delivery"]
    assert "the wallet stopped answering at " in told.summary
    assert "after settlement 0123abcd" in told.summary
    assert f"of {PLAIN}; it answered again after " in told.summary
    assert len(examiner.patience.outages) == 1
    assert clock.slept, "it was waited for"


def test_a_wallet_that_stays_away_ends_the_run_with_the_first_cause() -> None:
    clock = Clock()
    results, _ = examined(Crashes(1, 10_000), [PLAIN, "idempotency/resent_batch"], clock=clock)
    assert [each.status for each in results] == [Status.SKIPPED, Status.SKIPPED]
    assert results[0].ended == results[1].ended
    assert results[0].ended.startswith("the wallet stopped answering at ")
    assert results[0].ended.endswith(f" of {PLAIN}")
    assert 25 < sum(clock.slept) <= 30


def test_a_wallet_that_answers_everything_else_has_not_gone() -> None:
    clock = Clock()

    def closes(asked: Asked) -> bool:
        return b"transactions" in asked.body

    results, examiner = examined(closes, [PLAIN, PLAIN], clock=clock)
    assert [each.status for each in results] == [Status.UNKNOWN, Status.UNKNOWN]
    assert (examiner.ended, clock.slept) == ("", [])


def test_the_time_of_a_run_is_bounded() -> None:
    clock = Clock()

    def slow(asked: Asked) -> bool:
        clock.time += 9.9
        return False

    results, _ = examined(slow, [PLAIN, PLAIN, PLAIN], clock=clock, run_until=1_060.0)
    assert [each.status for each in results] == [Status.PASS, Status.SKIPPED, Status.SKIPPED]
    assert results[1].ended == "the time of the run is over"
