"""The wallet behind its counter: routes, belief before reading, provisioning. Asked without a socket."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from credentials_at_hand import of_casino, of_sportsbook

from harness.contracts import Contract, load
from harness.model import Authenticate, Bet, GetBalance, Operation, Payout, Request, Settle, Unsettle
from mock_server.app import App
from mock_server.in_process import InProcess
from mock_server.limits import Limits
from mock_server.store import open_store
from mock_server.wallet import CoreOnlyWallet, Wallet
from mock_server.wire import Answer

CREDENTIALS = {"casino": of_casino("key", "secret"), "sportsbook": of_sportsbook("user", "password")}
NOW_MS = 1_700_000_000_000
ADMIN = "/__admin/player"
SMALL_BODIES = Limits(body_bytes=10_000)


class Desk:
    """A wallet in process, and a platform that signs."""

    def __init__(
        self, wallet_type: type[Wallet] = Wallet, *, provision: bool = True, limits: Limits = SMALL_BODIES
    ) -> None:
        self.wallet = wallet_type(open_store(), CREDENTIALS, now_ms=lambda: NOW_MS)
        self.app = App(self.wallet, provision=provision, limits=limits)
        self.at = InProcess(self.app)

    def provision(self, **fields: object) -> dict[str, str]:
        answer = self.at.answer(ADMIN, {}, json.dumps({"currency": "EUR", "balance": "100"} | fields).encode())
        assert answer.status == 200, answer
        return read(answer)

    def signed(self, name: str, operation: Operation) -> tuple[Contract, Request]:
        contract = load(name)
        return contract, contract.request(operation, CREDENTIALS[name], NOW_MS)

    def ask(self, name: str, operation: Operation) -> Answer:
        return self.at.ask(f"/{name}", self.signed(name, operation)[1])


def read(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body, parse_float=Decimal)
    return found


@pytest.fixture
def desk() -> Desk:
    return Desk()


def payout(player: dict[str, str], amount: int, id: str = "t1") -> Payout:
    return Payout(
        id=id,
        player=player["playerId"],
        currency=player["currency"],
        amount=amount,
        session=player["sessionId"],
        bet="b",
    )


def test_a_signed_settlement_is_booked(desk: Desk) -> None:
    player = desk.provision(contract="casino")
    answer = desk.ask("casino", Settle(items=(payout(player, 1234567),)))
    assert (answer.status, dict(answer.headers)) == (200, {b"content-type": b"application/json"})
    assert read(answer)["data"][0]["balance"] == 11_234_567


def test_an_unsettlement_is_booked(desk: Desk) -> None:
    player = desk.provision(contract="sportsbook")
    unsettle = Unsettle(id="u", player=player["playerId"], currency="EUR", amount=2_000_000, bet="b", kind="BET_UNPAID")
    answer = desk.ask("sportsbook", unsettle)
    assert (answer.status, read(answer)["balance"]) == (200, Decimal("80.00"))
    answer = desk.ask(
        "sportsbook",
        Unsettle(id="v", player=player["playerId"], currency="EUR", amount=8_001_000, bet="b", kind="BET_UNPAID"),
    )
    assert (answer.status, read(answer)["errorCode"]) == (402, "INSUFFICIENT_FUNDS")


@pytest.mark.parametrize(("name", "status"), [("casino", 401), ("sportsbook", 401)])
def test_a_stranger_learns_nothing_and_moves_nothing(desk: Desk, name: str, status: int) -> None:
    player = desk.provision(contract=name)
    operation = Settle(items=(payout(player, 5),)) if name == "casino" else payout(player, 100_000)
    _, request = desk.signed(name, operation)
    assert desk.at.answer(f"/{name}{request.path}", {}, request.body).status == status
    contract = load(name)
    for forge in contract.forgeries.values():
        forged = forge.spoil(request, CREDENTIALS[name], NOW_MS)
        assert desk.at.ask(f"/{name}", forged).status == status
    shown = read(desk.ask(name, GetBalance(player=player["playerId"], session=player["sessionId"])))
    assert shown["balance"] in {Decimal(100), 10_000_000}


def test_belief_comes_before_reading(desk: Desk) -> None:
    """Broken JSON from a stranger is a stranger's, not a syntax error."""
    answer = desk.at.answer("/casino/transaction/settlement", {}, b"{")
    assert (answer.status, read(answer)["status"]) == (401, "RS_ERROR_MISSING_HEADERS") or answer.status == 401
    assert desk.at.answer("/sportsbook/unsettlement", {}, b"{").status == 401


