"""What a transport is told about its wallet: the URL, the pace, and who may use it at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hostile import Server, echoing
from patience import PATIENCE_SECONDS

from harness.client.failure import ConfigurationError
from harness.client.transport import Transport
from harness.model import Request

PASSWORD = "hunter2"
"""It must not be seen in any message."""

BET = Request("/transaction/settlement", (("X-Api-Key", "key"),), b'{"amount":1}')


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def echo() -> Iterator[Server]:
    with Server(echoing) as server:
        yield server


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("ftp://host/wallet", "must begin with http:// or https://"),
        ("host:8080/wallet", "valid host"),
        ("localhost", "valid host"),
        ("", "valid host"),
        ("http://", "valid host"),
        ("http://host:0/", "valid host and port"),
        ("http://host:99999/", "valid host and port"),
        ("http://host:port/", "valid host and port"),
        ("http://[::1/", "valid host and port"),
        ("http://ho st/", "space or a control character"),
        ("http://host/\n", "space or a control character"),
        ("http://host/?a=1", "must end with its path"),
        ("http://host/#a", "must end with its path"),
        (f"http://user:{PASSWORD}@host/", "must not hold a user name or password"),
        (f"ftp://user:{PASSWORD}@host/", "must begin with"),
        (f"http://user:{PASSWORD}@host:x/", "valid host and port"),
        ("http://" + "a" * 64 + ".example/", "host name that is not valid"),
    ],
)
def test_a_url_that_cannot_work_is_refused_in_a_sentence(url: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as raised:
        Transport(url)
    assert PASSWORD not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://EXAMPLE.com", "example.com"),
        ("http://example.com:80/", "example.com"),
        ("http://example.com:443", "example.com:443"),
        ("https://example.com:443", "example.com"),
        ("http://bücher.example", "xn--bcher-kva.example"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_host_header_follows_from_the_url(url: str, host: str) -> None:
    with Transport(url) as transport:
        assert transport._writer.write(BET).sent.header("host") == host


def test_localhost_is_reached_though_it_may_be_two_addresses(echo: Server) -> None:
    with Transport(f"http://localhost:{echo.port}") as transport:
        assert transport.send(BET).failure is None


def test_several_threads_may_send(echo: Server) -> None:
    with Transport(echo.url) as transport:
        wrong: list[object] = []

        def work(name: int) -> None:
            for each in range(50):
                body = b"%d-%d" % (name, each)
                seen = transport.send(Request("/a", (), body))
                if seen.received is None or seen.received.body != body:
                    wrong.append(seen)

        threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
    assert wrong == []
