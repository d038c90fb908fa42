"""Each stage of the way to a wallet fails in one sentence that says what to do, over real sockets."""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from hostile import Behaviour, Server, Visit, always, message, reserved_port, saying
from preflight_at_hand import AtHand, problem_of, stages
from wallet_address import under_test

from harness.examine import preflight
from harness.model import Tls
from harness.play.preflight import ConfigurationProblem, Stage

PATH = "/transaction/settlement"
SETTINGS = "`tls` in the profile has ca_bundle, client_certificate, client_key and verify"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def problem(url: str, *, tls: Tls | None = None, time_out_seconds: float = 5) -> ConfigurationProblem:
    return problem_of(lambda: preflight(under_test(url, tls=tls, time_out_seconds=time_out_seconds)))


def told(behaviour: Behaviour, *, time_out_seconds: float = 5) -> tuple[str, str]:
    """The stage that ended, and the sentence about it with `URL` for the server's."""
    with Server(behaviour) as server:
        found = problem(server.url, time_out_seconds=time_out_seconds)
        return found.stage, str(found).replace(server.url, "URL").replace(f"127.0.0.1:{server.port}", "HOST")


# ---------------------------------------------------------------------------------------------------------------------
# Name and port


def test_a_name_that_nobody_knows() -> None:
    found = problem("http://nonexistent.invalid/wallet")
    assert found.stage == "name"
    assert str(found).startswith("the host name nonexistent.invalid cannot be resolved (")
    assert str(found).endswith("): check its spelling in the URL")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://wallet.example", "the wallet's URL 'ftp://wallet.example' must begin with http:// or https://"),
        ("http://wallet.example:port", ("the wallet's URL 'http://wallet.example:port' has no valid host and port: "
         "write http://host:port/path")),
    ],
)  # fmt: skip
def test_a_url_that_cannot_be(url: str, sentence: str) -> None:
    found = problem(url)
    assert (found.stage, str(found)) == ("name", sentence)


def test_a_port_at_which_nobody_listens() -> None:
    with reserved_port() as port:
        found = problem(f"http://127.0.0.1:{port}")
    assert found.stage == "tcp"
    assert str(found) == (
        f"nothing listens at 127.0.0.1:{port} (connection refused): start the wallet there, or correct the URL"
    )


# ---------------------------------------------------------------------------------------------------------------------
# TLS


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


def tls_problem(context: ssl.SSLContext, authority: str = "") -> tuple[str, str]:
    with Server(always(message(b"{}")), tls=context) as server:
        found = problem(server.url, tls=Tls(ca_bundle=authority or None))
        return found.stage, str(found).replace(f"127.0.0.1:{server.port}", "HOST")


def test_a_certificate_of_an_unknown_authority(ca: trustme.CA) -> None:
    assert tls_problem(context_of(ca.issue_cert("127.0.0.1"))) == (
        "tls",
        (
            "no TLS connection to HOST: its certificate is not trusted (unable to get local issuer certificate); "
            f"name the CA that signed it as CA bundle, or turn verification off for a test system; {SETTINGS}"
        ),
    )


def test_a_certificate_that_has_expired(ca: trustme.CA, authority: str) -> None:
    past = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert tls_problem(context_of(ca.issue_cert("127.0.0.1", not_after=past)), authority) == (
        "tls",
        (
            "no TLS connection to HOST: its certificate has expired; have it renewed, or turn verification off for "
            f"a test system (certificate has expired); {SETTINGS}"
        ),
    )


def test_a_certificate_for_another_host(ca: trustme.CA, authority: str) -> None:
    stage, sentence = tls_problem(context_of(ca.issue_cert("elsewhere.example")), authority)
    assert stage == "tls"
    assert sentence.startswith(
        "no TLS connection to HOST: its certificate is for another host; correct the host in the URL, or have it "
        "issued for this one ("
    )


