"""A defect: a wallet with one deliberate bug, and the findings that the harness must report."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from harness.contracts import BUNDLED
from harness.model import Check
from mock_server.wallet import Wallet

EVERY = BUNDLED
"""A defect affects every bundled contract unless it names its contracts."""
CASINO = ("casino",)
SPORTSBOOK = ("sportsbook",)


@dataclass(frozen=True, slots=True)
class Witness:
    """A scenario that must turn red, and the check that must find it."""

    scenario: str
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """One wrong wallet. `violates` are all the requirements that it breaks, in the harness's words: no others may be
    charged to it.
    """

    name: str
    theme: str
    text: str
    wallet_type: type[Wallet]
    contracts: tuple[str, ...]
    violates: tuple[str, ...]
    witnesses: tuple[Witness, ...]


class UnknownDefect(Exception):
    """There is no defect of that name. The text lists the nearest names."""


WalletType = TypeVar("WalletType", bound=type[Wallet])
_DEFECTS: dict[str, Defect] = {}


def defect(
    *, violates: str, witnesses: Mapping[str, str], contracts: tuple[str, ...] = EVERY
) -> Callable[[WalletType], WalletType]:
    """Register a wallet type as a defect with the name of its class. Its docstring says what is wrong, in a user's
    words.

    `violates` lists requirement ids with spaces between them. `witnesses` maps scenarios to checks.
    Raises ValueError for a check that does not exist, and for the name of another defect.
    """

    def register(wallet_type: WalletType) -> WalletType:
        name = _name_of(wallet_type)
        if name in _DEFECTS:
            raise ValueError(f"two defects are called {name}")
        _DEFECTS[name] = Defect(
            name=name,
            theme=wallet_type.__module__.rpartition(".")[2],
            text=" ".join((wallet_type.__doc__ or "").split()),
            wallet_type=wallet_type,
            contracts=contracts,
            violates=tuple(violates.split()),
            witnesses=tuple(Witness(scenario, Check(check)) for scenario, check in witnesses.items()),
        )
        return wallet_type

    return register


def _name_of(wallet_type: type[Wallet]) -> str:
    return "-".join(re.findall(r"[A-Z][a-z]*|[0-9]+", wallet_type.__name__)).lower()


def registered() -> Mapping[str, Defect]:
    """Every defect that was registered so far, by name."""
    return MappingProxyType(_DEFECTS)
