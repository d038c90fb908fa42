"""A contract is one folder: no other file names a contract, or its headers, requirements, kinds and example games.

Docs, tests, benchmarks and generated data may name them, and so may the wallets with one defect each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from source_tree import PACKAGES, ROOT

from harness.contracts import BUNDLED, load

FREE = ("mock_server/defects/", *(f"harness/contracts/{name}/" for name in BUNDLED))
OF_HTTP = {"authorization"}
"""Headers that belong to HTTP itself (RFC 9110), whichever contract uses them."""
OF_NO_CONTRACT = {"game-1"}
"""Game ids that a contract has if it names none."""
SUFFIXES = {".py", ".html", ".css", ".js", ".json", ".typed", ""}


@cache
def named() -> re.Pattern[str]:
    """What names a contract: its folder, a header that it requires, an id with its prefix, a kind, or a game."""
    contracts = [load(name) for name in BUNDLED]
    headers = {header for each in contracts for header in each.required_headers} - OF_HTTP
    words = "|".join(re.escape(each) for each in sorted({*BUNDLED, *headers}))
    kinds = {kind for each in contracts for names in each.kinds.values() for kind in names}
    games = {game for each in contracts for game in each.games} - OF_NO_CONTRACT
    texts = "|".join(re.escape(each) for each in sorted(kinds))
    own = "|".join(re.escape(each) for each in sorted(games))
    prefixes = "|".join(re.escape(each.prefix) for each in contracts)
    return re.compile(
        rf"(?<![A-Za-z0-9])(?:{words})(?![A-Za-z0-9])|\b(?:{prefixes})-[A-Z]|\b(?:{prefixes})_"
        rf"|[\"'](?-i:{texts})[\"']|{own}",
        re.IGNORECASE,
    )


def breaches(path: str, text: str) -> Iterator[str]:
    """Each line of a file that names a contract."""
    if path.startswith(FREE):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if found := named().search(line):
            yield f"{path}:{number}: {found[0]!r}: only the folder of a contract names it"


def files() -> Iterator[Path]:
    """Every text file of the product's packages."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix in SUFFIXES:
                yield path


def test_nothing_but_its_folder_names_a_contract() -> None:
    every = [*files()]
    assert len(every) > 200
    found = [
        complaint
        for path in every
        for complaint in breaches(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(["", *found])


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("harness/play/runner.py", 'if contract.name == "casino":'),
        ("harness/cli/aim.py", "help='casino or a module'"),
        ("harness/play/runner.py", "# far below CAS-BAT-03"),
        ("harness/report/redaction.py", '_SIGNED = frozenset({"x-signature"})'),
        ("harness/verdict/facts.py", '"""True of the Sportsbook alone."""'),
        ("harness/contracts/__init__.py", "from harness.contracts.casino import CONTRACT"),
        ("harness/contracts/shared/answer.py", 'headers["x-timestamp"]'),
        ("mock_server/rules/rollbacks.py", "SPB_RULES = ()"),
        ("harness/model/operations.py", 'kind: str = "BET_PAID"'),
        ("harness/play/bind.py", "kind = kind or 'bonus'"),
        ("harness/play/runner.py", '_GAME = "G1720761376617"'),
        ("harness/report/html/templates/report.html", '<input placeholder="cas-idm">'),
    ],
)
def test_a_name_in_another_place_is_seen(path: str, line: str) -> None:
    assert [*breaches(path, f"first\n{line}\n")]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("harness/contracts/casino/wire.py", 'name = "casino"'),
        ("mock_server/defects/wire.py", "violates='CAS-ANS-02'"),
        ("harness/client/route.py", "authorization = 'Basic'"),
        ("harness/play/players/purse.py", 'bet=f"bonus-{run_id}"'),
        ("harness/play/runner.py", "MOST = 'a single bet'"),
        ("harness/client/route.py", "cascade = 'occasional broadcast-CASE'"),
    ],
)
def test_other_text_is_not(path: str, line: str) -> None:
    assert not [*breaches(path, line)]
