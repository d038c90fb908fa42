"""Reads a profile file into a `Profile`, or raises with every complaint about it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from harness.config.profile.contracts import duplicates, read_contracts, read_tls
from harness.config.profile.limit_kinds import read_limits
from harness.config.profile.people import read_hooks, read_players, read_provision, read_waivers
from harness.config.profile.reader import Overrides, ProfileError, Reader
from harness.config.profile.shape import Profile, TlsProfile
from harness.contracts import BUNDLED
from harness.files.complaints import Complaints, ScenarioError
from harness.files.tree import MAX_BYTES, Items, Kind, Node, Table, Text, read_tree

PROFILE = Kind("profile", "contracts, with the url of one")
KEYS = (
    "wallet",
    "issuer",
    "contracts",
    "provision",
    "players",
    "games",
    "tls",
    "limits",
    "hooks",
    "environment",
    "waivers",
)

OPEN, CLOSE = "\ue000", "\ue001"
"""Characters that replace the braces of `${NAME}` while YAML is read.

In `{secret: ${NAME}}` the braces would end the mapping. Each replacement has the same width, so columns stay correct.
"""

_REFERENCE = re.compile(r"\$\{([^{}\[\],#:\s\"']*)\}")


def load_profile(path: Path, environment: Mapping[str, str], overrides: Overrides, today: date) -> Profile:
    """The profile in a file. Raises ProfileError with every complaint."""
    shown = str(path)
    complaints = Complaints(shown)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ProfileError(f"profile {shown}: there is no such file; `walletproof init` writes one") from None
    except OSError as error:
        raise ProfileError(f"profile {shown}: cannot be read: {error.strerror}; name a file that can") from None
    if len(data) > MAX_BYTES:
        raise ProfileError(f"{shown}:1: the file has more than {MAX_BYTES} bytes: no profile is that long")
    tree = read_tree(_protected(data), complaints, PROFILE)
    reader = Reader(shown, path.absolute().parent, environment, overrides, complaints)
    profile = _profile(_restored(tree), data, today, reader) if tree is not None else None
    try:
        complaints.raise_if_any()
    except ScenarioError as error:
        raise ProfileError(str(error)) from None
    if profile is None:
        raise ProfileError(f"{shown}:1: must be a mapping of {', '.join(KEYS)}")
    return profile


def _profile(tree: Node, data: bytes, today: date, reader: Reader) -> Profile:
    parts = {word: node for word, (_, node) in reader.table(tree, "", KEYS).items()}
    contracts = read_contracts(parts["contracts"], reader) if "contracts" in parts else {}
    duplicates(contracts, reader)
    if not contracts and not reader.complaints.found:
        line = parts["contracts"].line if "contracts" in parts else 1
        reader.complaints.add(line, f"contracts is missing: name {' or '.join(BUNDLED)}, with the wallet's url")
    url, token, command = read_provision(parts["provision"], reader) if "provision" in parts else (None, None, None)
    made = reader.overrides.provision or (("provision" in parts) and not reader.overrides.players)
    needed = not (made or reader.overrides.players)
    return Profile(
        path=reader.shown,
        digest=hashlib.sha256(data).hexdigest(),
        wallet=reader.value(parts["wallet"], "wallet") if "wallet" in parts else None,
        issuer=reader.value(parts["issuer"], "issuer") if "issuer" in parts else None,
        contracts=contracts,
        provision_url=url,
        provision_token=token,
        provision_command=command,
        players=read_players(parts["players"], contracts, reader, needed=needed) if "players" in parts else (),
        games=reader.values(parts["games"], "games") if "games" in parts else (),
        tls=read_tls(parts["tls"], "tls", reader) if "tls" in parts else TlsProfile(),
        limits=read_limits(parts["limits"], reader) if "limits" in parts else {},
        restart_command=read_hooks(parts["hooks"], reader) if "hooks" in parts else None,
        environment=reader.one_of(parts["environment"], "environment", ("staging", "production"))
        if "environment" in parts
        else None,
        waivers=read_waivers(parts["waivers"], contracts, today, reader) if "waivers" in parts else (),
        warnings=tuple(reader.warnings),
    )


def _protected(data: bytes) -> bytes:
    """The text with each `${NAME}` in a form that YAML reads as a plain word."""
    try:
        return _REFERENCE.sub(rf"${OPEN}\1{CLOSE}", data.decode("utf-8")).encode()
    except UnicodeDecodeError:
        return data


def _restored(node: Node) -> Node:
    """The tree with `${NAME}` as it was written."""
    match node:
        case Text(value, line):
            return Text(value.replace(OPEN, "{").replace(CLOSE, "}"), line)
        case Items(values, line):
            return Items(tuple(_restored(each) for each in values), line)
        case Table(entries, line):
            return Table(tuple((key, _restored(each)) for key, each in entries), line)
