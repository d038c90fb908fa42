"""What the command says of itself: where to begin, near words, requirements, scenarios, mistakes, completion."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from plugin_run import DEADLINE_SECONDS, ROOT, environment

from harness.cli import certify, main
from harness.cli.arguments import Parser
from harness.cli.certify import OURS, SWITCHES
from harness.cli.command import UsageProblem
from harness.cli.commands import COMMANDS, Command
from harness.contracts import BUNDLED, load
from harness.oracle import POLICY_WORDS
from harness.plugin.pytest_options import NAMES
from harness.plugin.usage import in_a_sentence
from harness.scenario import load_folder
from mock_server.defects import DEFECTS

CONTRACTS = {name: load(name) for name in BUNDLED}
SCENARIOS = load_folder(ROOT / "scenarios", CONTRACTS)


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What the command prints, on both streams."""
    assert main(arguments) == status
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_alone_it_says_where_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, status=2)
    named = re.findall(r"^  walletproof (\w+)", text, re.MULTILINE)
    assert {"init", "check", "certify"} <= set(named)
    assert set(named) <= {each.name for each in COMMANDS}


@pytest.mark.parametrize(
    ("word", "near"), [("chek", "check"), ("certfy", "certify"), ("showconfig", "show-config"), ("explian", "explain")]
)
def test_an_unknown_command_has_a_near_one(word: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, word, status=2) == f"walletproof: there is no command {word!r}; did you mean {near!r}?\n"


def test_a_command_that_is_like_none_gets_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "xyzzy", status=2)
    assert all(each.name in text for each in COMMANDS)


@pytest.mark.parametrize(
    ("option", "near"), [("--limits=races=1", "--limit"), ("--reports", "--report"), ("--wallet-profil=x", "--profile")]
)
def test_an_option_that_is_nearly_ours_is_not_left_to_pytest(
    option: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "certify", "http://127.0.0.1:1", option, status=2)
    assert text == f"walletproof: there is no option {option.partition('=')[0]}; did you mean {near}?\n"


def parser_of(command: Command) -> Parser:
    found = Parser(prog=f"walletproof {command.name}")
    command.implementation().add_arguments(found)
    return found


OPTIONS = [
    (command.name, option)
    for command in COMMANDS
    for option in dict.fromkeys(parser_of(command).option_words)
    if option != "--help" and command.name != "certify"
]
"""Each long option of each command but `certify`, which leaves to pytest what is not nearly one of ours."""


def mistyped(option: str) -> str:
    return f"{option[:-2]}{option[-1]}{option[-2]}" if option[-1] != option[-2] else f"{option}x"


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_a_mistyped_option_of_any_command_is_one_sentence_with_the_right_one(
    command: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, command, mistyped(option), status=2)
    assert text.startswith("walletproof: ")
    assert text.count("\n") == 1
    if "required" not in text:
        assert f"{mistyped(option)}; did you mean --" in text, text


def usage(what: str) -> str:
    """What pytest prints about a mistake in its command line."""
    return f"ERROR: usage: python -m pytest [x]\npython -m pytest: error: {what}\n  inifile: None\n  rootdir: x\n"


