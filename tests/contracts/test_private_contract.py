"""Contracts that are not bundled: the tutorial as it stands, away from the checkout.

`docs/PRIVATE_CONTRACT.md` is the fixture: the package beside it is installed, and the page's commands are run.
Every way to get a contract wrong is in `test_contract_loading.py`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tutorial_files import EXCERPTS, FILES, TUTORIAL
from tutorial_run import CONSOLES, PORT, Tutorial, command

(MISTAKE,) = re.findall(r"^## A mistake\n.*?^```python\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


# ----------------------------------------------------------------------------------------------------------------------
# The tutorial


def test_every_block_of_the_tutorial_is_a_command_or_a_part_of_a_file() -> None:
    assert len(re.findall(r"^```\w+$", TUTORIAL, re.MULTILINE)) == len(EXCERPTS) + len(CONSOLES)
    assert MISTAKE in EXCERPTS
    assert not [each for each in EXCERPTS if not any(each in content for content in FILES.values())]
    assert {"wallet.py", "bingo_hall/__init__.py", "bingo_hall/schemas/requirements.yaml"} <= set(FILES)


def test_a_sound_wallet_is_certified(tutorial: Tutorial, port: str) -> None:
    done = tutorial.certify(port)
    assert done.status == 0, done.output
    for promised in command("pytest --wallet-url").promised:
        assert promised in done.output
    count = sum("/scenarios/" in name for name in FILES)
    assert f"{count} passed" in done.output


@pytest.mark.full
def test_with_several_processes_and_reports_too(tutorial: Tutorial, port: str, tmp_path: Path) -> None:
    reports = [f"--wallet-report={tmp_path / 'run'}.{form}" for form in ("json", "html", "md", "har")]
    done = tutorial.certify(port, "-n", "2", "-p", "xdist", "-W", "error", *reports)
    assert done.status == 0, done.output
    assert "BNG-PRZ-01" in (tmp_path / "run.html").read_text()
    assert all((tmp_path / f"run.{form}").stat().st_size for form in ("json", "html", "md", "har"))


@pytest.mark.full
def test_the_mistake_is_found_and_carries_its_requirement(tutorial: Tutorial) -> None:
    assert FILES["wallet.py"].count(MISTAKE) == 1
    with tutorial.wallet(FILES["wallet.py"].replace(MISTAKE, "")) as port:
        done = tutorial.certify(port, "-rf")
    assert done.status == 1
    assert re.search(r"^bingo +NOT CERTIFIED", done.output, re.MULTILINE)
    assert "behaves like one that forgets which moves it has made" in " ".join(done.output.split())
    failed = {line for line in done.lines if line.startswith("FAILED ")}
    assert {line.split()[1] for line in failed} == {
        "money/prize_sent_again.yaml::bingo",
        "money/prize_at_once.yaml::bingo",
    }
    assert set(re.findall(r"BNG-[A-Z]{3}-[0-9]{2} MUST", done.output)) == {"BNG-MOV-01 MUST"}


@pytest.mark.full
def test_a_profile_names_it_by_its_module(tutorial: Tutorial, port: str, tmp_path: Path) -> None:
    (tmp_path / "wallet.yaml").write_text(FILES["wallet.yaml"].replace(PORT, port), encoding="utf-8")
    by_profile = command("pytest --wallet-profile")
    done = tutorial.run(by_profile.command, cwd=tmp_path)
    assert done.status == 0, done.output
    assert all(promised in done.output for promised in by_profile.promised)


@pytest.mark.full
def test_what_failed_is_run_again_by_its_module(tutorial: Tutorial, tmp_path: Path) -> None:
    report = tmp_path / "run.json"
    again = f"walletproof replay {report} sent_again --contract bingo_hall"
    with tutorial.wallet(FILES["wallet.py"].replace(MISTAKE, "")) as port:
        assert tutorial.certify(port, f"--wallet-report={report}").status == 1
        done = tutorial.run(f"{again} --provision=http://127.0.0.1:{port}/guests")
        assert done.output.startswith("STILL FAILING  money/prize_sent_again  bingo  BNG-MOV-01"), done.output
        nameless = tutorial.run(f"walletproof replay {report}")
        assert nameless.status == 2
        assert "'bingo' is a contract of your own: name its module with --contract" in nameless.output
    with tutorial.wallet() as port:
        place = f"http://127.0.0.1:{port}"
        done = tutorial.run(f"{again} --url={place} --provision={place}/guests")
        assert done.output.startswith("FIXED "), done.output


@pytest.mark.full
def test_a_scenario_is_named_by_its_file_its_folder_or_its_id(tutorial: Tutorial, port: str, tmp_path: Path) -> None:
    by_file = command("pytest bingo_hall/scenarios")
    done = tutorial.run(by_file.command.replace(PORT, port))
    assert all(promised in done.output for promised in by_file.promised), done.output
    shutil.copytree(tutorial.project / "bingo_hall" / "scenarios", tmp_path / "ours")
    assert "10 passed" in tutorial.certify(port, "ours", cwd=tmp_path).output
    assert "1 passed" in tutorial.certify(port, "money/prize.yaml::bingo", cwd=tmp_path).output


@pytest.mark.full
def test_a_folder_with_python_is_no_folder_of_scenarios(tutorial: Tutorial, port: str, tmp_path: Path) -> None:
    (tmp_path / "theirs.yaml").write_text("a: b", encoding="utf-8")
    (tmp_path / "test_theirs.py").write_text("def test_theirs(): ...", encoding="utf-8")
    done = tutorial.certify(port, "--collect-only", "-q", ".", cwd=tmp_path)
    assert done.ids == ["test_theirs.py::test_theirs"]


@pytest.mark.full
def test_the_bundled_scenarios_do_not_run_for_it(tutorial: Tutorial, port: str) -> None:
    ids = tutorial.certify(port, "--collect-only", "-q").ids
    assert {each.rpartition("::")[2] for each in ids} == {"bingo"}
    assert len(ids) == sum("/scenarios/" in name for name in FILES)


def test_its_openapi_document_is_valid(tutorial: Tutorial, tmp_path: Path) -> None:
    import yaml
    from openapi_spec_validator import validate

    written = command("walletproof openapi")
    done = tutorial.run(written.command, cwd=tmp_path)
    assert done.status == 0
    assert done.lines == list(written.promised)
    found = yaml.safe_load((tmp_path / "bingo.yaml").read_text(encoding="utf-8"))
    validate(found)
    assert set(found["paths"]) == {"/ticket", "/prize"}
    assert found["components"]["securitySchemes"]["token"] == {"type": "http", "scheme": "bearer"}


@pytest.mark.full
def test_the_token_appears_nowhere(tutorial: Tutorial, port: str, tmp_path: Path) -> None:
    token = tutorial.environment()["BINGO_TOKEN"]
    done = tutorial.certify(port, "-vv", "--showlocals", f"--wallet-report={tmp_path / 'run.json'}")
    assert done.status == 0
    assert token not in done.output + (tmp_path / "run.json").read_text(encoding="utf-8")


# ----------------------------------------------------------------------------------------------------------------------
# Contracts that cannot be used


@pytest.mark.full
def test_a_contract_without_scenarios_says_where_they_may_be(tutorial: Tutorial, port: str) -> None:
    (tutorial.site / "bare.py").write_text(
        "from dataclasses import replace\nimport bingo_hall\nCONTRACT = replace(bingo_hall.CONTRACT, scenarios=None)\n",
        encoding="utf-8",
    )
    place = f"http://127.0.0.1:{port}"
    target = f"--wallet-url={place} --wallet-contract=bare --wallet-provision={place}/guests"
    done = tutorial.run(f"pytest {target}")
    assert done.status == 4
    assert "bingo: no scenarios; set `scenarios` in CONTRACT, or name a folder of YAML files" in done.output
    assert "1 passed" in tutorial.run(f"pytest bingo_hall/scenarios/money/prize.yaml {target}").output


@pytest.mark.full
def test_pytest_tells_it_without_a_traceback(tutorial: Tutorial, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('half done')", encoding="utf-8")
    shutil.copy(tmp_path / "broken.py", tutorial.site / "broken.py")
    done = tutorial.run("pytest --wallet-url=http://127.0.0.1:1 --wallet-contract=broken")
    assert done.status == 4
    assert "--wallet-contract: module 'broken' cannot be imported: RuntimeError: half done" in done.output
    assert "Traceback" not in done.output
