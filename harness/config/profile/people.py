"""Reads the players of a profile, the way to make them, the command that restarts the wallet, and the waivers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from harness.config.profile.contracts import read_url
from harness.config.profile.reader import Reader
from harness.config.profile.shape import ContractProfile, PlayerProfile, Value
from harness.contracts import load
from harness.contracts.shared.requirements import is_conservation
from harness.files.complaints import nearest
from harness.files.tree import Node
from harness.model import Requirement, Waiver
from harness.model.words import PROVISION_TOKEN

PLAYER_KEYS = ("id", "contract", "currency", "session", "expired_session", "auth_token", "bets")
WAIVER_KEYS = ("requirement", "reason", "owner", "until")

_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def complaint_about_currency(text: str) -> str:
    """Why a text is no currency, or an empty text."""
    return "" if _CURRENCY.match(text) else "must be an ISO 4217 code such as EUR"


def read_provision(node: Node, reader: Reader) -> tuple[Value | None, Value | None, Value | None]:
    """The URL that makes players, the token that it asks for, and the command that makes them.

    Either the URL or the command is set. A token belongs to a URL.
    """
    parts = {word: each for word, (_, each) in reader.table(node, "provision", ("url", "token", "command")).items()}
    needed = not (reader.overrides.provision or reader.overrides.players)
    if ("url" in parts) == ("command" in parts):
        reader.add(node, "provision", "give url or command, one of them")
        return None, None, None
    if "command" in parts:
        if "token" in parts:
            reader.add(parts["token"], "provision.token", "belongs to a url: a command has the environment of the run")
        return None, None, reader.value(parts["command"], "provision.command", needed=needed)
    url, token = read_url(parts["url"], "provision.url", reader, needed=needed), None
    if "token" in parts:
        token = reader.value(parts["token"], "provision.token", needed=needed and not reader.overrides.token)
        if token is not None and not token.variable:
            reader.warnings.append(
                f"{token.where}: provision.token is written out: keep secrets in the environment, as "
                f"${{{PROVISION_TOKEN}}}"
            )
    return url, token, None


def read_hooks(node: Node, reader: Reader) -> Value | None:
    """The command that restarts the wallet. None if there is none."""
    parts = {word: each for word, (_, each) in reader.table(node, "hooks", ("restart",)).items()}
    return reader.value(parts["restart"], "hooks.restart") if "restart" in parts else None


def read_players(
    node: Node, contracts: Mapping[str, ContractProfile], reader: Reader, *, needed: bool
) -> tuple[PlayerProfile, ...]:
    """The named players. A variable that only they need may be missing if `needed` is false."""
    found: list[PlayerProfile] = []
    places: dict[tuple[str, str], str] = {}
    for each in reader.items(node, "players"):
        player = _player(each, contracts, reader, needed=needed)
        identity = player.text("contract"), player.text("id")
        if identity[1] and (first := places.setdefault(identity, player.where)) != player.where:
            reader.add(each, "players.id", f"player {identity[1]} is named in {first} already")
        found.append(player)
    return tuple(found)


def _player(node: Node, contracts: Mapping[str, ContractProfile], reader: Reader, *, needed: bool) -> PlayerProfile:
    parts = {word: each for word, (_, each) in reader.table(node, "players", PLAYER_KEYS).items()}
    fields: dict[str, Value] = {}
    if "contract" in parts and (named := reader.one_of(parts["contract"], "players.contract", contracts)) is not None:
        fields["contract"] = named
    wanted = needed and reader.overrides.chosen(fields["contract"].text if "contract" in fields else "")
    if "contract" not in parts:
        wanted = needed
    for word in (each for each in PLAYER_KEYS if each in parts and each not in {"contract", "bets"}):
        if (value := reader.value(parts[word], f"players.{word}", needed=wanted)) is not None:
            fields[word] = value
    for word in ("id", "currency"):
        if word not in parts:
            reader.add(node, "players", f"a player needs {word}, as in {{id: 188, currency: EUR, session: ...}}")
    if "currency" in fields and (complaint := complaint_about_currency(fields["currency"].text)):
        reader.add(parts["currency"], "players.currency", complaint)
    bets = reader.values(parts["bets"], "players.bets") if "bets" in parts else ()
    return PlayerProfile(where=reader.where(node), fields=fields, bets=bets)


def read_waivers(
    node: Node, contracts: Mapping[str, ContractProfile], today: date, reader: Reader
) -> tuple[Waiver, ...]:
    """The waivers whose last day is not over. A waiver names a requirement that the operator knows to be violated."""
    known = {id: each for name in contracts for id, each in load(name).requirements.items()}
    found: dict[str, Waiver] = {}
    for each in reader.items(node, "waivers"):
        waiver = _waiver(each, known, today, reader)
        if waiver is not None and (first := found.setdefault(waiver.requirement, waiver)) is not waiver:
            reader.add(each, "waivers", f"{waiver.requirement} is waived in {first.where} already: keep one")
    return tuple(found.values())


def _waiver(node: Node, known: Mapping[str, Requirement], today: date, reader: Reader) -> Waiver | None:
    entries = reader.table(node, "waivers", WAIVER_KEYS)
    parts = {word: reader.value(each, f"waivers.{word}") for word, (_, each) in entries.items()}
    if missing := [word for word in WAIVER_KEYS if word not in parts]:
        reader.add(node, "waivers", f"a waiver needs {', '.join(WAIVER_KEYS)}: {' and '.join(missing)} missing")
    given = {word: value.text for word, value in parts.items() if value is not None}
    until = _until(given, entries["until"][1], today, reader) if "until" in given else None
    requirement = given.get("requirement", "")
    if "requirement" in given:
        _check_requirement(entries["requirement"][1], requirement, known, reader)
    if until is None or len(given) < len(WAIVER_KEYS):
        return None
    return Waiver(
        requirement=requirement,
        reason=given["reason"],
        owner=given["owner"],
        until=until,
        where=reader.where(node),
    )


def _check_requirement(node: Node, id: str, known: Mapping[str, Requirement], reader: Reader) -> None:
    if is_conservation(id):
        reader.add(node, "waivers.requirement", f"{id} cannot be waived, because money is lost or made: remove it")
    elif known and id not in known:
        reader.add(
            node,
            "waivers.requirement",
            f"no contract of this profile has a requirement {id!r}{nearest(id, known) if len(id) < 40 else ''}",
        )


def _until(given: Mapping[str, str], node: Node, today: date, reader: Reader) -> date | None:
    text = given["until"]
    try:
        until = date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError:
        until = None
    if until is None:
        reader.add(node, "waivers.until", "must be a date such as 2027-01-31, the last day on which the waiver holds")
    elif until < today:
        name = given.get("requirement", "a requirement")
        reader.add(
            node,
            "waivers.until",
            f"the waiver of {name} expired on {until}: repair the wallet, or agree on another date",
        )
    return until