@pytest.mark.parametrize("name", NAMES)
def test_a_mistyped_option_of_certify_is_told_with_the_right_one(name: str) -> None:
    """At once if it is nearly one of ours, else when pytest does not know it either."""
    wrong = mistyped(f"--{name}")
    try:
        (passed_on,) = certify._translated([wrong])
    except UsageProblem as problem:
        text = str(problem)
    else:
        text = in_a_sentence(usage(f"unrecognized arguments: {passed_on}"))
    assert f"option {wrong}; did you mean --{name}?" in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ("list", "requirement"),
            "what: 'requirement' is none of requirements, scenarios, policies, bugs; did",
        ),
        (
            ("audit", "--format", "texxt"),
            "--format: 'texxt' is none of text, csv, json; did you mean text? (`walletproof",
        ),
        (("completion", "zs"), "'zs' is none of bash, zsh, fish; did you mean zsh?"),
        (("prove", "--processes", "many"), "--processes: invalid int value: 'many' (`walletproof prove --help`)"),
        (("docs", "profile", "players"), "there is no place for 'players'"),
        (("--contrct", "casino"), "--contrct stands where a command belongs: walletproof COMMAND --contrct"),
    ],
)
def test_a_wrong_value_or_word_is_one_sentence(
    words: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, *words, status=2)
    assert text.startswith("walletproof: ")
    assert text.count("\n") == 1
    assert told in text


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("unrecognized arguments: --junit-xmll=x", "has an option --junit-xmll; did you mean --junit-xml? ("),
        ("unrecognized arguments: --contrat casino", "has an option --contrat; did you mean --contract? ("),
        ("unrecognized arguments: --paht=x", "has an option --paht; did you mean --path? ("),
        ("unrecognized arguments: --\x1b[2Jzzz", r"has an option --\u001b[2Jzzz ("),
        ("unrecognized arguments: --zzz", "neither walletproof nor pytest has an option --zzz ("),
        ("argument --wallet-seed: invalid int value: 'abc'", "argument --seed: invalid int value: 'abc' ("),
    ],
)
def test_what_pytest_says_of_a_mistake_becomes_a_sentence(what: str, told: str) -> None:
    of_pytest = f"ERROR: usage: python -m pytest [x]\npython -m pytest: error: {what}\n  inifile: None\n  rootdir: x\n"
    text = in_a_sentence(of_pytest)
    assert told in text
    assert text.startswith("walletproof: ")
    assert "\n" not in text
    assert in_a_sentence("ERROR: something else\n") == "ERROR: something else\n"


