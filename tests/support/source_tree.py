"""The project's own source as data: the imports of each module with their place, and the lengths of its parts.

Imports are read from the syntax tree, so all of them count. Some stand in a function or behind
`TYPE_CHECKING`. Some are a literal name that is given to `importlib.import_module`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("harness", "mock_server")
WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file. `name` is the name for imports (`harness.oracle.book`), `path` is for messages."""

    name: str
    path: str
    text: str
    package: str
    """The package from which a relative import starts."""

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of the source, parsed once."""
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree, without the marks for reading and writing a name."""
        # `ast.walk` does the same in three times the time.
        found: list[ast.AST] = [self.tree]
        for node in found:
            for value in vars(node).values():
                if isinstance(value, ast.AST):
                    if not isinstance(value, ast.expr_context):
                        found.append(value)
                elif isinstance(value, list):
                    found += [each for each in value if isinstance(each, ast.AST)]
        return tuple(found)

    @cached_property
    def importing(self) -> tuple[ast.AST, ...]:
        """The nodes that may import something."""
        return tuple(each for each in self.nodes if isinstance(each, ast.Import | ast.ImportFrom | ast.Call))

    def at(self, node: ast.AST) -> str:
        """`path:line` of a node."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True)
class Import:
    """One import of one name: `target` is dotted and complete, `where` is `path:line`."""

    importer: str
    target: str
    where: str


def pretend(name: str, text: str, *, is_package: bool = False) -> Module:
    """A module made from text, as a test of the rules themselves needs it."""
    path = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
    return Module(name, path, text, name if is_package else name.rpartition(".")[0])


@cache
def read(path: Path) -> Module:
    """The module in a file below the root of the checkout, read once in a process."""
    relative = path.relative_to(ROOT)
    parts = relative.with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    package = name if is_package else name.rpartition(".")[0]
    return Module(name, relative.as_posix(), path.read_text(encoding="utf-8"), package)


@cache
def sources(*folders: str) -> tuple[Module, ...]:
    """Every Python file below these folders of the checkout, by path."""
    files = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(read(path) for path in sorted(files))


def imports(module: Module, known: Iterable[str] = ()) -> Iterator[Import]:
    """Every import of a module. For `from a import b` the target is `a.b` if that is a known module, else `a`."""
    names = set(known)
    for node in module.importing:
        for target in _targets(node, module.package, names):
            yield Import(module.name, target, module.at(node))


def _targets(node: ast.AST, package: str, known: set[str]) -> Iterator[str]:
    match node:
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom():
            origin = _absolute(node, package)
            inner = (f"{origin}.{alias.name}" for alias in node.names)
            yield from sorted({name if name in known else origin for name in inner})
        case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
            yield name
        case ast.Call(func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(name)), *_]):
            yield name


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    start = parents[: len(parents) - node.level + 1]
    return ".".join([*start, node.module] if node.module else start)


def room_of(name: str, rooms: Iterable[str]) -> str:
    """The room that a module lies in: the longest of these prefixes that fits, or an empty string.

    A room is a prefix so that splitting a file into a package keeps its rules. `harness.report` holds
    `harness.report.html`, and `harness.plugin` holds `harness.plugin_options` too.
    """
    fitting = (room for room in rooms if name == room or name.startswith((f"{room}.", f"{room}_")))
    return max(fitting, key=len, default="")


def graph(modules: Iterable[Module]) -> Mapping[str, set[str]]:
    """The modules of ours that each module imports, by module and without itself."""
    every = tuple(modules)
    names = {module.name for module in every}
    return {
        each.name: {found.target for found in imports(each, names) if found.target in names} - {each.name}
        for each in every
    }


def functions(module: Module) -> Iterator[Function]:
    """Every function and method, nested ones included."""
    return (node for node in module.nodes if isinstance(node, Function))


def length(function: Function) -> int:
    """Lines from `def` to the last one, the docstring included, decorators left out."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def words(name: str) -> set[str]:
    """The words of a name in lower case: `WalletBase` and `wallet_base` have the same ones."""
    return {word.lower() for word in WORD.findall(name)}
