"""The shell lines of a forged request forge it again: a `curl` that tells what it was given shows what is sent."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.contracts import Contract, Credentials, basic_auth, hmac_headers, load
from harness.model import Request
from harness.report.record import again
from harness.report.record.forgeries import FORGERIES

WHO = Credentials("the-platform", 'Secret "of" $these `tests`')
BODY = '{"amount":1,"note":"it\'s"}'
NOT_THE_SAME = {"wrong_signature", "other_timestamp"}
"""Forged in another way than the scenario does, and as wrong."""
OF_CONTRACT = {"casino": hmac_headers.FORGERIES, "sportsbook": basic_auth.FORGERIES}
CASES = [(contract, name) for contract, known in OF_CONTRACT.items() for name in known if name in FORGERIES]


def sent(contract: Contract, forged: str, folder: Path) -> dict[str, str]:
    """The headers that the shell lines send."""
    headers = [["content-type", "application/json"]]
    headers += [[name, "recorded"] for name in (contract.recipe.headers if contract.recipe else ())]
    request = {"method": "POST", "path": "/bet", "headers": headers, "body": BODY}
    lines = again(
        contract, "http://wallet.example", {"operation": "bet", "request": request, "alteration": {"forged": forged}}
    )
    assert WHO.secret not in lines
    fake = folder / "curl"
    fake.write_text('#!/bin/sh\nfor each in "$@"; do printf "%s\\n" "$each"; done\n')
    fake.chmod(0o755)
    key, secret = contract.environment
    variables = {"PATH": f"{folder}:/usr/bin:/bin", key: WHO.key, secret: WHO.secret}
    done = subprocess.run(["/bin/sh", "-eu", "-c", lines], env=variables, capture_output=True, text=True, check=True)
    assert not done.stderr
    told = done.stdout.splitlines()
    assert told[told.index("--data-binary") + 1] == BODY
    pairs = (each.rstrip(";").partition(":") for each in told if each.startswith(("x-", "auth")))
    return {name: value.strip() for name, _, value in pairs}


def expected(contract: Contract, forged: str, timestamp: str) -> dict[str, str]:
    """Those that the forgery itself makes of a genuine request of that moment."""
    now_ms = int(timestamp) * (1000 if forged == "timestamp_in_seconds" else 1) if timestamp.isdecimal() else 0
    genuine = Request("/bet", contract.sign(BODY.encode(), WHO, now_ms), BODY.encode())
    made = OF_CONTRACT[contract.name][forged](genuine, WHO, now_ms)
    return {name: value for name, value in made.headers if name in (contract.recipe.headers if contract.recipe else ())}


@pytest.mark.parametrize(("name", "forged"), CASES)
def test_a_forgery_is_forged_again(name: str, forged: str, tmp_path: Path) -> None:
    contract = load(name)
    found = sent(contract, forged, tmp_path)
    right = expected(contract, forged, found.get("x-timestamp", ""))
    if forged in NOT_THE_SAME:
        genuine = contract.sign(BODY.encode(), WHO, int(found["x-timestamp"]))
        assert found["x-signature"] != dict(genuine)["x-signature"]
        assert len(found["x-signature"]) == len(right["x-signature"])
    else:
        assert found == right


def test_every_forgery_that_is_made_again_is_one_of_a_contract() -> None:
    assert set(FORGERIES) == {name for _, name in CASES}


def test_a_forgery_that_takes_more_than_a_line_is_shown_as_it_was_recorded(tmp_path: Path) -> None:
    contract = load("casino")
    assert "plain_hash" in hmac_headers.FORGERIES
    assert sent(contract, "plain_hash", tmp_path)["x-signature"] == "recorded"
