"""YAML as a plain tree: scalars stay text, nodes know their lines, and what could hide a meaning is refused."""

from __future__ import annotations

import pytest

from harness.files.complaints import Complaints, ScenarioError
from harness.files.tree import MAX_BYTES, MAX_DEPTH, Items, Node, Table, Text, read_tree


def tree(text: str | bytes) -> Node | None:
    """The tree of a file without complaints. Raises ScenarioError with all of them."""
    complaints = Complaints("a.yaml")
    found = read_tree(text if isinstance(text, bytes) else text.encode(), complaints)
    complaints.raise_if_any()
    return found


def test_scalars_stay_text_and_every_node_knows_its_line() -> None:
    assert tree("a: 0100.10\nb:\n  - no\n  - 2026-11-21\n") == Table(
        (
            (Text("a", 1), Text("0100.10", 1)),
            (Text("b", 2), Items((Text("no", 3), Text("2026-11-21", 4)), 3)),
        ),
        1,
    )


def test_a_mark_at_the_beginning_is_no_content() -> None:
    assert tree(b"\xef\xbb\xbfa") == Text("a", 1)


def test_a_table_gives_the_value_of_a_key_or_nothing() -> None:
    found = tree("{a: b}")
    assert isinstance(found, Table)
    assert found.get("a") == Text("b", 1)
    assert found.get("b") is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: &x 1", "a.yaml:1: the anchor &x is refused: write the value where it is used"),
        ("a:\n  *x", "a.yaml:2: the alias *x is refused: write the value where it is used"),
        ("a: !!int 1", "a.yaml:1: the tag tag:yaml.org,2002:int is refused: every value is read as text"),
        ("<<: {a: b}", "a.yaml:1: the merge key << is refused: write the values where they are used"),
        ("[a]: b", "a.yaml:1: a key must be a word, not a list or a mapping"),
        ("a: 1\n\na: 2", "a.yaml:3: 'a' stands here twice; the first is in line 1"),
        ("a\n---\nb", "a.yaml:2: a second document: one file holds one scenario"),
        ("[" * (MAX_DEPTH + 1), f"a.yaml:1: nested deeper than {MAX_DEPTH} levels"),
        ("a: ]", "a.yaml:1: broken YAML: "),
        ("", "a.yaml:1: the file is empty: write at least title, requirement and steps"),
        (b"a: b\n\xff", "a.yaml:2: not UTF-8: byte 0xff at offset 5"),
        (b" " * (MAX_BYTES + 1), f"a.yaml:1: the file has {MAX_BYTES + 1} bytes, a scenario has at most {MAX_BYTES}"),
    ],
)
def test_what_is_refused_is_a_complaint_with_its_line(text: str | bytes, complaint: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        tree(text)
    assert str(caught.value).startswith(complaint)
