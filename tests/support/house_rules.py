"""The rules of the architecture (DESIGN.md) as tables. For every rule a test shows that it can fail.

A new room (a module or package directly in `harness`) needs a place in `STATIONS`, which decides what it may import.
"""

from __future__ import annotations

import ast
import graphlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from source_tree import (
    PACKAGES,
    Import,
    Module,
    functions,
    graph,
    imports,
    length,
    room_of,
    words,
)

# The rooms of `harness` in the order in which the data travels (ARCHITECTURE.md). A room may import itself and the
# rooms above it, except where `NARROWER` allows it less.
STATIONS = (
    "harness.model",
    "harness.money",
    "harness.inert",
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
    "harness.explore",
    "harness.proof",
    "harness.partner",
    "harness.plugin",
    "harness.cli",
)

# Room: the rooms that it may import, where that is less than all those above it, and why.
NARROWER: Mapping[str, tuple[str, str]] = {
    "harness.files": ("", "it reads any file, and knows no contract"),
    "harness.oracle": ("model money", "the oracle is pure"),
    "harness.verdict": ("model money inert files contracts config scenario oracle", "judging never sends"),
    "mock_server": ("model money contracts", "the reference wallet shares no code with its judge"),
    "mock_server.__main__": ("harness model money contracts mock_server", "it starts the wallet, and nothing else"),
}

WITH_WALLET = ("harness.proof", "harness.plugin", "harness.cli")
"""These rooms may import the reference wallet, because they start it or examine it in their own process."""

# Imports that break the order today: importer, imported room. A test removes what is no longer needed.
DEBTS: tuple[tuple[str, str], ...] = ()

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
    ("joserfc", "report.certificate", "certificates are signed in one place"),
    ("cryptography", "report.certificate contracts", "only certificates and contracts sign with keys"),
    ("yaml", "files contracts scenario config", "only what loads YAML files knows YAML"),
    ("faker", "scenario play", "test data is made in one place, from one seed"),
    ("uvicorn uvloop sqlite3 psycopg", "mock_server", "only the reference wallet serves and stores"),
    ("orjson ujson msgspec", "", "they read a JSON number as a binary float"),
    ("covertable", "explore.covering", "the covering arrays are shipped as data"),
    ("hypothesis", "explore.drawing", "chance is drawn in one place, and certifying needs none of it"),
    ("responses trustme", "", "they are for tests"),
)

DAY = re.compile(r"harness\.contracts\.\w+\.day")
DAYS_KNOW = ("harness.model", "harness.money", "harness.files", "harness.contracts.shared.day")
"""What the day of a contract's platform may import."""

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 40
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "manager", "managers", "misc"}
"""Words that are not allowed in the names of modules, classes or functions."""
BASES = {"base", "bases"}
"""Words that are not allowed in the names of modules or classes. A function may return a base URL."""

# Names that occur more than once in `harness`, and where. A test asks to remove what is no longer repeated: the lists
# may shrink and never grow.
REPEATED_CLASSES: Mapping[str, str] = {}
REPEATED_MODULES: Mapping[str, str] = {
    "document": "the proof and the OpenAPI document",
    "words": "the model and the scenarios",
}
CONTRACT_FOLDER = re.compile(r"harness\.contracts\.(?!shared\.|openapi\.)\w+\.\w+\Z")
"""The modules of a contract's own folder: every contract has the same ones."""

# Where `float` may be called, and what it holds there. Money is never among it, but for the wallets that are wrong.
FLOATS: Mapping[str, str] = {
    "harness.config": "seconds, and requests in a second",
    "mock_server.defects": "wallets that count money in floats, to be caught",
}
EXACT_ROOMS = ("harness.model", "harness.money", "harness.oracle", "harness.contracts", "mock_server.wallet")
"""Rooms without any float, not even a literal such as 0.5."""

DECIDING_ROOMS = (
    "harness.play",
    "harness.verdict",
    "harness.examine",
    "harness.report",
    "harness.explore",
    "harness.proof",
    "harness.plugin",
    "harness.cli",
)
"""Rooms in which no decision depends on a sentence. Code decides by an enum or an id."""
TEXT_TESTS = frozenset({"startswith", "endswith", "removeprefix", "find", "index", "partition", "count"})
SENTENCES = frozenset({"summary", "probably", "sentence", "said", "reason", "detail", "skipped", "stopped", "avoided"})
"""Fields that hold sentences."""
_WORDS = re.compile(r"[a-z]{2,} [a-z]{2,}")

# Tests that may sleep, and what for. Waiting for luck is not a reason.
SLEEPERS: Mapping[str, str] = {
    "tests/support/restartable_wallet.py": "it asks for the port of a process that is no child of its own",
}


def _full(rooms: str) -> set[str]:
    ours = ("harness", "mock_server")
    return {room if room in ours or room.startswith("mock_server.") else f"harness.{room}" for room in rooms.split()}


def _in(name: str, rooms: Iterable[str]) -> bool:
    return bool(room_of(name, rooms))


# ----------------------------------------------------------------------------------------------------------------------
# The rules: each yields its complaints, a sentence with path and line


def homeless(modules: Iterable[Module]) -> Iterator[str]:
    """Modules that belong to no room of the list."""
    for each in modules:
        if each.name not in ROOMS and room_of(each.name, ROOMS) in PACKAGES[:1]:
            yield f"{each.path}: in no room of STATIONS: say where in the way of the data it stands"


