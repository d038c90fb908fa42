"""The epilogue: what a run sent first is sent again at its end, and judged by what its scenarios have left."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import legal_wallets as legal
import pytest
from late_wallet import examiner_on_clock, forget_everything

from harness import money
from harness.config import WalletUnderTest
from harness.contracts import BUNDLED
from harness.examine import Examiner, Interlude
from harness.examine.memory import MOST_OF_A_KIND
from harness.model import (
    Exchange,
    Failure,
    FailureKind,
    GetBalance,
    Loss,
    Message,
    Movement,
    Player,
    Request,
    Rollback,
    Status,
    Transmission,
    transactions,
)
from harness.play.preflight import Facts
from harness.play.restarts import RestartFailed
from harness.proof.in_process import InProcessCarrier
from harness.proof.matrix import scenarios
from harness.proof.trials import CREDENTIALS, LIMITS, STARTS_AT_MS, examiner_of
from harness.verdict import ScenarioResult
from mock_server.app import App
from mock_server.clock import MovedClock
from mock_server.defects import DEFECTS
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

SUITE = {each.id: each for each in scenarios()}
EPILOGUE = SUITE["epilogue/first_transactions"]
FEW = (
    *("settlement/exact_credit", "settlement/large_credit", "settlement/smallest_credit", "idempotency/resent_bet"),
    *("settlement/paid_bet", "settlement/voided_bet", "unsettlement/exact_deduction"),
)
"""Scenarios of either contract."""
LATE = {"casino": "CAS-IDM-11", "sportsbook": "SPB-IDM-09"}


class Watched(Examiner):
    """An examiner whose epilogue can be looked at."""

    epilogue: tuple[Exchange, ...] = ()
    carrier: InProcessCarrier

    def _result(self, scenario, histories, judged, started):  # type: ignore[no-untyped-def]
        if scenario.is_epilogue:
            self.epilogue = histories[0].exchanges
        return super()._result(scenario, histories, judged, started)


def examiner(
    contract: str,
    wallet_type: type[Wallet] = Wallet,
    *,
    players: Sequence[str] = (),
    clock: MovedClock | None = None,
    restart: Callable[[], None] | None = None,
    age_seconds: int = 0,
    carrier: type[InProcessCarrier] = InProcessCarrier,
) -> Watched:
    """An examiner of a wallet in this process. `players` are the balances of named players, all in EUR."""
    clock = clock or MovedClock(STARTS_AT_MS)
    app = App(wallet_type(open_store(), CREDENTIALS, now_ms=clock), provision=True)
    provision = InProcessCarrier(app, PATH)
    under_test = WalletUnderTest(
        contract=contract,
        url="in process",
        provision_url="" if players else "in process",
        credentials=CREDENTIALS[contract],
        players=tuple(_named(provision, contract, number, each) for number, each in enumerate(players, 188)),
        limits=replace(LIMITS, age_seconds=age_seconds),
    )
    wallet = carrier(app, f"/{contract}", clock)
    found = Watched(
        under_test,
        Facts(),
        wallet=wallet,
        provision=None if players else provision,
        record=True,
        now_ms=clock,
        interlude=Interlude(restart, lambda seconds: clock.move(round(seconds * 1000))),
    )
    found.carrier = wallet
    return found


def _named(provision: InProcessCarrier, contract: str, number: int, balance: str) -> Player:
    fields = {"playerId": str(number), "contract": contract, "currency": "EUR", "balance": balance}
    sent = provision.send(Request("", (), json.dumps(fields).encode()))
    assert sent.received is not None
    opened = json.loads(sent.received.body, parse_float=money.parse)
    return Player(id=str(number), currency="EUR", session=opened["sessionId"])


def tell(found: Examiner, *ids: str) -> ScenarioResult:
    """The result of the epilogue after some scenarios."""
    for each in (name for name in ids if found.contract.name in SUITE[name].requirements):
        assert found.examine(SUITE[each]).status is Status.PASS
    return found.examine(EPILOGUE)


def resent(found: Watched) -> list[Exchange]:
    """The requests that the epilogue has repeated."""
    return [each for each in found.epilogue if each.step >= 0]


def test_the_suite_ends_with_its_epilogue() -> None:
    assert [each.id for each in scenarios() if each.is_epilogue] == [EPILOGUE.id]
    assert scenarios()[-1] is not None
    assert scenarios()[-1].id == EPILOGUE.id


@pytest.mark.parametrize("contract", BUNDLED)
def test_without_an_earlier_scenario_nothing_is_proven(contract: str) -> None:
    found = tell(examiner(contract))
    assert found.status is Status.SKIPPED
    assert "no earlier scenario" in found.reason
    assert not found.exchanges


@pytest.mark.full
@pytest.mark.parametrize("contract", BUNDLED)
def test_a_sample_of_each_operation_is_sent_again_and_every_player_is_read(contract: str) -> None:
    found = examiner(contract)
    mine = [each for each in scenarios() if contract in each.requirements]
    results = [found.examine(each) for each in mine]
    assert results[-1].status is Status.PASS
    assert not [each for each in resent(found) if isinstance(each.operation, GetBalance)], "reads are no repetitions"
    names = [each.name for each in resent(found)]
    assert set(names) == {*found.contract.specs} - {"balance", "authenticate"}
    late_bets = [each for each in resent(found) if each.reply is not None and not each.reply.accepted]
    for name in set(names):
        assert names.count(name) <= MOST_OF_A_KIND * (2 if late_bets else 1)
    read = [each.operation.player for each in found.epilogue if isinstance(each.operation, GetBalance)]
    asked = {item.player for each in resent(found) for item in transactions(each.operation)}
    assert asked <= set(read)
    assert len(read) == len(set(read)) > 150, "the players of the whole run are read once"


def test_bets_whose_rollback_came_first_are_sent_again() -> None:
    found = examiner("sportsbook")
    assert tell(found, "rollback/late_bet", "lost_replies/bet_cut_off_and_rolled_back").status is Status.PASS
    assert [each.name for each in resent(found)].count("placebet") == 2
    assert not any(each.succeeded for each in resent(found) if each.name == "placebet")


def test_each_repetition_knows_how_late_it_is() -> None:
    clock = MovedClock(STARTS_AT_MS)
    found = examiner("casino", clock=clock, age_seconds=90)
    result = tell(found, *FEW)
    assert result.late is not None
    assert 90_000 <= result.late.milliseconds < 91_000
    movements = [each.late for each in resent(found)]
    assert all(each is not None for each in movements)
    first, last = movements[0], movements[-1]
    assert first is not None
    assert last is not None
    assert first.transactions > last.transactions >= 0
    assert not result.late.restarts


def test_a_finding_says_how_late_it_was() -> None:
    result = tell(examiner("casino", DEFECTS["forgets-after-three-seconds"].wallet_type, age_seconds=60), *FEW)
    (verdict,) = result.verdicts
    assert (verdict.requirement, verdict.situation) == ("CAS-IDM-11", "replay.late")
    assert "60 s, " in verdict.sent
    assert verdict.sent.endswith(" transactions and 0 restarts later)")
    assert verdict.cause == "forgotten_late"
    assert tell(examiner("casino", DEFECTS["forgets-after-three-seconds"].wallet_type), *FEW).status is Status.PASS


@pytest.mark.parametrize("contract", BUNDLED)
def test_where_sessions_are_over_only_money_is_judged(contract: str) -> None:
    found = examiner(contract, legal.SessionsLastAMinute, age_seconds=90)
    result = tell(found, *FEW)
    assert result.status is Status.PASS
    refused = [each for each in found.epilogue if not each.succeeded]
    assert {each.name for each in refused} >= {"balance"}
    after = [each for each in found.epilogue if each.step < 0 and each.succeeded]
    assert {each.name for each in after} == {next(spec.name for spec in found.contract.specs.values() if spec.core)}


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_that_forgets_is_found_although_sessions_are_over(contract: str) -> None:
    class Both(DEFECTS["forgets-after-three-seconds"].wallet_type, legal.SessionsLastAMinute):  # type: ignore[misc]
        pass

    result = tell(examiner(contract, Both, age_seconds=90), *FEW)
    assert result.violated == (LATE[contract],)


def test_a_player_that_is_judged_dead_takes_no_part() -> None:
    found = examiner("casino", DEFECTS["forgets-every-transaction"].wallet_type)
    assert found.examine(SUITE["idempotency/resent_settlement"]).status is Status.FAIL
    assert found.examine(EPILOGUE).status is Status.SKIPPED


@pytest.mark.parametrize("contract", BUNDLED)
def test_named_players_take_part_before_they_get_their_money_back(contract: str) -> None:
    found = examiner(contract, players=("500", "500", "500"), age_seconds=60)
    assert tell(found, *FEW).status is Status.PASS
    opening = [each for each in found.epilogue if each.step == -1]
    assert opening, "the money that they were given back is not in the books, so they are read first"
    assert found.close() == ()


def test_named_players_are_given_back_what_a_forgetful_wallet_booked_again() -> None:
    found = examiner("casino", DEFECTS["forgets-after-three-seconds"].wallet_type, players=("500",) * 3, age_seconds=60)
    assert tell(found, *FEW).violated == ("CAS-IDM-11",)
    assert found.close() == ()


def test_the_wallet_is_restarted_before_the_epilogue_and_within_scenarios_that_say_so() -> None:
    restarts: list[int] = []
    found = examiner("casino", restart=lambda: restarts.append(1))
    result = tell(found, "lost_replies/settlement_without_an_answer", *FEW)
    assert len(restarts) == 2
    assert result.late is not None
    assert result.late.restarts == 1


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_without_any_persistence_is_one_cause_after_a_restart(contract: str) -> None:
    """It knows neither player nor transaction, so its refusals say nothing else."""
    result = tell(examiner_on_clock(Wallet, contract, restart=forget_everything), *FEW)
    assert {each.cause for each in result.verdicts} == {"forgotten_at_restart"}


class Away(InProcessCarrier):
    """The way to a wallet that does not listen for some requests, from a moment on."""

    left = 0

    def send(
        self, request: Request, *, loss: Loss | None = None, time_out_seconds: float | None = None
    ) -> Transmission:
        if self.left:
            self.left -= 1
            gone = Failure(FailureKind.UNREACHABLE, "nothing listens", never_sent=True)
            return Transmission(Message(b"", request.body), None, gone, 1, 0, 0, 1)
        return super().send(request, loss=loss)


@pytest.mark.parametrize(("away", "ends"), [(5, False), (10_000, True)])
@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_that_is_away_is_waited_for_in_the_epilogue(contract: str, away: int, ends: bool) -> None:
    slept: list[float] = []
    found = examiner(contract, carrier=Away, restart=lambda: vars(found.carrier).update(left=away))
    recovery = found.patience.recovery
    assert recovery is not None
    recovery._now, recovery._sleep = lambda: sum(slept), slept.append
    result = tell(found, *FEW)
    assert slept
    if ends:
        assert result.status is Status.SKIPPED
        assert found.ended == result.ended
        assert found.ended.startswith("the wallet stopped answering at ")
        assert 25 < sum(slept) <= 30
    else:
        assert result.status is Status.PASS, result.verdicts
        assert result.resent == 1
        assert found.ended == ""
        assert result.waited_ms == round(1000 * sum(slept))


def test_without_a_command_the_step_does_nothing() -> None:
    found = examiner("casino")
    assert found.examine(SUITE["lost_replies/settlement_without_an_answer"]).exchanges == 5
    assert found.restart() == 0


def test_a_wallet_that_cannot_be_restarted_is_no_verdict_about_it() -> None:
    def restart() -> None:
        raise RestartFailed("hooks.restart ended with status 1: run it by hand (false)")

    found = examiner("casino", restart=restart)
    within = found.examine(SUITE["lost_replies/settlement_without_an_answer"])
    assert (within.status, within.reason) == (
        Status.UNKNOWN,
        "hooks.restart ended with status 1: run it by hand (false)",
    )
    assert found.examine(SUITE["settlement/exact_credit"]).status is Status.PASS
    assert found.examine(EPILOGUE).reason == within.reason


def test_the_proof_restarts_the_wallet_on_its_store() -> None:
    found = examiner_of(DEFECTS["forgets-at-a-restart"].wallet_type, "casino")
    assert found.examine(SUITE["idempotency/resent_settlement"]).status is Status.PASS
    assert found.examine(SUITE["lost_replies/settlement_without_an_answer"]).status is Status.FAIL


def test_ids_are_counted_and_reads_are_not() -> None:
    found = examiner("casino")
    result = tell(found, "settlement/exact_credit", "player/balance")
    moved = [item for each in found.epilogue for item in transactions(each.operation) if isinstance(item, Movement)]
    assert moved
    assert result.late is not None
    assert result.late.transactions < 10
    assert not any(isinstance(item, Rollback) for item in moved)
