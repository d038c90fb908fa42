"""Proxies: found in the environment once, used for wallets elsewhere, and never betraying their password."""

from __future__ import annotations

import queue
import ssl

import pytest
import trustme
from hostile import Server, Visit, message, saying
from patience import PATIENCE_SECONDS

from harness.client.failure import ConfigurationError
from harness.client.transport import Transport
from harness.model import FailureKind, Request, Tls, Transmission

PASSWORD = "hunter2"
"""It must not be seen in any message."""

BET = Request("/bet", (("X-Api-Key", "key"),), b'{"amount":1}')
ALOFT = "http://wallet.example/casino"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


class Proxy:
    """Remembers what it was asked, and answers as the wallet would."""

    def __init__(self) -> None:
        self.asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def __call__(self, visit: Visit) -> None:
        while request := visit.request():
            self.asked.put(request)
            visit.say(message(b"{}"))


def send_through(server: Server, url: str, monkeypatch: pytest.MonkeyPatch, user: str = "") -> Transmission:
    monkeypatch.setenv("HTTP_PROXY", server.url.replace("http://", f"http://{user}"))
    with Transport(url) as transport:
        return transport.send(BET)


def test_a_plain_wallet_is_asked_for_by_its_whole_url(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy()
    with Server(proxy) as server:
        seen = send_through(server, ALOFT, monkeypatch)
    request = proxy.asked.get(timeout=PATIENCE_SECONDS)
    assert request.startswith(b"POST http://wallet.example/casino/bet HTTP/1.1\r\nHost: wallet.example\r\n")
    assert request == seen.sent.head + BET.body
    assert seen.received is not None


def test_the_proxys_password_is_sent_and_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy()
    with Server(proxy) as server:
        seen = send_through(server, ALOFT, monkeypatch, user=f"us%20er:{PASSWORD}@")
    assert b"\r\nProxy-Authorization: Basic dXMgZXI6aHVudGVyMg==\r\n" in proxy.asked.get(timeout=PATIENCE_SECONDS)
    assert "dXMgZXI6aHVudGVyMg" not in repr(seen)
    assert b"\r\nProxy-Authorization: (hidden)\r\n" in seen.sent.head


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://a.localhost:1"])
def test_a_wallet_on_this_machine_needs_no_proxy(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:2")
    with Transport(url) as transport:
        failure = transport.send(BET, time_out_seconds=2).failure
    assert failure is not None
    assert "proxy" not in failure.detail


def test_no_proxy_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", ".example")
    with Transport(ALOFT) as transport:
        assert not transport._writer.write(BET).sent.head.startswith(b"POST http://")


def test_the_environment_is_asked_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(Proxy()) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        with Transport(ALOFT) as transport:
            monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
            assert transport.send(BET).failure is None


def test_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(Proxy()) as server:
        port = server.port
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{port}")
    with Transport(ALOFT) as transport:
        failure = transport.send(BET).failure
    assert failure is not None
    assert (failure.kind, failure.never_sent) == (FailureKind.UNREACHABLE, True)
    assert f"the proxy 127.0.0.1:{port}" in failure.detail
    assert PASSWORD not in failure.detail


@pytest.mark.parametrize(
    "proxy", ["socks5://127.0.0.1:1", f"https://user:{PASSWORD}@127.0.0.1:1", f"http://user:{PASSWORD}@:x"]
)
def test_a_proxy_that_cannot_be_used_is_refused_at_once(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(ConfigurationError, match="the proxy that the environment names") as raised:
        Transport(ALOFT)
    assert PASSWORD not in str(raised.value)


class Tunnel:
    """A proxy that answers CONNECT, and then is the wallet at the other end of its own tunnel."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self.asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def __call__(self, visit: Visit) -> None:
        self.asked.put(visit.request())
        visit.say(b"HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
        visit.secure(self._context)
        while request := visit.request():
            self.asked.put(request)
            visit.say(message(b"{}"))


def test_a_wallet_over_tls_is_reached_through_a_tunnel(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ca = trustme.CA()
    bundle = str(tmp_path_factory.mktemp("tls") / "ca.pem")
    ca.cert_pem.write_to_path(bundle)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("wallet.example").configure_cert(context)
    tunnel = Tunnel(context)
    with Server(tunnel) as server:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{server.port}")
        with Transport("https://wallet.example/casino", tls=Tls(ca_bundle=bundle)) as transport:
            seen = [transport.send(BET), transport.send(BET), *transport.release([BET] * 5)]
        assert server.visits == 5
    assert [each.failure for each in seen] == [None] * 7
    connect = tunnel.asked.get(timeout=PATIENCE_SECONDS)
    assert connect.startswith(
        b"CONNECT wallet.example:443 HTTP/1.1\r\nHost: wallet.example:443\r\nProxy-Authorization: "
    )
    assert tunnel.asked.get(timeout=PATIENCE_SECONDS) == seen[0].sent.head + BET.body
    assert seen[0].sent.head.startswith(b"POST /casino/bet HTTP/1.1\r\nHost: wallet.example\r\n")
    assert b"Proxy-Authorization" not in seen[0].sent.head


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407 Proxy Authentication Required"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502 Bad Gateway"),
        (b"hello\r\n\r\n", "refused to connect to wallet.example:443"),
        (b"x" * 70_000, "no usable answer to CONNECT"),
        (b"HTTP/1.1 20", "no usable answer to CONNECT"),
    ],
)
def test_a_tunnel_that_is_refused_is_told(answer: bytes, phrase: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(saying(answer)) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        with Transport("https://wallet.example/casino") as transport:
            failure = transport.send(BET).failure
    assert failure is not None
    assert (failure.kind, failure.never_sent) == (FailureKind.UNREACHABLE, True)
    assert phrase in failure.detail


def test_a_tunnel_that_does_not_open_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(Visit.stall) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        with Transport("https://wallet.example/casino", time_out_seconds=0.2) as transport:
            failure = transport.send(BET).failure
    assert failure is not None
    assert (failure.kind, failure.never_sent) == (FailureKind.TIME_OUT, True)
