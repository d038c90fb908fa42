"""Players that a command makes: what it is given, what it may print, and what is told when it does not do its part."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE_SECONDS
from plugin_run import CREDENTIALS, wallet
from process_end import ends_within

from harness import money
from harness.config import WalletUnderTest
from harness.contracts import Credentials, load
from harness.contracts.shared.schema import bundled
from harness.examine import Examiner
from harness.model import Limits, NotApplicable, Status
from harness.play.players import CommandPlayers, NoPlayer, ProvisioningFailed
from harness.play.preflight import Facts
from harness.scenario import load_file
from harness.scenario.identities import Identities
from harness.scenario.needs import Needs

Script = Callable[[str], str]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Writes a Python script that can be run, in a folder with a space in its name, and gives its quoted path."""

    def write(body: str) -> str:
        folder = tmp_path / "the tools"
        folder.mkdir(exist_ok=True)
        path = folder / "reset-player"
        path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\nargv = sys.argv[1:]\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return f"'{path}'"

    return write


def made(command: str, *, currency: str = "", balance: str = "50", **rest: float) -> object:
    """The player that a command makes for a scenario."""
    players = CommandPlayers("casino", command, Identities(1, "5ca1ab1e"), **rest)
    return players.cast(Needs(balance=money.parse(balance), currency=currency, bets={}))[""]


def test_each_value_is_one_argument_whatever_it_holds(script: Script, tmp_path: Path) -> None:
    told = tmp_path / "told"
    command = script(f"open({str(told)!r}, 'a').write(json.dumps(argv) + chr(10))")
    line = command + " {player} --as={name} {currency}/{contract} '{balance} $(touch it); `id`'"
    made(line, balance="12.34567")
    player, name, currency, balance = json.loads(told.read_text().splitlines()[0])
    assert player.isdecimal()
    assert name.startswith("--as=")
    assert name.endswith("-5ca1ab1e")
    assert (currency, balance) == ("EUR/casino", "12.34567 $(touch it); `id`")
    assert not (tmp_path / "it").exists()


def test_what_it_does_not_print_is_as_it_was_asked(script: Script) -> None:
    player = made(script("pass") + " {player}", currency="USD")
    assert player.id == player.session  # type: ignore[attr-defined]
    assert (player.currency, player.balance) == ("USD", money.parse("50"))  # type: ignore[attr-defined]


def test_it_may_print_a_player_of_its_own(script: Script) -> None:
    command = script("""
print(json.dumps({"playerId": "188", "sessionId": "s", "expiredSessionId": "e", "authToken": "t", "bets": ["b"]}))
""")
    player = made(command)
    assert (player.id, player.session, player.expired_session) == ("188", "s", "e")  # type: ignore[attr-defined]
    assert (player.token, player.bets) == ("t", ("b",))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("sys.exit('no such currency' + chr(10) + 'at all')", "status 1 and said 'no such currency at all'"),
        ("sys.exit(7)", "status 7 and said nothing on standard error"),
        ("print('done')", "printed something else than a player"),
        ("print([1])", "it is no JSON object"),
        ("print(json.dumps({'playerId': 188}))", "playerId is no text"),
        ("print(json.dumps({'balance': '49.99'}))", "asked for 50.00 EUR and made a player with 49.99 EUR"),
    ],
)
def test_what_goes_wrong_is_one_sentence_with_a_remedy(script: Script, body: str, complaint: str) -> None:
    with pytest.raises(ProvisioningFailed, match=complaint.replace("(", r"\(")) as failed:
        made(script(body) + " {player}")
    if "asked for" not in complaint:
        assert "run it by hand with {player} filled in" in str(failed.value)


def test_a_command_that_hangs_is_ended_with_its_children(script: Script, tmp_path: Path) -> None:
    lives = tmp_path / "lives"
    command = script(f"""
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep({3 * PATIENCE_SECONDS})"])
open({str(lives)!r}, "w").write(str(child.pid))
time.sleep({3 * PATIENCE_SECONDS})
""")
    # A busy machine may end the command before it has started its child. Then it is given more time.
    for seconds in (1.5, 6, 24):
        began = time.monotonic()
        with pytest.raises(ProvisioningFailed, match=f"has not ended after {seconds} s"):
            made(command, time_out_seconds=seconds)
        assert time.monotonic() - began < 2 * PATIENCE_SECONDS, "the command or its child was waited for"
        if lives.exists():
            break
    assert ends_within(int(lives.read_text()), seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("", "is empty"),
        ("./reset 'half", "check its quotation marks"),
        ("/there/is/no/such-command {player}", "cannot be started: No such file or directory"),
        (os.fspath(Path(__file__).parent), "cannot be started: Permission denied"),
    ],
)
def test_a_command_that_cannot_be_run_is_told(command: str, complaint: str) -> None:
    with pytest.raises(ProvisioningFailed, match=complaint):
        made(command)


def test_a_currency_that_it_does_not_make_is_no_mistake(script: Script) -> None:
    with pytest.raises(NoPlayer, match="makes no KWD player") as reason:
        made(script("sys.exit(3 if 'KWD' in argv else 0)") + " {currency}", currency="KWD")
    assert reason.value.not_applicable is NotApplicable.CURRENCY


@pytest.mark.parametrize("contract", ["casino", "sportsbook"])
def test_scenarios_run_with_it_over_a_socket(contract: str, script: Script) -> None:
    with wallet() as running:
        command = script(f"""
import urllib.request
fields = dict(zip(("playerId", "contract", "currency", "balance"), argv))
asked = urllib.request.Request({running.root!r} + "/__admin/player", json.dumps(fields).encode(), method="POST")
print(urllib.request.urlopen(asked).read().decode())
""")
        under_test = WalletUnderTest(
            contract=contract,
            url=f"{running.root}/{contract}",
            credentials=Credentials(**{each.name: CREDENTIALS[each.variable] for each in load(contract).credentials}),
            provision_command=command + " {player} {contract} {currency} {balance}",
            limits=Limits(races=1),
        )
        root = bundled("scenarios")
        contracts = {contract: load(contract)}
        examiner = Examiner(under_test, Facts())
        for name in ("idempotency/resent_settlement", "settlement/settlements_of_two_players", "player/unknown_player"):
            path = root / f"{name}.yaml"
            if path.exists() and contract in (scenario := load_file(path, root, contracts)).requirements:
                assert examiner.examine(scenario).status is Status.PASS
        examiner.close()
