"""The example messages beside the schemas: each codec writes and reads them exactly, in both directions."""

from __future__ import annotations

import pytest

from harness.contracts import BUNDLED, Contract, load
from harness.contracts.shared.json_text import parse, stringify
from harness.contracts.shared.schema import violations
from harness.model import (
    Authenticate,
    Bet,
    BetBatch,
    GetBalance,
    ItemReply,
    Message,
    Operation,
    Outcome,
    Payout,
    Reply,
    Request,
    Retry,
    Reward,
    Rollback,
    Session,
    Settle,
    Unsettle,
)

REQUEST = Request("/", (), b"")
HEADERS = (("content-type", "application/json"),)
OK = Outcome.OK


def success(balance: int, **fields: object) -> Reply:
    code = "RS_OK" if "code" in fields else ""
    return Reply(outcome=OK, code=code, items=(ItemReply(outcome=OK, balance=balance, **fields),))  # type: ignore[arg-type]


def casino(balance: int, transaction: str | None, **echo: str) -> Reply:
    return success(balance, code="RS_OK", id=transaction, currency=echo.get("currency"), echo=echo)


ECHO = {"sessionId": "session-1", "roundId": "round-2", "playerId": "player-1", "currency": "EUR"}

CASINO: dict[str, tuple[Operation, Reply]] = {
    "settlement": (
        Settle(
            items=(
                Payout(
                    id="dd96bda3-9990-4aed-9679-f451a4b82ac4",
                    bet="21848853-1198-4dde-9a21-bb9598398a8c",
                    session="f1dfc865-584c-4cba-a175-06172b2a41141731504451691",
                    round="817e22b4-b030-468b-964e-62b9a7343050-1753428290674",
                    player="18865671",
                    game="G1720761376617",
                    currency="EUR",
                    amount=250000000,
                ),
            )
        ),
        casino(
            300000000,
            "dd96bda3-9990-4aed-9679-f451a4b82ac4",
            refTransactionId="21848853-1198-4dde-9a21-bb9598398a8c",
            sessionId="d404f1da-26a6-44ff-8b0f-559915152be11742537289208",
            roundId="123xaf1a-s7ax-lles-9aws-5hjtjshosqq2be117425",
            playerId="18865671",
            currency="EUR",
        ),
    ),
    "balance": (GetBalance(player="player-1", session="session-1"), casino(10000000, None, sessionId="session-1")),
    "bet": (
        Bet(
            id="bet-1",
            session="session-1",
            player="player-1",
            game="game-1",
            currency="EUR",
            amount=1234567,
            round="round-1",
        ),
        casino(8765433, "bet-1"),
    ),
    "payout": (
        Payout(
            id="payout-1",
            bet="bet-1",
            session="session-1",
            player="player-1",
            game="game-1",
            currency="EUR",
            amount=2500000,
        ),
        casino(11265433, "payout-1"),
    ),
    "reward": (
        Reward(
            id="reward-1",
            bet="jackpot-1",
            session="session-1",
            kind="jackpot",
            player="player-1",
            game="game-1",
            currency="",
            amount=100,
        ),
        casino(11265533, "reward-1"),
    ),
    "bet_batch": (
        BetBatch(
            items=(
                Bet(
                    id="bet-2",
                    session="session-1",
                    round="round-2",
                    player="player-1",
                    game="game-1",
                    currency="EUR",
                    amount=250000,
                    auto_withdrawal=True,
                ),
            )
        ),
        casino(11015533, "bet-2", **ECHO),
    ),
    "retry": (
        Retry(
            items=(
                Payout(
                    id="payout-2",
                    session="session-1",
                    round="round-2",
                    player="player-1",
                    game="game-1",
                    currency="EUR",
                    amount=500000,
                ),
            )
        ),
        casino(11515533, "payout-2", **ECHO),
    ),
}

