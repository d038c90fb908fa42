"""The shell lines of a forged request forge it again: a `curl` that tells what it was given shows what is sent."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from credentials_at_hand import of_casino, of_sportsbook, public_of, secret_of

from harness.contracts import BUNDLED, Contract, Credentials, load
from harness.examine.shell_lines import again
from harness.model import Level, Request

SECRET = 'Secret "of" $these `tests`'
WHO = Credentials(**of_casino("the-platform", SECRET), **of_sportsbook("the-platform", SECRET))
BODY = '{"amount":1,"note":"it\'s"}'
NOT_THE_SAME = {"wrong_signature", "other_timestamp"}
"""Forged in another way than the scenario does, and as wrong."""
CASES = [(name, each.name) for name in BUNDLED for each in load(name).forgeries.values() if each.shell is not None]


def sent(contract: Contract, forged: str, folder: Path) -> dict[str, str]:
    """The headers that the shell lines send."""
    headers = [["content-type", "application/json"]]
    headers += [[name, "recorded"] for name in (contract.recipe.headers if contract.recipe else ())]
    request = {"method": "POST", "path": "/bet", "headers": headers, "body": BODY}
    lines = again(
        contract, "http://wallet.example", {"operation": "bet", "request": request, "alteration": {"forged": forged}}
    )
    assert secret_of(WHO) not in lines
    fake = folder / "curl"
    fake.write_text('#!/bin/sh\nfor each in "$@"; do printf "%s\\n" "$each"; done\n')
    fake.chmod(0o755)
    key, secret = contract.environment
    variables = {"PATH": f"{folder}:/usr/bin:/bin", key: public_of(WHO), secret: secret_of(WHO)}
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
    made = contract.forgeries[forged].spoil(genuine, WHO, now_ms)
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


def test_a_forgery_that_takes_more_than_a_line_is_shown_as_it_was_recorded(tmp_path: Path) -> None:
    contract = load("casino")
    assert contract.forgeries["plain_hash"].shell is None
    assert sent(contract, "plain_hash", tmp_path)["x-signature"] == "recorded"


@pytest.mark.parametrize("name", BUNDLED)
def test_each_request_whose_credentials_reports_hide_is_made_by_shell_lines(name: str) -> None:
    """A secret in the header itself is hidden in what was recorded, so a recorded header would be of no use."""
    contract = load(name)
    genuine = Request("/bet", contract.sign(BODY.encode(), WHO, 0), BODY.encode())
    holding = [
        each
        for each in contract.forgeries.values()
        if any(name == "authorization" for name, _ in each.spoil(genuine, WHO, 0).headers)
    ]
    assert not [each.name for each in holding if each.level is not Level.MAY and each.shell is None]
