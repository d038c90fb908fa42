"""`walletproof init`: asks questions or takes options, and writes a profile with comments that explain it."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from harness.cli import check
from harness.cli.command import UsageProblem
from harness.cli.questions import Answers, asked, loaded, wants_check
from harness.cli.usual_profile import USUAL_PROFILE
from harness.config import OptionsError
from harness.config.options import player_of
from harness.config.profile import Overrides, ProfileError, load_profile
from harness.contracts import BUNDLED, Contract
from harness.contracts.shared.schema import bundled
from harness.model import Player

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./:-]*\Z", re.ASCII)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add = parser.add_argument
    add("file", nargs="?", default=USUAL_PROFILE, metavar="FILE", help=f"where to write it (default: {USUAL_PROFILE})")
    add(
        "--contract",
        action="append",
        default=[],
        metavar="NAME=URL",
        help="a contract and the wallet's URL by it, as in "
        f"{BUNDLED[0]}=https://wallet.example/{BUNDLED[0]}; repeatable",
    )
    add("--provision", default="", metavar="URL", help="an address that makes test players")
    add("--provision-command", default="", metavar="COMMAND", help="a command that does, with {player} {currency} ...")
    add("--player", action="append", default=[], metavar="FIELDS", help="id=...,currency=EUR,session=...; repeatable")
    add("--force", action="store_true", help="overwrite a file that exists")


def run(options: argparse.Namespace) -> int:
    """Write the profile and print the next steps. Raises UsageProblem."""
    path = Path(options.file)
    if path.exists() and not options.force:
        raise UsageProblem(f"{path} exists: name another file, or overwrite it with --force")
    answers = _from_flags(options)
    asks = not answers.urls
    if asks:
        if not sys.stdin.isatty():
            raise UsageProblem(f"say where the wallet is: walletproof init --contract {BUNDLED[0]}=URL")
        answers = asked(answers)
    variables = {each: "set later" for name in answers.urls for each in loaded(name).environment}
    _write(path, "\n".join(text_of(answers, schema=_schema_for(path))) + "\n", variables)
    _say_what_is_next(path, answers)
    has_players = bool(answers.provision_url or answers.provision_command or answers.players)
    if asks and has_players and all(os.environ.get(each) for each in variables) and wants_check():
        _check_now(path)
    return 0


def _check_now(path: Path) -> None:
    """Run `walletproof check` with the new profile. Raises UsageProblem."""
    parser = argparse.ArgumentParser()
    check.add_arguments(parser)
    check.run(parser.parse_args(["--profile", str(path)]))


def _schema_for(path: Path) -> str:
    """Where editors find the schema of a profile: beside the profile's folder as a relative path, or else absolute."""
    schema, folder = bundled("schemas").resolve() / "profile.json", path.absolute().parent
    return schema.relative_to(folder).as_posix() if schema.is_relative_to(folder) else schema.as_posix()


def _from_flags(options: argparse.Namespace) -> Answers:
    urls: dict[str, str] = {}
    for each in options.contract:
        name, equals, url = each.partition("=")
        if not equals or name in urls:
            raise UsageProblem(f"--contract {each!r}: give NAME=URL, each name once")
        urls[name] = url
    if options.provision and options.provision_command:
        raise UsageProblem("--provision and --provision-command exclude each other: give one")
    return Answers(
        urls=urls,
        provision_url=options.provision,
        provision_command=options.provision_command,
        players=tuple(_player(each) for each in options.player),
    )


def _player(text: str) -> tuple[str, Player]:
    """The contract and the player of a `--player` option. Raises UsageProblem."""
    try:
        given = player_of(text)
    except OptionsError as error:
        raise UsageProblem(str(error)) from None
    return given.text("contract"), given.player


def text_of(answers: Answers, *, schema: str = "") -> Iterator[str]:
    """The lines of the profile. Raises UsageProblem for a contract that does not exist.

    `schema` is the path of the schema that editors complete and check the file with.
    """
    if schema:
        yield f"# yaml-language-server: $schema={schema}"
    yield "# The wallet under test. `walletproof docs profile` explains every key, `show-config` prints what holds."
    yield "# ${NAME} is filled in from the environment; it has to be the whole value. Keep secrets there."
    yield ""
    yield "environment: staging     # a run refuses to send anything to what is marked production"
    yield "# wallet: Example Wallet 1.0     # its name and version, for reports and certificates"
    yield "# issuer: Example Games     # who runs the certification, for reports and certificates"
    yield ""
    yield "contracts:"
    for name, url in answers.urls.items():
        contract = loaded(name)
        yield f"  {_scalar(name)}:"
        yield f"    url: {_scalar(url)}     # the contract's own paths come behind it"
        yield "    credentials:"
        for each in contract.credentials:
            yield f"      {each.name}: ${{{each.variable}}}"
        yield from _special(contract)
    yield ""
    yield from _provision(answers)
    yield from _players(answers)
    yield from _games(answers)
    yield from _REST


