"""The configuration of a run: options, environment and profile become one wallet under test for each contract.

`configure` is the whole road, and this file has it from top to bottom:

1. `Options` (options.py) are what the command line says.
2. `Profile` (profile/) is what `wallet.yaml` says, each value with its place `file:line`.
3. `profile_in_force` (precedence.py) lays options and environment over the profile. The result is a `Profile` again,
   and each value still says where it comes from: `walletproof show-config` prints it.
4. `wallet_of` (wallet.py) makes a frozen `WalletUnderTest` of it, one for each contract.

Before something is sent, `RunConfiguration.require_usable` says what is missing. The bundled wallet has no URL and no
credentials before it is started: `with_bundled_wallet` adds them. The room knows no pytest.
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
    """Everything that a run is configured by. It is plain data, which reaches worker processes by pickle."""

    options: Options
    profile: Profile
    """The profile that is in force: options and environment are laid over the file."""
    wallets: tuple[WalletUnderTest, ...] = ()
    """The wallet under test, once for each contract that it is certified by."""
    bundled: bool = False
    """True if the run is about the reference wallet, which it starts itself."""

    @property
    def production(self) -> str:
        """Where the profile says that the wallet is in production; empty for a test wallet."""
        found = self.profile.environment
        return found.where if found is not None and found.text == "production" else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What does not prevent a run: secrets in the file, and each place that turns off verification of TLS."""
        return (*self.profile.warnings, *_unverified(self.profile))

    def require_usable(self, *, sending: bool = True) -> None:
        """Raise Misconfigured, a line for each complaint, if the wallet may not be tested or something is missing.

        A wallet in production may be configured only where nothing is sent.
        """
        if self.production and sending:
            raise Misconfigured(
                f"REFUSED: {self.production} says `environment: production`. A run books and takes back money, sends "
                "forged requests and lets bets race: point the profile at a test wallet, and say so there"
            )
        if missing := [each for contract in self.profile.contracts.values() for each in _missing(contract, self)]:
            raise Misconfigured("\n".join(missing))

    def with_bundled_wallet(
        self, urls: Mapping[str, str], credentials: Mapping[str, Credentials], provision_url: str
    ) -> RunConfiguration:
        """The same run, with the addresses of the reference wallet that it has started. Mappings are by contract."""
        wallets = (
            replace(
                each,
                url=urls[each.contract].rstrip("/"),
                credentials=credentials[each.contract],
                provision_url=provision_url,
            )
            for each in self.wallets
        )
        return replace(self, wallets=tuple(wallets))

    def in_process(self, scope: str, processes: int) -> RunConfiguration:
        """The same run in one of several processes. `scope` tells them apart; each has its part of the limits."""
        return replace(self, wallets=tuple(each.in_process(scope, processes) for each in self.wallets))


def configure(options: Options, environment: Mapping[str, str], *, on: date | None = None) -> RunConfiguration:
    """The configuration of a run that begins `on` a day, which decides whether waivers have expired. Default: today.

    Raises OptionsError for options that contradict each other, and Misconfigured for a profile that cannot be used.
    Missing credentials and players are no error here: `RunConfiguration.require_usable` names them.
    """
    profile = profile_in_force(options, environment, on or datetime.now(UTC).date())
    return RunConfiguration(
        options=options,
        profile=profile,
        wallets=tuple(wallet_of(each, profile, options) for each in profile.contracts.values()),
        bundled=all(each.url is None for each in profile.contracts.values()),
    )


def without_wallet(options: Options) -> RunConfiguration:
    """The configuration of a run that can test no wallet, because `configure` raised Misconfigured."""
    contracts = {name: ContractProfile(name=name) for name in BUNDLED}
    return RunConfiguration(options=options, profile=Profile(contracts=contracts))


def _missing(contract: ContractProfile, run: RunConfiguration) -> Iterator[str]:
    """What a wallet of the user's own lacks for a run, in sentences."""
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
