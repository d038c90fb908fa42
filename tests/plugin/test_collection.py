"""Which scenarios a command line means, and that their ids are the same everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from plugin_run import CREDENTIALS, ROOT, TELLS_PROCESSES, installed, run

from harness.contracts import BUNDLED, load
from harness.scenario import load_folder

SCENARIOS = load_folder(ROOT / "scenarios", {name: load(name) for name in BUNDLED})
EVERY = {f"{each.id}.yaml::{contract}" for each in SCENARIOS for contract in each.requirements}
ONE = "idempotency/resent_settlement.yaml"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("site"))


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """Somebody's project: its tests, its YAML and its `harness` folder are none of ours."""
    (tmp_path / "test_theirs.py").write_text("def test_theirs(): ...", encoding="utf-8")
    (tmp_path / "theirs.yaml").write_text("a: b", encoding="utf-8")
    (tmp_path / "harness").mkdir()
    (tmp_path / "harness" / "__init__.py").write_text("raise RuntimeError('theirs')", encoding="utf-8")
    return tmp_path


def collect(*arguments: str, cwd: Path = ROOT, site: Path = ROOT) -> list[str]:
    done = run("--collect-only", "-q", *arguments, cwd=cwd, site=site)
    assert done.status == 0, done.output
    return done.ids


def test_a_bare_run_in_the_checkout_is_about_every_scenario() -> None:
    ids = collect()
    assert set(ids) == EVERY
    assert len(ids) == len(EVERY)


@pytest.mark.full
@pytest.mark.parametrize("layout", ["checkout", "installed"])
def test_an_option_without_paths_means_exactly_the_bundled_scenarios(stranger: Path, site: Path, layout: str) -> None:
    ids = collect("--wallet-seed=1", cwd=stranger, site=site if layout == "installed" else ROOT)
    assert sorted(ids) == sorted(EVERY)


@pytest.mark.full
def test_a_path_is_a_file_a_folder_or_one_contract_of_a_file() -> None:
    assert collect(f"scenarios/{ONE}") == [f"{ONE}::casino"]
    assert collect(f"scenarios/{ONE}::casino") == [f"{ONE}::casino"]
    assert set(collect("scenarios/races")) == {each for each in EVERY if each.startswith("races/")}
    assert collect("idempotency", cwd=ROOT / "scenarios") == collect("scenarios/idempotency")


@pytest.mark.full
def test_an_id_as_it_is_printed_names_its_scenario_anywhere(stranger: Path, site: Path) -> None:
    chosen = ("--wallet-contract=casino", f"{ONE}::casino")
    assert collect(*chosen) == [f"{ONE}::casino"]
    assert collect(*chosen, cwd=stranger, site=site) == [f"{ONE}::casino"]
    assert collect(f"{ONE}::casino") == [f"{ONE}::casino"]


@pytest.mark.full
def test_tests_beside_scenarios_are_collected_when_both_are_named() -> None:
    ids = collect("tests/scenario/test_amounts.py", f"scenarios/{ONE}")
    assert f"{ONE}::casino" in ids
    assert any(each.startswith("tests/scenario/test_amounts.py::") for each in ids)


def test_the_contract_selects() -> None:
    assert set(collect("--wallet-contract=sportsbook")) == {each for each in EVERY if each.endswith("::sportsbook")}


@pytest.mark.full
def test_the_credentials_that_are_set_select(tmp_path: Path) -> None:
    variables = {name: CREDENTIALS[name] for name in ("WALLET_USER", "WALLET_PASSWORD")}
    done = run("--collect-only", "-q", "--wallet-url=http://127.0.0.1:1", cwd=tmp_path, variables=variables)
    assert {each.partition("::")[2] for each in done.ids} == {"sportsbook"}


@pytest.mark.full
@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("idempotency and casino", lambda id: id.startswith("idempotency/") and id.endswith("::casino")),
        ("may", lambda id: level(id) == "MAY"),
        ("should and not signature", lambda id: level(id) == "SHOULD" and not id.startswith("signature/")),
    ],
)
def test_a_marker_selects(expression: str, holds: object) -> None:
    assert callable(holds)
    assert set(collect("--strict-markers", "-m", expression)) == {each for each in EVERY if holds(each)}


def level(id: str) -> str:
    path, _, contract = id.partition(".yaml::")
    scenario = next(each for each in SCENARIOS if each.id == path)
    return load(contract).requirements[scenario.requirements[contract]].level.value


@pytest.mark.full
def test_a_word_selects() -> None:
    assert collect("-k", "resent_settlement and casino") == [f"{ONE}::casino"]


@pytest.mark.full
def test_what_is_ignored_is_not_collected() -> None:
    assert not [each for each in collect("--ignore=scenarios/races") if each.startswith("races/")]
    assert f"{ONE}::casino" not in collect("--deselect", f"{ONE}::casino")


@pytest.mark.full
def test_collecting_starts_no_wallet(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(TELLS_PROCESSES, encoding="utf-8")
    done = run("--collect-only", "-q", "--wallet-seed=1", cwd=tmp_path)
    assert len(done.ids) == len(EVERY)
    assert "started a process" not in done.output


# ----------------------------------------------------------------------------------------------------------------------
# Files that are wrong


def test_a_broken_file_is_told_with_its_line_and_without_a_traceback(tmp_path: Path) -> None:
    site = installed(tmp_path / "site")
    broken = site / "harness" / "scenarios" / "idempotency" / "broken.yaml"
    broken.write_text(
        "title: It is broken\nrequirement: {casino: CAS-IDM-01}\nsteps:\n  - setle: []\n", encoding="utf-8"
    )
    done = run("--wallet-contract=casino", "idempotency", cwd=tmp_path, site=site)
    assert done.status == 2
    assert f"{broken.relative_to(tmp_path)}:4: unknown" in done.output
    assert "did you mean 'settle'?" in done.output
    assert "ERROR idempotency/broken.yaml" in done.output
    assert "Traceback" not in done.output
    assert "collection.py" not in done.output


# ----------------------------------------------------------------------------------------------------------------------
# Options that do not go together


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        (["--wallet-url=http://127.0.0.1:1"], {}, "which contract? Name it with --wallet-contract"),
        (["--wallet-url=http://127.0.0.1:1"], CREDENTIALS, "the credentials of casino and sportsbook are set"),
        (["--wallet-contract=casnio"], {}, "casnio"),
        (["--wallet-provision=http://127.0.0.1:1"], {}, "say where it is with --wallet-url"),
        (["--wallet-url=x", "--wallet-contract=casino", "--wallet-player=id=1,token"], {}, "part 2 is no field=value"),
    ],
)
def test_a_contradiction_is_a_usage_error(
    tmp_path: Path, arguments: list[str], variables: dict[str, str], told: str
) -> None:
    done = run(*arguments, cwd=tmp_path, variables=variables)
    assert done.status == 4
    assert told in done.output
    assert "Traceback" not in done.output
