"""`walletproof certify [URL]`: pytest with our options, and with exit statuses for pipelines."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from harness.cli.command import UsageProblem
from harness.cli.usual_profile import USUAL_PROFILE, usual_profile
from harness.model.words import PROFILE, URL
from harness.plugin import pytest_options

_PIPELINE = Path(__file__).resolve().parents[1] / "plugin" / "pipeline.py"
_PREFIX = "--wallet-"


def _declared() -> dict[str, dict[str, Any]]:
    """The options of the pytest plugin: by name without `--wallet-`, how argparse declares it."""
    found: dict[str, dict[str, Any]] = {}
    pytest_options.declare(lambda name, **how: found.update({name.removeprefix(_PREFIX): how}))
    return found


_OPTIONS = _declared()
SWITCHES = tuple(name for name, how in _OPTIONS.items() if how.get("action") == "store_true")
"""Options without a value that may be written without `wallet-`."""
OURS = tuple(name for name in _OPTIONS if name not in SWITCHES)
"""Options with a value that may be written without `wallet-`."""
_ALIKE = 0.85
"""From this likeness on, an unknown option is taken for a misspelt one of ours and not for one of pytest's."""
_AIMED = ("--wallet-url", "--wallet-profile", "--wallet-defect")
_ADDRESS = re.compile(r"[\w.-]+:[0-9]+(/|$)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments for the help alone. `front` receives the arguments unparsed."""
    add = parser.add_argument
    add("url", nargs="?", metavar="URL", help="the wallet, above the contract's own paths; it overrides the profile's")
    for name, how in _OPTIONS.items():
        # The URL is named by the first argument, which is the shorter way to say the same.
        add(f"--{name}", f"{_PREFIX}{name}", **how | ({"help": argparse.SUPPRESS} if name == "url" else {}))
    add("rest", nargs="*", metavar="PYTEST OPTION", help="whatever pytest takes: -k, -m, -n 8, --junitxml=FILE, ids")
    parser.epilog = (
        f"Without --profile and WALLET_PROFILE the profile is {USUAL_PROFILE} in the current folder, if there is one. "
        "-v prints more of each finding, -vv all of it, -q only what is not right. "
        "Exit status: 0 certified; 1 violations; 2 a mistake in the command line; 3 the configuration is wrong or the "
        "wallet cannot be reached; 4 incomplete: a requirement was not judged, or the run was broken off."
    )


def run(options: argparse.Namespace) -> NoReturn:
    """Certify with the arguments that argparse has parsed, which are those of the help. Raises UsageProblem."""
    front([options.url] if options.url else [])


def front(given: Sequence[str]) -> NoReturn:
    """Replace this process by pytest with these arguments and our exit statuses. Raises UsageProblem."""
    arguments = list(_translated(given))
    named = {each for each in _AIMED if any(word.partition("=")[0] == each for word in arguments)}
    if not named & {"--wallet-profile", "--wallet-defect"}:
        arguments[:0] = _from_surroundings(os.environ, url="--wallet-url" in named)
    _become_pytest(arguments)


def _from_surroundings(environment: Mapping[str, str], *, url: bool) -> list[str]:
    """Options for the wallet that the environment or the current folder selects. Raises UsageProblem.

    `url` is True if the command line has a URL. The profile is then used for everything else.
    """
    if not environment.get(PROFILE) and (usual := usual_profile()):
        return [f"--wallet-profile={usual}"]
    named = (("profile", environment.get(PROFILE)), ("url", not url and environment.get(URL)))
    if (found := [f"--wallet-{name}={value}" for name, value in named if value]) or url:
        return found
    raise UsageProblem(
        "say which wallet: walletproof certify URL, or --profile FILE; `walletproof init` writes a profile"
    )


def _translated(given: Sequence[str]) -> Iterator[str]:
    """The arguments in pytest's form: a URL at the beginning becomes an option, and our options get `wallet-`."""
    taking = {f"--{prefix}{each}" for each in OURS for prefix in ("", "wallet-")}
    for position, word in enumerate(given):
        name, equals, value = word.removeprefix("--").partition("=")
        if position == 0 and not word:
            raise UsageProblem("the URL is empty: is the variable set that it should come from?")
        if word.startswith(("http://", "https://")) and (position == 0 or given[position - 1] not in taking):
            yield f"--wallet-url={word}"
        elif position == 0 and _ADDRESS.match(word):
            raise UsageProblem(f"{word!r} is no URL: write http:// or https:// before it")
        elif word.startswith("--") and (name in OURS or (name in SWITCHES and not equals)):
            yield f"--wallet-{name}{equals}{value}"
        else:
            _refuse_misspelt(word)
            yield word


def _refuse_misspelt(word: str) -> None:
    """Raises UsageProblem for an option that is nearly one of ours. Every other one is left to pytest."""
    name = word.partition("=")[0]
    if not name.startswith("--") or name.removeprefix(_PREFIX) in _OPTIONS:
        return
    # The import costs several milliseconds and is needed only for an option that is none of ours.
    from difflib import get_close_matches

    if near := get_close_matches(name.removeprefix(_PREFIX).removeprefix("--"), _OPTIONS, n=1, cutoff=_ALIKE):
        raise UsageProblem(f"there is no option {name}; did you mean --{near[0]}?")


def _become_pytest(arguments: Sequence[str]) -> NoReturn:
    """Replace this process by pytest, so that pytest receives every signal of this process exactly once."""
    # -P keeps the current directory out of the search path, so that no `harness` folder of the user is imported.
    command = [sys.executable, "-P", str(_PIPELINE), "-p", "harness.plugin", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command, _environment())  # noqa: S606 -- no shell is wanted between us and pytest


def _environment() -> dict[str, str]:
    ours = str(Path(__file__).resolve().parents[2])
    paths = [os.environ.get("PYTHONPATH", ""), ours]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in paths if each)}
