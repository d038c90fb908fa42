"""The bundled scenarios: every file loads, is short and says what no other says, and no requirement is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from scenario_editor import errors

from harness.contracts import BUNDLED, load
from harness.model import Scenario
from harness.scenario import load_folder

FOLDER = Path(__file__).resolve().parents[2] / "scenarios"
CONTRACTS = {name: load(name) for name in BUNDLED}
SCENARIOS = load_folder(FOLDER, CONTRACTS)
FILES = sorted(FOLDER.rglob("*.yaml"))
CATEGORIES = {
    "epilogue",
    "explored",
    *("authentication", "batch", "clawback", "idempotency", "input", "insufficient_funds", "lost_replies", "money"),
    *("ordering", "player", "races", "reward", "rollback", "session", "settlement", "signature", "unsettlement"),
    "zero_amount",
}


def content(value: object) -> Hashable:
    """What a scenario does, without its lines."""
    if isinstance(value, tuple):
        return tuple(content(each) for each in value)
    if is_dataclass(value):
        return tuple(content(getattr(value, each.name)) for each in fields(value) if each.name != "line")
    assert isinstance(value, Hashable)
    return value


def doubles(pairs: Iterable[tuple[str, Hashable]]) -> list[list[str]]:
    """The names that share a value."""
    names: defaultdict[Hashable, list[str]] = defaultdict(list)
    for name, value in pairs:
        names[value].append(name)
    return [found for found in names.values() if len(found) > 1]


def deed(scenario: Scenario) -> Hashable:
    return content((scenario.steps, scenario.funds, scenario.funds_exactly, scenario.currency))


def test_every_file_is_a_scenario() -> None:
    assert len(SCENARIOS) == len(FILES) >= 120


def test_no_two_scenarios_have_the_same_title() -> None:
    assert doubles((each.id, each.title.lower()) for each in SCENARIOS) == []


def test_no_two_scenarios_do_the_same() -> None:
    """Unless they run on different contracts: then each contract's requirement has a file of its own."""
    for contract in BUNDLED:
        assert doubles((each.id, deed(each)) for each in SCENARIOS if contract in each.requirements) == []


def test_the_folders_are_the_categories() -> None:
    assert {each.category for each in SCENARIOS} == CATEGORIES


@pytest.mark.parametrize("contract", BUNDLED)
def test_every_requirement_is_exercised(contract: str) -> None:
    exercised = {each.requirements[contract] for each in SCENARIOS if contract in each.requirements}
    assert set(CONTRACTS[contract].requirements) - exercised == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_file_is_short_and_plain(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert 4 <= len(lines) <= 12
    assert all(line.strip() for line in lines), "a blank line is filler"
    assert max(map(len, lines)) <= 120
    assert text.endswith("\n")
    assert text == "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_a_file_is_valid_to_an_editor(path: Path) -> None:
    assert errors(path.read_text(encoding="utf-8")) == []
