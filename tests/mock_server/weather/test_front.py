"""Weather in front of a wallet, over real sockets: by rules, by magic players, and live by the admin path."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from listening import listening
from patience import PATIENCE_SECONDS
from wallet_process import CREDENTIALS, read, signed

from harness.model import GetBalance, Operation, Payout, Settle
from mock_server.app import App
from mock_server.commits import CommitEachTurn
from mock_server.store import Account, SessionRecord, open_store
from mock_server.wallet import Wallet
from mock_server.weather.front import MAGIC, PATH, Weather
from mock_server.weather.kinds import KINDS


class Front:
    """A wallet in some weather, and a platform that speaks to it."""

    def __init__(self, app: App, weather: Weather, port: int) -> None:
        self.app, self.weather, self.port = app, weather, port

    def client(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def ask(self, operation: Operation) -> tuple[int, bytes]:
        """Status and body of the answer. Status 0 if the connection ended without one."""
        request = signed("casino", operation)
        with closing(self.client()) as client:
            try:
                client.request("POST", f"/casino{request.path}", request.body, dict(request.headers))
                answer = client.getresponse()
                return answer.status, answer.read()
            except (ConnectionError, http.client.HTTPException):
                return 0, b""

    def admin(self, method: str, body: object = None) -> tuple[int, dict[str, object]]:
        with closing(self.client()) as client:
            client.request(method, PATH, json.dumps(body))
            answer = client.getresponse()
            return answer.status, read(answer.read())

    def balance(self, player: str) -> int:
        account = self.app.wallet.store.account("casino", player)
        assert account is not None
        return self.app.wallet.store.balance(account)

    def open(self, player: str) -> None:
        store = self.app.wallet.store
        account = store.open_account(Account(0, "casino", player, "EUR", "", "", "MT"), 100)
        store.put_session("casino", f"session-of-{player}", SessionRecord(account.number, live=True))
        store.commit()


@contextlib.contextmanager
def front(*rules: str, live: bool = False) -> Iterator[Front]:
    store = open_store()
    app = App(Wallet(store, CREDENTIALS, commits=CommitEachTurn(store)))
    weather = Weather(app, rules, live=live)
    with closing(store), listening(app, weather) as server:
        found = Front(app, weather, server.port)
        found.open("ann")
        yield found


def payout(id: str, player: str = "ann") -> Payout:
    return Payout(id=id, player=player, currency="EUR", amount=5, bet="b", session="")


def settle(id: str, player: str = "ann") -> Settle:
    return Settle(items=(payout(id, player),))


def shown(player: str = "ann") -> GetBalance:
    return GetBalance(player=player, session=f"session-of-{player}")


BOOKED = {"drop-reply", "reset", "wrong-type", "truncated", "cut-body", "bare-error"}
STATUS = {
    "busy": 429,
    "unavailable": 503,
    "bare-error": 500,
    "drop-request": 0,
    "drop-reply": 0,
    "reset": 0,
    "cut-body": 0,
}


@pytest.mark.parametrize("fault", KINDS)
def test_each_fault_does_what_its_name_says_and_the_money_is_right(fault: str) -> None:
    kind = KINDS[fault]
    with front(f"{fault} once settlement") as wallet:
        assert wallet.ask(shown())[0] == 200, "another operation is not concerned"
        status, body = wallet.ask(settle("t1"))
        assert status == STATUS.get(fault, 200)
        assert (b'"balance":105' in body) is (kind.answers or fault == "wrong-type")
        assert wallet.balance("ann") == (105 if kind.answers or fault in BOOKED else 100)
        status, body = wallet.ask(settle("t1"))
        assert (status, b'"balance":105' in body, wallet.balance("ann")) == (200, True, 105)
        assert wallet.app.metrics.weather == {(fault,): 1}
        assert [fired for _, fired in wallet.weather.rules] == [1]


def test_a_dropped_reply_of_every_second_settlement() -> None:
    with front("drop-reply every 2nd settlement") as wallet:
        assert [wallet.ask(settle(f"t{number}"))[0] for number in range(6)] == [200, 0, 200, 0, 200, 0]
        assert wallet.balance("ann") == 130


def test_rules_join_and_each_counts_alone() -> None:
    with front("chunked", "drop-reply every 3rd settlement", "busy 1s every 2nd settlement") as wallet:
        answers = [wallet.ask(settle("t"))[0] for _ in range(6)]
        assert answers == [200, 429, 200, 429, 0, 429]
        assert [fired for _, fired in wallet.weather.rules] == [2 + 1, 1, 3]


@pytest.mark.parametrize("inner", [name for name, kind in KINDS.items() if name != "lag"])
@pytest.mark.parametrize("outer", ["gzip", "close", "slow-body 10ms", "duplicate"])
def test_every_fault_strikes_behind_another_one(inner: str, outer: str, caplog: pytest.LogCaptureFixture) -> None:
    with front(f"{inner} once", outer) as wallet:
        wallet.ask(settle("t1"))
        assert wallet.weather.rules[0][1] == 1
        wallet.weather.set([])
        assert wallet.ask(settle("t1"))[0] == 200
        assert wallet.balance("ann") == 105
    assert not caplog.records


def test_a_duplicate_is_delivered_twice_and_booked_once() -> None:
    with front("duplicate") as wallet:
        status, body = wallet.ask(settle("t1"))
        assert (status, wallet.balance("ann")) == (200, 105)
        assert b"RS_OK" in body
        assert wallet.app.metrics.requests["casino", "settlement", "200"] == 2


def test_lag_shows_the_balance_before_and_answers_bookings_at_once() -> None:
    with front("lag 100s balance") as wallet:
        for number in range(3):
            status, body = wallet.ask(settle(f"t{number}"))
            assert (status, b'"balance":%d' % (105 + 5 * number) in body) == (200, True)
        assert read(wallet.ask(shown())[1])["balance"] == 100
        wallet.weather.set(["lag 1ms balance"])
        assert read(wallet.ask(shown())[1])["balance"] == 115


def test_health_answers_in_any_weather() -> None:
    with front("unavailable", "drop-reply") as wallet, closing(wallet.client()) as client:
        client.request("GET", "/__health")
        assert client.getresponse().status == 200


# ----------------------------------------------------------------------------------------------------------------------
# Magic players


@pytest.mark.parametrize("fault", KINDS)
def test_a_magic_player_brings_its_own_weather(fault: str) -> None:
    """What withholds the answer strikes every other request, so that a resend is answered; all else strikes always."""
    player = f"{MAGIC}{fault}-{2 if KINDS[fault].unit == 's' else 20}-ann"
    with front(live=True) as wallet:
        wallet.open(player)
        assert wallet.ask(settle("t0"))[0] == 200, "other players have fine weather"
        statuses = [wallet.ask(settle("t1", player))[0] for _ in range(4)]
        spoilt = STATUS.get(fault, 200)
        assert statuses == ([200] * 4 if KINDS[fault].answers else [spoilt, 200, spoilt, 200])
        assert wallet.balance(player) == 105
        fired = 4 if KINDS[fault].answers else 2
        assert wallet.admin("GET")[1]["players"] == {player: fired}


def test_a_magic_player_is_an_ordinary_one_without_live_weather() -> None:
    with front() as wallet:
        wallet.open(f"{MAGIC}drop-reply-ann")
        assert wallet.ask(settle("t1", f"{MAGIC}drop-reply-ann"))[0] == 200


@pytest.mark.parametrize(
    "player", ["weather-", "weather-rain-ann", "weather-reseting", "weather-drop-replyann", "a-weather-reset"]
)
def test_other_players_have_fine_weather(player: str) -> None:
    with front(live=True) as wallet:
        wallet.open(player)
        assert wallet.ask(settle("t1", player))[0] == 200


# ----------------------------------------------------------------------------------------------------------------------
# The admin path


def test_the_weather_changes_while_the_wallet_runs() -> None:
    with front(live=True) as wallet:
        assert wallet.admin("GET") == (200, {"weather": [], "players": {}})
        status, content = wallet.admin("PUT", {"weather": ["drop-reply once settlement", "latency 1ms"]})
        assert (status, content["weather"]) == (
            200,
            [{"rule": "drop-reply once settlement", "fired": 0}, {"rule": "latency 1ms", "fired": 0}],
        )
        assert [wallet.ask(settle("t1"))[0] for _ in range(2)] == [0, 200]
        fired = [each["fired"] for each in wallet.admin("GET")[1]["weather"]]  # type: ignore[attr-defined]
        assert fired == [1, 2]
        assert wallet.admin("PUT", {"weather": []})[1]["weather"] == []
        assert wallet.ask(settle("t2"))[0] == 200


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"weather": ["drop-replies"]}, "did you mean drop-reply?"),
        ({"weather": ["reset paiout"]}, "did you mean payout?"),
        ({"weather": "reset"}, "the body is no list of at most 100 rules"),
        ({"weather": [5]}, "the body is no list"),
        (["reset"], "the body is no list"),
        ({"weather": ["reset"] * 101}, "at most 100 rules"),
    ],
)
def test_weather_that_cannot_be_is_refused_and_changes_nothing(body: object, says: str) -> None:
    with front("latency 1ms", live=True) as wallet:
        status, content = wallet.admin("PUT", body)
        assert (status, says in str(content["error"])) == (400, True)
        assert [str(rule) for rule, _ in wallet.weather.rules] == ["latency 1ms"]


def test_the_admin_path_is_off_unless_asked_for() -> None:
    with front("latency 1ms") as wallet:
        assert wallet.admin("GET")[0] == 404


def test_a_request_whose_client_leaves_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """A fault that records the answer meets a request that never became whole."""
    with front("drop-reply", live=True) as wallet:
        import socket

        with socket.create_connection(("127.0.0.1", wallet.port)) as connection:
            connection.sendall(b"POST /casino/transaction/settlement HTTP/1.1\r\nhost: w\r\ncontent-length: 9\r\n\r\nx")
        assert wallet.ask(settle("t1"))[0] == 0
    assert not caplog.records
