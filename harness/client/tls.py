"""TLS settings: how the wallet's certificate is checked, and which certificate we present."""

from __future__ import annotations

import ssl
from pathlib import Path

from harness.client.failure import ConfigurationError
from harness.model import Tls


def tls_context(tls: Tls) -> ssl.SSLContext:
    """A context for connections to the wallet. Raises ConfigurationError for a missing or unusable file."""
    for what, path in (
        ("CA bundle", tls.ca_bundle),
        ("client certificate", tls.client_certificate),
        ("client key", tls.client_key),
    ):
        if path is not None and not Path(path).exists():
            raise ConfigurationError(f"the {what} {path} does not exist: correct its path")
    if tls.client_key is not None and tls.client_certificate is None:
        raise ConfigurationError("a client key needs the client certificate that it belongs to: name both")
    context = _trusting(tls)
    context.set_alpn_protocols(["http/1.1"])
    if tls.client_certificate is not None:
        try:
            # With an empty pass phrase an encrypted key is an error. Without it OpenSSL would ask on the terminal.
            context.load_cert_chain(tls.client_certificate, tls.client_key, password="")
        except (ssl.SSLError, OSError, ValueError) as error:
            raise ConfigurationError(
                f"the client certificate {tls.client_certificate} cannot be used: it needs to be PEM, with its "
                "matching and unencrypted key in the same file or named beside it"
            ) from error
    return context


def _trusting(tls: Tls) -> ssl.SSLContext:
    bundle = tls.ca_bundle or _certifi_bundle()
    try:
        directory = Path(bundle).is_dir()
        context = ssl.create_default_context(capath=bundle) if directory else ssl.create_default_context(cafile=bundle)
    except (ssl.SSLError, OSError) as error:
        raise ConfigurationError(
            f"the CA bundle {bundle} holds no certificate that can be read: it must be PEM"
        ) from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _certifi_bundle() -> str:
    import certifi

    return certifi.where()
