"""`walletproof init` that asks on a terminal, and players whose sessions hold what separates them elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plugin_run import DEADLINE_SECONDS, Done, environment

from harness.config import OptionsError
from harness.config.options import player_of
from harness.config.profile import Overrides, load_profile
from harness.model import Player

VARIABLES = {"WALLET_API_KEY": "k", "WALLET_SECRET": "s", "WALLET_USER": "u", "WALLET_PASSWORD": "p"}


def asked(folder: Path, answers: Sequence[str], *arguments: str, variables: Mapping[str, str] | None = None) -> Done:
    """`init` with somebody at the keyboard."""
    ours, theirs = os.openpty()
    os.write(ours, "".join(f"{each}\n" for each in answers).encode())
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "harness.cli", "init", *arguments],
            cwd=folder,
            env=environment(variables),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    finally:
        os.close(theirs)
        os.close(ours)
    return Done(done.returncode, done.stdout)


def players(folder: Path) -> list[Player]:
    """Those of the profile that was written."""
    profile = load_profile(folder / "wallet.yaml", VARIABLES, Overrides(), datetime.now(UTC).date())
    return [
        Player(
            id=each.text("id"),
            currency=each.text("currency"),
            session=each.text("session"),
            expired_session=each.text("expired_session"),
            token=each.text("auth_token"),
            bets=tuple(bet.text for bet in each.bets),
        )
        for each in profile.players
    ]


def test_what_is_asked_for_may_hold_any_character(tmp_path: Path) -> None:
    session = 'a,b="c": #{d}'
    answers = ["casino", "http://w/casino", "", "188", "EUR", session, "old,session", "189", "USD", "s", "", ""]
    done = asked(tmp_path, answers)
    assert done.status == 0, done.output
    assert "one-time token" not in done.output
    assert players(tmp_path) == [
        Player(id="188", currency="EUR", session=session, expired_session="old,session"),
        Player(id="189", currency="USD", session="s"),
    ]


def test_a_contract_with_one_time_tokens_is_asked_for_them(tmp_path: Path) -> None:
    answers = ["sportsbook", "http://w/sportsbook", "", "188", "EUR", "s", "", "tok,en", ""]
    done = asked(tmp_path, answers)
    assert done.status == 0, done.output
    assert players(tmp_path) == [Player(id="188", currency="EUR", session="s", token="tok,en")]


def test_the_end_of_the_answers_writes_nothing(tmp_path: Path) -> None:
    done = asked(tmp_path, ["casino", "http://w/casino", "", "188", "\x04"])
    assert done.status == 2
    assert "broken off: nothing was written" in done.output
    assert not list(tmp_path.iterdir())


def test_a_wrong_answer_is_asked_for_again_at_once_and_none_is_lost(tmp_path: Path) -> None:
    answers = ["casnio", "", "localhost:5001/casino", "", "no url", "", "188", "euro", "EUR", "s", "", ""]
    done = asked(tmp_path, answers)
    assert done.status == 0, done.output
    for told in (
        "no contract 'casnio': did you mean casino?",
        "localhost:5001/casino is no URL. Did you mean http://localhost:5001/casino? Press Enter for that.",
        "must be a URL such as https://wallet.example/casino",
        "must be an ISO 4217 code such as EUR",
    ):
        assert told in done.output
    text = (tmp_path / "wallet.yaml").read_text(encoding="utf-8")
    assert "url: http://localhost:5001/casino " in text
    assert players(tmp_path) == [Player(id="188", currency="EUR", session="s")]


def test_several_contracts_may_be_named_at_once(tmp_path: Path) -> None:
    done = asked(tmp_path, ["casino, sportsbook", "http://w/casino", "http://w/sportsbook", "http://w/players"])
    assert done.status == 0, done.output
    profile = load_profile(tmp_path / "wallet.yaml", VARIABLES, Overrides(), datetime.now(UTC).date())
    assert list(profile.contracts) == ["casino", "sportsbook"]


@pytest.mark.parametrize("answer", ["y", "", "n"])
def test_a_check_is_offered_when_the_secrets_are_there(tmp_path: Path, answer: str) -> None:
    answers = ["casino", "http://127.0.0.1:1/casino", "http://127.0.0.1:1/players", "perhaps", answer]
    done = asked(tmp_path, answers, variables=VARIABLES)
    assert done.status == 0, done.output
    assert "Run `walletproof check` now? [Y/n]:   answer y or n" in done.output
    assert ("connection refused" in done.output) is (answer != "n")
    assert "Run `walletproof check` now?" not in asked(tmp_path, answers[:3], "other.yaml").output


def test_editors_find_the_schema_of_the_profile(tmp_path: Path) -> None:
    assert asked(tmp_path, [], "--contract=casino=http://w").status == 0
    first = (tmp_path / "wallet.yaml").read_text(encoding="utf-8").splitlines()[0]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert schema != first
    assert json.loads((tmp_path / schema).read_text(encoding="utf-8"))["title"] == "walletproof profile"


def test_wallet_and_issuer_need_only_be_uncommented(tmp_path: Path) -> None:
    assert asked(tmp_path, [], "--contract=casino=http://w").status == 0
    path = tmp_path / "wallet.yaml"
    text = path.read_text(encoding="utf-8").replace("# wallet:", "wallet:").replace("# issuer:", "issuer:")
    path.write_text(text, encoding="utf-8")
    profile = load_profile(path, VARIABLES, Overrides(), datetime.now(UTC).date())
    assert profile.wallet is not None
    assert profile.issuer is not None
    assert (profile.wallet.text, profile.issuer.text) == ("Example Wallet 1.0", "Example Games")


def test_a_player_of_the_command_line_is_written_as_it_is_named(tmp_path: Path) -> None:
    player = '--player=id=188,currency=EUR,session="a,b",expired_session=c==,bet="x,y",bet=z'
    done = asked(tmp_path, [], "--contract=casino=http://w", player)
    assert done.status == 0, done.output
    expected = Player(id="188", currency="EUR", session="a,b", expired_session="c==", bets=("x,y", "z"))
    assert players(tmp_path) == [expected]


@pytest.mark.parametrize(
    ("written", "session"),
    [('session="a,b"', "a,b"), ('session=""', ""), ('session="', '"'), ('session=a"b', 'a"b'), ("session=a=,", None)],
)
def test_quotation_marks_hold_a_value_together(written: str, session: str | None) -> None:
    text = f"id=188,currency=EUR,{written}"
    if session is None:
        with pytest.raises(OptionsError, match='a value with a comma stands in quotation marks: session="'):
            player_of(text)
    else:
        assert player_of(text).player.session == session
