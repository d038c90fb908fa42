"""Every command line of ours in README.md and the documentation is run, or listed with the reason why not."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from documented import Command, commands
from documented_runs import NOT_RUN, PAGES_NOT_RUN, SMALLER, Place, expected, provisioned, reason_not_to_run, serves
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, ROOT, Done, environment, wallet

ONCE = {(each.text, each.fenced): each for each in reversed(commands())}.values()
"""Each command of a block once, and each in a sentence once."""
RUN = [each for each in ONCE if not reason_not_to_run(each)]
PROFILE = """\
contracts:
  casino:
    url: {root}/casino
    credentials: {{api_key: "${{WALLET_API_KEY}}", secret: "${{WALLET_SECRET}}"}}
provision: {{url: "{root}/__admin/player"}}
"""
SCENARIO = "title: A bet is taken\nrequirement: {casino: CAS-CON-01}\nsteps:\n  - bet: {amount: 1}\n"


def named(command: Command) -> str:
    return f"{command.page}:{command.line}"


def cli(*arguments: str, cwd: Path) -> Done:
    """The command `walletproof`, with the credentials of both contracts."""
    return ended([sys.executable, "-P", "-m", "harness.cli", *arguments], cwd, environment(CREDENTIALS))


def ended(line: list[str], cwd: Path, variables: dict[str, str]) -> Done:
    done = subprocess.run(
        line,
        cwd=cwd,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=3 * DEADLINE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout)


@contextlib.contextmanager
def serving(line: list[str], cwd: Path, variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """A started wallet; yields what it says when it is ready. It is stopped at the end."""
    with subprocess.Popen(
        line,
        cwd=cwd,
        env=variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert said.startswith("{"), said + process.stdout.read()
            yield json.loads(said)
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE_SECONDS)


@pytest.fixture(scope="module")
def root() -> Iterator[Place]:
    with wallet("none") as found:
        yield Place(Path(), found)


@pytest.fixture(scope="module")
def made(root: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the commands read, made by commands of ours."""
    folder = tmp_path_factory.mktemp("documented")
    (folder / "found").mkdir()
    (folder / "found" / "bet.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "wallet.yaml").write_text(PROFILE.format(root=root.wallet.root), encoding="utf-8")
    assert cli("keygen", "signing.key", cwd=folder).status == 0
    chosen = ("-k", "resent_settlement", "--report", "report.json")
    assert cli("certify", *chosen, cwd=folder).status == 4
    for name in ("before.json", "after.json"):
        shutil.copy(folder / "report.json", folder / name)
    certified = cli("certify", "--certificate", "wallet.jws", "--sign-key", "signing.key", *SMALLER, cwd=folder)
    assert certified.status == 0, certified.output
    stored = ["--store", "sqlite:///wallet.db", "--provision", "--ready-json", "--stop-with-parent"]
    with serving([sys.executable, "-P", "-m", "mock_server", *stored], folder, environment(CREDENTIALS)) as ready:
        provisioned(ready["provision"].removesuffix("/__admin/player"), "ann", "EUR")
    return folder


@pytest.fixture
def place(root: Place, made: Path, tmp_path: Path) -> Place:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return Place(tmp_path, root.wallet)


@pytest.mark.full
@pytest.mark.parametrize("command", [each for each in RUN if not serves(each)], ids=named)
def test_it_does_what_the_page_says(command: Command, place: Place) -> None:
    if command.words[:2] == ["walletproof", "init"]:
        (place.folder / "wallet.yaml").unlink()
    if command.words[:2] == ["walletproof", "keygen"]:
        (place.folder / "signing.key").unlink()
        (place.folder / "signing.key.pub").unlink()
    line = place.line(command)
    done = ended(line, place.folder, place.variables(command))
    assert done.status in expected(command), f"{command.text}\n{done.output}"
    assert "Traceback" not in done.output
    for option in ("--report", "--junit-xml", "-o", "--html"):
        if option in line:
            assert (place.folder / line[line.index(option) + 1]).stat().st_size


@pytest.mark.full
@pytest.mark.parametrize("command", [each for each in RUN if serves(each)], ids=named)
def test_a_wallet_starts_with_what_the_page_has_set(command: Command, place: Place) -> None:
    with serving(place.line(command), place.folder, place.variables(command)) as ready:
        assert any(str(value).startswith("http://") for value in ready.values())


def test_there_are_many_commands() -> None:
    assert len(RUN) > 35
    assert {"README.md", "docs/CERTIFY.md", "docs/PLAYERS.md", "docs/REPORTS.md"} <= {each.page for each in RUN}


def test_no_reason_is_left_over() -> None:
    every = commands()
    assert not [why for pattern, why in NOT_RUN if not any(re.fullmatch(pattern, each.text) for each in every)]
    assert {each.page for each in every} >= set(PAGES_NOT_RUN)
    for _, why in (*NOT_RUN, *PAGES_NOT_RUN.items()):
        assert all((ROOT / path).exists() for path in re.findall(r"tests/[\w./]*\w", why)), why


def test_the_environment_of_a_command_holds_nothing_of_ours(root: Place) -> None:
    assert os.environ.keys() & {"WALLET_URL", "WALLET_PROFILE"} == set()
    (server,) = (each for each in RUN if serves(each) and each.page == "README.md")
    variables = root.variables(server)
    assert {name for name in variables if name.startswith("WALLET_")} == {"WALLET_API_KEY", "WALLET_SECRET"}
