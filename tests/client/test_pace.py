"""A good guest keeps to the rate and the connections that it was given, and says who it is in everything it sends."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hostile import Server, echoing
from listening import Listening
from patience import PATIENCE_SECONDS

from harness import __version__
from harness.client import Pace, Transport
from harness.config import Options, RunConfiguration
from harness.config.profile import Profile
from harness.config.wallet import MANY, WalletUnderTest
from harness.contracts import BUNDLED, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner, preflight
from harness.model import Limits, Player, Request, Status
from harness.proof.trials import CREDENTIALS
from harness.scenario import load_file
from mock_server.app import App, Asgi
from mock_server.provisioning import PATH
from mock_server.store import open_store
from mock_server.wallet import Wallet

BET = Request("/transaction/settlement", (("X-Api-Key", "key"),), b'{"amount":1}')
RUN_ID = "5ca1ab1e"


@dataclass
class Clock:
    """Time that passes when somebody sleeps, in seconds."""

    now: float = 100.0
    naps: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def pace(clock: Clock, requests_per_second: float | None) -> Pace:
    return Pace(requests_per_second, now=lambda: clock.now, sleep=clock.sleep)


def test_requests_are_spaced_evenly_and_a_race_is_not_held_back() -> None:
    clock = Clock()
    with Server(echoing) as echo, Transport(echo.url, pace=pace(clock, 4)) as transport:
        for _ in range(3):
            transport.send(BET)
        transport.release([BET] * 8)
        transport.send(BET)
    assert clock.naps == [0.25, 0.25, 0.25]


def test_time_without_requests_is_not_made_up_for() -> None:
    clock = Clock()
    limited = pace(clock, 2)
    limited.wait()
    clock.now += 60
    for _ in range(3):
        limited.wait()
    assert clock.naps == [0.5, 0.5]


def test_without_a_limit_nobody_waits() -> None:
    clock = Clock()
    for _ in range(1000):
        pace(clock, None).wait()
    assert not clock.naps


def test_what_the_operator_allows_is_dealt_out_to_the_processes() -> None:
    wallet = _wallet(requests_per_second=20, limits=Limits(connections=45, parallel=20))
    run = RunConfiguration(options=Options(), profile=Profile(), wallets=(wallet,))
    parts = [run.in_process(f"gw{each}", 2).wallets[0] for each in range(2)]
    assert [each.requests_per_second for each in parts] == [10, 10]
    assert [each.limits.connections for each in parts] == [22, 22]
    assert [each.scope for each in parts] == ["gw0", "gw1"]


@pytest.mark.parametrize(
    ("wallet", "processes"),
    [
        ({"provision_url": "http://wallet/players"}, MANY),
        ({"provision_command": "./make"}, MANY),
        ({"provision_command": "./make", "limits": Limits(connections=41)}, 2),
        ({"provision_command": "./make", "limits": Limits(connections=5)}, 1),
        ({"players": 3}, 1),
        ({"players": 7}, 2),
        ({"players": 30, "limits": Limits(connections=60)}, 3),
    ],
)
def test_no_more_processes_than_have_players_and_connections(wallet: dict[str, Any], processes: int) -> None:
    named = tuple(Player(id=str(each), currency="EUR") for each in range(wallet.pop("players", 0)))
    assert _wallet(players=named, **wallet).most_processes == processes


def _wallet(**rest: Any) -> WalletUnderTest:
    return WalletUnderTest(
        contract="casino", url="http://wallet", credentials=CREDENTIALS["casino"], run_id=RUN_ID, **rest
    )


# ----------------------------------------------------------------------------------------------------------------------
# Who it is


@dataclass
class Heard:
    """What has arrived at a wallet: path, headers by name, and the body as JSON where it is any."""

    requests: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def listen(self, app: Asgi) -> Asgi:
        """The wallet, overheard."""

        async def overheard(scope: Any, receive: Any, send: Any) -> None:
            body = b""

            async def take() -> Any:
                nonlocal body
                message = await receive()
                body += message.get("body", b"")
                return message

            await app(scope, take, send)
            headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
            try:
                told = json.loads(body)
            except ValueError:
                told = None
            self.requests.append((scope["path"], headers, told))

        return overheard


@pytest.fixture(params=BUNDLED)
def heard(request: pytest.FixtureRequest) -> Iterator[tuple[Heard, WalletUnderTest]]:
    contract = request.param
    heard = Heard()
    server = Listening(heard.listen(App(Wallet(open_store(), CREDENTIALS), provision=True)))
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.ready.wait(PATIENCE_SECONDS)
    root = f"http://127.0.0.1:{server.port}"
    yield (
        heard,
        WalletUnderTest(
            contract=contract,
            url=f"{root}/{contract}",
            provision_url=root + PATH,
            credentials=CREDENTIALS[contract],
            run_id=RUN_ID,
            limits=Limits(races=1),
        ),
    )
    server.should_exit = True
    thread.join(PATIENCE_SECONDS)


IDS = ("transactionId", "refTransactionId", "roundId", "betId", "originalTransactionId", "displayName")
SCENARIOS = ("idempotency/resent_settlement", "settlement/settlements_of_two_players", "races/identical_bets")


def test_every_request_says_which_run_it_belongs_to(heard: tuple[Heard, WalletUnderTest]) -> None:
    listener, wallet = heard
    root = bundled("scenarios")
    contracts = {name: load(name) for name in BUNDLED}
    examiner = Examiner(wallet, preflight(wallet))
    for name in SCENARIOS:
        scenario = load_file(root / f"{name}.yaml", root, contracts)
        if wallet.contract in scenario.requirements:
            assert examiner.examine(scenario).status is Status.PASS
    examiner.close()
    assert len(listener.requests) > 20
    for path, headers, body in listener.requests:
        assert headers["user-agent"] == f"walletproof/{__version__} (run {RUN_ID})", path
        for item in body.get("transactions", [body]):
            nameless = [item[name] for name in IDS if name in item and RUN_ID not in item[name]]
            assert not nameless, path
