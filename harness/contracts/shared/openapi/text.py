"""Writes the document as text. Money keeps its decimals: no number becomes a binary float."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harness.contracts.shared.json_text import stringify

_INDENT = "  "


def as_json(value: object) -> str:
    """JSON text, indented by two spaces, with a newline at its end."""
    return _indented(value, "\n") + "\n"


def as_yaml(value: object) -> str:
    """YAML text of the same content."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes a `Decimal` in plain digits, and repeats equal parts instead of using YAML aliases."""

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
            return True

    Dumper.add_representer(
        Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", format(number, "f"))
    )
    Dumper.add_representer(
        str,
        lambda dumper, text: dumper.represent_scalar(
            "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
        ),
    )
    text: str = yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


def _indented(value: object, line: str) -> str:
    deeper = line + _INDENT
    if isinstance(value, Mapping) and value:
        pairs = [f"{stringify(key).decode()}: {_indented(each, deeper)}" for key, each in value.items()]
        return "{" + deeper + f",{deeper}".join(pairs) + line + "}"
    if isinstance(value, list) and value:
        return "[" + deeper + f",{deeper}".join(_indented(each, deeper) for each in value) + line + "]"
    return stringify(value).decode()
