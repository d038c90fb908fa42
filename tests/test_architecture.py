"""The project keeps the rules of `tests/support/house_rules.py`, and every rule has been seen to fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import house_rules
import pytest
from house_rules import (
    DECIDING_ROOMS,
    EXACT_ROOMS,
    FLOATS,
    LONGEST_FILE_LINES,
    LONGEST_FUNCTION_LINES,
    NARROWER,
    ONLY,
    ROOMS,
    SLEEPERS,
    STATIONS,
    WITH_WALLET,
    _full,
    climbing,
    cyclic,
    deciding_by_sentences,
    empty_names,
    homeless,
    impure_days,
    inexact,
    long_files,
    long_functions,
    repeated_names,
    sleeping,
    smuggled,
    unmet,
)
from map_places import lost_places, named_places
from source_tree import (
    PACKAGES,
    ROOT,
    Module,
    pretend,
    room_of,
    sources,
)

import harness

Rule = Callable[[Iterable[Module]], Iterator[str]]
OURS = PACKAGES
ALL = (*PACKAGES, "tests", "bench")

RULES: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (homeless, OURS),
    (climbing, OURS),
    (cyclic, OURS),
    (smuggled, OURS),
    (impure_days, OURS),
    (inexact, OURS),
    (deciding_by_sentences, OURS),
    (long_files, ALL),
    (long_functions, ALL),
    (empty_names, ALL),
    (repeated_names, OURS),
    (sleeping, ("tests",)),
)


@pytest.mark.parametrize(("rule", "folders"), RULES, ids=[rule.__name__ for rule, _ in RULES])
def test_the_project_keeps(rule: Rule, folders: tuple[str, ...]) -> None:
    every = sources(*folders)
    assert every, f"no source in {folders}: the rule would hold of nothing"
    complaints = list(rule(every))
    assert not complaints, "\n".join(["", *complaints])


# ----------------------------------------------------------------------------------------------------------------------
# The proof that each rule can fail

BREACHES: tuple[tuple[Rule, str, str], ...] = (
    (homeless, "harness.astrology", ""),
    (climbing, "harness.model", "import harness.money"),
    (climbing, "harness.oracle.book", "from harness import contracts"),
    (climbing, "harness.oracle", "from harness.contracts import load"),
    (climbing, "harness.contracts.casino", "from ..client import send"),
    (climbing, "harness.play.runner", "def later():\n    import harness.verdict.checks"),
    (climbing, "harness.verdict.checks", "if TYPE_CHECKING:\n    from harness.client import Client"),
    (climbing, "harness.report.data", "from harness.plugin import options"),
    (climbing, "harness.client", "import mock_server.app"),
    (climbing, "mock_server.wallet", "from harness.oracle import allowed"),
    (climbing, "mock_server.store.sqlite", "import importlib\nimportlib.import_module('harness.verdict.checks')"),
    (climbing, "mock_server.__main__", "import harness.play.runner"),
    (smuggled, "harness.play.runner", "def later():\n    import requests.adapters"),
    (smuggled, "harness.verdict.checks", "from urllib import request"),
    (smuggled, "harness.cli", "import pytest"),
    (smuggled, "harness.report.data", "from jinja2 import Environment"),
    (smuggled, "harness.plugin", "import yaml"),
    (smuggled, "mock_server.app", "from _pytest.config import Config"),
    (smuggled, "harness.contracts.casino", "import orjson"),
    (impure_days, "harness.contracts.casino.day", "from harness.contracts import load"),
    (impure_days, "harness.contracts.casino.day", "from harness.client import Client"),
    (impure_days, "harness.contracts.shared.day", "import harness.play.runner"),
    (inexact, "harness.report.data", "shown = float(amount)"),
    (inexact, "mock_server.app", "json.loads(body)"),
    (inexact, "harness.contracts.casino", "json.loads(body, parse_float=float)"),
    (inexact, "harness.oracle.rules", "half = balance * 0.5"),
    (deciding_by_sentences, "harness.verdict.conclusion", "reason.startswith('the wallet has no operation')"),
    (deciding_by_sentences, "harness.verdict.causes", "beginnings = cause.startswith(('it forgets', 'it is late'))"),
    (deciding_by_sentences, "harness.verdict.causes.case", "verdict.summary.startswith(begun)"),
    (deciding_by_sentences, "harness.verdict.causes.case", "re.search(pattern, case.verdict.summary)"),
    (deciding_by_sentences, "harness.cli.prove", "kept = [each for each in found if 'it needs a defect' not in each]"),
    (long_files, "harness.model", "\n" * (LONGEST_FILE_LINES + 1)),
    (long_functions, "harness.model", "class A:\n    async def f():\n" + "        x = 1\n" * LONGEST_FUNCTION_LINES),
    (empty_names, "harness.report.utils", ""),
    (empty_names, "harness.report.data", "class ReportManager: ..."),
    (empty_names, "harness.report.data", "class BaseReport: ..."),
    (empty_names, "harness.report.data", "def amount_helper(): ..."),
    (repeated_names, "harness.report.data", "class Table: ...\ndef later():\n    class Table: ..."),
    (sleeping, "tests.test_luck", "import time\ntime.sleep(1)"),
    (sleeping, "tests.test_luck", "from time import sleep\nsleep(1)"),
)


@pytest.mark.parametrize(("rule", "name", "text"), BREACHES)
def test_a_breach_is_seen(rule: Rule, name: str, text: str) -> None:
    assert list(rule([pretend(name, text)]))


@pytest.mark.parametrize(
    ("rule", "name", "text"),
    [
        (homeless, "harness.report.html", ""),
        (homeless, "mock_server.store.sqlite", ""),
        (climbing, "harness.oracle.book", "from harness.oracle import rules\nfrom harness.money import SCALE"),
        (climbing, "harness.plugin_options", "import mock_server.app, harness.play.runner"),
        (climbing, "mock_server.app", "from harness.contracts import casino"),
        (smuggled, "harness.client.wire", "import requests, httptools"),
        (impure_days, "harness.contracts.casino.day", "from harness.contracts.shared.day import Send"),
        (impure_days, "harness.contracts.casino.wire", "from harness.contracts import load"),
        (smuggled, "harness.contracts.casino.authentication", "from cryptography.hazmat.primitives import hashes"),
        (inexact, "harness.contracts.casino", "json.loads(body, parse_float=Decimal)"),
        (inexact, "mock_server.defects.money", "balance = float(balance)"),
        (deciding_by_sentences, "harness.verdict.causes", "alteration.raw[0].startswith('-')"),
        (deciding_by_sentences, "harness.report.github", "text.replace('of the', '')"),
        (long_files, "harness.model", "\n" * LONGEST_FILE_LINES),
        (empty_names, "harness.report.data", "def base_url(): ..."),
    ],
)
def test_what_is_allowed_is_not_complained_of(rule: Rule, name: str, text: str) -> None:
    assert not list(rule([pretend(name, text)]))


def test_two_modules_and_two_classes_of_one_name_are_seen() -> None:
    first, second = pretend("harness.play.purse", "class A: ..."), pretend("harness.verdict.purse", "class B: ...")
    assert list(repeated_names([first, second]))
    second = pretend("harness.verdict.money_bag", "class A: ...")
    assert list(repeated_names([first, second]))
    second = pretend("mock_server.purse", "class A: ...")
    assert not list(repeated_names([first, second]))
    contracts = [pretend(f"harness.contracts.{each}.wire", "") for each in ("one", "other")]
    assert not list(repeated_names(contracts))
    assert list(repeated_names([*contracts, pretend("harness.contracts.shared.wire", ""), pretend("harness.wire", "")]))


def test_no_table_excuses_what_nothing_needs() -> None:
    assert not list(unmet(sources(*ALL)))


@pytest.mark.parametrize(
    ("table", "entry"),
    [
        ("REPEATED_CLASSES", {"Contract": "it stands in one place"}),
        ("REPEATED_CLASSES", {"NoSuchClass": "it stands nowhere"}),
        ("REPEATED_MODULES", {"money": "it stands in one place"}),
        ("REPEATED_MODULES", {"no_such_module": "it stands nowhere"}),
        ("FLOATS", {"harness.oracle": "it has none"}),
        ("SLEEPERS", {"tests/test_words.py": "it does not sleep"}),
        ("DEBTS", (("harness.model", "harness.money"),)),
        ("WITH_WALLET", ("harness.oracle",)),
    ],
)
def test_an_excuse_that_nothing_needs_is_seen(monkeypatch: pytest.MonkeyPatch, table: str, entry: object) -> None:
    monkeypatch.setattr(house_rules, table, entry)
    assert list(unmet(sources(*ALL)))


def test_a_circle_is_seen_also_through_a_deferred_import() -> None:
    package = pretend("harness.oracle", "from harness.oracle.rules import allowed", is_package=True)
    rules = pretend("harness.oracle.rules", "from harness.oracle import book")
    book = pretend("harness.oracle.book", "")
    assert not list(cyclic([package, rules, book]))
    book = pretend("harness.oracle.book", "def judge():\n    from .rules import allowed")
    assert list(cyclic([package, rules, book]))


def test_every_line_of_the_tables_is_of_use() -> None:
    """A misspelt room would allow nothing and forbid nothing."""
    named = {room for rooms, _ in NARROWER.values() for room in _full(rooms)} | {*NARROWER, *WITH_WALLET}
    named |= {room for _, rooms, _ in ONLY for room in _full(rooms)} | {*FLOATS, *EXACT_ROOMS, *DECIDING_ROOMS}
    assert not {room for room in named if not room_of(room, ROOMS)}
    assert {each.path for each in sources("tests")} >= set(SLEEPERS)
    assert {rule for rule, _, _ in BREACHES} | {cyclic} == {rule for rule, _ in RULES}


def test_the_map_and_the_docstring_list_the_stations_in_their_order() -> None:
    names = [station.removeprefix("harness.") for station in STATIONS]
    assert re.findall(r"^\* `(\w+)`:", harness.__doc__ or "", re.MULTILINE) == names
    table = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("| station |")[2].partition("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert [name for cell in first_cells for name in re.findall(r"`(\w+)(?:/|\.py)`", cell)] == names


def test_every_path_and_module_that_the_map_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert len([*named_places(text)]) > 60
    assert not [*lost_places(text)]


@pytest.mark.parametrize(
    "text",
    [
        "goes into `harness/orcale/rules.py`",
        "goes into `harness/scenario/words.py` and `stepps.py`",
        "goes into `schemas/<name>/requirement.yaml`",
        "goes into the folder `mock_server/stores/`",
        "then `scenario.plan.plam` → `Plan`",
        "then `verdict.check`",
    ],
)
def test_a_place_that_does_not_exist_is_seen(text: str) -> None:
    assert [*lost_places(text)]
