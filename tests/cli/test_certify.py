"""`walletproof certify`, `init` and `show-config`, as a user meets them: what they print, write, and exit with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, Done, Wallet, environment, wallet

SCENARIO = "idempotency/resent_settlement.yaml::casino"


def walletproof(*arguments: str, cwd: Path, variables: Mapping[str, str] = CREDENTIALS) -> Done:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", *arguments],
        cwd=cwd,
        env=environment(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout)


@pytest.fixture(scope="module")
def running() -> Iterator[Wallet]:
    with wallet() as found:
        yield found


def written(running: Wallet, folder: Path) -> Done:
    """A profile in a folder, as `init` writes it."""
    return walletproof(
        "init",
        f"--contract=casino={running.root}/casino",
        f"--provision={running.root}/__admin/player",
        cwd=folder,
    )


def test_from_nothing_to_a_verdict(running: Wallet, tmp_path: Path) -> None:
    done = written(running, tmp_path)
    assert done.status == 0, done.output
    assert "export WALLET_API_KEY=... WALLET_SECRET=..." in done.output
    shown = walletproof("show-config", cwd=tmp_path)
    assert shown.status == 0, shown.output
    certified = walletproof("certify", "-q", "--limit", "rounds=50", "--limit=races=1", cwd=tmp_path)
    assert certified.status == 0, certified.output
    assert "casino  CERTIFIED" in certified.output


@pytest.mark.full
def test_a_url_stands_first_or_anywhere(running: Wallet, tmp_path: Path) -> None:
    url, provision = f"{running.root}/casino", f"{running.root}/__admin/player"
    for arguments in (
        [url, "--contract=casino", "--provision", provision, SCENARIO],
        ["--contract", "casino", "--wallet-provision", provision, "-q", url, SCENARIO],
    ):
        done = walletproof("certify", *arguments, cwd=tmp_path)
        assert "1 passed" in done.output
        # One scenario is no verdict over the whole contract.
        assert done.status == 4, done.output


@pytest.mark.full
def test_the_environment_may_name_the_wallet(running: Wallet, tmp_path: Path) -> None:
    variables = {
        **CREDENTIALS,
        "WALLET_URL": f"{running.root}/casino",
        "WALLET_CONTRACT": "casino",
        "WALLET_PROVISION": f"{running.root}/__admin/player",
    }
    done = walletproof("certify", "-k", "resent_settlement", cwd=tmp_path, variables=variables)
    assert "1 passed" in done.output
    assert done.status == 4


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ([], 2, "say which wallet: walletproof certify URL, or --profile FILE"),
        pytest.param([""], 2, "the URL is empty", marks=pytest.mark.full),
        (["localhost:9401/casino"], 2, "'localhost:9401/casino' is no URL: write http:// or https:// before it"),
        (["--profile=nowhere.yaml"], 3, "profile nowhere.yaml: there is no such file; `walletproof init` writes one"),
        (["--wallet-defect=forgets-every-transaction", SCENARIO], 1, "NOT CERTIFIED"),
        pytest.param(
            ["--wallet-defect=forgets-every-transaction", "-k", "no_such_scenario"],
            2,
            "deselected",
            marks=pytest.mark.full,
        ),
        (
            ["--wallet-defect=forgets-every-transaction", "--no-such-option"],
            2,
            "nor pytest has an option --no-such-option",
        ),
        (
            ["--wallet-defect=forgets-every-transaction", "--report=/dev/null/r.json"],
            2,
            "r.json cannot be written: /dev",
        ),
        pytest.param(
            ["--wallet-defect=forgets-every-transaction", "--report=folder.json"],
            2,
            "cannot be written: it is a folder",
            marks=pytest.mark.full,
        ),
        (
            ["--wallet-defect=forgets-every-transaction", "--certificate=c.jws", "--sign-key=no.key"],
            2,
            "no.key is no Ed25519 key in PEM form: `walletproof keygen` makes a pair",
        ),
    ],
)
def test_every_exit_status_has_its_reason(arguments: list[str], status: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "no.key").write_text("no key", encoding="utf-8")
    done = walletproof("certify", *arguments, cwd=tmp_path)
    assert (done.status, told in done.output) == (status, True), done.output
    assert "Traceback" not in done.output
    assert "Warning" not in done.output


@pytest.mark.full
def test_the_help_has_the_exit_statuses(tmp_path: Path) -> None:
    done = walletproof("certify", "--help", cwd=tmp_path)
    assert done.status == 0
    assert "0 certified; 1 violations; 2 a mistake in the command line; 3 the configuration" in " ".join(
        done.output.split()
    )


@pytest.mark.full
def test_a_dry_run_sends_nothing_and_needs_no_wallet(tmp_path: Path) -> None:
    url = "http://127.0.0.1:1/casino"
    arguments = ["--contract=casino", "--provision=http://127.0.0.1:1/p", "--path=settlement=/night", "--dry-run"]
    done = walletproof("certify", url, *arguments, SCENARIO, cwd=tmp_path)
    assert done.status == 0, done.output
    assert "idempotency/resent_settlement.yaml::casino  7 requests" in done.output
    assert f"  POST {url}/night " in done.output
    assert "dry run: nothing was sent, and nothing was certified" in done.output
    assert CREDENTIALS["WALLET_SECRET"] not in done.output


@pytest.mark.full
def test_a_dry_run_reaches_no_wallet_that_is_there(running: Wallet, tmp_path: Path) -> None:
    written(running, tmp_path)
    player = "--player=id=nobody,currency=EUR,session=s-1234567890,expired_session=s-0"
    done = walletproof("certify", player, "--dry-run", SCENARIO, cwd=tmp_path)
    assert done.status == 0, done.output
    assert '"playerId":"nobody"' in done.output
    assert "s-1234567890" not in done.output


@pytest.mark.full
def test_show_config_masks_secrets_and_says_where_each_value_is_from(running: Wallet, tmp_path: Path) -> None:
    written(running, tmp_path)
    variables = {**CREDENTIALS, "WALLET_PROVISION": "http://127.0.0.1:1/p"}
    player = "--player=id=188,currency=EUR,session=session-188,token=token-188"
    done = walletproof("show-config", "--limit=races=2", player, cwd=tmp_path, variables=variables)
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in done.lines}
    assert rows["contracts.casino.url"] == f"{running.root}/casino wallet.yaml:11"
    assert rows["contracts.casino.credentials.secret"] == "**** wallet.yaml:14 (${WALLET_SECRET})"
    assert rows["contracts.casino.players.188.session"] == "**** --wallet-player"
    assert rows["provision.url"] == "http://127.0.0.1:1/p the environment variable WALLET_PROVISION"
    assert rows["limits.races"] == "2 --wallet-limit"
    assert rows["limits.rounds"] == "1000 default"
    for secret in (*CREDENTIALS.values(), "session-188", "token-188"):
        assert secret not in done.output


OWN = "contracts: {casino: {url: 'http://127.0.0.1:1/casino'}}\nprovision: {url: 'http://127.0.0.1:1/players'}\n"


def test_a_url_overrides_that_of_the_profile_in_the_folder(tmp_path: Path) -> None:
    """The profile is used for everything else, by every command."""
    (tmp_path / "wallet.yaml").write_text(OWN, encoding="utf-8")
    url = "http://127.0.0.1:2/casino"
    shown = walletproof("show-config", url, cwd=tmp_path)
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.lines}
    assert rows["profile"] == "wallet.yaml found in the current folder"
    assert rows["contracts.casino.url"] == f"{url} --wallet-url"
    assert rows["provision.url"] == "http://127.0.0.1:1/players wallet.yaml:2"
    checked = walletproof("check", url, cwd=tmp_path)
    assert checked.status == 3
    assert checked.lines[0] == "profile wallet.yaml"
    assert f"casino: {url}" in checked.output
    assert "connection refused" in checked.output


@pytest.mark.full
@pytest.mark.parametrize("named", [["--profile=mine.yaml"], []], ids=["an option", "the environment"])
def test_a_profile_that_is_named_is_the_one(named: list[str], tmp_path: Path) -> None:
    (tmp_path / "wallet.yaml").write_text("no profile", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(OWN, encoding="utf-8")
    variables = CREDENTIALS if named else {**CREDENTIALS, "WALLET_PROFILE": "mine.yaml"}
    for command in ("show-config", "check", "certify"):
        done = walletproof(command, *named, cwd=tmp_path, variables=variables)
        assert "mine.yaml" in done.output or "connection refused" in done.output, done.output
        assert "must be a mapping" not in done.output


@pytest.mark.full
def test_certify_takes_the_profile_beside_a_url(running: Wallet, tmp_path: Path) -> None:
    text = OWN.replace("http://127.0.0.1:1/players", f"{running.root}/__admin/player")
    (tmp_path / "wallet.yaml").write_text(text, encoding="utf-8")
    done = walletproof("certify", f"{running.root}/casino", SCENARIO, cwd=tmp_path)
    assert "1 passed" in done.output, done.output


def test_what_certify_cannot_begin_with_has_no_seed(tmp_path: Path) -> None:
    done = walletproof("certify", "--profile=nowhere.yaml", cwd=tmp_path)
    assert done.status == 3
    assert "seed " not in done.output


@pytest.mark.full
def test_init_does_not_overwrite(running: Wallet, tmp_path: Path) -> None:
    (tmp_path / "wallet.yaml").write_text("mine")
    done = written(running, tmp_path)
    assert (done.status, (tmp_path / "wallet.yaml").read_text()) == (2, "mine")
    assert "wallet.yaml exists: name another file, or overwrite it with --force" in done.output
    done = walletproof("init", "--force", "--contract=casino=http://127.0.0.1:1", cwd=tmp_path)
    assert done.status == 0, done.output
    assert (tmp_path / "wallet.yaml").read_text() != "mine"


@pytest.mark.full
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "say where the wallet is: walletproof init --contract casino=URL"),
        (["--contract=casino"], "give NAME=URL"),
        (["--contract=casnio=http://w"], "no contract 'casnio': did you mean casino?"),
        (["--contract=casino=wallet.example"], "wallet.yaml:11: contracts.casino.url: must be a URL such as https://"),
        (["--contract=casino=http://w", "--player=id=1"], "--wallet-player needs currency"),
    ],
)
def test_init_writes_nothing_that_does_not_load(arguments: list[str], told: str, tmp_path: Path) -> None:
    done = walletproof("init", *arguments, cwd=tmp_path)
    assert done.status == 2, done.output
    assert told in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.full
def test_what_init_writes_may_hold_any_character(tmp_path: Path) -> None:
    command = 'make "a player" --id={player} # {balance}: [x]'
    done = walletproof("init", "--contract=casino=http://w", f"--provision-command={command}", cwd=tmp_path)
    assert done.status == 0, done.output
    shown = walletproof("show-config", cwd=tmp_path)
    assert command in shown.output


@pytest.mark.full
def test_replay_takes_the_profile_that_the_run_had(tmp_path: Path) -> None:
    with wallet("forgetful") as broken:
        written(broken, tmp_path)
        failed = walletproof("certify", SCENARIO, "--report=run.json", cwd=tmp_path)
        assert failed.status == 1, failed.output
        again = walletproof("replay", "run.json", cwd=tmp_path)
        assert (again.status, again.output.split("  ")[0]) == (1, "STILL FAILING"), again.output
        (tmp_path / "wallet.yaml").rename(tmp_path / "mine.yaml")
        lost = walletproof("replay", "run.json", cwd=tmp_path)
        assert lost.status == 2
        assert "the run had a profile, and there is no wallet.yaml here: name it with --profile" in lost.output
        assert walletproof("replay", "run.json", "--profile=mine.yaml", cwd=tmp_path).status == 1
