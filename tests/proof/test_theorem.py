"""The proof prints what contradicts the theorem: matrices by hand, each with one thing wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.contracts import Contract, load
from harness.model import PAIRS, Check, Limits, Scenario, Step
from harness.proof import theorem
from harness.proof.combinations import combinations
from harness.proof.golden import differences, golden, written
from harness.proof.matrix import SOUND, Matrix, RowKey, scenarios, scenarios_and_pairs
from harness.proof.theorem import violations
from harness.proof.trials import LIMITS, Cell, Charge
from mock_server.defects import DEFECTS, Defect, Witness
from mock_server.defects.registry import defect, registered
from mock_server.wallet import Wallet

SUITE = (
    Scenario(id="a/one", path="a/one.yaml", title="One", requirements={"casino": "CAS-IDM-01"}),
    Scenario(id="a/two", path="a/two.yaml", title="Two", requirements={"casino": "CAS-IDM-01"}),
)
DEFECT = Defect(
    name="wrong",
    theme="theme",
    text="It is wrong.",
    wallet_type=Wallet,
    contracts=("casino",),
    violates=("CAS-IDM-01",),
    witnesses=(Witness("a/one", Check.ORACLE),),
)
RED = Cell((Charge("CAS-IDM-01", "oracle"),))
SOUND_ROW, WRONG_ROW = RowKey(SOUND, "casino"), RowKey("wrong", "casino")
GOOD = {SOUND_ROW: {"a/one": Cell(), "a/two": Cell()}, WRONG_ROW: {"a/one": RED, "a/two": RED}}


@pytest.fixture(autouse=True)
def one_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theorem, "CHECKS", ("oracle",))


@pytest.fixture
def casino() -> Contract:
    whole = load("casino")
    return replace(whole, requirements={"CAS-IDM-01": whole.requirements["CAS-IDM-01"]})


def told(casino: Contract, matrix: Matrix, defect: Defect = DEFECT) -> tuple[str, ...]:
    return violations(matrix, {"wrong": defect}, SUITE, {"casino": casino})


def with_cell(key: RowKey, scenario: str, cell: Cell) -> Matrix:
    return Matrix({**GOOD, key: {**GOOD[key], scenario: cell}})


def test_a_matrix_as_it_should_be_contradicts_nothing(casino: Contract) -> None:
    assert told(casino, Matrix(GOOD)) == ()


@pytest.mark.parametrize(
    ("matrix", "says"),
    [
        (with_cell(SOUND_ROW, "a/two", RED), "the sound wallet on casino fails a/two: CAS-IDM-01 oracle"),
        (with_cell(WRONG_ROW, "a/one", Cell()), "a/one must be red through oracle, and has passed"),
        (
            with_cell(WRONG_ROW, "a/two", Cell((*RED.findings, Charge("CAS-SET-03", "oracle")))),
            "a/two charges CAS-SET-03, which is not on its list",
        ),
        (
            with_cell(WRONG_ROW, "a/two", Cell((Charge("CAS-IDM-01", "oracle", undecided=True),))),
            "a/two is undecided and nothing else",
        ),
        (with_cell(WRONG_ROW, "a/two", Cell()), "a/two on casino was never seen to fail: it needs a defect"),
        (with_cell(WRONG_ROW, "a/two", Cell((Charge("CAS-IDM-01", "guess"),))), "guess is none of the known checks"),
        (Matrix(GOOD, {WRONG_ROW: "ValueError: no"}), "wrong on casino: the row came to nothing: ValueError: no"),
    ],
)
def test_a_cell_that_contradicts_it_is_told(casino: Contract, matrix: Matrix, says: str) -> None:
    assert any(says in each for each in told(casino, matrix)), told(casino, matrix)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"violates": ("CAS-IDM-01", "CAS-ZER-01")}, "wrong lists CAS-ZER-01, which no scenario charges to it"),
        ({"witnesses": (Witness("a/none", Check.ORACLE),)}, "names a witness that does not exist: a/none"),
        ({"witnesses": ()}, "none of its witnesses runs on this contract"),
        (
            {"witnesses": (Witness("a/one", Check.SCHEMA),)},
            "a/one must be red through schema, and has CAS-IDM-01 oracle",
        ),
    ],
)
def test_a_list_that_does_not_fit_is_told(casino: Contract, changed: dict[str, object], says: str) -> None:
    found = told(casino, Matrix(GOOD), replace(DEFECT, **changed))  # type: ignore[arg-type]
    assert any(says in each for each in found), found


def test_a_requirement_and_a_check_that_never_failed_are_told(
    casino: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theorem, "CHECKS", ("oracle", "schema"))
    whole = load("casino").requirements
    wider = replace(
        casino, requirements={each: whole[each] for each in ("CAS-IDM-01", "CAS-SIG-02", "CAS-SIG-07", "CAS-SIG-11")}
    )
    found = told(wider, Matrix(GOOD))
    assert "CAS-SIG-02 was never seen to fail: it needs a defect" in found
    assert "the check schema was never seen to find anything: it needs a defect" in found
    assert "CAS-SIG-07 was never seen to fail: it needs a defect" in found, "a SHOULD"
    assert not any("CAS-SIG-11" in each for each in found), "a MAY is not judged, so nothing can break it"


OTHER = Cell((Charge("CAS-SET-03", "oracle"),))
NEITHER = (
    "wrong on casino: explored/pairs charges CAS-SET-03, which is neither on its list nor in combinations.yaml: mend "
    "the attribution, or add it there"
)
USELESS = "combinations.yaml gives {} to wrong without need: take them off there"


@pytest.mark.parametrize(
    ("sound", "wrong", "beside", "says"),
    [
        (Cell(), RED, (), ()),
        (Cell(), OTHER, ("CAS-SET-03",), ()),
        (Cell(), OTHER, (), (NEITHER,)),
        (Cell(), Cell((*RED.findings, *OTHER.findings)), (), (NEITHER,)),
        (Cell(), OTHER, ("CAS-SET-03", "CAS-SET-04"), (USELESS.format("CAS-SET-04"),)),
        (Cell(), RED, ("CAS-IDM-01",), (USELESS.format("CAS-IDM-01"),)),
        (RED, RED, (), ("the sound wallet on casino fails explored/pairs: CAS-IDM-01 oracle",)),
        (Cell(), Cell(), (), ("explored/pairs on casino was never seen to fail: it needs a defect",)),
    ],
)
def test_the_cell_of_the_generated_scenarios_charges_what_the_defect_or_the_combinations_list(
    casino: Contract, sound: Cell, wrong: Cell, beside: tuple[str, ...], says: tuple[str, ...]
) -> None:
    pairs = Scenario(
        id=PAIRS, path=PAIRS, title="P", requirements={"casino": "CAS-IDM-01"}, steps=(Step(word="pairs"),)
    )
    rows = {SOUND_ROW: {**GOOD[SOUND_ROW], PAIRS: sound}, WRONG_ROW: {**GOOD[WRONG_ROW], PAIRS: wrong}}
    told = violations(
        Matrix(rows), {"wrong": DEFECT}, (*SUITE, pairs), {"casino": casino}, beside={"wrong": beside} if beside else {}
    )
    assert told == says


def test_the_combinations_name_defects_and_requirements_of_their_contracts() -> None:
    for name, requirements in combinations().items():
        known = {each for contract in DEFECTS[name].contracts for each in load(contract).requirements}
        assert {*requirements} <= known, name
        assert not {*requirements} & {*DEFECTS[name].violates}, name


def test_the_bundled_suite_has_the_generated_scenarios_once() -> None:
    assert [each.id for each in scenarios_and_pairs() if each.is_explored] == [PAIRS]
    assert {each.id for each in scenarios_and_pairs()} == {each.id for each in scenarios()} | {PAIRS}


def test_a_defect_cannot_name_a_check_that_does_not_exist() -> None:
    register = defect(violates="CAS-IDM-01", witnesses={"a/one": "oracel"})
    with pytest.raises(ValueError, match="'oracel' is not a valid Check"):
        register(type("NotRegistered", (Wallet,), {}))
    assert "not-registered" not in registered()


def test_a_cell_that_is_undecided_and_nothing_else_is_told(casino: Contract) -> None:
    undecided = with_cell(WRONG_ROW, "a/one", Cell((Charge("CAS-IDM-01", "oracle", undecided=True),)))
    row = Matrix({**undecided.rows, WRONG_ROW: {**undecided.rows[WRONG_ROW], "a/two": RED}})
    assert any("a/one is undecided and nothing else" in each for each in told(casino, row))


def test_the_proof_is_made_at_the_sizes_at_which_people_run() -> None:
    usual = Limits()
    assert (LIMITS.parallel, LIMITS.batch, LIMITS.connections) == (usual.parallel, usual.batch, usual.connections)
    assert LIMITS.parallel < LIMITS.burst <= LIMITS.connections, "a burst that is larger goes out in waves"
    assert LIMITS.races == 2, "one run for each order"


def test_a_changed_cell_is_named() -> None:
    before, now = golden(Matrix(GOOD)), golden(with_cell(WRONG_ROW, "a/two", Cell(skipped="no operation")))
    assert list(differences(before, before)) == []
    assert list(differences(before, now)) == [
        "wrong on casino: a/two was [CAS-IDM-01 oracle] and is [skipped: no operation]"
    ]
    assert written(before).count("\n") == 4, "a line a row"