def test_a_certificate_that_vouches_for_itself(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    assert tls_problem(context) == (
        "tls",
        (
            "no TLS connection to HOST: its certificate is self-signed, so nobody vouches for it; name it as CA "
            f"bundle, or turn verification off for a test system (self-signed certificate); {SETTINGS}"
        ),
    )


def self_signed(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + dt.timedelta(days=1))
    certificate = folder / "self.pem"
    certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = folder / "self.key"
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_that_is_demanded(ca: trustme.CA, authority: str, version: ssl.TLSVersion) -> None:
    context = context_of(ca.issue_cert("127.0.0.1"))
    context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(context)
    stage, sentence = tls_problem(context, authority)
    assert stage == "tls"
    assert "client certificate" in sentence


def test_a_wallet_behind_tls_is_looked_at_to_the_end(ca: trustme.CA, authority: str, tmp_path: Path) -> None:
    pem = tmp_path / "server.pem"
    ca.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(pem))
    wallet = AtHand("casino")
    players = (wallet.player(), wallet.player())
    with wallet.listening(pem=pem) as root:
        found = replace(wallet.under_test(players=players), url=f"{root}/casino", tls=Tls(ca_bundle=authority))
        facts = preflight(found)
    assert facts.first_calls == ()
    assert facts.warnings == ()
    assert stages(facts)["tls"].detail.startswith("TLSv1.3, issued by trustme")


def test_https_where_http_is_spoken() -> None:
    with Server(lambda visit: visit.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        found = problem(server.url.replace("http:", "https:"))
    assert found.stage == "tls"
    assert str(found).endswith("if that is meant, write http:// in the URL")


def test_http_where_https_is_spoken() -> None:
    page = b"<html>The plain HTTP request was sent to HTTPS port</html>"
    answer = message(page, "Content-Type: text/html", status="400 Bad Request")
    assert told(always(answer)) == ("http", f"URL{PATH} answered that it speaks TLS: write https:// in the URL")


def test_http_where_a_bare_tls_alert_answers() -> None:
    stage, sentence = told(always(b"\x15\x03\x01\x00\x02\x02\x46"))
    assert stage == "http"
    assert "write https:// in the URL" in sentence


def test_a_certificate_that_nobody_looks_at_is_warned_of_loudly(ca: trustme.CA) -> None:
    passed: list[Stage] = []
    with Server(always(message(b"{}")), tls=context_of(ca.issue_cert("127.0.0.1"))) as server:
        found = under_test(server.url, tls=Tls(verify=False))
        problem_of(lambda: preflight(found, tell=passed.append))
    detail, warnings = next((each.detail, each.warnings) for each in passed if each.name == "tls")
    assert detail == "TLSv1.3, with a certificate that is not verified"
    assert warnings == (
        "THE WALLET'S CERTIFICATE IS NOT VERIFIED: whoever is in between can read and alter everything",
    )


def test_a_certificate_that_expires_soon_is_warned_of(ca: trustme.CA, authority: str) -> None:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=3, hours=1)
    passed: list[Stage] = []
    with Server(always(message(b"{}")), tls=context_of(ca.issue_cert("127.0.0.1", not_after=end))) as server:
        found = under_test(server.url, tls=Tls(ca_bundle=authority))
        problem_of(lambda: preflight(found, tell=passed.append))
    (tls,) = [each for each in passed if each.name == "tls"]
    assert tls.detail.endswith(f"valid until {end:%Y-%m-%d}")
    assert "issued by trustme" in tls.detail
    assert tls.warnings == (f"the wallet's certificate expires in 3 days, on {end:%Y-%m-%d}: have it renewed",)


# ---------------------------------------------------------------------------------------------------------------------
# HTTP

