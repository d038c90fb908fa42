"""A private contract that shares no way with the bundled ones, certified end to end against a wallet of its own.

The package `arcade` signs with an RSA key pair and has a fresh id for each request, which the answer repeats. Its wins
have to find their bet, and it rolls wins back.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from arcade import CONTRACT
from arcade.authentication import new_key, private
from arcade.wallet import OPERATOR, Wallet, served
from plugin_run import ROOT, Done, run

from harness.contracts import Credentials
from harness.model import Bet, Message, Outcome, Reply, Request, Rollback

KEY = new_key()
SCENARIOS = sorted(path.stem for path in (ROOT / "tests/support/arcade/scenarios").rglob("*.yaml"))
LEVEL = re.compile(r"ARC-[A-Z]{3}-[0-9]{2} MUST")


def wallet(mistake: str = "") -> Wallet:
    return Wallet(private(KEY).public_key(), mistake)


def certified(wallet: Wallet, folder: Path, *options: str, key: str = KEY) -> Done:
    """What a run says of the wallet. The platform's key lies in a file, which the environment names."""
    file = folder / "platform.pem"
    file.write_text(key, encoding="ascii")
    variables = {
        "ARCADE_OPERATOR": OPERATOR,
        "ARCADE_PRIVATE_KEY": str(file),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}",
    }
    with served(wallet) as root:
        target = (f"--wallet-url={root}", "--wallet-contract=arcade", f"--wallet-provision={root}/users")
        return run(*target, *options, cwd=folder, variables=variables)


def test_a_sound_wallet_is_certified(tmp_path: Path) -> None:
    sound = wallet()
    done = certified(sound, tmp_path, "--wallet-report=run.json")
    assert done.status == 0, done.output
    assert f"{len(SCENARIOS)} passed" in done.output
    assert re.search(r"^arcade +CERTIFIED", done.output, re.MULTILINE)
    assert len(sound.asked) == len(set(sound.asked)) > len(SCENARIOS)
    text = (tmp_path / "run.json").read_text(encoding="utf-8")
    secret = [line for line in KEY.splitlines() if len(line) > 20]
    assert not [line for line in secret if line in text or line in done.output]


@pytest.mark.full
def test_the_request_ids_are_those_of_the_seed(tmp_path: Path) -> None:
    first, second, other = wallet(), wallet(), wallet()
    for each, seed in ((first, 7), (second, 7), (other, 8)):
        done = certified(each, tmp_path, f"--wallet-seed={seed}", "-k", "win_sent_again")
        assert "1 passed" in done.output
    # The beginning of an id is that of the run.
    tails = [[each.partition("-")[2] for each in found.asked] for found in (first, second, other)]
    assert tails[0] == tails[1] != tails[2]


@pytest.mark.parametrize(
    ("mistake", "failing", "requirement"),
    [
        ("no echo", "authentication/fresh_request_id", "ARC-ECH-01"),
        pytest.param("believes everybody", "authentication/other_key", "ARC-SIG-02", marks=pytest.mark.full),
        pytest.param("pays without a bet", "money/win_without_a_bet", "ARC-WIN-02", marks=pytest.mark.full),
        ("keeps wins", "money/win_rolled_back", "ARC-RBK-01"),
    ],
)
def test_a_wrong_wallet_is_found(mistake: str, failing: str, requirement: str, tmp_path: Path) -> None:
    done = certified(wallet(mistake), tmp_path, "-rf")
    assert done.status == 1, done.output
    assert re.search(r"^arcade +NOT CERTIFIED", done.output, re.MULTILINE)
    assert f"FAILED {failing}.yaml::arcade" in done.output
    assert set(LEVEL.findall(done.output)) == {f"{requirement} MUST"}, done.output


def test_a_wallet_with_another_public_key_is_a_matter_of_configuration(tmp_path: Path) -> None:
    done = certified(wallet(), tmp_path, key=new_key())
    assert done.status == 10
    assert "check ARCADE_OPERATOR and ARCADE_PRIVATE_KEY (in a profile: `credentials`)" in done.output


def test_a_key_that_is_neither_text_nor_a_file_is_said_at_once(tmp_path: Path) -> None:
    done = certified(wallet(), tmp_path, key="-----NOTHING-----")
    assert done.status == 10
    assert "ARCADE_PRIVATE_KEY: private_key is no PEM text and no file that holds it" in done.output


def test_a_dry_run_needs_no_wallet(tmp_path: Path) -> None:
    asked = wallet()
    done = certified(asked, tmp_path, "--wallet-dry-run", "-k", "bet_rolled_back")
    assert done.status == 0, done.output
    assert asked.asked == []
    assert '"undoes"' in done.output


# ----------------------------------------------------------------------------------------------------------------------
# Both directions of the wire


def asked(operation: Bet | Rollback, request_id: str = "r-1") -> Request:
    who = Credentials(operator=OPERATOR, private_key=KEY)
    request = CONTRACT.request(operation, who, 0, request_id)
    assert CONTRACT.verify(dict(request.headers), request.body, who, 0) == ""
    return request


BET = Bet(id="b1", player="u1", currency="EUR", amount=700)


@pytest.mark.parametrize("outcome", [Outcome.OK, Outcome.INSUFFICIENT_FUNDS])
def test_an_answer_repeats_the_id_of_its_request(outcome: Outcome) -> None:
    request = asked(BET)
    status, body = CONTRACT.write_reply(BET, Reply(outcome=outcome, items=()), request)
    assert json.loads(body, parse_float=str)["request_id"] == "r-1"
    message = Message(b"", body, status, (("content-type", "application/json"),))
    echo = [each for each in CONTRACT.decode(BET, message, request).problems if each.topic == "echo"]
    assert echo == []
    (problem,) = (each for each in CONTRACT.decode(BET, message, asked(BET, "r-2")).problems if each.topic == "echo")
    assert problem.detail == "repeated as 'r-1', was 'r-2'"


def test_a_rollback_names_any_transaction() -> None:
    undo = Rollback(id="r1", original="w1", bet="b1", player="u1", of_win=True)
    assert json.loads(asked(undo).body, parse_float=str)["undoes"] == "w1"
