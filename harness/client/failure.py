"""The failures between the harness and a wallet. Each is a sentence for the reader, never a traceback."""

from __future__ import annotations

import os
import ssl

from harness.model import Failure, FailureKind


class TransmissionError(Exception):
    """An exchange ended without a whole answer. It stays inside this package; other packages get a `model.Failure`."""

    def __init__(self, kind: FailureKind, detail: str, *, never_sent: bool = False) -> None:
        """Keep the failure in the form that the report shows."""
        super().__init__(detail)
        self.failure = Failure(kind, detail, never_sent)


class ConfigurationError(Exception):
    """A setting that can never work, such as a bad URL or a missing certificate file."""


def seconds(duration_ns: int) -> str:
    """A duration for a reader: `10 s`, `0.25 s`."""
    return f"{round(duration_ns / 1e9, 2):g} s"


def reason(error: OSError) -> str:
    """The reason that the operating system gave for an error, without its error numbers."""
    if isinstance(error, TimeoutError):
        return "timed out"
    if error.errno is not None and not isinstance(error, ssl.SSLError):
        return os.strerror(error.errno).lower()
    return str(error.strerror or error) or type(error).__name__


def unreachable(where: str, error: OSError) -> TransmissionError:
    """The error for a connection to `where` that could not be opened, so that nothing was sent."""
    if isinstance(error, ConnectionRefusedError):
        detail = f"nothing listens at {where} (connection refused): start the wallet there, or correct the URL"
    else:
        detail = f"no connection to {where}: {reason(error)}"
    return TransmissionError(FailureKind.UNREACHABLE, detail, never_sent=True)


def untrusted(where: str, error: ssl.SSLError) -> TransmissionError:
    """The error for a failed TLS handshake with `where`, so that nothing was sent."""
    return TransmissionError(FailureKind.TLS, f"no TLS connection to {where}: {_tls_reason(error)}", never_sent=True)


def interrupted(where: str, error: OSError, progress: str) -> TransmissionError:
    """The error for a connection that broke after part of the request had left.

    `progress` describes the answer so far. The end of a TLS connection is a closed connection, as any other.
    """
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return TransmissionError(FailureKind.CLOSED, f"{where} closed the TLS connection {progress}")
    if isinstance(error, ssl.SSLError):
        return TransmissionError(
            FailureKind.TLS, f"{where} broke the TLS connection off {progress}: {_tls_reason(error)}"
        )
    return TransmissionError(FailureKind.CLOSED, f"{where} broke the connection off {progress}: {reason(error)}")


_TLS_HINTS = {
    "WRONG_VERSION_NUMBER": "the server does not speak TLS there; if that is meant, write http:// in the URL",
    "HTTP_REQUEST": "the server speaks plain HTTP there; if that is meant, write http:// in the URL",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "the server demands a client certificate that it accepts",
    "TLSV1_ALERT_UNKNOWN_CA": "the server does not trust the client certificate",
    "SSLV3_ALERT_BAD_CERTIFICATE": "the server does not accept the client certificate, or demands one",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the client certificate has expired",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "the server refused the handshake: it may demand a client certificate",
    "TLSV1_UNRECOGNIZED_NAME": "the server knows no host of that name: correct the URL",
    "UNSUPPORTED_PROTOCOL": "the server offers only an obsolete version of TLS",
}

_TRUST_IT = "name the CA that signed it as CA bundle, or turn verification off for a test system"
_CERTIFICATE_HINTS = {
    9: "is not valid yet; look at the clock of this machine, or have it issued again",
    10: "has expired; have it renewed, or turn verification off for a test system",
    18: "is self-signed, so nobody vouches for it; name it as CA bundle, or turn verification off for a test system",
    62: "is for another host; correct the host in the URL, or have it issued for this one",
    64: "is for another host; correct the host in the URL, or have it issued for this one",
}
"""The problem of the server's certificate and its remedy, by OpenSSL's verification code."""


def _tls_reason(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        if (hint := _CERTIFICATE_HINTS.get(error.verify_code)) is not None:
            return f"its certificate {hint} ({error.verify_message})"
        return f"its certificate is not trusted ({error.verify_message}); {_TRUST_IT}"
    if isinstance(error, ssl.SSLEOFError):
        return "the server closed the connection during the handshake"
    name = error.reason or ""
    return _TLS_HINTS.get(name) or name.lower().replace("_", " ") or reason(error)
