"""Contracts are found by name: the bundled ones, and a module of one's own with every way to get it wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from credentials_at_hand import of_casino
from tutorial_files import write_package

from harness.contracts import BUNDLED, UnknownContract, load


def refusal(name: str) -> str:
    """What is told of a contract that cannot be loaded."""
    with pytest.raises(UnknownContract) as caught:
        load(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


SPORTSBOOK_CODES = [
    ("MUST uncovered", "insufficient_funds"),
    ("MUST unknown_player", "unknown_player"),
    ("MUST wrong_currency", "wrong_currency"),
    ("MUST forged", "unauthenticated"),
    ("MUST missing_header", "unauthenticated"),
    ("MUST spent_token", "invalid_token"),
    ("SHOULD expired_session", "invalid_session"),
    ("SHOULD unknown_session", "invalid_session"),
    ("SHOULD unknown_bet", "insufficient_funds or unknown_transaction"),
]
CASINO_CODES = [
    ("SHOULD uncovered", "insufficient_funds or refused"),
    ("SHOULD wrong_currency", "refused or wrong_currency"),
    ("SHOULD forged", "refused or unauthenticated"),
    ("SHOULD tampered", "refused or unauthenticated"),
    ("SHOULD missing_header", "refused or unauthenticated"),
]


@pytest.mark.parametrize(("name", "expected"), [("casino", CASINO_CODES), ("sportsbook", SPORTSBOOK_CODES)])
def test_the_codes_that_refusals_have_by_the_documents(name: str, expected: list[tuple[str, str]]) -> None:
    codes = load(name).codes
    assert [(f"{each.level} {situation}", " or ".join(sorted(each.outcomes))) for situation, each in codes.items()] == (
        expected
    )


def test_only_the_path_of_the_reward_was_inferred() -> None:
    inferred = [(name, spec.name) for name in BUNDLED for spec in load(name).specs.values() if spec.path_inferred]
    assert inferred == [("casino", "reward")]


THE_BUNDLED = "the bundled ones are casino, sportsbook"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        (
            "casinos",
            f"no contract 'casinos': did you mean casino? {THE_BUNDLED}, and no module 'casinos' is installed",
        ),
        (
            "poker",
            f"no contract 'poker': {THE_BUNDLED}, and no module 'poker' is installed",
        ),
        (
            "no.such.module",
            f"no contract 'no.such.module': {THE_BUNDLED}, and no module 'no' is installed",
        ),
        (
            "json.poker",
            f"no contract 'json.poker': {THE_BUNDLED}, and no module 'json.poker' is installed",
        ),
        ("", "no contract '': name casino or sportsbook, or an installed module such as my.module"),
        (".casino", "no contract '.casino': name casino or sportsbook, or an installed module such as my.module"),
        ("json", "module 'json' has no CONTRACT of type harness.contracts.Contract"),
    ],
)
def test_an_unknown_contract_says_which_there_are(name: str, complaint: str) -> None:
    assert refusal(name) == complaint


def test_a_contract_of_ones_own_is_one_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own_contract.py").write_text(
        "from dataclasses import replace\n"
        "from harness.contracts.casino import CONTRACT as CASINO\n"
        "CONTRACT = replace(CASINO, name='own', title='Our own dialect')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert load("own_contract").title == "Our own dialect"


def test_a_secret_is_not_printed() -> None:
    assert "hush" not in repr(of_casino("key", "hush"))


# ----------------------------------------------------------------------------------------------------------------------
# Contracts that cannot be used


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The tutorial's package under a name of this test's own, importable in this process until the test is over."""
    folder = tmp_path / f"own_{re.sub(r'[^a-z0-9]', '_', tmp_path.name)}"
    write_package(folder)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [each for each in sys.modules if each.partition(".")[0] == folder.name]:
        del sys.modules[name]


