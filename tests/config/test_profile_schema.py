"""The schema of profiles, for editors, says what the loader says."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from whole_profile import WHOLE

from harness.config.profile import KEYS, LIMITS
from harness.config.profile.contracts import KEYS as CONTRACT_KEYS
from harness.config.profile.contracts import TLS_KEYS
from harness.config.profile.people import PLAYER_KEYS, WAIVER_KEYS
from harness.model import Outcome

SCHEMA: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "schemas" / "profile.json").read_text(), parse_float=Decimal
)


def quoted(text: str) -> str:
    """`${NAME}` in quotation marks, for a YAML reader that does not know it."""
    return re.sub(r'"?(\$\{\w+\})"?', r'"\1"', text)


def valid(text: str) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(yaml.load(quoted(text), yaml.BaseLoader))


def keys(*path: str) -> set[str]:
    node = SCHEMA
    for each in path:
        node = node[each]
    return set(node["properties"])


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_has_the_keys_of_the_loader() -> None:
    assert keys() == set(KEYS)
    assert keys("$defs", "contract") == set(CONTRACT_KEYS)
    assert keys("$defs", "player") == set(PLAYER_KEYS)
    assert keys("$defs", "tls") == set(TLS_KEYS)
    assert keys("properties", "limits") == set(LIMITS)
    assert keys("properties", "waivers", "items") == set(WAIVER_KEYS)
    assert keys("$defs", "contract", "properties", "codes") == {each.value for each in Outcome} - {"ok"}


def test_it_takes_a_whole_profile() -> None:
    assert valid(WHOLE)


@pytest.mark.parametrize(
    "text",
    [
        "games: [G1]",
        "contracts: {}",
        "contracts: {casino: {ulr: http://w}}",
        "contracts: {casino: {url: wallet.example}}",
        "contracts: {casino: {}}\nenvironment: live",
        "contracts: {casino: {}}\nplayers: [{id: 1}]",
        "contracts: {casino: {}}\nwaivers: [{requirement: CAS-CON-01, reason: r, owner: o, until: 2027-01-31}]",
        "contracts: {casino: {}}\nprovision: {url: http://w, command: x}",
    ],
)
def test_it_refuses_what_the_loader_refuses(text: str) -> None:
    assert not valid(text)
