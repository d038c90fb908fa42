"""The wallet under test by one contract: its address, our credentials, and the players that may be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from harness import __version__
from harness.config.options import Misconfigured, Options
from harness.config.profile import ContractProfile, Profile, TlsProfile, Value
from harness.config.profile.limit_kinds import LIMITS
from harness.config.shares import shares_of
from harness.contracts import Credentials, load
from harness.model import Limits, Player, Tls

MANY = 1000
"""A number of processes that no run reaches."""
NO_LIMIT = "none"
"""The text of a limit that is switched off."""
AUTOMATIC = "automatic"
"""The text of a limit that the run computes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletUnderTest:
    """One wallet by one contract, with every value resolved.

    `scope` distinguishes the processes that share a run (xdist).
    """

    contract: str
    """The name under which the contract is loaded."""
    url: str
    """The base URL. It is empty for the bundled wallet before it is started."""
    credentials: Credentials
    provision_url: str = ""
    provision_token: str = field(default="", repr=False)
    """The token that `provision_url` asks for. Empty if it asks for none."""
    provision_command: str = ""
    """A command line that makes a player, as an alternative to `provision_url`.

    It may contain `{player}`, `{currency}`, `{balance}` (in main units) and `{contract}`.
    """
    restart_command: str = ""
    """A command line that restarts the wallet, and ends when that is done. Empty if there is none."""
    players: tuple[Player, ...] = ()
    games: tuple[str, ...] = ()
    paths: tuple[tuple[str, str], ...] = ()
    """Operations with a path that differs from the documented one, and that path below the URL."""
    lacks: tuple[str, ...] = ()
    """Operations that the operator has declared absent. They are not probed."""
    policies: tuple[tuple[str, str], ...] = ()
    """The readings that the operator has pinned. For each policy named here no other reading is accepted."""
    codes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The codes that this wallet sends in place of the document's, by outcome."""
    seed: int = 0
    run_id: str = "00000000"
    scope: str = ""
    limits: Limits = field(default_factory=Limits)
    tls: Tls = field(default_factory=Tls)
    time_out_seconds: float = 10
    recovery_seconds: float = 30
    """How long a wallet that has stopped answering is waited for. 0 is not at all."""
    run_seconds: float = 0
    """The longest time of a run. 0 means that it is computed from an estimate."""
    requests_per_second: float = 0
    """The most requests that this process sends in a second, except in races. 0 means no limit."""
    user_agent: str = ""
    """The `User-Agent` header. Empty means `walletproof/<version> (run <run id>)`."""

    def __post_init__(self) -> None:
        """Fill in the default user agent, by which an operator can find our requests in its logs."""
        if not self.user_agent:
            object.__setattr__(self, "user_agent", f"walletproof/{__version__} (run {self.run_id})")

    @property
    def makes_players(self) -> bool:
        """True if players are made on demand instead of named."""
        return bool(self.provision_url or self.provision_command)

    @property
    def most_processes(self) -> int:
        """How many processes can test the wallet side by side. Each process needs its own players and connections."""
        players = MANY if self.makes_players else len(shares_of(self.players))
        races = MANY if self.limits.connections == Limits().connections else self.limits.races_at_once
        return max(1, min(players, races))

    def in_process(self, scope: str, processes: int) -> WalletUnderTest:
        """The same wallet for one of several processes, with its part of the limits that the operator allows."""
        limits = self.limits
        if limits.connections != Limits().connections:
            limits = replace(limits, connections=max(1, limits.connections // processes))
        rate = self.requests_per_second / processes
        # One process must not restart the wallet while others use it.
        return replace(self, scope=scope, limits=limits, requests_per_second=rate, restart_command="")


def wallet_of(contract: ContractProfile, profile: Profile, options: Options) -> WalletUnderTest:
    """The wallet of one contract, from the profile in force. A credential that is set nowhere is empty."""
    return WalletUnderTest(
        contract=contract.name,
        url=_text(contract.url).rstrip("/"),
        credentials=_credentials(contract),
        provision_url=_text(profile.provision_url),
        provision_token=_text(profile.provision_token),
        provision_command=_text(profile.provision_command),
        restart_command=_text(profile.restart_command),
        players=tuple(each.player for each in profile.players_of(contract.name)),
        games=tuple(each.text for each in profile.games),
        paths=tuple((name, path.text) for name, path in contract.paths.items()),
        lacks=tuple(each.text for each in contract.lacks),
        policies=tuple((name, reading.text) for name, reading in contract.policies.items()),
        codes=tuple((outcome, tuple(each.text for each in codes)) for outcome, codes in contract.codes.items()),
        tls=_tls(contract.tls or TlsProfile()),
        limits=_limits(profile.limits),
        time_out_seconds=float(profile.limits["time_out_seconds"].text),
        recovery_seconds=float(profile.limits["recovery_seconds"].text),
        run_seconds=_computed(profile.limits["run_seconds"].text),
        requests_per_second=_rate(profile.limits),
        seed=options.seed,
        run_id=options.run_id,
    )


def _credentials(contract: ContractProfile) -> Credentials:
    """The credentials of a wallet. Raises Misconfigured for a file that cannot be read."""
    found = {}
    for each in load(contract.name).credentials:
        value = contract.credentials.get(each.variable)
        try:
            found[each.name] = each.read(value.text) if value is not None else ""
        except (OSError, ValueError) as error:
            where = value.where if value is not None else each.variable
            why = f": {error.strerror}" if isinstance(error, OSError) else ""
            raise Misconfigured(f"{where}: {each.name} is no PEM text and no file that holds it{why}") from None
    return Credentials(**found)


def _text(value: Value | None) -> str:
    return value.text if value is not None else ""


def _computed(text: str) -> float:
    return 0 if text == AUTOMATIC else float(text)


def _limits(limits: Mapping[str, Value]) -> Limits:
    read = {True: int, False: float}
    return Limits(**{each.name: read[LIMITS[each.name].whole](limits[each.name].text) for each in fields(Limits)})


def _rate(limits: Mapping[str, Value]) -> float:
    text = limits["requests_per_second"].text
    return 0 if text == NO_LIMIT else float(text)


def _tls(written: TlsProfile) -> Tls:
    return Tls(
        verify=written.verify is None or written.verify.text == "true",
        ca_bundle=written.ca_bundle.text if written.ca_bundle else None,
        client_certificate=written.client_certificate.text if written.client_certificate else None,
        client_key=written.client_key.text if written.client_key else None,
    )
