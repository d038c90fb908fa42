"""Requirements that generated scenarios may charge to a defect, beside those that it lists itself.

They are in `combinations.yaml` beside the defects, because a defect's own list holds for the scenarios that somebody
wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import mock_server.defects
from harness.files.complaints import Complaints
from harness.files.tree import Kind, Table, Text, read_tree

_FILE = Path(mock_server.defects.__file__).with_name("combinations.yaml")
_KIND = Kind("list of combinations", "the requirements of one defect")

Combinations = Mapping[str, tuple[str, ...]]
"""By defect: ids of requirements."""


@cache
def combinations() -> Combinations:
    """The requirements of each defect that has any. Raises ScenarioError if the list cannot be read."""
    complaints = Complaints(_FILE.name)
    root = read_tree(_FILE.read_bytes(), complaints, _KIND)
    found: dict[str, tuple[str, ...]] = {}
    for name, node in root.entries if isinstance(root, Table) else ():
        if isinstance(node, Text) and node.value.split():
            found[name.value] = tuple(node.value.split())
        else:
            complaints.add(node.line, f"{name.value} needs ids of requirements with spaces between them")
    complaints.raise_if_any()
    return found
