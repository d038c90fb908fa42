"""Worked examples of authentication: in the OpenAPI documents and on docs/AUTHENTICATION.md, and right."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from patience import PATIENCE_SECONDS

from harness.contracts import BUNDLED, Contract, CredentialField, Credentials, load
from harness.contracts.shared.openapi import as_json, document
from harness.contracts.shared.openapi.vectors import as_markdown, vectors
from harness.contracts.shared.schema import bundled

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "AUTHENTICATION.md").read_text(encoding="utf-8")
CASINO, SPORTSBOOK = load("casino"), load("sportsbook")


@pytest.mark.parametrize("name", BUNDLED)
def test_the_document_has_them_and_shows_the_first(name: str) -> None:
    whole = json.loads(as_json(document(load(name))))
    assert [each["what"] for each in whole["x-authentication-vectors"]] == [
        "a published request",
        "text beyond ASCII, in the body and in what is secret",
    ]
    for value in whole["x-authentication-vectors"][0]["headers"].values():
        assert value in whole["info"]["description"]


def test_the_signatures_are_those_of_another_implementation() -> None:
    for each in vectors(CASINO):
        covered = each["body"].encode() + b"|" + str(each["timestamp"]).encode()
        digest = hmac.new(each["credentials"]["secret"].encode(), covered, hashlib.sha256).hexdigest()
        assert each["text"].encode() == covered
        assert each["headers"]["x-signature"] == digest
        assert each["headers"]["x-timestamp"] == str(each["timestamp"])
        assert each["headers"]["x-api-key"] == each["credentials"]["api_key"]


def test_the_signatures_are_those_of_openssl() -> None:
    """The shell line that the documents print, but for the time."""
    assert CASINO.recipe is not None
    for each in vectors(CASINO):
        variables = {
            "PATH": "/usr/bin:/bin",
            "BODY": each["body"],
            "TIMESTAMP": str(each["timestamp"]),
            "WALLET_SECRET": each["credentials"]["secret"],
        }
        script = "\n".join([CASINO.recipe.shell[-1], 'printf %s "$SIGNATURE"'])
        assert shell(script, variables) == each["headers"]["x-signature"]


def test_the_authorization_is_that_of_rfc_7617() -> None:
    for each in vectors(SPORTSBOOK):
        user, password = each["credentials"]["user"], each["credentials"]["password"]
        assert each["text"] == f"{user}:{password}"
        assert each["headers"]["authorization"] == f"Basic {base64.b64encode(each['text'].encode()).decode()}"


def shell(script: str, variables: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-c", script], env=variables, capture_output=True, timeout=PATIENCE_SECONDS, check=True
    )
    return done.stdout.decode()


@pytest.mark.parametrize("name", BUNDLED)
def test_a_sound_wallet_believes_every_one(name: str) -> None:
    contract = load(name)
    for each in vectors(contract):
        who = Credentials(**each["credentials"])
        assert contract.verify(each["headers"], each["body"].encode(), who, each["timestamp"]) == ""


def on_the_page() -> dict[str, list[dict[str, Any]]]:
    """The vectors that the page prints, by contract."""
    blocks = re.findall(r"^## (\w+)\b.*?^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return {name.lower(): yaml.safe_load(block) for name, block in blocks}


def test_the_page_has_the_very_same_ones() -> None:
    assert on_the_page() == {name: [*vectors(load(name))] for name in BUNDLED}


# ----------------------------------------------------------------------------------------------------------------------
# Contracts that are not bundled


def with_sign(sign: Any, **changes: Any) -> Contract:
    return replace(SPORTSBOOK, sign=sign, recipe=None, **changes)


def test_without_a_recipe_there_are_the_headers() -> None:
    (first, _) = vectors(replace(SPORTSBOOK, recipe=None))
    assert "text" not in first
    assert "Basic " in as_markdown(replace(SPORTSBOOK, recipe=None))


def test_headers_that_differ_each_time_are_no_example() -> None:
    count = iter(range(100))
    found = with_sign(lambda body, credentials, now_ms: (("nonce", str(next(count))),))
    assert vectors(found) == ()
    assert as_markdown(found) == ""
    assert "x-authentication-vectors" not in document(found)


def test_headers_that_cannot_be_sent_are_no_example() -> None:
    found = vectors(with_sign(lambda body, credentials, now_ms: (("token", credentials["password"]),)))
    assert [each["headers"] for each in found] == [{"token": "example-password"}]


def test_no_document_has_a_private_key() -> None:
    pem = CredentialField(name="key", variable="KEY", pem=True)
    assert vectors(replace(SPORTSBOOK, credentials=(pem,))) == ()


# ----------------------------------------------------------------------------------------------------------------------
# Schemas for editors


@pytest.mark.parametrize("name", ["profile", "report", "scenario"])
def test_the_schemas_of_files_say_who_they_are(name: str) -> None:
    """Those of the contracts are seen to in test_schemas.py."""
    assert json.loads((bundled("schemas") / f"{name}.json").read_bytes())["$id"] == f"urn:walletproof:{name}"


def test_there_is_no_other_schema() -> None:
    assert {path.stem for path in bundled("schemas").glob("*.json")} == {"profile", "report", "scenario"}
