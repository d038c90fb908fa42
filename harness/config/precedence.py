"""Decides which source wins: options over the environment, the environment over the profile, the profile over defaults.

The result is again a `Profile`, the one in force. Each of its values has its origin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from harness.config.options import Misconfigured, Options, OptionsError, limits_of, pair, player_of
from harness.config.profile import (
    ContractProfile,
    Overrides,
    Profile,
    ProfileError,
    TlsProfile,
    Value,
    load_profile,
)
from harness.config.wallet import AUTOMATIC, NO_LIMIT, WalletUnderTest
from harness.contracts import BUNDLED, Contract, UnknownContract, load
from harness.model import Limits
from harness.model.words import CONTRACT, PROFILE, PROVISION, PROVISION_TOKEN, URL

TOKEN_OPTION = "--wallet-provision-token"
DEFAULT = "default"
TLS_FIELDS = tuple(each.name for each in fields(TlsProfile))


def profile_in_force(options: Options, environment: Mapping[str, str], on: date) -> Profile:
    """The profile that results from the three sources. Without a URL and a file it describes the bundled wallet.

    Raises OptionsError for options that contradict each other, and Misconfigured for a profile that cannot be used.
    """
    url = _option_or_variable("--wallet-url", options.url, URL, environment)
    path = _option_or_variable("--wallet-profile", options.profile, PROFILE, environment)
    if path is None and options.usual_profile:
        path = Value(options.usual_profile, "found in the current folder")
    if options.defect and (other := url or path) is not None:
        raise OptionsError(f"--wallet-defect is for the bundled wallet: drop it, or drop {other.where}")
    limits = limits_of(options.limits)
    players = tuple(map(player_of, options.players))
    if url is None and path is None:
        return _of_bundled_wallet(options, limits)
    if url is not None:
        _check_url(url)
    provision = _option_or_variable("--wallet-provision", options.provision_url, PROVISION, environment)
    token = _option_or_variable(TOKEN_OPTION, options.provision_token, PROVISION_TOKEN, environment)
    names = options.contracts or _names(environment.get(CONTRACT, ""))
    overrides = Overrides(
        contracts=names,
        url=url is not None,
        provision=provision is not None,
        token=token is not None,
        players=bool(players),
        variables=frozenset(name for name, value in environment.items() if value),
    )
    written = _read(path, environment, overrides, on) if path is not None else Profile()
    return replace(
        written,
        contracts=_contracts_in_force(names, url, written, options, environment),
        provision_url=provision or (None if players else written.provision_url),
        # The token of the file belongs to the address of the file, and is sent to no other one.
        provision_token=token or (None if provision or players else written.provision_token),
        provision_command=None if provision or players else written.provision_command,
        players=players or written.players,
        limits={**_default_limits(), **written.limits, **limits},
    )


def _option_or_variable(option: str, given: str, variable: str, environment: Mapping[str, str]) -> Value | None:
    """The value of an option. Without it, the value of its environment variable, or None."""
    if given:
        return Value(given, option)
    if environment.get(variable):
        return Value(environment[variable], f"the environment variable {variable}")
    return None


def _read(path: Value, environment: Mapping[str, str], overrides: Overrides, on: date) -> Profile:
    """The profile in the file."""
    try:
        written = load_profile(Path(path.text), environment, overrides, on)
    except ProfileError as error:
        raise Misconfigured(str(error)) from None
    return replace(written, path=path.text, named_by=path.where)


def _own(options: Options) -> Iterator[tuple[str, object]]:
    """The options that only a wallet of the user's own can have."""
    yield "--wallet-provision", options.provision_url
    yield TOKEN_OPTION, options.provision_token
    yield "--wallet-player", options.players


def _of_bundled_wallet(options: Options, limits: Mapping[str, Value]) -> Profile:
    """The profile of the wallet that the run starts itself. Its URL and credentials are not known yet."""
    given = next((name for name, value in _own(options) if value), "")
    if given:
        raise OptionsError(f"{given} belongs to a wallet of your own: say where it is with --wallet-url")
    for name in options.contracts:
        if name not in BUNDLED:
            raise OptionsError(
                f"the bundled wallet has no contract {name!r}, it has {' and '.join(BUNDLED)}: "
                "say where yours is with --wallet-url"
            )
    contracts = {name: load(name) for name in options.contracts or BUNDLED}
    _check_paths(options, contracts)
    return Profile(
        contracts={name: ContractProfile(name=name, paths=_paths(options, each)) for name, each in contracts.items()},
        limits={**_default_limits(), **limits},
    )


# ----------------------------------------------------------------------------------------------------------------------
# A wallet of the user's own, contract by contract


