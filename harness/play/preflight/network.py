"""Checks the way to the wallet: its name, its port and its certificate."""

from __future__ import annotations

import time
from typing import TypeVar

from harness.client import ConfigurationError
from harness.client.probe import Probe, Secured
from harness.client.route import is_loopback
from harness.config import WalletUnderTest
from harness.model import Failure, FailureKind, Tls
from harness.play.preflight.findings import ConfigurationProblem, StageLog

NAME, TCP, TLS = "name", "tcp", "tls"
SETTINGS = "`tls` in the profile has ca_bundle, client_certificate, client_key and verify"
SOON_DAYS = 14
"""The fewest days of validity of a certificate without a warning.

A run in continuous integration would meet its end.
"""
_DAY_SECONDS = 24 * 60 * 60

T = TypeVar("T")


def reach(wallet: WalletUnderTest, stages: StageLog) -> None:
    """Resolve the name, connect, and perform the TLS handshake. Raises ConfigurationProblem at the first failure."""
    try:
        probe = Probe(wallet.url, wallet.tls, wallet.time_out_seconds)
    except ConfigurationError as error:
        raise ConfigurationProblem(str(error), stage=NAME) from None
    addresses = _found(probe.addresses(), NAME)
    stages.passed(NAME, _named(probe.nearest, addresses))
    round_trip_ns = _found(probe.connect(), TCP)
    stages.passed(TCP, f"{probe.where} takes connections; a round trip is {_ms(round_trip_ns)}")
    if probe.secure:
        secured = _found(probe.secured(), TLS)
        stages.passed(TLS, _described(secured), *_warnings(secured, wallet.tls))
    else:
        stages.passed(TLS, "none, as the URL says", *_plain_warnings(probe.host))


def _named(host: str, addresses: tuple[str, ...]) -> str:
    if addresses == (host,):
        return f"{host} needs no name server"
    return f"{host} is {', '.join(addresses[:3])}{', ...' if len(addresses) > 3 else ''}"


def _found(found: T | Failure, stage: str) -> T:
    if isinstance(found, Failure):
        settings = f"; {SETTINGS}" if found.kind is FailureKind.TLS and "certificate" in found.detail else ""
        raise ConfigurationProblem(found.detail + settings, stage=stage)
    return found


def _described(secured: Secured) -> str:
    issuer = f", issued by {secured.issuer}" if secured.issuer else ""
    until = f", valid until {_day(secured.expires)}" if secured.expires else ", with a certificate that is not verified"
    return f"{secured.version}{issuer}{until}"


def _warnings(secured: Secured, tls: Tls) -> list[str]:
    found = []
    if not tls.verify:
        found.append("THE WALLET'S CERTIFICATE IS NOT VERIFIED: whoever is in between can read and alter everything")
    days = (secured.expires - int(time.time())) // _DAY_SECONDS
    if secured.expires and days < SOON_DAYS:
        found.append(f"the wallet's certificate expires in {days} days, on {_day(secured.expires)}: have it renewed")
    return found


def _plain_warnings(host: str) -> list[str]:
    if is_loopback(host):
        return []
    return [f"credentials and money go to {host} unencrypted: use https:// unless the network is your own"]


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def _ms(duration_ns: int) -> str:
    return f"{duration_ns // 1_000_000}.{duration_ns // 100_000 % 10} ms"
