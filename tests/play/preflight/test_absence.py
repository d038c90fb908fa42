"""An operation that is answered as a path that does not exist is absent. Any other 404 is a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from preflight_at_hand import AtHand, problem_of, stages
from report_at_hand import scenarios

from harness.contracts import Contract, load
from harness.examine import Examiner, preflight
from harness.model import Message, Operation, Outcome, Reply, Request, Status
from harness.play.preflight.absence import alike, beside
from harness.proof.in_process import InProcessCarrier
from mock_server.app import App
from mock_server.wallet import CoreOnlyWallet, Wallet
from mock_server.wire import Answer

BOTH = pytest.mark.parametrize("contract", ["casino", "sportsbook"])


def _page(kind: str, path: str, number: str) -> str:
    """What a framework answers for a path that it does not know."""
    match kind:
        case "a page":
            return f"<pre>Cannot POST {path}</pre>"
        case "JSON of a framework":
            when = f"2026-11-27T03:{len(path):02}:00.{number}"
            return json.dumps({"timestamp": when, "status": 404, "error": "Not Found", "path": path})
        case "JSON with a status in words":
            trace = f"9f2c41d08a7{number}"
            return json.dumps({"status": "error", "errorCode": "E404", "message": f"no {path}", "traceId": trace})
    return ""


PAGES = ["a page", "JSON of a framework", "JSON with a status in words", "nothing"]


class Routed(App):
    """An app whose framework answers unknown paths in its own way, with the request's path, an id and the time."""

    status = 404
    kind = "nothing"
    count = 0

    async def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, *, local: bool = True
    ) -> Answer:
        found = await super().answer(method, path, headers, body, local=local)
        if b"there is nothing here" not in found.body:
            return found
        self.count += 1
        return Answer(self.status, (), _page(self.kind, path, f"{self.count:06}").encode())


def routed(contract: str, page: str, *, status: int = 404, wallet_type: type[Wallet] = CoreOnlyWallet) -> AtHand:
    wallet = AtHand(contract, wallet_type)
    app = Routed(wallet.app.wallet, provision=True)
    app.status, app.kind = status, page
    wallet.app = app
    return wallet


@BOTH
@pytest.mark.parametrize("status", [404, 405, 501])
@pytest.mark.parametrize("page", PAGES)
def test_what_is_answered_as_no_path_at_all_is_absent(contract: str, page: str, status: int) -> None:
    wallet = routed(contract, page, status=status)
    everything_else = {name for name, spec in load(contract).specs.items() if not spec.core}
    assert set(wallet.look().absent) == everything_else
    players = (wallet.player(), wallet.player())
    assert set(wallet.look(players=players).absent) == everything_else


class SaysNotFound(Wallet):
    """Whatever it does not know is `not found`, with HTTP 404 and the contract's body."""

    def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
        answer = super().write(contract, operation, reply, request)
        unknown = {Outcome.UNKNOWN_PLAYER, Outcome.UNKNOWN_TRANSACTION, Outcome.INVALID_TOKEN}
        return answer._replace(status=404) if reply.outcome in unknown else answer


@BOTH
def test_a_404_that_differs_from_that_of_no_path_is_a_refusal(contract: str) -> None:
    facts = AtHand(contract, SaysNotFound).look()
    assert facts.absent == ()
    if contract == "sportsbook":
        assert "authenticate" in facts.existing
        assert "an HTTP 404 of the contract's shape is a refusal" in stages(facts)["capabilities"].detail


def test_over_a_socket_the_first_404_is_told_to_be_a_refusal() -> None:
    wallet = AtHand("casino", SaysNotFound)
    with wallet.listening() as root:
        found = replace(wallet.under_test(players=(wallet.player(playerId="188"),)), url=f"{root}/casino")
        stranger = replace(found, players=(replace(found.players[0], id="189"),))
        problem = problem_of(lambda: preflight(stranger))
    assert problem.stage == "players"
    assert "does not know player 189" in str(problem)


@BOTH
@pytest.mark.parametrize("page", PAGES)
def test_a_core_operation_at_such_a_404_is_a_wrong_url(contract: str, page: str) -> None:
    class LacksEverything(Wallet):
        def offers(self, contract: Contract, name: str) -> bool:
            return False

    problem = routed(contract, page, wallet_type=LacksEverything).problem()
    assert problem.stage == "http"
    core = next(spec for spec in load(contract).specs.values() if spec.core)
    assert f"the wallet has nothing at {core.path}; check the URL http://wallet.example/x" in str(problem)


def test_an_operation_that_exists_is_not_absent_when_a_404_comes_later() -> None:
    """In a scenario such an answer without the contract's body cannot be read, and its requirement is violated."""

    class LosesItsRoute(Wallet):
        lost = False

        def write(self, contract: Contract, operation: Operation | None, reply: Reply, request: Request) -> Answer:
            answer = super().write(contract, operation, reply, request)
            lost = self.__dict__.get("lost") and request.path.endswith("payout")
            return Answer(404, (), b"<html>") if lost else answer

    wallet = AtHand("casino", LosesItsRoute)
    found = wallet.under_test()
    facts = wallet.look()
    assert "payout" in facts.existing
    wallet.app.wallet.__dict__["lost"] = True
    examiner = Examiner(
        found,
        facts,
        wallet=InProcessCarrier(wallet.app, "/casino"),
        provision=InProcessCarrier(wallet.app, "/__admin/player"),
    )
    result = examiner.examine(scenarios()["idempotency/resent_payout"])
    examiner.close()
    assert result.status in {Status.FAIL, Status.UNKNOWN}
    assert result.absent == ()
    assert result.verdicts[0].said == "HTTP 404"


# ---------------------------------------------------------------------------------------------------------------------
# What counts as alike


def page(status: int, text: str) -> Message:
    return Message(b"", text.encode(), status)


PATH, NOWHERE = "/transaction/reward", beside("/transaction/reward", "9f3c0a")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("no /transaction/reward", f"no {NOWHERE}", True),
        ("no POST%20%2Ftransaction%2Freward", f"no POST%20{NOWHERE.replace('/', '%2F')}", True),
        (r'{"path":"\/transaction\/reward"}', r'{"path":"' + NOWHERE.replace("/", r"\/") + '"}', True),
        ("unknown operation: Reward", f"unknown operation: {NOWHERE.rpartition('/')[2]}", True),
        ("at 2026-11-27T03:59:59.999Z", "at 2026-11-28T00:00:00.001Z", True),
        ("Fri, 27 Nov 2026 23:59:59 GMT", "Sat, 28 Nov 2026 00:00:00 GMT", True),
        ("trace 4bf92f3577b34da6a3ce929d0e0e4736", "trace 00f067aa0ba902b700f067aa0ba902b7", True),
        ("trace Zm9vYmFyMTIzNDU2Nzg5", "trace YmFyZm9vOTg3NjU0MzIx", True),
        ("unknown reward", "unknown path", False),
        ("bet not found", f"no {NOWHERE}", False),
        ("", "no such thing", False),
    ],
)
def test_bodies_are_alike_apart_from_ids_path_and_times(one: str, other: str, same: bool) -> None:
    assert alike(page(404, one), PATH, page(404, other), NOWHERE) is same


def test_a_short_path_is_not_sought_within_words() -> None:
    assert alike(page(404, "there is nothing here"), "/no", page(404, "there is nothing here"), beside("/no", "1a"))


def test_another_status_is_another_answer() -> None:
    assert not alike(page(405, ""), PATH, page(404, ""), NOWHERE)