def _special(contract: Contract) -> Iterator[str]:
    other = next((name for name, spec in contract.specs.items() if not spec.core), "")
    if other:
        yield "    # capabilities:"
        yield f"    #   lacks: [{other}]     # operations that the wallet does not have; otherwise a run finds out"
        yield "    # paths:"
        yield f"    #   {other}: /elsewhere     # where it is not at its documented path"


def _provision(answers: Answers) -> Iterator[str]:
    yield "# What makes a fresh player for every scenario: an address, or a command."
    if answers.provision_url or answers.provision_command:
        yield "provision:"
        if answers.provision_url:
            yield f"  url: {_scalar(answers.provision_url)}"
        else:
            yield f"  command: {_scalar(answers.provision_command)}"
    else:
        yield "# provision:"
        yield "#   url: https://wallet.example/test-players"
        yield '#   command: "./reset-player {player} {currency} {balance}"'
    yield ""


def _players(answers: Answers) -> Iterator[str]:
    yield "# Or players that exist: three of one currency, better with a second currency and more of them."
    if not answers.players:
        yield "# players:"
        yield '#   - {id: "60001001", currency: EUR, session: "...", expired_session: "...", bets: ["..."]}'
        yield ""
        return
    yield "players:"
    for contract, player in answers.players:
        named = {
            "id": player.id,
            "contract": contract,
            "currency": player.currency,
            "session": player.session,
            "expired_session": player.expired_session,
            "auth_token": player.token,
        }
        fields = [f"{name}: {json.dumps(value)}" for name, value in named.items() if value]
        fields += [f"bets: {json.dumps(player.bets)}"] if player.bets else []
        yield f"  - {{{', '.join(fields)}}}"
    yield ""


def _games(answers: Answers) -> Iterator[str]:
    """A commented example: the ids that a run uses if the profile names none."""
    ids = dict.fromkeys(game for name in answers.urls for game in loaded(name).games)
    yield f"# games: [{', '.join(ids)}]     # game ids that the wallet knows"
    yield ""


_REST: Sequence[str] = (
    "# limits:                     # how much is asked of the wallet",
    "#   requests_per_second: 50",
    "#   connections: 20           # at once",
    "#   parallel: 20              # requests in a race",
    "#   time_out_seconds: 10",
    "",
    "# hooks:                      # without a restart no run shows whether the wallet's books survive one",
    "#   restart: ./restart-wallet   # a command that ends when the wallet is restarted; no shell runs it",
    "",
    "# tls: {ca_bundle: ca.pem, client_certificate: client.pem, client_key: client.key}",
    "",
    "# waivers:                    # what is known to be violated, for a time; it still runs, and must fail",
    '#   - {requirement: ID, reason: "comes with release 42", owner: wallet team, until: 2027-01-31}',
)


def _scalar(text: str) -> str:
    """A value as YAML, in quotes if YAML could read it as something other than text."""
    return text if _PLAIN.match(text) and not text.endswith(":") else json.dumps(text)


def _write(path: Path, text: str, environment: Mapping[str, str]) -> None:
    """Write the profile after reading it as a run would read it. Raises UsageProblem."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        try:
            _check(Path(name), path, environment)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except OSError as error:
        raise UsageProblem(f"{path} cannot be written: {error.strerror}") from None


def _check(written: Path, path: Path, environment: Mapping[str, str]) -> None:
    try:
        load_profile(written, environment, Overrides(), datetime.now(UTC).date())
    except ProfileError as error:
        raise UsageProblem(f"that makes no good profile:\n{str(error).replace(str(written), str(path))}") from None


def _say_what_is_next(path: Path, answers: Answers) -> None:
    variables = [each for name in answers.urls for each in loaded(name).environment]
    profile = "" if path == Path(USUAL_PROFILE) else f" --profile {path}"
    print(f"{path} written. Next:")
    print(f"  export {' '.join(f'{each}=...' for each in variables)}")
    if not (answers.provision_url or answers.provision_command or answers.players):
        print(f"  write provision or players into {path}")
    print(f"  walletproof check{profile}")
    print(f"  walletproof certify{profile}")
