"""Reads scenario files. One file is one scenario, and its path below the root is its id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.contracts import BUNDLED, Contract, load
from harness.files.complaints import Complaints, ScenarioError
from harness.files.tree import Node, Text, read_tree
from harness.model import Scenario
from harness.scenario.context import Context, entries
from harness.scenario.dialect import Dialect, dialect_of
from harness.scenario.labels import check_labels
from harness.scenario.steps import read_steps
from harness.scenario.words import TOP
from harness.scenario.written_scenarios import tree_of

SUFFIX = ".yaml"
MAX_TITLE = 120
"""The most characters of a title, which must fit on one line of a report."""

_NEEDED = ("title", "requirement", "steps")
_CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)


def load_file(path: Path, root: Path, contracts: Mapping[str, Contract]) -> Scenario:
    """The scenario in one file. Its id is the path below `root` without the suffix.

    `contracts` are the known contracts by name, besides the bundled ones. The file's `requirement` selects among them.
    Raises ScenarioError with every complaint about the file, each with its line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ScenarioError([f"{shown(path)}:1: cannot be read: {error.strerror or error}"]) from None
    return load_text(data, path.relative_to(root).with_suffix("").as_posix(), shown(path), contracts)


def load_text(data: bytes, id: str, path: str, contracts: Mapping[str, Contract]) -> Scenario:
    """The scenario in the bytes of a file. `id` becomes its id, and `path` stands in messages.

    Raises ScenarioError as `load_file` does.
    """
    complaints = Complaints(path)
    return _loaded(read_tree(data, complaints), complaints, id, contracts)


def load_written(written: Mapping[str, Any], id: str, path: str, contracts: Mapping[str, Contract]) -> Scenario:
    """The scenario that `load_text` would read from the text that `text_of` makes. Raises ScenarioError as it does."""
    return _loaded(tree_of(written), Complaints(path), id, contracts)


def _loaded(tree: Node | None, complaints: Complaints, id: str, contracts: Mapping[str, Contract]) -> Scenario:
    values = _read_top(tree, Context(complaints), contracts) if tree is not None else {}
    complaints.raise_if_any()
    return Scenario(id=id, path=complaints.path, **values)


def load_folder(root: Path, contracts: Mapping[str, Contract]) -> tuple[Scenario, ...]:
    """Every scenario below a folder, in the order of their ids, with epilogues at the end.

    Raises ScenarioError with the complaints about all files, or if there is no scenario.
    """
    scenarios: list[Scenario] = []
    found: list[str] = []
    for path in sorted(root.rglob("*.y*ml")):
        if path.suffix != SUFFIX:
            found.append(f"{shown(path)}:1: the name of a scenario file ends in {SUFFIX}: rename it")
            continue
        try:
            scenarios.append(load_file(path, root, contracts))
        except ScenarioError as error:
            found.extend(error.complaints)
    if not scenarios and not found:
        found.append(f"{shown(root)}:1: there is no scenario in this folder: name a folder with {SUFFIX} files")
    if found:
        raise ScenarioError(found)
    return tuple(sorted(scenarios, key=lambda each: (each.is_epilogue, each.id)))


def shown(path: Path) -> str:
    """A path for messages. It is relative if the path lies below the current directory."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def _read_top(tree: Node, context: Context, contracts: Mapping[str, Contract]) -> dict[str, Any]:
    table = context.table(tree, "a scenario")
    if table is None:
        return {}
    parts = entries(table)
    for name, (key, _) in parts.items():
        if name not in TOP:
            context.unknown(key, "word", TOP)
    for name in _NEEDED:
        if name not in parts:
            context.add(table, f"a scenario needs {name}: {TOP[name]}")
    nodes = {name: value for name, (_, value) in parts.items()}
    requirements, dialects = _requirements(nodes.get("requirement"), context, contracts)
    currency = _currency(nodes.get("currency"), context)
    bound = Context(context.complaints, dialects, currency)
    steps = read_steps(nodes["steps"], bound) if "steps" in nodes else ()
    check_labels(steps, context.complaints, of_wins=any(each.contract.rolls_back_wins for each in dialects))
    if "why" in nodes:
        context.text(nodes["why"], "why")
    funds = _funds(parts, bound)
    title = _title(nodes.get("title"), context)
    return {"title": title, "requirements": requirements, "currency": currency, "steps": steps, **funds}


def _title(node: Node | None, context: Context) -> str:
    if node is None:
        return ""
    title = context.text(node, "title")
    if isinstance(node, Text) and (not title.strip() or "\n" in title or len(title) > MAX_TITLE):
        context.add(node, f"title must be one sentence of at most {MAX_TITLE} characters in one line")
    elif title.endswith("."):
        context.add(node, "title ends in a full stop: drop it, titles are printed in tables")
    return title


def _currency(node: Node | None, context: Context) -> str:
    if node is None:
        return ""
    currency = context.text(node, "currency")
    if isinstance(node, Text) and not _CURRENCY.match(currency):
        context.add(node, f"currency {currency!r} is no ISO 4217 code such as EUR")
        return ""
    return currency


def _funds(parts: Mapping[str, tuple[Text, Node]], context: Context) -> dict[str, Any]:
    if "funds" in parts and "funds_exactly" in parts:
        context.add(parts["funds_exactly"][0], "funds and funds_exactly exclude each other: keep one")
    for name in ("funds_exactly", "funds"):
        if name in parts:
            amount = context.amount(parts[name][1], name, symbolic=False)
            return {"funds": amount, "funds_exactly": name == "funds_exactly"}
    return {}


def _requirements(
    node: Node | None, context: Context, contracts: Mapping[str, Contract]
) -> tuple[dict[str, str], tuple[Dialect, ...]]:
    """Requirement ids by contract name, and the dialects of those contracts."""
    table = context.table(node, "requirement") if node is not None else None
    if table is None:
        return {}, ()
    if not table.entries:
        context.add(table, "requirement is empty: name a contract and one of its requirements")
    named: dict[str, str] = {}
    dialects: list[Dialect] = []
    for key, value in table.entries:
        contract = contracts.get(key.value) or (load(key.value) if key.value in BUNDLED else None)
        if contract is None:
            context.unknown(key, "contract", {*BUNDLED, *contracts})
            continue
        dialects.append(dialect_of(contract))
        named[key.value] = context.one_of(value, f"requirement of {key.value}", contract.requirements)
    return named, tuple(dialects)