SPORTSBOOK: dict[str, tuple[Operation, Reply]] = {
    "unsettlement": (
        Unsettle(
            id="7229be34-8e56-4fe5-a837-71bcd041c46c",
            bet="3937da17-b20b-4c3b-90ea-817dd74987e5",
            player="2b84aabc-e2cb-4fbc-a038-e2123e0a0311",
            amount=20000000,
            currency="USD",
            kind="BET_UNPAID",
        ),
        success(10000000, currency="USD", reference="c744cd1e-e1c3-4f6d-9905-752ab37a3ddd"),
    ),
    "authenticate": (
        Authenticate(token="token-1"),
        Reply(
            outcome=OK,
            items=(ItemReply(outcome=OK, balance=10000000, currency="USD"),),
            session=Session(
                player="player-1", brand="BRAND", session="session-1", display_name="A player", country="GB"
            ),
        ),
    ),
    "balance": (GetBalance(player="player-1", session="session-1"), success(10000000, currency="USD")),
    "placebet": (
        Bet(
            id="bet-1",
            bet="ticket-1",
            player="player-1",
            session="session-1",
            amount=1234000,
            currency="USD",
            odds="2.50",
            kind="SINGLE",
        ),
        success(8766000, currency="USD", reference="wallet-1"),
    ),
    "rollbackbet": (
        Rollback(id="rollback-1", original="bet-1", bet="ticket-1", player="player-1", session="session-1"),
        success(10000000, currency="USD", reference="wallet-2"),
    ),
    "settlement": (
        Payout(id="settlement-1", bet="ticket-2", player="player-1", amount=30000, currency="USD", kind="CASHOUT"),
        success(10030000, currency="USD", reference="wallet-3"),
    ),
}

CASES = [
    pytest.param(load(contract), name, *pair, id=f"{contract}-{name}")
    for contract, table in (("casino", CASINO), ("sportsbook", SPORTSBOOK))
    for name, pair in table.items()
]


def example(contract: Contract, name: str) -> bytes:
    """An example as the wire has it: the file's text without the spaces between its tokens."""
    return stringify(parse((contract.schemas / "examples" / f"{name}.json").read_bytes()))


@pytest.mark.parametrize(("contract", "name", "operation", "reply"), CASES)
def test_the_platform_writes_the_example(contract: Contract, name: str, operation: Operation, reply: Reply) -> None:
    assert contract.name_of(operation) == name
    assert contract.stringify(contract.encode(operation, "r-1")) == example(contract, f"{name}.request")


@pytest.mark.parametrize(("contract", "name", "operation", "reply"), CASES)
def test_the_wallet_reads_the_example(contract: Contract, name: str, operation: Operation, reply: Reply) -> None:
    assert contract.read_request(name, example(contract, f"{name}.request")) == operation


@pytest.mark.parametrize(("contract", "name", "operation", "reply"), CASES)
def test_the_wallet_writes_the_example(contract: Contract, name: str, operation: Operation, reply: Reply) -> None:
    assert contract.write_reply(operation, reply, REQUEST) == (200, example(contract, f"{name}.response"))


@pytest.mark.parametrize(("contract", "name", "operation", "reply"), CASES)
def test_the_platform_reads_the_example(contract: Contract, name: str, operation: Operation, reply: Reply) -> None:
    text = (contract.schemas / "examples" / f"{name}.response.json").read_bytes()
    decoded = contract.decode(operation, Message(b"", text, 200, HEADERS), REQUEST)
    assert decoded.reply == reply
    expected = {"/sessionId", "/roundId"} if (contract.name, name) == ("casino", "settlement") else set()
    assert {problem.where for problem in decoded.problems} == expected, (
        "the published settlement answers with another session and round than it was asked with, and nothing else"
    )
    assert {problem.topic for problem in decoded.problems} <= {"echo"}


@pytest.mark.parametrize(("contract", "name", "operation", "reply"), CASES)
def test_the_examples_fit_their_schemas(contract: Contract, name: str, operation: Operation, reply: Reply) -> None:
    for direction in ("request", "response"):
        value = parse(example(contract, f"{name}.{direction}"))
        assert violations(contract.schemas / f"{name}.{direction}.json", value) == ()


def test_the_published_refusal_of_an_unsettlement() -> None:
    contract = load("sportsbook")
    operation, _ = SPORTSBOOK["unsettlement"]
    refusal = ItemReply(
        outcome=Outcome.INSUFFICIENT_FUNDS,
        code="INSUFFICIENT_FUNDS",
        description="The player does not have sufficient funds",
    )
    reply = Reply(outcome=refusal.outcome, code=refusal.code, items=(refusal,))
    text = (contract.schemas / "examples" / "unsettlement.402.json").read_bytes()
    assert contract.write_reply(operation, reply, REQUEST) == (402, stringify(parse(text)))
    decoded = contract.decode(operation, Message(b"", text, 402, HEADERS), REQUEST)
    assert (decoded.reply, decoded.problems) == (reply, ())


@pytest.mark.parametrize("name", BUNDLED)
def test_every_operation_has_its_examples_and_schemas(name: str) -> None:
    contract = load(name)
    assert set(contract.specs) == set({"casino": CASINO, "sportsbook": SPORTSBOOK}[name])
    for operation in contract.specs:
        for direction in ("request", "response"):
            assert (contract.schemas / f"{operation}.{direction}.json").is_file()
            assert (contract.schemas / "examples" / f"{operation}.{direction}.json").is_file()
