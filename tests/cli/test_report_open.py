"""`walletproof report open` finds the page, makes one of a JSON report, and says what it cannot show."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from report_at_hand import report

from harness.cli import main
from harness.report import write
from mock_server.wallet import Wallet


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a folder")
    made = report(Wallet, {"casino": ["idempotency/resent_settlement"]})
    for age, name in enumerate(("old.html", "new.html", "data.json")):
        write(folder / name, made)
        os.utime(folder / name, (1_700_000_000 + age, 1_700_000_000 + age))
    (folder / "foreign.html").write_text("<title>somebody else's</title>")
    return folder


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes down what it was asked to open."""
    opened = tmp_path / "opened"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\nprintf %s "$1" > "{opened}"\n')
    program.chmod(0o755)
    monkeypatch.setattr("webbrowser._tryorder", None)
    monkeypatch.setattr("webbrowser._browsers", {})
    monkeypatch.setenv("BROWSER", str(program))
    return opened


def path_of(address: str) -> Path:
    return Path(unquote(urlsplit(address).path))


def test_the_newest_page_of_the_folder_is_opened(
    pages: Path, browser: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(pages)
    assert main(["report", "open"]) == 0
    assert path_of(browser.read_text()) == pages / "new.html"
    assert "opened" in capsys.readouterr().out


def test_a_page_that_is_named_is_opened(pages: Path, browser: Path) -> None:
    assert main(["report", "open", str(pages / "old.html")]) == 0
    assert path_of(browser.read_text()) == pages / "old.html"


def test_a_json_report_is_made_a_page_beside_it_of_one_name(
    pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / "reports"
    folder.mkdir()
    data = folder / "data.json"
    data.write_bytes((pages / "data.json").read_bytes())
    for _ in range(2):
        assert main(["report", "open", str(data), "--print"]) == 0
        page = path_of(capsys.readouterr().out.strip())
        assert page == folder / "data.html"
        assert "resent_settlement" in page.read_text()
    assert sorted(each.name for each in folder.iterdir()) == ["data.html", "data.json"]
    assert [each.name for each in tmp_path.iterdir()] == ["reports"], "nothing is left elsewhere"


def test_a_page_of_something_else_is_not_replaced(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, page = tmp_path / "data.json", tmp_path / "data.html"
    data.write_bytes((pages / "data.json").read_bytes())
    page.write_text("<title>somebody else's</title>")
    assert main(["report", "open", str(data), "--print"]) == 2
    assert f"{page} is in the way" in capsys.readouterr().err
    assert "somebody else" in page.read_text()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.html", "there is no such file"),
        ("missing.json", "cannot be read"),
        ("foreign.html", "is no page of walletproof"),
        ("report.md", "cannot be shown"),
    ],
)
def test_what_cannot_be_shown_is_a_sentence(
    name: str, says: str, pages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "open", str(pages / name)]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_without_a_page_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", "open"]) == 2
    assert "walletproof certify --report report.html" in capsys.readouterr().err


def test_without_a_browser_the_address_is_printed(
    pages: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    assert main(["report", "open", str(pages / "new.html")]) == 1
    assert (pages / "new.html").as_uri() in capsys.readouterr().out


def test_a_newer_page_of_another_run_is_not_replaced_and_an_older_one_is(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, page = tmp_path / "data.json", tmp_path / "data.html"
    data.write_bytes((pages / "data.json").read_bytes())
    other: dict[str, Any] = report(Wallet, {"casino": ["idempotency/resent_settlement"]})
    write(page, {**other, "run": {**other["run"], "id": "another0"}})
    os.utime(data, (1_700_000_000, 1_700_000_000))
    assert main(["report", "open", str(data), "--print"]) == 2
    assert "the newer page of another run" in capsys.readouterr().err
    assert "another0" in page.read_text()
    os.utime(page, (1_600_000_000, 1_600_000_000))
    assert main(["report", "open", str(data), "--print"]) == 0
    assert "another0" not in page.read_text()
    os.utime(data, (1_600_000_000, 1_600_000_000))
    assert main(["report", "open", str(data), "--print"]) == 0, "a newer page of the same run may be replaced"


def test_a_page_of_ours_that_is_no_report_is_not_replaced(
    pages: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, page = tmp_path / "data.json", tmp_path / "data.html"
    data.write_bytes((pages / "data.json").read_bytes())
    assert main(["compare", "--html", str(page), str(data), str(data)]) == 0
    before = page.read_bytes()
    os.utime(page, (1_600_000_000, 1_600_000_000))
    assert main(["report", "open", str(data), "--print"]) == 2
    assert "another page than a report" in capsys.readouterr().err
    assert page.read_bytes() == before
