"""Reads the contracts of a profile: for each the wallet's URL, our credentials, and the deviations of this wallet."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from harness.config.profile.reader import Reader
from harness.config.profile.shape import ContractProfile, TlsProfile, Value
from harness.contracts import BUNDLED, Contract, UnknownContract, load
from harness.files.complaints import nearest
from harness.files.tree import Node, Text
from harness.model import Outcome

KEYS = ("url", "credentials", "paths", "policies", "codes", "capabilities", "tls")
TLS_KEYS = ("verify", "ca_bundle", "client_certificate", "client_key")


def read_contracts(node: Node, reader: Reader) -> dict[str, ContractProfile]:
    """The contracts by the names under which they are loaded."""
    found: dict[str, ContractProfile] = {}
    for name, (key, each) in reader.table(node, "contracts").items():
        try:
            contract = load(name)
        except UnknownContract as error:
            reader.add(key, "contracts", str(error))
            continue
        found[name] = _contract(name, contract, key, each, reader)
    return found


def _contract(name: str, contract: Contract, key: Text, node: Node, reader: Reader) -> ContractProfile:
    at = f"contracts.{name}"
    parts = {word: each for word, (_, each) in reader.table(node, at, KEYS).items()}
    chosen = reader.overrides.chosen(name)
    needed = chosen and not reader.overrides.url
    return ContractProfile(
        name=name,
        where=reader.where(key),
        url=read_url(parts["url"], f"{at}.url", reader, needed=needed) if "url" in parts else None,
        credentials=_credentials(parts.get("credentials"), f"{at}.credentials", contract, reader, chosen=chosen),
        paths=_paths(parts.get("paths"), f"{at}.paths", contract, reader),
        policies=_policies(parts.get("policies"), f"{at}.policies", contract, reader),
        codes=_codes(parts.get("codes"), f"{at}.codes", reader),
        lacks=_lacks(parts.get("capabilities"), f"{at}.capabilities", contract, reader),
        tls=read_tls(parts["tls"], f"{at}.tls", reader) if "tls" in parts else None,
    )


def read_url(node: Node, name: str, reader: Reader, *, needed: bool = True) -> Value | None:
    """An absolute URL without credentials. The message does not repeat the URL, because it may contain a password."""
    if (found := reader.value(node, name, needed=needed)) is None:
        return None
    if complaint := complaint_about_url(found.text):
        reader.add(node, name, complaint)
        return None
    return found


def complaint_about_url(text: str) -> str:
    """Why a text is no URL of a wallet, or an empty text. It does not repeat the URL, which may contain a password."""
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(each in text for each in " ?#"):
        return f"must be a URL such as https://wallet.example/{BUNDLED[0]}, without ? and #"
    if "@" in parts.netloc:
        return "must not hold a user name or a password: they belong under credentials"
    return ""


def _credentials(node: Node | None, name: str, contract: Contract, reader: Reader, *, chosen: bool) -> dict[str, Value]:
    if node is None:
        return {}
    variables = {each.name: each for each in contract.credentials}
    found: dict[str, Value] = {}
    for word, (_, each) in reader.table(node, name, variables).items():
        variable = variables[word].variable
        needed = chosen and variable not in reader.overrides.variables
        if (value := reader.value(each, f"{name}.{word}", needed=needed)) is None:
            continue
        found[variable] = value
        if not value.variable and variables[word].secret:
            reader.warnings.append(
                f"{value.where}: {name}.{word} is written out: keep secrets in the environment, as ${{{variable}}}"
            )
    return found


def _paths(node: Node | None, name: str, contract: Contract, reader: Reader) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for word, (_, each) in (reader.table(node, name, contract.specs) if node is not None else {}).items():
        value = reader.value(each, f"{name}.{word}")
        if value is not None and (not value.text.startswith("/") or any(char in value.text for char in "?# ")):
            reader.add(each, f"{name}.{word}", "must be a path below the URL, such as /transaction/reward")
        elif value is not None:
            found[word] = value
    return found


def _policies(node: Node | None, name: str, contract: Contract, reader: Reader) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for word, (_, each) in (reader.table(node, name, contract.policy) if node is not None else {}).items():
        if (value := reader.one_of(each, f"{name}.{word}", contract.policy[word])) is not None:
            found[word] = value
    return found


def _codes(node: Node | None, name: str, reader: Reader) -> dict[str, tuple[Value, ...]]:
    words = [each.value for each in Outcome if each is not Outcome.OK]
    found: dict[str, tuple[Value, ...]] = {}
    outcome_of: dict[str, str] = {}
    for word, (key, each) in (reader.table(node, name, words) if node is not None else {}).items():
        codes = reader.values(each, f"{name}.{word}")
        if not codes:
            reader.add(key, f"{name}.{word}", "names no code: write what the wallet says, as in [NO_MONEY]")
            continue
        for code in codes:
            if outcome_of.setdefault(code.text, word) != word:
                reader.add(key, f"{name}.{word}", f"the code {code.text!r} stands for {outcome_of[code.text]} already")
        found[word] = codes
    return found


def _lacks(node: Node | None, name: str, contract: Contract, reader: Reader) -> tuple[Value, ...]:
    if node is None:
        return ()
    parts = reader.table(node, name, ("lacks",))
    found: list[Value] = []
    for each in reader.nodes(parts["lacks"][1], f"{name}.lacks") if "lacks" in parts else ():
        value = reader.value(each, f"{name}.lacks")
        if value is None:
            continue
        spec = contract.specs.get(value.text)
        if spec is None:
            reader.add(each, f"{name}.lacks", f"no operation {value.text!r}{nearest(value.text, contract.specs)}")
        elif spec.core:
            reader.add(each, f"{name}.lacks", f"{value.text} is the core of the contract: no wallet is without it")
        else:
            found.append(value)
    return tuple(found)


def read_tls(node: Node, name: str, reader: Reader) -> TlsProfile:
    """TLS settings. The files must exist."""
    parts = {word: each for word, (_, each) in reader.table(node, name, TLS_KEYS).items()}
    files = {
        word: found
        for word in TLS_KEYS[1:]
        if word in parts and (found := reader.file(parts[word], f"{name}.{word}")) is not None
    }
    if "client_key" in parts and "client_certificate" not in parts:
        reader.add(parts["client_key"], f"{name}.client_key", "needs the client_certificate that it belongs to")
    verify = reader.one_of(parts["verify"], f"{name}.verify", ("true", "false")) if "verify" in parts else None
    return TlsProfile(verify=verify, **files)


def duplicates(contracts: Mapping[str, ContractProfile], reader: Reader) -> None:
    """Complain about two entries for the same contract, for example one by name and one by module."""
    places: dict[str, str] = {}
    for each in contracts.values():
        if (first := places.setdefault(load(each.name).name, each.name)) != each.name:
            line = int(each.where.rpartition(":")[2])
            reader.complaints.add(line, f"contracts: {each.name} is the same contract as {first}: keep one")
