"""The bundled dictionaries: they agree with the kill matrix, and tell the bugs that they know, alone and in pairs."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random

import pytest
from measured_causes import answers, both, causes, pairs, place, suite
from strange_wallets import STRANGE, Strange

from harness.contracts import BUNDLED, load
from harness.proof.dictionary_files import bug_of, repairs
from harness.proof.golden import golden, matrix_of
from harness.proof.matrix import SOUND, RowKey
from harness.verdict.dictionary import FaultDictionary, KnownRow, Mark, dictionary_in
from harness.verdict.dictionary.cover import Match, cover
from harness.verdict.dictionary.pattern import Pattern, pattern_of
from mock_server.defects import DEFECTS
from mock_server.wallet import Wallet

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = json.loads((ROOT / "tests" / "golden" / "kill_matrix.json").read_text(encoding="utf-8"))
ACCEPT = "walletproof prove --accept"
FIRST_THREE = 3
MOST_EQUAL = 15
"""How many rows of one contract may have several bugs, which no scenario and no step tells apart."""
SAMPLE = 25


def bundled(contract: str) -> FaultDictionary:
    return dictionary_in(load(contract).schemas, contract)


@cache
def rows(contract: str) -> dict[str, KnownRow]:
    return {bug.name: row for row in bundled(contract).rows for bug in row.bugs}


def pattern(*known: KnownRow, contract: str) -> Pattern:
    """The pattern of a wallet with these bugs, as far as the dictionary says it."""
    tried = bundled(contract).scenarios - frozenset().union(*(each.skipped for each in known))
    red: dict[str, frozenset[Mark]] = {}
    for each in known:
        for scenario in each.red.keys() & tried:
            red.setdefault(scenario, each.red[scenario])
    return Pattern(red, tried - red.keys())


def told(contract: str, seen: Pattern) -> list[Match]:
    return list(cover(seen, bundled(contract)))


def names(match: Match) -> set[str]:
    return {bug.name for row in match.rows for bug in row.bugs}


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_dictionary_has_the_cells_of_the_kill_matrix(contract: str) -> None:
    matrix = matrix_of({key: row for key, row in GOLDEN.items() if key.endswith(f" on {contract}")}, suite())
    assert matrix.rows
    for key, row in matrix.without_pairs().rows.items():
        kept = rows(contract).get(key.defect)
        cells = kept.red if kept is not None else {}
        expected = {
            scenario: {(each.requirement, f"{each.check}{'?' if each.undecided else ''}") for each in cell.findings}
            for scenario, cell in row.items()
            if cell.findings
        }
        found = {scenario: {(each.requirement, each.check) for each in marks} for scenario, marks in cells.items()}
        undecided = {scenario for scenario, kinds in expected.items() if all(check == "stopped?" for _, check in kinds)}
        assert found == {each: kinds for each, kinds in expected.items() if each not in undecided}, (str(key), ACCEPT)
    assert bundled(contract).scenarios == {each.id for each in suite() if contract in each.requirements}, ACCEPT


def test_every_defect_has_its_texts_in_the_dictionary() -> None:
    assert repairs().keys() == DEFECTS.keys()
    for contract in BUNDLED:
        for row in bundled(contract).rows:
            assert [bug_of(DEFECTS[each.name]) for each in row.bugs] == list(row.bugs), ACCEPT


@pytest.mark.parametrize("contract", BUNDLED)
def test_few_bugs_are_told_together_because_nothing_tells_them_apart(contract: str) -> None:
    equal = [row for row in bundled(contract).rows if len(row.bugs) > 1]
    assert len(equal) <= MOST_EQUAL, [[bug.name for bug in row.bugs] for row in equal]


@pytest.mark.parametrize("contract", BUNDLED)
def test_every_known_bug_is_its_own_first_and_only_cause(contract: str) -> None:
    for name, row in rows(contract).items():
        (match,) = told(contract, pattern(row, contract=contract))
        assert name in names(match)
        assert match.refuted == 0


@pytest.mark.parametrize("contract", BUNDLED)
def test_a_bug_is_among_the_causes_of_a_part_of_the_suite(contract: str) -> None:
    """Of each category alone. Bugs that the part does not distinguish are named together."""
    for name, row in Random(5).sample(sorted(rows(contract).items()), SAMPLE):
        whole = pattern(row, contract=contract)
        for category in {each.partition("/")[0] for each in whole.red}:
            red = {each: marks for each, marks in whole.red.items() if each.startswith(f"{category}/")}
            green = frozenset(each for each in whole.green if each.startswith(f"{category}/"))
            (match,) = told(contract, Pattern(red, green))
            assert name in names(match), (name, category)


def test_two_bugs_of_different_themes_are_both_told() -> None:
    """Of 1,000 pairs, as the share of 100 depends on which are drawn by a few in a hundred."""
    missed = []
    for first, second, contract in pairs(1000, seed=11):
        known = rows(contract)
        if not {first, second} <= known.keys():
            continue
        found = told(contract, pattern(known[first], known[second], contract=contract))[:FIRST_THREE]
        if not all(any(each in names(match) for match in found) for each in (first, second)):
            missed.append(f"{first} and {second} on {contract}")
    assert len(missed) <= 100, missed


@pytest.mark.parametrize("contract", BUNDLED)
def test_the_sound_wallet_has_no_row(contract: str) -> None:
    assert SOUND not in rows(contract)
    assert str(RowKey(SOUND, contract)) in GOLDEN
    assert golden(matrix_of({str(RowKey(SOUND, contract)): {}}, suite())) == {str(RowKey(SOUND, contract)): {}}


# ----------------------------------------------------------------------------------------------------------------------
# Real answers


@pytest.mark.full
@pytest.mark.parametrize("contract", BUNDLED)
def test_a_wallet_that_is_right_is_told_nothing(contract: str) -> None:
    results = answers(Wallet, contract)
    assert len(results) > 200
    assert causes(results, contract) == []


@pytest.mark.full
def test_of_real_answers_a_known_bug_is_the_first_cause() -> None:
    keys = [(name, contract) for contract in BUNDLED for name in rows(contract)]
    chosen = Random(3).sample(keys, 20)
    missed = [
        (name, contract)
        for name, contract in chosen
        if place(causes(answers(DEFECTS[name].wallet_type, contract), contract), name) != 1
    ]
    assert len(missed) <= 1, missed


def shows(found: Pattern, row: KnownRow, other: KnownRow) -> bool:
    """True if a run has a finding that the row predicts and the other one does not. Else the other bug hides it."""
    for scenario, marks in row.red.items():
        beside = {(each.requirement, each.check) for each in other.red.get(scenario, ())}
        kinds = {(each.requirement, each.check) for each in marks} - beside
        if kinds & {(each.requirement, each.check) for each in found.red.get(scenario, ())}:
            return True
    return False


@pytest.mark.full
def test_of_real_answers_two_bugs_are_among_the_first_three_causes() -> None:
    """Of those pairs of which neither bug hides all that the other one would show."""
    missed, counted = [], 0
    for first, second, contract in pairs(12, seed=7):
        results = answers(both(first, second), contract)
        one, other, found = rows(contract)[first], rows(contract)[second], pattern_of(results)
        if not (shows(found, one, other) and shows(found, other, one)):
            continue
        counted += 1
        told = causes(results, contract)
        if not all(1 <= place(told, each) <= FIRST_THREE for each in (first, second)):
            missed.append((first, second, contract))
    assert counted >= 10
    assert len(missed) <= 1, missed


@pytest.mark.full
@pytest.mark.parametrize("strange", STRANGE[::4], ids=str)
def test_of_a_strange_wallet_something_true_comes_first(strange: Strange) -> None:
    told = causes(answers(strange.wallet_type, strange.contract), strange.contract)
    assert told
    assert strange.is_true(told[0]), [(each.bugs, each.sentence, each.counts) for each in told]
