"""The configuration of a run. Options, environment and profile become one wallet under test for each contract.

`configure` performs all steps, and this file shows them in order:

* `Options` (options.py) holds the command line's values.
* `Profile` (profile/) holds the values of `wallet.yaml`, each with its place `file:line`.
* `profile_in_force` (precedence.py) lets options and environment override the profile. The result is a `Profile` whose
  values have their origin. `walletproof show-config` prints it.
* `wallet_of` (wallet.py) makes a frozen `WalletUnderTest` of it, one for each contract.

`RunConfiguration.require_usable` raises an error before sending if something is missing. The bundled wallet has no URL
and no credentials until it is started. `with_bundled_wallet` then adds them. This package does not import pytest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from harness.config.options import Misconfigured, Options, OptionsError
from harness.config.precedence import profile_in_force
from harness.config.profile import ContractProfile, Profile
from harness.config.wallet import WalletUnderTest, wallet_of
from harness.contracts import BUNDLED, Credentials, load

__all__ = [
    "Misconfigured",
    "Options",
    "OptionsError",
    "RunConfiguration",
    "WalletUnderTest",
    "configure",
    "without_wallet",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfiguration:
    """The whole configuration of a run. It is plain data, which reaches worker processes by pickle."""

    options: Options
    profile: Profile
    """The profile in force: options and environment override the file."""
    wallets: tuple[WalletUnderTest, ...] = ()
    """The wallet under test, once for each contract of the run."""
    bundled: bool = False
    """True if the run tests the reference wallet and starts it itself."""

    @property
    def production(self) -> str:
        """The place where the profile declares the wallet to be in production. Empty for a test wallet."""
        found = self.profile.environment
        return found.where if found is not None and found.text == "production" else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings that do not stop a run: secrets in the file, and each place that turns off verification of TLS."""
        return (*self.profile.warnings, *_unverified(self.profile))

    def require_usable(self, *, sending: bool = True) -> None:
        """Raise Misconfigured if the wallet may not be tested or something is missing. Each complaint is one line.

        A wallet in production is allowed only if `sending` is false.
        """
        if self.production and sending:
            raise Misconfigured(
                f"REFUSED: {self.production} says `environment: production`. A run books and takes back money, sends "
                "forged requests and lets bets race: point the profile at a test wallet, and say so there"
            )
        if missing := [each for contract in self.profile.contracts.values() for each in _missing(contract, self)]:
            raise Misconfigured("\n".join(missing))

    def with_bundled_wallet(
        self,
        urls: Mapping[str, str],
        credentials: Mapping[str, Credentials],
        provision_url: str,
        provision_token: str = "",
    ) -> RunConfiguration:
        """This configuration with the addresses of the reference wallet that the run has started.

        Mappings are by contract.
        """
        wallets = (
            replace(
                each,
                url=urls[each.contract].rstrip("/"),
                credentials=credentials[each.contract],
                provision_url=provision_url,
                provision_token=provision_token,
            )
            for each in self.wallets
        )
        return replace(self, wallets=tuple(wallets))

    def in_process(self, scope: str, processes: int) -> RunConfiguration:
        """This configuration for one of several processes.

        `scope` identifies the process, which gets its part of the limits.
        """
        return replace(self, wallets=tuple(each.in_process(scope, processes) for each in self.wallets))


def configure(options: Options, environment: Mapping[str, str], *, on: date | None = None) -> RunConfiguration:
    """The configuration of a run that begins on the day `on`.

    This day decides which waivers have expired. Default: today.

    Raises OptionsError for options that contradict each other, and Misconfigured for a profile that cannot be used.
    Missing credentials and players raise nothing here. `RunConfiguration.require_usable` names them.
    """
    profile = profile_in_force(options, environment, on or datetime.now(UTC).date())
    return RunConfiguration(
        options=options,
        profile=profile,
        wallets=tuple(wallet_of(each, profile, options) for each in profile.contracts.values()),
        bundled=all(each.url is None for each in profile.contracts.values()),
    )


def without_wallet(options: Options) -> RunConfiguration:
    """The configuration of a run without a wallet, after `configure` raised Misconfigured."""
    contracts = {name: ContractProfile(name=name) for name in BUNDLED}
    return RunConfiguration(options=options, profile=Profile(contracts=contracts))


def _missing(contract: ContractProfile, run: RunConfiguration) -> Iterator[str]:
    """What is missing for a run against the user's own wallet, in sentences."""
    profile, url = run.profile, contract.url
    if url is None:
        return
    if "://" not in url.text:
        yield f"{url.where}: {url.text!r} is no URL: write http:// or https:// before it"
    if lacking := [each for each in load(contract.name).credentials if each.variable not in contract.credentials]:
        words = " and ".join(each.name for each in lacking)
        variables = " and ".join(each.variable for each in lacking)
        also = f", or write {words} under contracts.{contract.name}.credentials of {profile.path}"
        yield (
            f"no credentials for {contract.name}: set {variables} in the environment"
            f"{also if profile.path else ''}, as the wallet expects them"
        )
    if not (profile.provision_url or profile.provision_command or profile.players_of(contract.name)):
        also = f", or write provision or players into {profile.path}"
        yield (
            f"no players for {contract.name}: give --wallet-provision=URL, an address that makes them, or name some "
            f"that exist with --wallet-player=id=...,currency=EUR,session=...{also if profile.path else ''}"
        )


def _unverified(profile: Profile) -> Iterator[str]:
    """A warning for each place that turns the verification of certificates off."""
    every = (each.tls.verify for each in profile.contracts.values() if each.tls is not None)
    for where in sorted({each.origin for each in every if each is not None and each.text == "false"}):
        yield (
            f"{where}: TLS IS NOT VERIFIED (verify: false): whoever is on the way can pretend to be the wallet, read "
            "the credentials and change what is said; name a ca_bundle instead"
        )