def test_the_package_under_another_name_can_be_used(package: Path) -> None:
    assert load(package.name).title == "Wallet of a bingo hall"


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import no_such_module", "module NAME needs 'no_such_module', which is not installed"),
        ("import no.such.module", "module NAME needs 'no', which is not installed"),
        ("raise ModuleNotFoundError('half a driver')", "module NAME needs 'half a driver', which is not installed"),
        ("\n1 / 0", "module NAME cannot be imported: ZeroDivisionError: division by zero (FILE:2)"),
        (
            "def told():\n    raise ValueError('o' * 301)\n\ntold()",
            f"module NAME cannot be imported: ValueError: {'o' * 300} (FILE:2)",
        ),
        (
            "CONTRACT =",
            "module NAME cannot be imported: SyntaxError: invalid syntax (__init__.py, line 1) (FILE:1)",
        ),
        ("CONTRACT = 'casino'", "module NAME has no CONTRACT of type harness.contracts.Contract"),
    ],
    ids=["needs", "needs-a-part", "needs-something", "raises", "raises-deep-within", "syntax", "text"],
)
def test_what_is_wrong_with_its_code_is_one_sentence(package: Path, source: str, complaint: str) -> None:
    file = package / "__init__.py"
    file.write_text(source, encoding="utf-8")
    assert refusal(package.name) == complaint.replace("NAME", repr(package.name)).replace("FILE", str(file))


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("prize.request.json", None, "schema file FILE: No such file or directory"),
        ("ticket.response.json", None, "schema file FILE: No such file or directory"),
        ("error.response.json", None, "schema file FILE: No such file or directory"),
        ("prize.request.json", "[]", "schema file FILE: no JSON object"),
        (
            "ticket.request.json",
            "{",
            "schema file FILE: not JSON: expecting property name enclosed in double quotes at line 1, column 2",
        ),
        (
            "error.response.json",
            '{"minimum": "7"}',
            'schema file FILE: no JSON Schema: "7" is not of type "number"',
        ),
        ("requirements.yaml", None, "requirements file FILE: No such file or directory"),
        ("requirements.yaml", "- id: BNG-CON-01", "FILE:1: `level` is missing or no text"),
    ],
)
def test_what_is_wrong_with_its_files_is_one_sentence(
    package: Path, file: str, content: str | None, complaint: str
) -> None:
    path = package / "schemas" / file
    if content is None:
        path.unlink()
    else:
        path.write_text(content, encoding="utf-8")
    told = complaint.replace("FILE", str(path))
    assert refusal(package.name) == f"the contract of module {package.name!r} cannot be used: {told}"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"pay": "prize"', '"pay": "price"', "word 'pay' means 'price', which is no operation"),
        (
            "core=True",
            "core=False",
            "none of its operations is core: mark the one without which a wallet is not worth certifying",
        ),
        ('/ "scenarios"', '/ "scenes"', "its folder of scenarios FOLDER/scenes does not exist"),
        ('/ "scenarios"', '/ "wire.py"', "its folder of scenarios FOLDER/wire.py does not exist"),
    ],
)
def test_what_leads_nowhere_is_named(package: Path, old: str, new: str, complaint: str) -> None:
    file = package / "__init__.py"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    told = complaint.replace("FOLDER", str(package))
    assert refusal(package.name) == f"the contract of module {package.name!r} cannot be used: {told}"


def test_a_contract_may_have_no_scenarios_of_its_own(package: Path) -> None:
    file = package / "__init__.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"scenarios=.*\n", "scenarios=None,\n", text), encoding="utf-8")
    assert load(package.name).scenarios is None


@pytest.mark.parametrize(("name", "place"), [("lying_around", "lying_around.py"), ("lying.around", "lying/around.py")])
def test_a_module_beside_the_tests_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("", encoding="utf-8")
    assert refusal(name) == (
        f"no contract {name!r}: {THE_BUNDLED}, and no module {name.partition('.')[0]!r} "
        "is installed: it lies in this folder, where Python does not look; install it with pip, "
        "or set PYTHONPATH to the folder"
    )