def test_a_believed_body_that_is_no_request_is_refused(desk: Desk) -> None:
    contract = load("casino")
    for body in (b"", b"{", b"[]", b"null", b'{"transactions": 5}', b"\xff"):
        headers = dict(contract.sign(body, CREDENTIALS["casino"], NOW_MS))
        answer = desk.at.answer("/casino/transaction/settlement", headers, body)
        assert (answer.status, read(answer)["status"]) == (400, "RS_ERROR_WRONG_SYNTAX"), body


def test_the_signature_of_one_contract_is_worth_nothing_to_the_other(desk: Desk) -> None:
    player = desk.provision(contract="sportsbook")
    _, request = desk.signed("casino", payout(player, 100_000))
    assert desk.at.answer("/sportsbook/settlement", dict(request.headers), request.body).status == 401


def test_a_race_in_process(desk: Desk) -> None:
    player = desk.provision(contract="casino")
    _, request = desk.signed("casino", payout(player, 5))
    answers = desk.at.ask_together("/casino", [request] * 10)
    assert {read(answer)["balance"] for answer in answers} == {10_000_005}


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
@pytest.mark.parametrize("path", ["/casino/transaction/settlement", "/sportsbook/unsettlement", ADMIN])
def test_another_method_is_not_allowed(desk: Desk, method: str, path: str) -> None:
    answer = desk.at.answer(path, {}, b"", method)
    assert (answer.status, dict(answer.headers)[b"allow"]) == (405, b"POST")


@pytest.mark.parametrize(
    "path", ["/", "/casino", "/casino/", "/casino/unsettlement", "/sportsbook/transaction/bet", "//"]
)
def test_an_unknown_path_is_nobodys(desk: Desk, path: str) -> None:
    answer = desk.at.answer(path, {}, b"")
    assert answer.status == 404
    assert not {"status", "errorCode"} & set(read(answer))


def test_a_contract_without_credentials_is_not_served() -> None:
    wallet = Wallet(open_store(), {"casino": CREDENTIALS["casino"]})
    at = InProcess(App(wallet))
    assert at.answer("/sportsbook/unsettlement", {}, b"").status == 404
    assert at.answer("/casino/transaction/settlement", {}, b"").status == 401


def test_a_wallet_may_have_the_core_operations_alone() -> None:
    desk = Desk(CoreOnlyWallet)
    player = desk.provision(contract="casino")
    assert desk.ask("casino", Settle(items=(payout(player, 5),))).status == 200
    assert desk.ask("casino", payout(player, 5)).status == 404
    assert desk.ask("casino", GetBalance(player=player["playerId"])).status == 404


class Breaks(Wallet):
    """Books half of it and then fails."""

    async def debit(self, order: Any, account: Any) -> Any:
        self.store.set_balance(account, 0)
        raise ZeroDivisionError("the wallet's own mistake")


