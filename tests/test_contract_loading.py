"""Contracts are found by name: the bundled ones, and a module of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contracts import BUNDLED, Credentials, UnknownContract, load
from harness.model import Outcome, Situation


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_contract_is_found_by_its_name(name: str) -> None:
    contract = load(name)
    assert contract.name == name
    assert set(contract.words.values()) == set(contract.specs)
    assert set(contract.kinds) <= set(contract.specs)
    assert set(contract.mistakes) <= set(contract.forgeries)
    assert contract.requirements[f"{contract.prefix}-CON-01"].level == "MUST"
    assert {spec.name for spec in contract.specs.values() if spec.core} == {
        "casino": {"settlement"},
        "sportsbook": {"unsettlement"},
    }[name]


@pytest.mark.parametrize("name", BUNDLED)
def test_expected_codes_are_refusals_of_known_situations(name: str) -> None:
    for situation, expected in load(name).codes.items():
        assert isinstance(situation, Situation)
        assert expected.outcomes
        assert Outcome.OK not in expected.outcomes


def test_only_the_path_of_the_reward_was_inferred() -> None:
    inferred = [(name, spec.name) for name in BUNDLED for spec in load(name).specs.values() if spec.path_inferred]
    assert inferred == [("casino", "reward")]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("casinos", "did you mean casino?"),
        ("poker", "the bundled ones are casino, sportsbook, and no module 'poker' is installed"),
        ("no.such.module", "no module 'no' is installed"),
        ("", "name casino or sportsbook, or an installed module"),
        ("..relative", "name casino or sportsbook, or an installed module"),
        ("json", "module 'json' has no CONTRACT"),
    ],
)
def test_an_unknown_contract_says_which_there_are(name: str, part: str) -> None:
    with pytest.raises(UnknownContract) as caught:
        load(name)
    assert part in str(caught.value)


def test_a_contract_of_ones_own_is_one_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_contract.py").write_text(
        "from dataclasses import replace\n"
        "from harness.contracts.casino import CONTRACT as CASINO\n"
        "CONTRACT = replace(CASINO, name='own', title='Our own dialect')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert load("own_contract").title == "Our own dialect"


def test_a_secret_is_not_printed() -> None:
    assert "hush" not in repr(Credentials("key", "hush"))
