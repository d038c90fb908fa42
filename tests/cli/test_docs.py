"""`walletproof docs`: the pages that messages point to are where the command is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from source_tree import PACKAGES
from source_tree import ROOT as CHECKOUT

from harness.cli import main

PAGES = sorted((CHECKOUT / "docs").glob("*.md"))
OF_THE_CHECKOUT = {"harness/cli/prove.py": "it writes this file of the checkout"}
"""Modules whose texts may name a file of `docs`, and why."""


@pytest.mark.parametrize("name", ["profile", "PROFILE", "PROFILE.md", "docs/PROFILE.md"])
def test_a_page_is_printed_whatever_its_name_looks_like(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", name]) == 0
    assert capsys.readouterr().out == (CHECKOUT / "docs" / "PROFILE.md").read_text(encoding="utf-8")


def test_a_name_of_several_words_may_have_a_hyphen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "exit-status"]) == 0
    assert capsys.readouterr().out.startswith("# Exit statuses")


def test_without_a_name_there_is_a_list_with_titles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[: len(PAGES) + 1]] == sorted(
        ["ci", *(path.stem.lower() for path in PAGES)]
    )
    assert any(re.fullmatch(r"profile +The profile of a wallet: wallet.yaml", line) for line in lines)


def test_the_place_of_a_page_and_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "players", "--path"]) == 0
    assert Path(capsys.readouterr().out.strip()) == CHECKOUT / "docs" / "PLAYERS.md"
    assert main(["docs", "--path"]) == 0
    assert Path(capsys.readouterr().out.strip()) == CHECKOUT / "docs"


LINKS = sorted(
    {
        link
        for path in PAGES
        for link in re.findall(r"\]\(([^)]*)\)", path.read_text(encoding="utf-8"))
        if re.fullmatch(r"[\w/]+\.md(#.*)?", link)
    }
)
"""The links from a page to another."""


@pytest.mark.parametrize("link", LINKS)
def test_what_a_page_calls_another_is_what_the_command_takes(link: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", link]) == 0
    said = capsys.readouterr().out
    name, _, section = link.partition("#")
    whole = (CHECKOUT / "docs" / name).read_text(encoding="utf-8")
    assert said in whole
    assert said.startswith("## " if section else "# ")
    assert (said != whole) is bool(section)


def test_a_line_of_an_example_ends_no_section(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "REPORTS.md#after-a-repair"]) == 0
    assert "# all that failed" in (said := capsys.readouterr().out)
    assert said.rstrip().endswith("makes a page of it.")


def test_a_section_that_does_not_exist_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "REPORTS.md#waiver"]) == 2
    assert "did you mean REPORTS.md#waivers?" in capsys.readouterr().err


def test_a_page_that_does_not_exist_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "profil"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "did you mean profile?" in said.err


def pointers() -> dict[str, list[str]]:
    """By module: the texts that point to a file of `docs`, without docstrings."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for path in sorted((CHECKOUT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            documented = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
            texts = [each for each in ast.walk(tree) if isinstance(each, ast.Constant) and id(each) not in documented]
            named = [str(each.value) for each in texts if re.search(r"docs/\w+\.md", str(each.value))]
            if named:
                found[path.relative_to(CHECKOUT).as_posix()] = named
    return found


def test_no_message_points_to_a_file_of_the_checkout() -> None:
    """A user who has the wheel has no checkout: a message names the command that prints the page."""
    assert set(pointers()) == set(OF_THE_CHECKOUT)


def test_every_page_that_a_message_names_exists() -> None:
    sources = [path for package in PACKAGES for path in (CHECKOUT / package).rglob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    named = set(re.findall(r"walletproof docs ([a-z_-]+)", text))
    assert "profile" in named
    assert {name.replace("-", "_") for name in named} <= {path.stem.lower() for path in PAGES}
