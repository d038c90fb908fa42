"""TLS: wallets are verified by default, and what goes wrong is told in a sentence."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme
from hostile import Server, Visit, always, echoing, message

from harness.client.failure import ConfigurationError
from harness.client.transport import Transport
from harness.model import Failure, FailureKind, Loss, Request, Tls

BET = Request("/bet", (), b'{"amount":1}')


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def authority(ca: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return str(path)


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="module")
def server_context(ca: trustme.CA) -> ssl.SSLContext:
    return context_of(ca.issue_cert("127.0.0.1"))


def failure_of(url: str, tls: Tls, *, time_out_seconds: float = 5) -> Failure:
    with Transport(url, tls=tls, time_out_seconds=time_out_seconds) as transport:
        failure = transport.send(BET).failure
    assert failure is not None
    return failure


def test_a_verified_wallet_is_spoken_to_on_one_connection(authority: str, server_context: ssl.SSLContext) -> None:
    tls = Tls(ca_bundle=authority)
    with Server(echoing, tls=server_context) as server, Transport(server.url, tls=tls) as transport:
        answers = [transport.send(Request("/a", (), b"x" * size)).received for size in (1, 100, 1_000_000, 0)]
        assert server.visits == 1
    assert [len(each.body) for each in answers if each is not None] == [1, 100, 1_000_000, 0]


def test_a_certificate_that_nobody_vouches_for_is_refused(server_context: ssl.SSLContext) -> None:
    with Server(echoing, tls=server_context) as server:
        failure = failure_of(server.url, Tls())
    assert (failure.kind, failure.never_sent) == (FailureKind.TLS, True)
    assert "certificate is not trusted" in failure.detail
    assert "CA bundle" in failure.detail
    assert "_ssl.c" not in failure.detail


def test_verification_can_be_turned_off(server_context: ssl.SSLContext) -> None:
    tls = Tls(verify=False)
    with Server(echoing, tls=server_context) as server, Transport(server.url, tls=tls) as transport:
        assert transport.send(BET).failure is None


def test_a_certificate_of_another_host_is_refused(ca: trustme.CA, authority: str) -> None:
    with Server(echoing, tls=context_of(ca.issue_cert("elsewhere.example"))) as server:
        failure = failure_of(server.url, Tls(ca_bundle=authority))
    assert failure.kind is FailureKind.TLS
    assert "127.0.0.1" in failure.detail


def test_a_wallet_that_speaks_plain_http_there_is_recognised(authority: str) -> None:
    with Server(lambda visit: visit.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        failure = failure_of(server.url.replace("http:", "https:"), Tls(ca_bundle=authority))
    assert failure.kind is FailureKind.TLS
    assert "write http://" in failure.detail


def test_a_wallet_that_speaks_tls_there_is_recognised(server_context: ssl.SSLContext) -> None:
    with Server(echoing, tls=server_context) as server:
        failure = failure_of(server.url.replace("https:", "http:"), Tls())
    assert failure.kind in {FailureKind.GARBAGE, FailureKind.CLOSED}
    if failure.kind is FailureKind.GARBAGE:
        assert "write https://" in failure.detail


def test_a_tls_alert_in_answer_to_plain_http_is_recognised() -> None:
    with Server(always(b"\x15\x03\x01\x00\x02\x02\x46")) as server:
        failure = failure_of(server.url, Tls())
    assert failure.kind is FailureKind.GARBAGE
    assert "write https://" in failure.detail


def test_a_handshake_that_is_cut_off_is_told(authority: str) -> None:
    with Server(lambda visit: None) as server:
        failure = failure_of(server.url.replace("http:", "https:"), Tls(ca_bundle=authority))
    assert failure.kind in {FailureKind.TLS, FailureKind.UNREACHABLE}
    assert failure.never_sent


def test_a_handshake_that_hangs_ends_in_time(authority: str) -> None:
    with Server(Visit.stall) as server:
        failure = failure_of(server.url.replace("http:", "https:"), Tls(ca_bundle=authority), time_out_seconds=0.2)
    assert (failure.kind, failure.never_sent) == (FailureKind.TIME_OUT, True)
    assert "the TLS handshake in time" in failure.detail


def test_a_hanging_answer_over_tls_ends_in_time(authority: str, server_context: ssl.SSLContext) -> None:
    with Server(Visit.stall, tls=server_context) as server:
        failure = failure_of(server.url, Tls(ca_bundle=authority), time_out_seconds=0.3)
    assert (failure.kind, failure.never_sent) == (FailureKind.TIME_OUT, False)


def test_release_works_over_tls(authority: str, server_context: ssl.SSLContext) -> None:
    tls = Tls(ca_bundle=authority)
    sent = [Request("/a", (), b"%d" % each) for each in range(20)]
    with Server(echoing, tls=server_context) as server, Transport(server.url, tls=tls) as transport:
        for _ in range(2):
            answers = [each.received for each in transport.release(sent)]
            assert [each.body for each in answers if each is not None] == [each.body for each in sent]
        transport.send(sent[0])
        assert server.visits == 20


@pytest.mark.parametrize("loss", list(Loss))
def test_answers_are_lost_over_tls_too(authority: str, server_context: ssl.SSLContext, loss: Loss) -> None:
    tls = Tls(ca_bundle=authority)
    with Server(echoing, tls=server_context) as server, Transport(server.url, tls=tls) as transport:
        lost = transport.send(BET, loss=loss).failure
        assert transport.send(BET).failure is None
    assert lost is not None
    assert lost.kind is FailureKind.LOST


def test_an_idle_connection_that_the_wallet_closed_is_noticed(authority: str, server_context: ssl.SSLContext) -> None:
    def behaviour(visit: Visit) -> None:
        visit.request()
        visit.say(message(b"%d" % visit.index))

    tls = Tls(ca_bundle=authority)
    with Server(behaviour, tls=server_context) as server, Transport(server.url, tls=tls) as transport:
        first = transport.send(BET).received
        server.wait_for_end_of(0)
        second = transport.send(BET).received
    assert first is not None
    assert second is not None
    assert (first.body, second.body) == (b"0", b"1")


def test_a_client_certificate_is_shown(ca: trustme.CA, authority: str, tmp_path: Path) -> None:
    context = context_of(ca.issue_cert("127.0.0.1"))
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    ours = ca.issue_cert("harness.example")
    ours.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    ours.cert_chain_pems[0].write_to_path(str(tmp_path / "certificate.pem"))
    shown = Tls(
        ca_bundle=authority,
        client_certificate=str(tmp_path / "certificate.pem"),
        client_key=str(tmp_path / "key.pem"),
    )
    with Server(echoing, tls=context) as server:
        with Transport(server.url, tls=shown) as transport:
            assert transport.send(BET).failure is None
        failure = failure_of(server.url, Tls(ca_bundle=authority))
    assert failure.kind in {FailureKind.TLS, FailureKind.CLOSED}


@pytest.mark.parametrize(
    ("tls", "complaint"),
    [
        (Tls(ca_bundle="no/such.pem"), "the CA bundle no/such.pem does not exist"),
        (Tls(client_certificate="no/such.pem"), "the client certificate no/such.pem does not exist"),
        (Tls(client_certificate=__file__, client_key="no/such.pem"), "the client key no/such.pem does not exist"),
        (Tls(client_key=__file__), "needs the client certificate"),
        (Tls(ca_bundle=__file__), "holds no"),
        (Tls(client_certificate=__file__), "cannot be used: it needs to be PEM"),
    ],
)
def test_files_that_cannot_work_are_refused_at_once(tls: Tls, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        Transport("https://127.0.0.1:1", tls=tls)
