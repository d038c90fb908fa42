"""Checks a scenario file as an editor does: YAML 1.2, with `schemas/scenario.json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

SCHEMA = json.loads(Path(__file__).resolve().parents[2].joinpath("schemas/scenario.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


class EditorLoader(yaml.SafeLoader):
    """YAML as editors read it: version 1.2 has numbers and true/false, but no `yes` and `no`."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def errors(document: str) -> list[str]:
    """The errors that an editor would show."""
    value: Any = yaml.load(document, EditorLoader)
    return [error.message for error in VALIDATOR.iter_errors(value)]
