"""The file of a dictionary: it is read as it was written. A bad file gets a complaint and is not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.verdict.dictionary import (
    FILE,
    DictionaryError,
    FaultDictionary,
    Harm,
    KnownBug,
    Mark,
    dictionary_in,
    read,
    row_of,
    written,
)

BUG = KnownBug("forgets", "forgets what came", "keep it", Harm.MONEY)
KNOWN = FaultDictionary(
    "bingo",
    frozenset({"a/one", "a/two", "b/three"}),
    (
        row_of((BUG,), {"a/one": [Mark("BIN-1", "oracle", "id_not_looked_up")], "b/three": [Mark("BIN-2", "code?")]}),
        row_of((BUG, BUG), {"a/two": [Mark("BIN-1", "oracle")]}, ["a/one"]),
    ),
)


def test_what_is_written_is_read() -> None:
    text = written(KNOWN, "1.2.3")
    assert read(text.encode()) == KNOWN
    assert '"walletproof": "1.2.3"' in text
    assert len(text.splitlines()) == 10, "a line for each row, so that a change is a changed line"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace('"harm": "money"', '"harm": "beauty"'),
        lambda text: text.replace("[0]", "[7]"),
        lambda text: text.replace('"rows"', '"lines"'),
        lambda text: "[]",
        lambda text: "",
        lambda text: "\x00",
    ],
)
def test_what_is_no_dictionary_is_told_and_not_used(spoil: object, tmp_path: Path) -> None:
    assert callable(spoil)
    data = str(spoil(written(KNOWN, "1.2.3"))).encode()
    with pytest.raises(DictionaryError):
        read(data)
    (tmp_path / FILE).write_bytes(data)
    found = dictionary_in(tmp_path, "bingo")
    assert not found.rows
    assert found.complaint.startswith(f"{FILE} of bingo is not used: ")


def test_the_dictionary_of_the_documentation_is_one() -> None:
    schemas = Path(__file__).resolve().parents[3] / "docs" / "private_contract" / "bingo_hall" / "schemas"
    assert [bug.name for row in read((schemas / FILE).read_bytes()).rows for bug in row.bugs] == ["forgets-moves"]


def test_a_contract_without_a_dictionary_has_an_empty_one(tmp_path: Path) -> None:
    assert dictionary_in(tmp_path, "bingo") == FaultDictionary("bingo")


def test_the_dictionary_of_another_contract_is_not_used(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(written(KNOWN, "1.2.3"), encoding="utf-8")
    assert dictionary_in(tmp_path, "casino").complaint == f"{FILE} of casino is not used: it is of bingo"
    assert dictionary_in(tmp_path, "bingo") == KNOWN
