"""The architecture as tables. Each rule of DESIGN.md is a line here, and every rule has been seen to fail.

A new room (a module or package directly in `harness`) needs a place in `STATIONS`: that is the moment to decide what it
may know.
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest
from source_tree import (
    PACKAGES,
    Import,
    Module,
    functions,
    graph,
    imports,
    length,
    pretend,
    room_of,
    sources,
    words,
)

# The rooms of `harness` in the order in which the data travels (ARCHITECTURE.md). A room may import itself and the
# rooms above it, except where `NARROWER` allows it less.
STATIONS = (
    "harness.model",
    "harness.money",
    "harness.files",
    "harness.contracts",
    "harness.config",
    "harness.scenario",
    "harness.client",
    "harness.play",
    "harness.oracle",
    "harness.verdict",
    "harness.examine",
    "harness.report",
    "harness.proof",
    "harness.partner",
    "harness.plugin",
    "harness.cli",
)

# Room: the rooms that it may import, where that is less than all those above it, and why.
NARROWER: Mapping[str, tuple[str, str]] = {
    "harness.files": ("", "it reads any file, and knows no contract"),
    "harness.oracle": ("model money", "the oracle is pure"),
    "harness.verdict": ("model money files contracts config scenario oracle", "judging never sends"),
    "mock_server": ("model money contracts", "the reference wallet shares no code with its judge"),
    "mock_server.__main__": ("harness model money contracts mock_server", "it starts the wallet, and nothing else"),
}

WITH_WALLET = ("harness.proof", "harness.plugin", "harness.cli")
"""They may import the reference wallet: they start it, or examine it in their own process."""

# Imports that break the order today: importer, imported room. A test removes what is no longer needed.
DEBTS: tuple[tuple[str, str], ...] = (("harness.play", "harness.report"), ("harness.verdict", "harness.report"))

ROOMS = ("harness", *STATIONS, "mock_server", "mock_server.__main__")


def may_import(room: str, target: str) -> bool:
    """Whether a room may import another one."""
    if (room, target) in DEBTS:
        return True
    if room in NARROWER:
        return target in _full(NARROWER[room][0])
    if target.startswith("mock_server"):
        return room in WITH_WALLET
    if target == "harness":
        return room not in {"harness.model", "harness.money"}
    return room in STATIONS and target in STATIONS and STATIONS.index(target) < STATIONS.index(room)


# Libraries: the rooms that may import them, and why no other may.
ONLY: tuple[tuple[str, str, str], ...] = (
    ("requests urllib3 httptools h11 http.client urllib.request httpx aiohttp", "client", "only the client knows HTTP"),
    ("ssl", "client", "only the client knows HTTP"),
    ("pytest _pytest pluggy xdist", "plugin", "only the plugin knows pytest"),
    ("jinja2", "report.html", "only the HTML report knows templates"),
    ("joserfc cryptography", "report.certificate", "keys are handled in one place"),
    ("yaml", "files contracts scenario config", "only what loads YAML files knows YAML"),
    ("faker", "scenario play", "test data is made in one place, from one seed"),
    ("uvicorn uvloop sqlite3 psycopg", "mock_server", "only the reference wallet serves and stores"),
    ("orjson ujson msgspec", "", "they read a JSON number as a binary float"),
    ("hypothesis responses trustme", "", "they are for tests"),
)

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 40
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "manager", "managers", "misc"}
"""Not in modules, classes or functions."""
BASES = {"base", "bases"}
"""Not in modules or classes; a function may well return a base URL."""

# Where `float` may be called, and what it holds there. Money is never among it, but for the wallets that are wrong.
FLOATS: Mapping[str, str] = {
    "harness.client": "seconds",
    "harness.plugin": "seconds",
    "harness.config": "seconds, and requests in a second",
    "mock_server.defects": "wallets that count money in floats, to be caught",
    "mock_server.faults": "seconds",
}
EXACT_ROOMS = ("harness.model", "harness.money", "harness.oracle", "harness.contracts", "mock_server.wallet")
"""Here not even a literal such as 0.5 occurs."""

# Tests that may sleep, and what for. Waiting for luck is not a reason.
SLEEPERS: Mapping[str, str] = {}


def _full(rooms: str) -> set[str]:
    ours = ("harness", "mock_server")
    return {room if room in ours or room.startswith("mock_server.") else f"harness.{room}" for room in rooms.split()}


def _in(name: str, rooms: Iterable[str]) -> bool:
    return bool(room_of(name, rooms))


# ----------------------------------------------------------------------------------------------------------------------
# The rules: each yields its complaints, a sentence with path and line


def homeless(modules: Iterable[Module]) -> Iterator[str]:
    """Modules in no room of the list."""
    for each in modules:
        if each.name not in ROOMS and room_of(each.name, ROOMS) in PACKAGES[:1]:
            yield f"{each.path}: in no room of STATIONS: say where in the way of the data it stands"


def climbing(modules: Iterable[Module]) -> Iterator[str]:
    """Imports of rooms that stand below."""
    every = tuple(modules)
    known = {each.name for each in every} | set(ROOMS)
    for each in (found for module in every for found in imports(module, known)):
        importer, target = room_of(each.importer, ROOMS), room_of(each.target, ROOMS)
        if target and target != importer and not may_import(importer, target):
            yield f"{each.where}: {importer} imports {each.target}, which stands below it or is not for it"


def cyclic(modules: Iterable[Module]) -> Iterator[str]:
    """One cycle of imports, if there is any."""
    try:
        graphlib.TopologicalSorter(graph(modules)).prepare()
    except graphlib.CycleError as error:
        yield "modules import each other in a circle: " + " <- ".join(error.args[1])


def smuggled(modules: Iterable[Module]) -> Iterator[str]:
    """Libraries in rooms that are not to know them."""
    for each in (found for module in modules for found in imports(module, _every_library())):
        for libraries, rooms, why in ONLY:
            if _is_of(each, libraries) and not _in(each.importer, _full(rooms)):
                yield f"{each.where}: imports {each.target}, but {why}"


def _every_library() -> set[str]:
    return {library for libraries, _, _ in ONLY for library in libraries.split()}


def _is_of(found: Import, libraries: str) -> bool:
    return any(found.target == library or found.target.startswith(f"{library}.") for library in libraries.split())


def long_files(modules: Iterable[Module]) -> Iterator[str]:
    """Files over the limit."""
    for each in modules:
        if (lines := len(each.text.splitlines())) > LONGEST_FILE_LINES:
            yield f"{each.path}: {lines} lines, over {LONGEST_FILE_LINES}: split it by concept"


def long_functions(modules: Iterable[Module]) -> Iterator[str]:
    """Functions over the limit."""
    for each in modules:
        for function in functions(each):
            if (lines := length(function)) > LONGEST_FUNCTION_LINES:
                yield f"{each.at(function)}: {function.name} has {lines} lines, over {LONGEST_FUNCTION_LINES}"


def empty_names(modules: Iterable[Module]) -> Iterator[str]:
    """Modules, classes and functions whose names say nothing about what they are."""
    for each in modules:
        if found := words(each.name) & (NAMES_THAT_SAY_NOTHING | BASES):
            yield f"{each.path}: {found.pop()!r} says nothing: name it for what it holds"
        for node in each.nodes:
            banned = NAMES_THAT_SAY_NOTHING | (BASES if isinstance(node, ast.ClassDef) else set())
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and words(node.name) & banned:
                yield f"{each.at(node)}: {node.name} says nothing: name it for what it does"


def inexact(modules: Iterable[Module]) -> Iterator[str]:
    """Ways for an amount to become a binary float."""
    for each in modules:
        for node in each.nodes:
            match node:
                case ast.Call(func=ast.Name(id="float")) if not _in(each.name, FLOATS):
                    yield f"{each.at(node)}: float(): amounts are whole numbers, `Fraction` or `Decimal`"
                case ast.keyword(arg="parse_float", value=ast.Name(id="float")):
                    yield f"{each.at(node)}: parse_float=float: a JSON number is a `Decimal`"
                case ast.Call(func=ast.Attribute(value=ast.Name(id="json"), attr="load" | "loads")) if not any(
                    keyword.arg == "parse_float" for keyword in node.keywords
                ):
                    yield f"{each.at(node)}: without parse_float a JSON number becomes a binary float"
                case ast.Constant(value=float()) if _in(each.name, EXACT_ROOMS):
                    yield f"{each.at(node)}: {node.value!r} is a binary float, in a room of exact numbers"


def sleeping(modules: Iterable[Module]) -> Iterator[str]:
    """Sleeps in tests that are not listed."""
    for each in modules:
        for node in each.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep") | ast.Name(id="sleep")):
                    if each.path not in SLEEPERS:
                        yield f"{each.at(node)}: sleeps: wait for what happens, or list it in SLEEPERS with a reason"


Rule = Callable[[Iterable[Module]], Iterator[str]]
OURS = PACKAGES
ALL = (*PACKAGES, "tests", "bench")

RULES: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (homeless, OURS),
    (climbing, OURS),
    (cyclic, OURS),
    (smuggled, OURS),
    (inexact, OURS),
    (long_files, ALL),
    (long_functions, ALL),
    (empty_names, ALL),
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
    (inexact, "harness.report.data", "shown = float(amount)"),
    (inexact, "mock_server.app", "json.loads(body)"),
    (inexact, "harness.contracts.casino", "json.loads(body, parse_float=float)"),
    (inexact, "harness.oracle.rules", "half = balance * 0.5"),
    (long_files, "harness.model", "\n" * (LONGEST_FILE_LINES + 1)),
    (long_functions, "harness.model", "class A:\n    async def f():\n" + "        x = 1\n" * LONGEST_FUNCTION_LINES),
    (empty_names, "harness.report.utils", ""),
    (empty_names, "harness.report.data", "class ReportManager: ..."),
    (empty_names, "harness.report.data", "class BaseReport: ..."),
    (empty_names, "harness.report.data", "def amount_helper(): ..."),
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
        (inexact, "harness.contracts.casino", "json.loads(body, parse_float=Decimal)"),
        (inexact, "mock_server.defects.money", "balance = float(balance)"),
        (long_files, "harness.model", "\n" * LONGEST_FILE_LINES),
        (empty_names, "harness.report.data", "def base_url(): ..."),
    ],
)
def test_what_is_allowed_is_not_complained_of(rule: Rule, name: str, text: str) -> None:
    assert not list(rule([pretend(name, text)]))


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
    named |= {room for _, rooms, _ in ONLY for room in _full(rooms)} | {*FLOATS, *EXACT_ROOMS}
    assert not {room for room in named if not room_of(room, ROOMS)}
    assert {each.path for each in sources("tests")} >= set(SLEEPERS)
    assert {rule for rule, _, _ in BREACHES} | {cyclic} == {rule for rule, _ in RULES}
