"""The themes of a contract: its requirements in a few sentences, for those who decide.

They are in `themes.json` in the folder of the contract's schemas, a list of objects. `title` and `text` are sentences.
`families` are the middle parts of the ids of requirements. A contract without that file has no themes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from harness.contracts import Contract

FILE = "themes.json"


def themes(contract: Contract) -> list[dict[str, Any]]:
    """The themes: title, text, and the ids of the requirements of each. Themes without a requirement are left out."""
    path = contract.schemas / FILE
    if not path.is_file():
        return []
    found = [_theme(each, contract) for each in json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)]
    return [each for each in found if each["requirements"]]


def _theme(theme: Mapping[str, Any], contract: Contract) -> dict[str, Any]:
    families = frozenset(theme["families"])
    mine = [each for each in contract.requirements if _family(each) in families]
    return {"title": theme["title"], "text": theme["text"], "requirements": mine}


def _family(requirement: str) -> str:
    """The middle part of an id: `IDM` of `XYZ-IDM-03`."""
    return requirement.partition("-")[2].rpartition("-")[0]
