"""Turns schema files into named components of one document, with references between them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeAlias

from harness.contracts.shared.schema import read

Node: TypeAlias = dict[str, Any]

PLACE = "#/components/schemas/"
ERROR = "Error"


class Components:
    """The schemas that a document has so far, by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.schemas: dict[str, Node] = {}

    @property
    def error(self) -> Node:
        """A reference to the schema of refusals."""
        return {"$ref": PLACE + ERROR}

    def add_error(self) -> None:
        """Add the schema of refusals, once. Raises OSError and JsonError."""
        if ERROR not in self.schemas:
            self._take(ERROR, self._folder / "error.response.json")

    def add(self, operation: str, side: str, path: Path) -> Node:
        """Add a schema file, and return a reference to it. Raises OSError and JsonError."""
        name = _camel(f"{operation}_{side}")
        self._take(name, path)
        return {"$ref": PLACE + name}

    def _take(self, name: str, path: Path) -> None:
        """Add the file's schema under a name, and each of its `$defs` under its own name.

        Code generators look for types among the components only.
        """
        whole = read(path)
        parts = {part: f"{name}{_camel(part)}" for part in whole.get("$defs", {})}
        own = {key: value for key, value in whole.items() if key not in {"$schema", "$id", "$defs"}}
        self.schemas[name] = _moved(own, name, parts)
        for part, part_name in parts.items():
            self.schemas[part_name] = _moved(whole["$defs"][part], name, parts)


def _moved(node: Any, name: str, parts: dict[str, str]) -> Any:
    """A part of a schema file, with its references changed to the new places of their targets."""
    if isinstance(node, list):
        return [_moved(each, name, parts) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _target(value, name, parts) if key == "$ref" and isinstance(value, str) else _moved(value, name, parts)
        for key, value in _unconditional(node).items()
    }


def _unconditional(node: Node) -> Node:
    """The node with the fields of `then` among its own fields, because code generators ignore conditions."""
    conditional = node["then"].get("properties", {}) if isinstance(node.get("then"), dict) else {}
    return {**node, "properties": {**node.get("properties", {}), **conditional}} if conditional else node


def _target(reference: str, name: str, parts: dict[str, str]) -> str:
    found = re.fullmatch(r"#/\$defs/([^/]+)(/.*)?", reference)
    if found and found[1] in parts:
        return f"{PLACE}{parts[found[1]]}{found[2] or ''}"
    return f"{PLACE}{name}{reference[1:]}" if reference.startswith("#") else reference


def _camel(words: str) -> str:
    """`bet_batch_request` as `BetBatchRequest`, which is a type name in every language."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", words))
