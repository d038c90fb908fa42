"""What a run is aimed at: from options, environment and profile to the wallet under test, contract by contract.

Knows no pytest. A mistake of the user is a TargetError, one sentence that says what to give instead, or Misconfigured
with a line for each complaint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from harness.config.choices import Choices, Misconfigured, TargetError
from harness.config.profile import TlsProfile
from harness.config.settings import NO_LIMIT, Settings, WalletSettings, settled
from harness.config.subject import Subject
from harness.contracts import Credentials, load
from harness.model import Limits, Tls, Waiver

__all__ = [
    "Choices",
    "Misconfigured",
    "Settings",
    "Target",
    "TargetError",
    "WalletSettings",
    "settled",
    "target_of",
    "target_of_bundled",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The wallet under test: one subject for each contract that it is certified by."""

    subjects: tuple[Subject, ...]
    bundled: bool
    """Whether it is the reference wallet, which the run starts itself."""
    waivers: tuple[Waiver, ...] = ()
    profile_digest: str = ""
    """SHA-256 of the profile as it is written, hexadecimal; empty without a profile."""

    def in_process(self, scope: str, processes: int) -> Target:
        """The same target for one process of several, which `scope` tells apart."""
        return replace(self, subjects=tuple(each.in_process(scope, processes) for each in self.subjects))


def target_of(settings: Settings, *, sending: bool = True) -> Target:
    """The wallet of these settings. Raises Misconfigured when it may not be tested, or lacks credentials or players.

    Only where nothing is sent may it be a wallet in production.
    """
    if settings.production and sending:
        raise Misconfigured(
            f"REFUSED: {settings.production} says `environment: production`. A run books and takes back money, sends "
            "forged requests and lets bets race: point the profile at a test wallet, and say so there"
        )
    missing = [each for wallet in settings.wallets for each in _missing(wallet, settings)]
    if missing:
        raise Misconfigured("\n".join(missing))
    subjects = tuple(_subject(wallet, settings) for wallet in settings.wallets)
    return Target(subjects=subjects, bundled=False, waivers=settings.waivers, profile_digest=settings.digest)


def target_of_bundled(
    settings: Settings, urls: Mapping[str, str], credentials: Mapping[str, Credentials], provision_url: str
) -> Target:
    """The reference wallet that the run has started; `urls` has the contracts to certify it by."""
    choices = settings.choices
    paths = [each.partition("=") for each in choices.paths]
    subjects = (
        Subject(
            contract=name,
            url=url.rstrip("/"),
            credentials=credentials[name],
            provision_url=provision_url,
            paths=tuple((each.strip(), path.strip()) for each, _, path in paths if each.strip() in load(name).specs),
            limits=_limits(settings),
            time_out_seconds=_seconds(settings),
            requests_per_second=_rate(settings),
            seed=choices.seed,
            run_id=choices.run_id,
        )
        for name, url in urls.items()
    )
    return Target(subjects=tuple(subjects), bundled=True)


def _missing(wallet: WalletSettings, settings: Settings) -> list[str]:
    """What a wallet lacks for a run, in sentences."""
    profile = settings.profile
    told = []
    if "://" not in wallet.url.text:
        told.append(f"{wallet.url.where}: {wallet.url.text!r} is no URL: write http:// or https:// before it")
    if lacking := [each for each in wallet.contract.credentials if each.variable not in wallet.credentials]:
        words = " and ".join(each.name for each in lacking)
        variables = " and ".join(each.variable for each in lacking)
        also = f", or write {words} under contracts.{wallet.name}.credentials of {profile.text}" if profile else ""
        told.append(
            f"no credentials for {wallet.name}: set {variables} in the environment{also}, as the wallet expects them"
        )
    if not (settings.provision_url or settings.provision_command or wallet.players):
        also = f", or write provision or players into {profile.text}" if profile else ""
        told.append(
            f"no players for {wallet.name}: give --wallet-provision=URL, an address that makes them, or name some that "
            f"exist with --wallet-player=id=...,currency=EUR,session=...{also}"
        )
    return told


def _subject(wallet: WalletSettings, settings: Settings) -> Subject:
    url, command = settings.provision_url, settings.provision_command
    return Subject(
        contract=wallet.name,
        url=wallet.url.text.rstrip("/"),
        credentials=_credentials(wallet),
        provision_url=url.text if url is not None else "",
        provision_command=command.text if command is not None else "",
        players=tuple(player for player, _ in wallet.players),
        games=tuple(each.text for each in settings.games),
        paths=tuple((name, path.text) for name, path in wallet.paths.items()),
        lacks=tuple(each.text for each in wallet.lacks),
        policies=tuple((name, reading.text) for name, reading in wallet.policies.items()),
        codes=tuple((outcome, tuple(each.text for each in codes)) for outcome, codes in wallet.codes.items()),
        tls=_tls(wallet.tls),
        limits=_limits(settings),
        time_out_seconds=_seconds(settings),
        requests_per_second=_rate(settings),
        seed=settings.choices.seed,
        run_id=settings.choices.run_id,
    )


def _credentials(wallet: WalletSettings) -> Credentials:
    """The credentials of a wallet. Raises Misconfigured for a file that cannot be read."""
    found = {}
    for each in wallet.contract.credentials:
        value = wallet.credentials[each.variable]
        try:
            found[each.name] = each.read(value.text)
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is no PEM text"
            raise Misconfigured(f"{value.where}: {each.name} is no PEM text and no file that holds it: {why}") from None
    return Credentials(**found)


def _limits(settings: Settings) -> Limits:
    return Limits(**{each.name: int(settings.limits[each.name].text) for each in fields(Limits)})


def _seconds(settings: Settings) -> float:
    return float(settings.limits["time_out_seconds"].text)


def _rate(settings: Settings) -> float:
    text = settings.limits["requests_per_second"].text
    return 0 if text == NO_LIMIT else float(text)


def _tls(written: TlsProfile) -> Tls:
    return Tls(
        verify=written.verify is None or written.verify.text == "true",
        ca_bundle=written.ca_bundle.text if written.ca_bundle else None,
        client_certificate=written.client_certificate.text if written.client_certificate else None,
        client_key=written.client_key.text if written.client_key else None,
    )