def test_certify_says_so_itself(tmp_path: Path) -> None:
    words = [sys.executable, "-P", "-m", "harness.cli", "certify", "http://127.0.0.1:1", "--zzz=1"]
    done = subprocess.run(words, cwd=tmp_path, env=environment({}), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == (
        "walletproof: neither walletproof nor pytest has an option --zzz (`walletproof certify --help`)"
    )


@pytest.mark.parametrize("option", ["--strict-markers", "--profile-svg", "--report-log=x", "--lf", "--randomly-seed=1"])
def test_options_of_pytest_and_its_plugins_are_left_alone(option: str) -> None:
    assert list(certify._translated([option])) == [option]


def test_the_help_of_certify_documents_each_option_itself(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["certify", "--help"])
    text = capsys.readouterr().out
    for name in {*OURS, *SWITCHES} - {"url"}:
        assert re.search(rf"--{name}\b", text), name
    assert "pytest's --wallet" not in text
    assert "violated SHOULD fails the run" in " ".join(text.split())
    assert {*NAMES} <= {*OURS, *SWITCHES}


# ----------------------------------------------------------------------------------------------------------------------
# Requirements and scenarios


@pytest.mark.parametrize("every", [8, pytest.param(1, marks=pytest.mark.full)])
@pytest.mark.parametrize("contract", BUNDLED)
def test_every_requirement_can_be_explained(contract: str, every: int, capsys: pytest.CaptureFixture[str]) -> None:
    """`make test` tries every eighth."""
    for requirement in list(CONTRACTS[contract].requirements.values())[::every]:
        text = " ".join(said(capsys, "explain", requirement.id.lower(), "--no-example", "--all").split())
        assert text.startswith(f"{requirement.id} {requirement.level} {contract}: ")
        assert " ".join(requirement.text.split()) in text
        own = [each.id for each in SCENARIOS if each.requirements.get(contract) == requirement.id]
        assert [each for each in own if each not in text] == []


def test_an_explanation_has_bugs_an_exchange_and_what_a_bug_answers(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "explain", "CAS-IDM-03")
    assert "remembers-per-operation" in text
    assert re.search(r"^  request +x-api-key: |^  request +x-signature: |^  request +x-timestamp: ", text, re.MULTILINE)
    assert re.search(r"^  answer +HTTP 200$", text, re.MULTILINE)
    for name in ("we sent", "it said", "possible", "probably", "fix"):
        assert re.search(rf"^  {name} ", text, re.MULTILINE), text
    assert "secret of the Proof" not in text


@pytest.mark.parametrize("requirement", ["CAS-INP-04", "CAS-IDM-03", "SPB-INP-04", "SPB-RBK-02"])
def test_an_example_has_its_steps_and_one_request_answered_rightly_and_wrongly(
    requirement: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "explain", requirement)
    (name,) = re.findall(r"^Example: (\S+)  ", text, re.MULTILINE)
    steps = (ROOT / f"scenarios/{name}.yaml").read_text(encoding="utf-8").partition("steps:\n")[2]
    assert steps.splitlines()[0].strip() in text
    right, _, wrong = text.partition("\nA wallet with the bug ")
    sent = " ".join(re.split(r"^  we sent ", wrong, flags=re.MULTILINE)[1].partition("\n  it said")[0].split())
    (body, *_) = re.findall(r"^ +(\{.*)$", right, re.MULTILINE)
    (id_,) = set(re.findall(r'"transactionId":"([0-9a-f-]{36})"', body))
    assert id_ in sent.replace(" ", "") or id_ in sent, "it is the same request of the same scenario"


@pytest.mark.full
@pytest.mark.parametrize("contract", BUNDLED)
def test_every_requirement_with_scenarios_has_an_example(contract: str, capsys: pytest.CaptureFixture[str]) -> None:
    written = [each for each in SCENARIOS if not (each.is_epilogue or each.is_explored)]
    exercised = {each.requirements[contract] for each in written if contract in each.requirements}
    without = [each for each in sorted(exercised) if "\nExample: " not in said(capsys, "explain", each)]
    assert without == []


def test_a_scenario_is_explained_by_its_file(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "explain", "scenarios/idempotency/resent_settlement.yaml")
    assert text.startswith("idempotency/resent_settlement  A resent settlement is credited once\n")
    assert "CAS-IDM-01 MUST: " in text
    assert (ROOT / "scenarios/idempotency/resent_settlement.yaml").read_text(encoding="utf-8").strip() in text


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ("CAS-IMD-03", "CAS-IDM-03"),
        ("resent_settlement", "idempotency/resent_settlement"),
        ("idempotency/resent_setlement", "idempotency/resent_settlement"),
    ],
)
def test_an_unknown_id_has_a_near_one(wanted: str, near: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "explain", wanted, status=2)
    assert text == f"walletproof: there is no requirement, scenario or policy {wanted!r}; did you mean {near!r}?\n"


def test_an_id_like_none_is_told_where_all_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert "`walletproof list requirements`" in said(capsys, "explain", "0815", status=2)


@pytest.mark.parametrize("name", sorted({name for each in CONTRACTS.values() for name in each.policy}))
def test_every_policy_is_explained_however_it_is_written(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "explain", name)
    assert all(f"\n  {reading}: " in text for reading in POLICY_WORDS[name].readings)
    for contract in CONTRACTS.values():
        if name not in contract.policy:
            assert re.search(rf"^  {contract.name} +does not leave it open$", text, re.MULTILINE)
        else:
            permitted = [each for each in POLICY_WORDS[name].readings if each in contract.policy[name]]
            right = text.partition("Right unless one is pinned:\n")[2]
            assert re.search(rf"^  {contract.name} +{', '.join(permitted)}$", right, re.MULTILINE)
    assert said(capsys, "explain", *name.split("_")) == text, "as the terminal writes it"


def test_lists_have_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    requirements = said(capsys, "list").splitlines()
    assert [each.split()[0] for each in requirements] == [id for it in CONTRACTS.values() for id in it.requirements]
    scenarios = said(capsys, "list", "scenarios", "--contract", "sportsbook").splitlines()
    wanted = [each.id for each in SCENARIOS if "sportsbook" in each.requirements]
    assert [each.split()[0] for each in scenarios] == wanted
    policies = said(capsys, "list", "policies").splitlines()
    assert {each.split()[0] for each in policies} == {name for each in CONTRACTS.values() for name in each.policy}
    bugs = said(capsys, "list", "bugs").splitlines()
    assert [each.split()[0] for each in bugs] == list(DEFECTS)
    own = said(capsys, "list", "bugs", "--contract", "casino").splitlines()
    assert [each.split()[0] for each in own] == [name for name, each in DEFECTS.items() if "casino" in each.contracts]