def test_a_failure_of_the_wallet_is_a_refusal_and_leaves_nothing_half_done(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR", logger="mock_server")
    desk = Desk(Breaks)
    player = desk.provision(contract="casino")
    bet = Bet(id="b", player=player["playerId"], currency="EUR", amount=5, session=player["sessionId"])
    answer = desk.ask("casino", bet)
    assert (answer.status, read(answer)["status"]) == (200, "RS_ERROR")
    (line,) = caplog.records
    assert line.__dict__["fields"] == {
        "contract": "casino",
        "operation": "bet",
        "books": "undone",
        "transactions": (),
        "count": 0,
    }
    shown = desk.ask("casino", GetBalance(player=player["playerId"], session=player["sessionId"]))
    assert read(shown)["balance"] == 10_000_000


def test_provisioning_is_off_unless_asked_for() -> None:
    assert Desk(provision=False).at.answer(ADMIN, {}, b"{}").status == 404


def test_a_provisioned_player_can_do_everything(desk: Desk) -> None:
    player = desk.provision(contract="sportsbook", playerId="ann", displayName="Ann", balance="12.34", country="DE")
    assert {name: player[name] for name in ("playerId", "currency", "balance")} == {
        "playerId": "ann",
        "currency": "EUR",
        "balance": "12.34",
    }
    assert len({player["sessionId"], player["expiredSessionId"], player["authToken"]}) == 3
    answer = read(desk.ask("sportsbook", Authenticate(token=player["authToken"])))
    assert (answer["displayName"], answer["country"], answer["balance"]) == ("Ann", "DE", Decimal("12.34"))
    read_by = {
        session: desk.ask("sportsbook", GetBalance(player="ann", session=session)).status
        for session in (player["sessionId"], player["expiredSessionId"], answer["sessionId"])
    }
    assert list(read_by.values()) == [200, 400, 200]


def test_provisioning_again_resets_the_balance_and_keeps_the_memory(desk: Desk) -> None:
    player = desk.provision(contract="casino", playerId="ann")
    desk.ask("casino", payout(player, 5))
    again = desk.provision(contract="casino", playerId="ann", balance="7")
    answer = read(desk.ask("casino", payout(again, 5, "t2")))
    assert answer["balance"] == 700_005
    assert read(desk.ask("casino", payout(again, 5)))["balance"] == 10_000_005, "a replay shows its first answer"


def test_without_an_id_each_player_is_a_new_one(desk: Desk) -> None:
    assert len({desk.provision(contract="casino")["playerId"] for _ in range(5)}) == 5


def test_a_balance_may_be_far_above_what_javascript_counts(desk: Desk) -> None:
    player = desk.provision(contract="casino", balance="92233720368547.75807")
    answer = desk.ask("casino", GetBalance(player=player["playerId"], session=player["sessionId"]))
    assert read(answer)["balance"] == 2**63 - 1


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"contract": "poker"}, "`contract` must be one of casino, sportsbook"),
        ({"contract": None}, "`contract` must be a string"),
        ({"currency": "eur"}, "`currency` must be an ISO 4217 code"),
        ({"currency": "EUR\n"}, "`currency` must be an ISO 4217 code"),
        ({"country": "Malta"}, "`country` must be an ISO 3166 code"),
        ({"balance": 100}, "`balance` must be a string in quotation marks"),
        ({"balance": "1e3"}, "`balance`: '1e3' is not an amount"),
        ({"balance": "-1"}, "`balance`: '-1' is not an amount"),
        ({"balance": "0.000001"}, "finer than 0.00001"),
        ({"balance": "99999999999999999"}, "the most that this wallet can hold"),
        ({"contract": "sportsbook", "balance": "0.001"}, "`balance` has more decimals than EUR"),
        ({"playerId": 5}, "`playerId` must be a string"),
    ],
)
def test_a_player_that_cannot_be_is_refused_in_a_sentence(desk: Desk, fields: dict[str, object], says: str) -> None:
    wanted = {"contract": "casino", "currency": "EUR", "balance": "100"} | fields
    answer = desk.at.answer(ADMIN, {}, json.dumps(wanted).encode())
    assert answer.status == 400
    assert says in read(answer)["error"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_player_is_refused_in_a_sentence(desk: Desk, body: bytes) -> None:
    answer = desk.at.answer(ADMIN, {}, body)
    assert answer.status == 400
    assert read(answer)["error"]
