"""`docs/SCENARIOS.md` has every word of the language, with its meaning, and its examples load."""

from __future__ import annotations

import re
from pathlib import Path

from scenario_tables import PAGE, TABLES, renewed

from harness.contracts import BUNDLED, load
from harness.scenario import load_file

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_tables_are_those_of_the_vocabulary() -> None:
    assert renewed(TEXT) == TEXT, "run `python tests/support/scenario_tables.py` and commit docs/SCENARIOS.md"


def test_no_table_is_left_out() -> None:
    assert sorted(re.findall(r"<!-- table: (\w+) -->", TEXT)) == sorted(TABLES)


def test_a_stale_table_is_seen() -> None:
    assert renewed(TEXT.replace("a debit of the stake", "a debit of something")) == TEXT


def test_the_examples_load(tmp_path: Path) -> None:
    whole, steps, family = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    head = "title: An example\nrequirement: {sportsbook: SPB-CON-01}\nsteps:\n"
    for number, example in enumerate((whole, head + steps, family)):
        path = tmp_path / f"example{number}.yaml"
        path.write_text(example, encoding="utf-8")
        assert load_file(path, tmp_path, {name: load(name) for name in BUNDLED}).steps
