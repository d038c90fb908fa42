"""Every policy and every reading is explained, in the words of the documentation's table."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.contracts import BUNDLED, load
from harness.oracle import POLICY_WORDS, READINGS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "PROFILE.md"


def test_each_policy_and_each_reading_has_words() -> None:
    assert set(POLICY_WORDS) == set(READINGS)
    for name, words in POLICY_WORDS.items():
        assert set(words.readings) == set(READINGS[name]), name
        assert all(words.readings.values()), name
        assert len(set(words.readings.values())) == len(words.readings), "no two readings are the same"


@pytest.mark.parametrize("contract", BUNDLED)
def test_each_reading_that_a_contract_permits_has_words(contract: str) -> None:
    for name, readings in load(contract).policy.items():
        assert set(readings) <= set(POLICY_WORDS[name].readings), name


def test_the_table_of_the_documentation_asks_the_same() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## What the documents leave open")[2]
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", text, re.MULTILINE))
    assert rows == {name: words.question for name, words in POLICY_WORDS.items() if name in rows}
    assert set(rows) == {name for contract in BUNDLED for name in load(contract).policy}
