"""Each diagnosis is proven by a wallet with that very bug: the report names it, in words that its developer knows."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from causes_of_wallets import OF_WALLETS
from hostile_wallets import HOSTILE
from late_wallet import ReadsFromReplica, after_a_restart, examiner_on_clock
from report_at_hand import ROOT, contracts, results, results_of, scenarios

from harness.contracts import load
from harness.model import Failure, FailureKind, Loss, Message, Request, Scenario, Status, Transmission
from harness.proof.in_process import InProcessCarrier
from harness.scenario import load_file
from harness.verdict.causes import of_mistake, roots_of
from harness.verdict.first_calls import TIME_ZONE, UNKNOWN_PLAYER
from mock_server.defects import DEFECTS, named
from mock_server.wallet import Wallet

RED = {Status.FAIL, Status.UNKNOWN, Status.WARN}

OF_DEFECTS = (
    ("forgets-every-transaction", "casino", "idempotency/resent_settlement", "does not look the transactionId up"),
    ("forgets-every-transaction", "sportsbook", "idempotency/resent_bet", "does not look the transactionId up"),
    ("forgets-every-transaction", "casino", "lost_replies/bet_sent_again", "its id was not kept"),
    ("forgets-every-transaction", "casino", "idempotency/same_id_in_another_round", "used for something else"),
    (
        "moves-the-player-every-seven-requests",
        "casino",
        "idempotency/resent_many_times",
        "in the memory of one process",
    ),
    ("remembers-per-operation", "casino", "idempotency/paid_live_then_settled", "remembered per operation"),
    (
        "remembers-per-operation",
        "casino",
        "idempotency/paid_live_then_settled_higher",
        "by another operation, with anot",
    ),
    ("remembers-per-operation", "casino", "races/settlement_against_live_payout", "through two operations at once"),
    ("remembers-per-operation", "casino", "zero_amount/live_zero_is_remembered_by_the_settlement", "0 that came by an"),
    ("remembers-per-session", "casino", "session/replay_after_the_session", "within the session that it came in"),
    ("remembers-the-last-five-ids", "casino", "idempotency/resent_after_others", "forgotten a transaction after 10"),
    ("remembers-id-and-amount", "casino", "idempotency/higher_amount", "another amount is booked as a new"),
    ("shows-no-money-on-a-repeat", "casino", "idempotency/replay_is_a_success", "answered with a balance of 0"),
    ("ignores-the-case-of-ids", "casino", "idempotency/ids_that_differ_in_case", "collation ignores case"),
    ("reads-player-ids-as-integers", "casino", "player/near_ids_in_bets", "only nearly is another's is taken for it"),
    (
        "refunds-by-the-bet-id",
        "sportsbook",
        "rollback/unknown_transaction_of_a_known_bet",
        "another transaction of its",
    ),
    ("takes-a-bet-for-a-paid-one", "casino", "idempotency/bets_whose_ids_differ_in_case", "collation ignores case"),
    ("marks-an-id-before-the-currency", "casino", "idempotency/refused_for_its_currency", "is remembered as done"),
    ("checks-funds-too-early", "casino", "races/bets_against_the_balance", "check and deduction are two steps"),
    ("shows-the-balance-before", "casino", "insufficient_funds/exact_stake", "the balance before the movement"),
    ("shows-the-balance-before", "sportsbook", "insufficient_funds/exact_stake", "the balance before the movement"),
    ("shows-the-balance-before", "casino", "batch/bet_twice_in_a_batch", "or the balance is read too early"),
    ("credits-twice", "casino", "settlement/exact_credit", "booked twice"),
    ("credits-nothing", "casino", "settlement/exact_credit", "never booked"),
    ("debits-nothing", "casino", "insufficient_funds/exact_stake", "never booked"),
    ("takes-units-for-cents", "casino", "settlement/exact_credit", "booked 1000 times too large"),
    ("shows-cents", "casino", "settlement/balance_after_the_credit", "shown 1000 times too small"),
    ("keeps-the-balance-in-a-double", "casino", "money/beyond_2_to_the_53", "floating point"),
    ("wraps-at-32-bits", "sportsbook", "money/uint32", "overflows 32 bits"),
    ("rounds-to-two-decimals", "casino", "settlement/exact_credit", "rounded to two decimals on its way"),
    ("shows-one-balance-for-all", "casino", "batch/two_players", "another player"),
    ("credits-the-first-player", "casino", "batch/two_players", "is booked on one player"),
    ("refuses-the-exact-balance", "casino", "insufficient_funds/exactly_the_balance", "less than or equal"),
    (
        "checks-no-funds",
        "sportsbook",
        "insufficient_funds/one_unit_too_much",
        "exceeds the balance by less than a main",
    ),
    ("drops-the-minus-sign", "casino", "input/settlement_amounts_eur", "a negative amount is taken"),
    ("unsettles-below-zero", "sportsbook", "unsettlement/refusal_in_the_documented_form", "without looking whether"),
    ("signs-with-spaces", "casino", "signature/correct_signature", "over the body with spaces after ':'"),
    ("signs-without-the-timestamp", "casino", "signature/correct_signature", "over the body alone"),
    ("signs-escaped-text", "casino", "signature/non_ascii_text", r"came out as \u escapes"),
    ("books-before-it-believes", "sportsbook", "authentication/wrong_password", "booked before it is verified"),
    ("burns-the-ids-of-forgeries", "casino", "signature/forged_request_burns_no_id", "left its transactionId behind"),
    ("credits-in-a-session-only", "casino", "session/settlement_after_the_session", "because the session has ended"),
)
"""Wallet, contract and scenario, and words of the cause."""

OF_FAILURES = (
    (FailureKind.TIME_OUT, "does not answer in time"),
    (FailureKind.CLOSED, "closed without an answer"),
    (FailureKind.UNREACHABLE, "no longer there"),
    (FailureKind.GARBAGE, "is no HTTP"),
    (FailureKind.HTTP_2, "speaks HTTP/2 alone"),
    (FailureKind.MALFORMED, "breaks the rules of HTTP"),
    (FailureKind.TOO_LARGE, "far too large"),
)

EPILOGUE = "epilogue/first_transactions"
OF_STATUSES = (413, 429, 502, 503, 504)


OWN = {
    "own/bet_after_a_win": "- pay: {amount: 10}\n  - bet: {amount: 1}",
    "own/void_after_a_win": "- bet: {id: b1, amount: 30}\n  - settle: {bet: b1, amount: 5}\n"
    "  - settle: {bet: b1, amount: 20, kind: VOIDED}",
    "own/without_colon": "- settle: {amount: 10}\n    forged: without_colon",
    "own/empty_authorization": "- settle: {amount: 10}\n    forged: empty_authorization",
    "own/known_for_a_while": "\n  ".join(
        f"- settle: {{{each}amount: 10}}" for each in ("id: t1, ", "id: t1, ", "", "id: t1, ")
    ),
}
"""Scenarios that are not bundled."""


def scenario(name: str, folder: Path) -> Scenario:
    """A bundled scenario, or one of this test."""
    if name not in OWN:
        return scenarios()[name]
    path = folder / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    head = "title: It is of this test\nrequirement: {casino: CAS-IDM-01, sportsbook: SPB-AUT-02}\nsteps:\n  "
    of_sportsbook = "forged" in OWN[name] or "VOIDED" in OWN[name]
    words = head.replace("casino: CAS-IDM-01, ", "") if of_sportsbook else head
    path.write_text(f"{words}{OWN[name]}\n", encoding="utf-8")
    return load_file(path, folder, contracts())


def causes(found: list[Any]) -> list[str]:
    """The probable causes of results; each red verdict has one, and each cause has a remedy."""
    red = [each for result in found for each in result.verdicts if each.status in RED]
    assert red, [(each.status, each.reason) for each in found]
    assert all(each.fix for each in red if each.probably)
    return [each.probably for each in red]


@pytest.mark.parametrize(("defect", "contract", "name", "words"), OF_DEFECTS)
def test_the_cause_is_named(defect: str, contract: str, name: str, words: str) -> None:
    told = causes(results(named(defect).wallet_type, contract, [name], record=False))
    assert any(words in each for each in told), told


@pytest.mark.parametrize(("wallet_type", "contract", "name", "words"), OF_WALLETS)
def test_a_cause_that_no_defect_has_is_named(
    wallet_type: type[Wallet], contract: str, name: str, words: str, tmp_path: Path
) -> None:
    told = causes(results_of(wallet_type, contract, [scenario(name, tmp_path)], record=False))
    assert any(words in each for each in told), told


class Unanswered(InProcessCarrier):
    """Bets are not answered, in one way or another."""

    kind = FailureKind.TIME_OUT

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        sent = super().send(request, loss=loss, time_out_seconds=time_out_seconds)
        if not request.path.endswith("/bet"):
            return sent
        failure = Failure(self.kind, "it failed")
        times = (sent.started_ns, sent.released_ns, 0, sent.finished_ns)
        return Transmission(sent.sent, None, failure, *times)


class Overruled(InProcessCarrier):
    """A page with an HTTP status answers bets in the place of the wallet."""

    status = 502

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        sent = super().send(request, loss=loss, time_out_seconds=time_out_seconds)
        if not request.path.endswith("/bet"):
            return sent
        page = Message(b"", b"<html>", status=self.status, headers=(("content-type", "text/html"),))
        return replace(sent, received=page)


def told_of_status(status: int) -> list[str]:
    """The causes in the report of a wallet whose bets are answered by a page with this status."""
    carrier = type("Carrier", (Overruled,), {"status": status})
    found = [scenarios()["player/answers_in_the_documented_form"]]
    return causes(results_of(Wallet, "casino", found, record=False, carrier=carrier))


@pytest.mark.parametrize("status", OF_STATUSES)
def test_a_page_of_something_in_between_is_named_by_its_status(status: int) -> None:
    told = told_of_status(status)
    assert any(f"HTTP {status}: " in each for each in told), told


class OverruledInRaces(InProcessCarrier):
    """A page of a gateway answers every request of a race in the place of the wallet."""

    status = 502

    def release(
        self, requests: Sequence[Request], *, time_out_seconds: float | None = None
    ) -> tuple[Transmission, ...]:
        page = Message(b"", b"<html>", status=self.status, headers=(("content-type", "text/html"),))
        return tuple(replace(each, received=page) for each in super().release(requests))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_batches_in_opposite_order_that_fail_are_a_deadlock_whatever_the_status(status: int) -> None:
    carrier = type("Carrier", (OverruledInRaces,), {"status": status})
    found = [scenarios()["races/batches_over_two_players"]]
    told = causes(results_of(Wallet, "casino", found, record=False, carrier=carrier))
    assert any("a deadlock" in each for each in told), told


@pytest.mark.parametrize(("kind", "words"), OF_FAILURES)
def test_an_answer_that_did_not_come_has_its_cause(kind: FailureKind, words: str) -> None:
    carrier = type("Carrier", (Unanswered,), {"kind": kind})
    told = causes(
        results_of(
            Wallet, "casino", [scenarios()["player/answers_in_the_documented_form"]], record=False, carrier=carrier
        )
    )
    assert any(words in each for each in told), told


def test_every_mistake_that_pre_flight_tries_has_a_cause_and_a_fix() -> None:
    for contract in (load("casino"), load("sportsbook")):
        for mistake in contract.mistakes:
            found = of_mistake(mistake, contract)
            assert found is not None, mistake
            assert found.sentence
            assert found.fix


def test_a_cause_is_known_by_its_id_and_written_once() -> None:
    ids = [ast.unparse(node.args[0]) for node in _calls_of_cause()]
    shared = {"WRONG_CODE"}
    """Two rules find the same thing, and say it with the code."""
    assert [each for each, count in Counter(ids).items() if count > 1 and each not in shared] == []


def test_what_explains_other_causes_is_a_cause() -> None:
    assert roots_of("cross_race") == {"id_not_looked_up", "remembered_per_operation", "identical_requests_at_once"}
    assert roots_of("believes.other_secret") == {"believes.forged"}
    assert roots_of("id_not_looked_up") == roots_of("believes.forged") == roots_of("") == frozenset()


def test_a_sound_wallet_is_told_nothing() -> None:
    (result,) = results(Wallet, "casino", ["idempotency/resent_settlement"])
    assert result.status is Status.PASS
    assert not [each.probably for each in result.verdicts if each.probably]


# ----------------------------------------------------------------------------------------------------------------------
# Every defect has a cause, and every cause a wallet


WITHOUT_CAUSE = {"there are too many orders of these requests to decide whether one explains the answers"}
"""Undecided, so nothing can be said of the wallet."""


@cache
def told_of_defects() -> dict[str, set[str]]:
    """The causes of every defect by its witnesses, on each of its contracts."""
    told: dict[str, set[str]] = {}
    for name, defect in DEFECTS.items():
        for contract in defect.contracts:
            ids = [each.scenario for each in defect.witnesses if contract in scenarios()[each.scenario].requirements]
            for result in results(defect.wallet_type, contract, list(dict.fromkeys(ids)), record=False):
                red = [each for each in result.verdicts if each.status in RED and each.summary not in WITHOUT_CAUSE]
                told.setdefault(name, set()).update(each.probably for each in red)
    return told


def test_every_finding_of_every_defect_has_a_probable_cause() -> None:
    assert len(told_of_defects()) > 150
    assert [name for name, found in told_of_defects().items() if "" in found] == []


def test_every_cause_that_can_be_told_has_been_told_of_some_wallet(tmp_path: Path) -> None:
    """But for what pre-flight finds, of which its own tests have a wallet each."""
    told = {each for found in told_of_defects().values() for each in found}
    for defect, contract, name, _ in OF_DEFECTS:
        told.update(causes(results(named(defect).wallet_type, contract, [name], record=False)))
    for wallet_type, contract, name, _ in OF_WALLETS:
        told.update(causes(results_of(wallet_type, contract, [scenario(name, tmp_path)], record=False)))
    told.update(causes([examiner_on_clock(ReadsFromReplica, "casino").examine(scenarios()["settlement/exact_credit"])]))
    told.update(causes(after_a_restart(*(scenarios()[each] for each in ("settlement/exact_credit", EPILOGUE)))))
    told.update(each for status in OF_STATUSES for each in told_of_status(status))
    patterns = set(written_causes()) - {re.escape(found.sentence) for found in MISTAKES}
    never = [each for each in sorted(patterns) if not any(re.fullmatch(each, cause) for cause in told)]
    failures = [words for _, words in (*OF_FAILURES, *(each.later for each in HOSTILE.values() if each.later))]
    assert [each for each in never if not any(re.escape(words) in each for words in failures)] == []


MISTAKES = tuple(
    found
    for contract in (load("casino"), load("sportsbook"))
    for mistake in (*contract.mistakes, TIME_ZONE, UNKNOWN_PLAYER)
    if (found := of_mistake(mistake, contract)) is not None
)


def written_causes() -> Iterator[str]:
    """Every cause that stands in the rules of diagnosis, as a regular expression."""
    for node in _calls_of_cause():
        yield from _texts(node.args[1])
    for each in _nodes():
        match each:
            case ast.Tuple(elts=[first, second]) if _is_sentence(first) and _is_sentence(second):
                yield from _texts(first)


def _calls_of_cause() -> list[ast.Call]:
    """Where a cause is written down: its id, its sentence, its fix."""
    found = [each for each in _nodes() if isinstance(each, ast.Call) and ast.unparse(each.func) == "Cause"]
    return [each for each in found if len(each.args) > 2]


def _nodes() -> Iterator[ast.AST]:
    files = sorted((ROOT / "harness" / "verdict" / "causes").glob("*.py"))
    assert files, "no source of the causes: whatever this test says would hold of nothing"
    for path in files:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _is_sentence(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(re.escape(str(each.value)) if isinstance(each, ast.Constant) else ".*" for each in parts)
        case ast.IfExp(body=body, orelse=otherwise):
            yield from _texts(body)
            yield from _texts(otherwise)
        case ast.Call(
            func=ast.Attribute(attr="format"),
            args=[ast.Constant(value=str() as first), ast.Constant(value=str() as second)],
        ):
            yield f".*{re.escape(first)}.*{re.escape(second)}"
