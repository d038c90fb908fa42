"""Wallets that take no long transaction ids, which no document forbids: what is sent to them, and what is said."""

from __future__ import annotations

import contextlib

import pytest
from legal_wallets import TakesOrdinaryIdsOnly, TakesShortIdsOnly
from preflight_at_hand import CREDENTIALS, AtHand
from report_at_hand import scenarios

from harness.config import WalletUnderTest
from harness.contracts import BUNDLED, Contract
from harness.examine import Examiner, preflight
from harness.model import ItemReply, Movement, Operation, Outcome, Reply, Request, Status, transactions
from harness.proof.trials import LIMITS, examiner_of
from harness.verdict import ScenarioResult
from mock_server.defects import DEFECTS
from mock_server.order import AnyOrder, Order, Refusal
from mock_server.store import Account, Key
from mock_server.wallet import Wallet
from mock_server.wire import Answer

SUITE = scenarios()
SHAPED = [
    each.id
    for each in SUITE.values()
    if any(draft.shape or draft.bet_shape for step in each.steps for draft in step.drafts)
]
LONG = ("idempotency/ids_that_differ_in_the_last_of_255_characters", "idempotency/ids_that_differ_after_255_characters")
OF_36 = "idempotency/ids_that_differ_after_36_characters"
LIKE_IDS = {"casino": "CAS-IDM-09", "sportsbook": "SPB-IDM-07"}


class RefusesInItsOwnForm(TakesShortIdsOnly):
    """A framework refuses long ids before the wallet sees them, with 422 and a body of its own."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        items = transactions(operation) if operation is not None else ()
        if not any(isinstance(each, Movement) and len(each.id) > self.most for each in items):
            return answer
        return answer._replace(status=422, body=b'{"detail":[{"type":"string_too_long"}]}')


class RefusesAfterBooking(TakesShortIdsOnly):
    """It says that a long id is refused, and books the transaction all the same."""

    async def decide(self, contract: str, operation: Operation) -> Reply:
        self.__dict__["most"] = 10_000
        reply = await super().decide(contract, operation)
        long = [each for each in transactions(operation) if isinstance(each, Movement) and len(each.id) > 64]
        if not long:
            return reply
        return Reply(outcome=Outcome.REFUSED, items=(), code="RS_ERROR_UNKNOWN" if contract == "casino" else "ERROR")


def examined(wallet_type: type[Wallet], contract: str, *names: str) -> list[ScenarioResult]:
    with contextlib.closing(examiner_of(wallet_type, contract)) as examiner:
        return [examiner.examine(SUITE[each]) for each in names if contract in SUITE[each].requirements]


def told(results: list[ScenarioResult]) -> list[str]:
    return [f"{each.scenario} {v.requirement}: {v.summary}" for each in results for v in each.verdicts]


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize("wallet_type", [TakesShortIdsOnly, TakesOrdinaryIdsOnly, RefusesInItsOwnForm])
def test_a_wallet_that_refuses_long_ids_passes(wallet_type: type[Wallet], contract: str) -> None:
    results = examined(wallet_type, contract, *SHAPED)
    assert {each.status for each in results} == {Status.PASS}, told(results)


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize(
    ("wallet_type", "longest"), [(TakesShortIdsOnly, 64), (TakesOrdinaryIdsOnly, 36), (RefusesInItsOwnForm, 64)]
)
@pytest.mark.parametrize("name", LONG)
def test_the_ids_are_then_as_long_as_the_wallet_takes_them(
    wallet_type: type[Wallet], longest: int, contract: str, name: str
) -> None:
    with contextlib.closing(examiner_of(wallet_type, contract)) as examiner:
        (history,) = examiner._runner.run(SUITE[name])
        result = examiner.judge(SUITE[name], (history,))
    sent = [each.operation for each in history.exchanges if each.step >= 0]
    lengths = [len(item.id) for each in sent for item in transactions(each) if isinstance(item, Movement)]
    assert lengths == [int(SUITE[name].steps[0].drafts[0].shape.rpartition("_")[2]), longest, longest]
    (case,) = result.cases
    assert str(case["name"]).startswith(f"an id of {lengths[0]} characters")
    assert case["status"] == Status.PASS


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_sound_wallet_is_sent_no_shorter_id(contract: str) -> None:
    results = examined(Wallet, contract, *SHAPED)
    assert {each.status for each in results} == {Status.PASS}, told(results)
    assert not any(each.cases for each in results)


@pytest.mark.parametrize("contract", BUNDLED)
@pytest.mark.parametrize(
    ("defect", "name"),
    [
        ("cuts-ids-after-255-characters", LONG[1]),
        ("cuts-ids-after-254-characters", LONG[0]),
        ("cuts-ids-that-it-takes-up-to-64-characters", LONG[0]),
        ("cuts-ids-that-it-takes-up-to-64-characters", LONG[1]),
    ],
)
def test_a_wallet_that_cuts_ids_is_caught(defect: str, name: str, contract: str) -> None:
    (result,) = examined(DEFECTS[defect].wallet_type, contract, name)
    assert result.status is Status.FAIL
    assert {each.requirement for each in result.verdicts} == {LIKE_IDS[contract]}


class CutsAt(TakesShortIdsOnly):
    """Takes ids up to 50 characters and stores 49 of them."""

    most = 50

    def memory_key(self, order: AnyOrder, account: Account) -> Key:
        key = super().memory_key(order, account)
        return key._replace(id=key.id[:49])


@pytest.mark.parametrize("contract", BUNDLED)
def test_another_column_that_cuts_is_caught(contract: str) -> None:
    results = examined(CutsAt, contract, *LONG, OF_36)
    assert [each.status for each in results] == [Status.FAIL, Status.FAIL, Status.PASS]


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_refusal_that_moves_money_is_caught(contract: str) -> None:
    (result, *_) = examined(RefusesAfterBooking, contract, *LONG)
    assert result.status is Status.FAIL, told([result])


class RefusesTheTwin(Wallet):
    """Takes ids of any length, and refuses the second of two that begin alike."""

    async def process(self, order: Order[Movement]) -> ItemReply:
        seen: dict[str, str] = self.__dict__.setdefault("seen", {})
        if len(order.item.id) > 100 and seen.setdefault(order.item.id[:100], order.item.id) != order.item.id:
            return self.answer_refusal(order, Refusal(Outcome.REFUSED, "I know this one"))
        return await super().process(order)


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_refusal_for_another_reason_than_the_length_is_a_violation(contract: str) -> None:
    results = examined(RefusesTheTwin, contract, *LONG)
    assert {each.status for each in results} == {Status.FAIL}


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_behind_a_socket_that_takes_64_characters_passes(contract: str) -> None:
    wallet = AtHand(contract, TakesShortIdsOnly)
    with wallet.listening() as root:
        under_test = WalletUnderTest(
            contract=contract, url=f"{root}/{contract}", provision_url=f"{root}/__admin/player",
            credentials=CREDENTIALS[contract], seed=1, limits=LIMITS,
        )  # fmt: skip
        with contextlib.closing(Examiner(under_test, preflight(under_test))) as examiner:
            results = [examiner.examine(SUITE[each]) for each in LONG]
    assert [each.status for each in results] == [Status.PASS, Status.PASS], told(results)