def _contracts_in_force(
    names: tuple[str, ...],
    url: Value | None,
    written: Profile,
    options: Options,
    environment: Mapping[str, str],
) -> dict[str, ContractProfile]:
    """The contracts of this run. They are complete except for credentials that are set nowhere."""
    implied = names or (tuple(written.contracts) if written.path else _contract_of_credentials(environment))
    contracts = _loaded(implied)
    _check_paths(options, contracts)
    if written.path and url is not None and len(contracts) > 1:
        raise OptionsError(
            f"{url.where} is one URL, and the run is about {' and '.join(contracts)}: choose one of them with "
            f"--wallet-contract, or let {written.path} say both"
        )
    found: dict[str, ContractProfile] = {}
    for name, contract in contracts.items():
        own = written.contracts.get(name)
        if (where := url or (own.url if own is not None else None)) is None:
            raise Misconfigured(_without_url(name, written, own))
        own = own or ContractProfile(name=name)
        found[name] = replace(
            own,
            url=where,
            credentials=dict(_credentials(contract, own, environment)),
            paths={**own.paths, **_paths(options, contract)},
            tls=_tls(written.tls, own.tls or TlsProfile()),
        )
    return found


def _contract_of_credentials(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The one contract whose credentials are set. Raises OptionsError if none or several have credentials."""
    variables = {name: load(name).environment for name in BUNDLED}
    found = tuple(name for name in BUNDLED if all(environment.get(each) for each in variables[name]))
    if len(found) == 1:
        return found
    pairs = ", ".join(f"{' and '.join(variables[name])} for {name}" for name in BUNDLED)
    if found:
        raise OptionsError(
            f"the credentials of {' and '.join(found)} are set: say which to use with --wallet-contract ({pairs})"
        )
    raise OptionsError(f"which contract? Name it with --wallet-contract, or set the credentials of one: {pairs}")


def _loaded(names: Iterable[str]) -> dict[str, Contract]:
    try:
        return {name: load(name) for name in dict.fromkeys(names)}
    except UnknownContract as error:
        raise OptionsError(f"--wallet-contract: {error}") from None


def _without_url(name: str, written: Profile, own: ContractProfile | None) -> str:
    """The complaint that the wallet's URL is missing."""
    if not written.path:
        return f"where is the wallet of {name}? Say it with --wallet-url"
    if own is not None:
        return f"{own.where}: contracts.{name}: url is missing: say where the wallet is, here or with --wallet-url"
    has = " and ".join(written.contracts) or "none"
    return f"{written.path} has no contract {name}, it has {has}: add it under contracts, or choose another"


def _credentials(
    contract: Contract, written: ContractProfile, environment: Mapping[str, str]
) -> Iterator[tuple[str, Value]]:
    """The credentials that are set, by variable. The environment takes precedence over the profile."""
    for variable in contract.environment:
        own = written.credentials.get(variable)
        if environment.get(variable) and not (own is not None and own.variable == variable):
            yield variable, Value(environment[variable], f"the environment variable {variable}")
        elif own is not None:
            yield variable, own


def _paths(options: Options, contract: Contract) -> dict[str, Value]:
    """The paths of the contract's operations from the command line."""
    return {each: Value(path, "--wallet-path") for each, path in map(pair, options.paths) if each in contract.specs}


def _tls(everywhere: TlsProfile, here: TlsProfile) -> TlsProfile:
    return TlsProfile(**{name: getattr(here, name) or getattr(everywhere, name) for name in TLS_FIELDS})


def _default_limits() -> dict[str, Value]:
    """Every limit with its default value."""
    numbers = {each.name: str(getattr(Limits(), each.name)) for each in fields(Limits)}
    numbers |= {
        "requests_per_second": NO_LIMIT,
        "recovery_seconds": str(WalletUnderTest.__dataclass_fields__["recovery_seconds"].default),
        "run_seconds": AUTOMATIC,
        "time_out_seconds": str(WalletUnderTest.__dataclass_fields__["time_out_seconds"].default),
    }
    return {name: Value(text, DEFAULT) for name, text in numbers.items()}


# ----------------------------------------------------------------------------------------------------------------------
# Options that cannot be used


def _check_url(url: Value) -> None:
    if "@" in urlsplit(url.text).netloc:
        raise OptionsError(
            f"{url.where} must not hold a user name or a password: give credentials through the environment"
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def _check_paths(options: Options, contracts: Mapping[str, Contract]) -> None:
    known = sorted({name for contract in contracts.values() for name in contract.specs})
    for text, (name, path) in zip(options.paths, map(pair, options.paths), strict=True):
        if name not in known or not path.startswith("/") or any(each in path for each in "?# "):
            raise OptionsError(
                f"--wallet-path {text!r}: give an operation ({', '.join(known)}) and a path below the URL, "
                "as in reward=/transaction/reward"
            )
