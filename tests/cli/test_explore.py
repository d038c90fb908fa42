"""`walletproof explore` and `walletproof replay FILE` over a socket, as a user meets them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from interrupts import heed_interrupts
from plugin_run import CREDENTIALS, DEADLINE_SECONDS, Done, Wallet, environment, run, wallet

from harness.contracts import BUNDLED, load
from harness.explore.explored_findings import title_of
from harness.scenario.scenario_files import MAX_TITLE

DEFECT = "forgetful"


def walletproof(*arguments: str, cwd: Path) -> Done:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "harness.cli", *arguments],
        cwd=cwd,
        env=environment(CREDENTIALS),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )
    return Done(done.returncode, done.stdout)


def of(running: Wallet) -> tuple[str, ...]:
    return f"{running.root}/sportsbook", "--contract=sportsbook", f"--provision={running.root}/__admin/player"


@pytest.fixture(scope="module")
def sound() -> Iterator[Wallet]:
    with wallet() as found:
        yield found


@pytest.fixture(scope="module")
def wrong() -> Iterator[Wallet]:
    with wallet(DEFECT) as found:
        yield found


@pytest.fixture(scope="module")
def explored(wrong: Wallet, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    """A folder in which the wrong wallet was explored."""
    folder = tmp_path_factory.mktemp("explored")
    return folder, walletproof("explore", *of(wrong), "--requests=120", "--json=map.json", cwd=folder)


def test_a_violation_is_exit_status_1_and_a_file(explored: tuple[Path, Done]) -> None:
    folder, done = explored
    assert done.status == 1, done.output
    data = json.loads((folder / "map.json").read_text(encoding="utf-8"), parse_float=Decimal)
    (contract,) = data["contracts"]
    assert {folder / each["file"] for each in contract["findings"]} == {*(folder / "found").iterdir()}
    assert contract["findings"]
    assert min(each["steps"] for each in contract["findings"]) <= 2


@pytest.mark.full
def test_pytest_and_replay_play_a_found_file_again(explored: tuple[Path, Done], wrong: Wallet, sound: Wallet) -> None:
    folder, _ = explored
    assert run("found", *wrong.options("sportsbook"), cwd=folder, variables=CREDENTIALS).status == 1
    right = run("found", *sound.options("sportsbook"), cwd=folder, variables=CREDENTIALS)
    assert " passed" in right.output
    assert " failed" not in right.output
    path = min((folder / "found").iterdir())
    for running, status, word in ((wrong, 1, "STILL FAILING"), (sound, 0, "FIXED")):
        url, contract, provision = of(running)
        done = walletproof("replay", str(path), f"--url={url}", contract, provision, cwd=folder)
        assert (done.status, done.output.startswith(word)) == (status, True), done.output


def test_a_sound_wallet_is_exit_status_0_and_no_file(sound: Wallet, tmp_path: Path) -> None:
    done = walletproof("explore", *of(sound), "--requests=60", cwd=tmp_path)
    assert done.status == 0, done.output
    assert ": nothing found\n" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.full
def test_an_interrupt_keeps_what_was_found(wrong: Wallet, tmp_path: Path) -> None:
    """The wallet loses money at once, so something is found before the first line of progress."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "harness.cli", "explore", *of(wrong), "--json=map.json"],
        cwd=tmp_path,
        env=environment(CREDENTIALS),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 -- no thread of this process holds anything that it would need
    ) as process:
        assert process.stderr is not None
        assert "finding" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=DEADLINE_SECONDS)
    assert (process.returncode, errors.endswith("walletproof: broken off\n")) == (130, True), errors
    assert list((tmp_path / "found").iterdir())
    assert (tmp_path / "map.json").exists()
    assert "run one again: walletproof replay found/" in output


def test_a_title_ends_with_a_clause_or_says_that_there_is_more() -> None:
    more = " (...)"
    for contract in map(load, BUNDLED):
        for each in contract.requirements.values():
            title, text = title_of(contract, each.id), " ".join(each.text.replace("`", "").split())
            assert len(title) <= MAX_TITLE
            assert not title.endswith("."), "a scenario file with such a title is refused"
            assert title.isascii()
            rest = text[len(title.removesuffix(more)) :]
            assert text[1:].startswith(title.removesuffix(more)[1:])
            assert rest in {"", "."} or rest.startswith((";", " (", ":")) or title.endswith(more), title
            assert title.removesuffix(more)[-1] not in ",:; ", title


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (("explore",), 2, "say which wallet"),
        (("explore", "http://127.0.0.1:9/sportsbook", "--contract=sportsbook"), 3, "NOT READY"),
        (("explore", "--requests=0"), 2, "'0' is no whole number above 0"),
        (("explore", "--seed=one"), 2, "'one' is no whole number"),
        (("explore", "http://127.0.0.1:9/", f"--keep={__file__}/found"), 2, "is a file: name a folder"),
        (("explore", "http://127.0.0.1:9/", "--json=missing/map.json"), 2, "name a file in a folder that exists"),
        (("replay", "found/none.yaml", "--url=http://127.0.0.1:9/"), 2, "found/none.yaml does not exist"),
    ],
)
def test_mistakes_have_the_exit_status_of_a_certification(
    arguments: tuple[str, ...], status: int, says: str, tmp_path: Path
) -> None:
    done = walletproof(*arguments, cwd=tmp_path)
    assert done.status == status, done.output
    assert says in done.output
    assert "Traceback" not in done.output


def test_replay_of_a_file_says_which_wallet_is_missing(explored: tuple[Path, Done]) -> None:
    folder, _ = explored
    done = walletproof("replay", str(min((folder / "found").iterdir())), cwd=folder)
    assert (done.status, "say which wallet: --url URL, or --profile FILE" in done.output) == (2, True), done.output
