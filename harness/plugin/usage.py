"""Turns what pytest prints about a mistake in the command line into one sentence, for `walletproof certify`."""

from __future__ import annotations

import re
from difflib import get_close_matches

from harness.inert import one_line
from harness.plugin.pytest_options import declare

_USAGE = re.compile(r"ERROR: usage: .*?\n[^\n]*: error: (?P<what>[^\n]*)\n.*", re.DOTALL)
_UNKNOWN = re.compile(r"unrecognized arguments: (.*)")
_ALIKE = 0.6
_OF_PYTEST = [
    "--collect-only",
    "--junit-xml",
    "--junitxml",
    "--maxfail",
    "--exitfirst",
    "--last-failed",
    "--failed-first",
    "--durations",
    "--deselect",
    "--ignore",
    "--color",
    "--stepwise",
    "--tb",
    "--no-header",
    "--no-summary",
    "--verbose",
    "--quiet",
    "--capture",
    "--override-ini",
    "--pdb",
    "--numprocesses",
    "--dist",
]
"""Options of pytest that are of use here, for the nearest one to a mistyped word."""


def in_a_sentence(text: str) -> str:
    """What pytest prints about a mistake, as one line. A text about anything else is returned as it is."""
    found = _USAGE.search(text)
    if found is None:
        return text
    return one_line(f"walletproof: {_complaint(found['what'])} (`walletproof certify --help`)")


def _complaint(what: str) -> str:
    unknown = _UNKNOWN.fullmatch(what)
    if unknown is None:
        return what.replace("--wallet-", "--")
    option = next((each for each in unknown[1].split() if each.startswith("-")), unknown[1]).partition("=")[0]
    ours: list[str] = []
    declare(lambda name, **_: ours.append(name.replace("--wallet-", "--", 1)))
    near = get_close_matches(option, [*ours, *_OF_PYTEST], n=1, cutoff=_ALIKE)
    return f"neither walletproof nor pytest has an option {option}{f'; did you mean {near[0]}?' if near else ''}"
