"""What comes of the runs of a scenario, and what happens when a wallet falls silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report_at_hand import scenarios

from harness.client import Carrier
from harness.contracts import load
from harness.examine import Examiner
from harness.examine.results import Results
from harness.model import (
    Check,
    Failure,
    FailureKind,
    History,
    Level,
    Loss,
    Message,
    NotApplicable,
    Request,
    Status,
    Transmission,
    Verdict,
)
from harness.proof.trials import examiner_of
from harness.verdict import ScenarioResult
from harness.verdict.checks import Judged
from mock_server.wallet import Wallet

CASINO = load("casino")
SCENARIO = scenarios()["idempotency/resent_settlement"]
EMPTY = History(contract="casino", scenario=SCENARIO)


def verdict(status: Status, summary: str = "wrong") -> Verdict:
    return Verdict(check=Check.ORACLE, requirement="CAS-IDM-01", level=Level.MUST, status=status, summary=summary)


def judged(*verdicts: Verdict, avoided: str = "", moved: bool = False) -> Judged:
    return Judged(verdicts=verdicts, readings=(), avoided=avoided, core_money_moved=moved)


def lived() -> History:
    examiner = examiner_of(Wallet, "casino")
    (history,) = examiner._runner.run(SCENARIO)
    examiner.close()
    return history


SENT = lived()


def result(histories: Sequence[History], *found: Judged) -> ScenarioResult:
    return Results(CASINO, explaining=False).of_runs(SCENARIO, histories, list(enumerate(found)))


def test_a_run_without_verdicts_has_passed() -> None:
    done = result([SENT], judged(moved=True))
    assert (done.status, done.reason, done.exchanges) == (Status.PASS, "", len(SENT.exchanges))
    assert done.core_money_moved
    assert done.requirement == "CAS-IDM-01"


def test_a_run_in_which_nothing_was_sent_is_not_decided() -> None:
    done = result([EMPTY], judged())
    assert (done.status, done.reason) == (Status.UNKNOWN, "nothing was sent")


def test_a_run_that_was_skipped_or_avoided_its_point_says_why() -> None:
    skipped = result([replace(EMPTY, skipped="no bets", not_applicable=NotApplicable.CURRENCY)])
    assert (skipped.status, skipped.reason) == (Status.SKIPPED, "no bets")
    assert skipped.not_applicable is NotApplicable.CURRENCY
    avoided = result([SENT], judged(avoided="it never deducts"))
    assert (avoided.status, avoided.reason) == (Status.SKIPPED, "it never deducts")


def test_a_run_that_broke_off_is_not_decided() -> None:
    done = result([replace(SENT, stopped="no answer")], judged())
    assert (done.status, done.reason) == (Status.UNKNOWN, "no answer")


def test_what_was_found_outweighs_that_it_was_skipped_or_broke_off() -> None:
    for history in (replace(SENT, stopped="no answer"), replace(SENT, skipped="no bets")):
        done = result([history], judged(verdict(Status.FAIL), avoided="a reading"))
        assert (done.status, done.reason) == (Status.FAIL, "")


def test_the_worst_of_several_runs_counts_and_the_same_finding_is_told_once() -> None:
    warned, failed = verdict(Status.WARN, "late"), verdict(Status.FAIL)
    done = result([SENT, SENT, SENT], judged(), judged(warned, failed), judged(failed))
    assert done.status is Status.FAIL
    assert done.verdicts == (warned, failed)
    assert done.exchanges == 3 * len(SENT.exchanges)


class Silent:
    """Carries nothing while it is silent."""

    def __init__(self, inner: Carrier) -> None:
        self.inner = inner
        self.silent = True
        self.asked = 0

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        self.asked += 1
        if not self.silent:
            return self.inner.send(request, loss=loss, time_out_seconds=time_out_seconds)
        return Transmission(Message(b"", b""), None, Failure(FailureKind.TIME_OUT, "no answer in 1 s"), 1, 1, 0, 1)

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        return tuple(self.send(each) for each in requests)

    def close(self) -> None:
        self.inner.close()


def silenced() -> tuple[Examiner, Silent]:
    examiner = examiner_of(Wallet, "casino")
    carrier = Silent(examiner.client._transport)
    examiner.client._transport = carrier
    return examiner, carrier


def test_after_three_silent_scenarios_nothing_more_is_sent() -> None:
    examiner, carrier = silenced()
    results = [examiner.examine(SCENARIO) for _ in range(3)]
    assert [each.status for each in results] == [Status.UNKNOWN] * 3
    asked = carrier.asked
    after = examiner.examine(SCENARIO)
    examiner.close()
    assert (after.status, after.reason) == (
        Status.UNKNOWN,
        "not attempted: the wallet has stopped answering",
    )
    assert carrier.asked == asked
    assert asked == 3, "each scenario ended with its first unanswered request"


def test_one_answered_scenario_begins_the_count_of_silences_anew() -> None:
    examiner, carrier = silenced()
    for _ in range(3):
        examiner.examine(SCENARIO)
        examiner.examine(SCENARIO)
        carrier.silent = False
        assert examiner.examine(SCENARIO).status is Status.PASS
        carrier.silent = True
    examiner.close()
