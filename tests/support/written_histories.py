"""Short methods to write a history by hand, with two players of the casino, and to judge it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.contracts import load
from harness.model import (
    Bet,
    BetBatch,
    Exchange,
    GetBalance,
    History,
    ItemReply,
    Message,
    Operation,
    Outcome,
    Payout,
    Player,
    Reply,
    Scenario,
    Settle,
    Step,
    Transmission,
    Verdict,
)
from harness.verdict.checks import Judged, examine

CONTRACTS = {name: load(name) for name in ("casino", "sportsbook")}
START = 10_000
ANNA = Player(id="anna", currency="EUR", balance=START, bets=("b",), session="live", expired_session="over")
BERT = Player(id="bert", currency="EUR", balance=START, bets=("b",))
OK, REFUSED, LACKING = Outcome.OK, Outcome.REFUSED, Outcome.INSUFFICIENT_FUNDS


def bet(id_: str, amount: int = 100, **fields: Any) -> Bet:
    return Bet(**{"id": id_, "currency": "EUR", "amount": amount, **_by(fields)})


def paid(id_: str, amount: int = 700, **fields: Any) -> Payout:
    return Payout(**{"id": id_, "currency": "EUR", "amount": amount, "bet": "b", **_by(fields)})


def _by(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a transaction with its player, who is Anna, and the session that this player has."""
    player = fields.get("player", ANNA.id)
    return {"player": player, "session": ANNA.session if player == ANNA.id else "", **fields}


def told(operation: Operation, *answers: int | Outcome | None, **fields: Any) -> Exchange:
    """One exchange: a balance for each accepted transaction, an outcome for a refused one, None for a lost answer."""
    items = getattr(operation, "items", (operation,))
    outcomes = [OK if isinstance(each, int) else each for each in answers]
    replies = [
        ItemReply(outcome=outcome, id=getattr(item, "id", None), balance=each if isinstance(each, int) else None)
        for item, each, outcome in zip(items, answers, outcomes, strict=True)
        if outcome is not None
    ]
    batch = hasattr(operation, "items")
    names = {Bet: "bet", Settle: "settlement", BetBatch: "bet_batch", GetBalance: "balance", Payout: "payout"}
    reply = Reply(outcome=OK if batch else replies[0].outcome, items=tuple(replies)) if replies else None
    got = Message(b"", b"", 200) if reply is not None else None
    sent = Transmission(Message(b"", b""), got, None, 0, 0, 0, 1)
    return Exchange(
        **{
            "operation": operation,
            "name": names.get(type(operation), ""),
            "transmission": sent,
            "reply": reply,
            **fields,
        }
    )


def read(balance: int, player: str = "anna", **fields: Any) -> Exchange:
    return told(GetBalance(**_by({"player": player})), balance, **{"step": -2, **fields})


def history(*exchanges: Exchange, players: tuple[Player, ...] = (ANNA, BERT), **fields: Any) -> History:
    contract = fields.pop("contract", "casino")
    own = fields.pop("own", {"casino": "CAS-IDM-01", "sportsbook": "SPB-IDM-01"}[contract])
    steps = fields.pop("steps", tuple(Step(word="bet", line=4 + number) for number in range(len(exchanges))))
    scenario = Scenario(id="a/b", path="a/b.yaml", title="", requirements={contract: own}, steps=steps)
    return History(contract=contract, scenario=scenario, players=players, exchanges=exchanges, **fields)


def judged(*exchanges: Exchange, **fields: Any) -> Judged:
    whole = history(*exchanges, **fields)
    contract = CONTRACTS[whole.contract]
    return examine(whole, contract, contract.policy)


def said(verdict: Verdict) -> tuple[str, str, str, int | None, int | None]:
    return verdict.requirement, verdict.check, verdict.situation, verdict.exchange, verdict.accused


def only(*exchanges: Exchange, **fields: Any) -> tuple[str, str, str, int | None, int | None]:
    (verdict,) = judged(*exchanges, **fields).verdicts
    return said(verdict)


def race(*pairs: tuple[Operation, int | Outcome]) -> list[Exchange]:
    return [replace(told(operation, answer, line=4), race=1) for operation, answer in pairs]