# ----------------------------------------------------------------------------------------------------------------------
# Mistakes in files

PROFILE = """# yaml-language-server: $schema=profile.json
contracts:
  casino:
    url: ${WALLET_ADDRESS}
    credentials:
      api_key: ${WALLET_API_KEY}
      secret: ${WALLET_SECRET}
provision:
  url: https://wallet.example/players
"""


def test_lint_finds_no_mistake_in_what_is_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = tmp_path / "wallet.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    every = [str(each) for each in sorted((ROOT / "scenarios").rglob("*.yaml"))]
    assert said(capsys, "lint", str(profile), *every) == f"{1 + len(every)} files: no mistakes\n"


def test_lint_has_the_line_and_the_near_word_of_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile, scenario = tmp_path / "wallet.yaml", tmp_path / "mine.yaml"
    profile.write_text(PROFILE.replace("provision:", "provison:"), encoding="utf-8")
    scenario.write_text("title: It pays\nrequirement: CAS-IDM-01\nsteps:\n  - pya: 10\n", encoding="utf-8")
    text = said(capsys, "lint", str(profile), str(scenario), str(tmp_path / "none.yaml"), status=1)
    assert f"{profile}:8: unknown key 'provison'; did you mean 'provision'?\n" in text
    assert re.search(rf"^{re.escape(str(scenario))}:4: .*did you mean 'pay'", text, re.MULTILINE)
    assert f"{tmp_path / 'none.yaml'}:1: cannot be read: No such file or directory" in text
    assert re.search(r"^3 files: \d mistakes$", text, re.MULTILINE)


def test_lint_needs_no_variable_and_still_reads_those_that_are_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = tmp_path / "wallet.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    monkeypatch.delenv("WALLET_ADDRESS", raising=False)
    assert said(capsys, "lint", str(profile)) == "1 file: no mistakes\n"
    monkeypatch.setenv("WALLET_ADDRESS", "no URL")
    assert f"{profile}:4: contracts.casino.url: must be a URL" in said(capsys, "lint", str(profile), status=1)


# ----------------------------------------------------------------------------------------------------------------------
# The command by other ways


def started(*command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(variables),
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=False,
    )


def test_the_module_of_the_name_is_the_command(tmp_path: Path) -> None:
    done = started(sys.executable, "-m", "walletproof", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[0]) == (0, "walletproof"), done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_lines_for_completion(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "walletproof" in said(capsys, "completion", shell)


@pytest.mark.parametrize(
    ("line", "offered"), [("walletproof che", "check"), ("walletproof certify --wallet-rep", "--wallet-report")]
)
def test_words_are_completed(line: str, offered: str, tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    with answer.open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        done = subprocess.run(
            ["bash", "-c", f'exec 8>&{file.fileno()}; exec "$0" -P -m walletproof', sys.executable],
            cwd=tmp_path,
            env=environment({"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "IFS": "\n"})
            | {"_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SUPPRESS_SPACE": "1"},
            pass_fds=(file.fileno(),),
            capture_output=True,
            timeout=DEADLINE_SECONDS,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert offered in answer.read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize(
    ("arguments", "own"), [(["--version"], set()), (["--help"], set()), (["docs"], {"docs"}), (["list"], {"listing"})]
)
def test_a_start_imports_no_other_subcommand(arguments: list[str], own: set[str]) -> None:
    program = (
        "import contextlib, sys\n"
        "from harness.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(sys.argv[1:])\n"
        "print(*sys.modules, file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment({}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        check=True,
    )
    imported = set(ended.stderr.split())
    assert {each.module for each in COMMANDS if f"harness.cli.{each.module}" in imported} == {"completion", *own}
    assert not imported & {"pytest", "requests", "harness.report", "harness.play", "mock_server.defects"}