HTML = "Content-Type: text/html"
ANSWERS = {
    "a redirect": (
        message(b"", f"Location: https://wallet.example/v2{PATH}", status="301 Moved Permanently"),
        (
            f"URL{PATH} answered HTTP 301, a redirect to https://wallet.example/v2; redirects are not followed: "
            "give that as the URL if it is the wallet's"
        ),
    ),
    "a redirect with a password": (
        message(b"", "Location: https://me:" + "hush@wallet.example/", status="302 Found"),
        f"URL{PATH} answered HTTP 302, a redirect; redirects are not followed: give the URL that the wallet itself has",
    ),
    "another path": (
        message(b'{"detail":"Not Found"}', "Content-Type: application/json", status="404 Not Found"),
        (
            f"URL{PATH} answered HTTP 404, as it answers a path that does not exist: the wallet has nothing at "
            f"{PATH}; check the URL URL, which is the part before {PATH}, or give the path that the wallet has with "
            "--wallet-path settlement=/..."
        ),
    ),
    "a gateway": (
        message(b"<html>Forbidden</html>", HTML, status="403 Forbidden"),
        (
            f"URL{PATH} answered HTTP 403 without an answer of a wallet: a gateway in front of it refuses us; have "
            "it let the wallet's calls from this machine through"
        ),
    ),
    "a gateway that wants a login": (
        message(b"", 'WWW-Authenticate: Basic realm="staging"', status="401 Unauthorized"),
        (
            f"URL{PATH} answered HTTP 401 without an answer of a wallet, which asks for Basic: a gateway in front "
            "of it refuses us; have it let the wallet's calls from this machine through"
        ),
    ),
    "a gateway without a wallet": (
        message(b"<html>Bad Gateway</html>", HTML, status="502 Bad Gateway"),
        f"URL{PATH} answered HTTP 502: what stands in front cannot reach the wallet; check that the wallet runs",
    ),
    "a proxy that wants a login": (
        message(b"", status="407 Proxy Authentication Required"),
        f"a proxy in front of URL{PATH} wants credentials: name it with them in HTTPS_PROXY, or avoid it by NO_PROXY",
    ),
    "a limit": (
        message(b"", status="429 Too Many Requests"),
        f"URL{PATH} answered HTTP 429, too many requests: wait, and have the limit raised for this machine",
    ),
    "a web site": (
        message(b"<html><title>Welcome</title></html>", HTML),
        (
            f"URL{PATH} answered HTTP 200 with a web page, which is no answer of a wallet: check the URL; a login "
            "page or a web site may stand where the wallet is expected"
        ),
    ),
    "a demand for a certificate": (
        message(b"<html>No required SSL certificate was sent</html>", HTML, status="400 Bad Request"),
        f"URL{PATH} demands a client certificate that it accepts; {SETTINGS}",
    ),
    "some other API": (
        message(b'{"hello":"world"}', "Content-Type: application/json"),
        (
            f"URL{PATH} answered HTTP 200, which is no answer of a wallet (the answer is a JSON object that says "
            "neither success nor an error); check that the URL is the wallet's, and see the wallet's own log"
        ),
    ),
}


@pytest.mark.parametrize("what", ANSWERS)
def test_what_answers_is_no_wallet(what: str) -> None:
    answer, sentence = ANSWERS[what]
    assert told(always(answer)) == ("http", sentence)


def test_a_listener_that_says_nothing() -> None:
    assert told(Visit.stall, time_out_seconds=0.3) == (
        "http",
        (
            f"no answer from URL{PATH}: HOST gave no answer within 0.3 s; the address takes connections and does "
            "not answer: check that it is the wallet's"
        ),
    )


def test_a_listener_that_does_not_speak_http() -> None:
    stage, sentence = told(saying(b"220 mail.example ESMTP\r\n"))
    assert stage == "http"
    assert sentence.endswith("what listens there does not speak HTTP: check the port, and http against https")


def test_a_slash_at_the_end_of_the_url_is_not_doubled() -> None:
    with Server(always(message(b"", status="404 Not Found"))) as server:
        found = problem(f"{server.url}/wallet/")
    assert "//" not in str(found).replace("http://", "")