def climbing(modules: Iterable[Module]) -> Iterator[str]:
    """Imports of rooms that come later in the list."""
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
    """Libraries in rooms that must not import them."""
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
    """Modules, classes and functions with names that do not describe them."""
    for each in modules:
        if found := words(each.name) & (NAMES_THAT_SAY_NOTHING | BASES):
            yield f"{each.path}: {found.pop()!r} says nothing: name it for what it holds"
        for node in each.nodes:
            banned = NAMES_THAT_SAY_NOTHING | (BASES if isinstance(node, ast.ClassDef) else set())
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and words(node.name) & banned:
                yield f"{each.at(node)}: {node.name} says nothing: name it for what it does"


def repeated_names(modules: Iterable[Module]) -> Iterator[str]:
    """Classes and modules of the harness that share a name. A search for one of them would find the other."""
    for (kind, name), found in _places(modules).items():
        excused = name in (REPEATED_CLASSES if kind == "class" else REPEATED_MODULES)
        if len(found) > 1 and not excused:
            yield f"{found[1]}: the {kind} {name} is also in {found[0]}: name it for what sets it apart"


def _places(modules: Iterable[Module]) -> Mapping[tuple[str, str], list[str]]:
    """Where each class and each module of the harness is, by `class` or `module` and its name."""
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in (module for module in modules if _in(module.name, PACKAGES[:1])):
        base = each.path.rpartition("/")[2]
        if not base.startswith("__") and not CONTRACT_FOLDER.match(each.name):
            places["module", base.removesuffix(".py")].append(each.path)
        for node in each.nodes:
            if isinstance(node, ast.ClassDef):
                places["class", node.name].append(each.at(node))
    return places


def impure_days(modules: Iterable[Module]) -> Iterator[str]:
    """Days of contracts that import more than model, money, files, and the parts of a day."""
    every = tuple(modules)
    known = {each.name for each in every} | set(ROOMS)
    for each in (found for module in every if DAY.fullmatch(module.name) for found in imports(module, known)):
        if room_of(each.target, ROOMS) and not _in(each.target, DAYS_KNOW):
            yield f"{each.where}: imports {each.target}: a day yields operations, and knows no way to send them"


def inexact(modules: Iterable[Module]) -> Iterator[str]:
    """Places where an amount could become a binary float."""
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


def deciding_by_sentences(modules: Iterable[Module]) -> Iterator[str]:
    """Decisions by a text for people, in the rooms that judge, report and print."""
    for each in modules:
        if not _in(each.name, DECIDING_ROOMS):
            continue
        for node in each.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=subject, attr=method), args=[argument, *_]) if (
                    method in TEXT_TESTS and (_is_sentence(argument) or _is_told(subject))
                ):
                    yield f"{each.at(node)}: {method}() on a sentence: decide on an id or an enum"
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=[_, subject, *_]) if _is_told(subject):
                    yield f"{each.at(node)}: a pattern on a sentence: decide on an id or an enum"
                case ast.Compare(left=left, comparators=others) if any(map(_is_sentence, (left, *others))):
                    yield f"{each.at(node)}: compares with a sentence: decide on an id or an enum"


def _is_sentence(node: ast.expr) -> bool:
    """True for a literal of several lower-case words, or a group that contains one."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(map(_is_sentence, node.elts))
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_WORDS.search(node.value))


def _is_told(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in SENTENCES


def sleeping(modules: Iterable[Module]) -> Iterator[str]:
    """Sleeps in tests that are not listed."""
    for each, node in _sleeps(modules):
        if each.path not in SLEEPERS:
            yield f"{each.at(node)}: sleeps: wait for what happens, or list it in SLEEPERS with a reason"


def _sleeps(modules: Iterable[Module]) -> Iterator[tuple[Module, ast.AST]]:
    for each in modules:
        for node in each.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep") | ast.Name(id="sleep")):
                    yield each, node


def unmet(modules: Iterable[Module]) -> Iterator[str]:
    """Exceptions in the tables above that no module needs. `modules` are all of the project, its tests included."""
    every = tuple(modules)
    places = _places(every)
    for kind, table in (("class", REPEATED_CLASSES), ("module", REPEATED_MODULES)):
        yield from (f"the {kind} {each} is not repeated" for each in table if len(places.get((kind, each), ())) < 2)
    floating = {room_of(each.name, FLOATS) for each in every if any(map(_is_float_call, each.nodes))}
    yield from (f"{each} has no float" for each in FLOATS if each not in floating)
    asleep = {each.path for each, _ in _sleeps(every)}
    yield from (f"{each} does not sleep" for each in SLEEPERS if each not in asleep)
    known = {each.name for each in every} | set(ROOMS)
    arrows = {
        (room_of(each.importer, ROOMS), room_of(each.target, ROOMS)) for one in every for each in imports(one, known)
    }
    yield from (
        f"{importer} does not import {target}" for importer, target in DEBTS if (importer, target) not in arrows
    )
    with_wallet = {importer for importer, target in arrows if target.startswith(PACKAGES[1])}
    yield from (f"{each} does not import the wallet" for each in WITH_WALLET if each not in with_wallet)


def _is_float_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
