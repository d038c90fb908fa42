"""`walletproof prove` as a user meets it: what it prints and writes for some defects, and how it exits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from chromium import Page
from pages import WIDTHS, count, in_browser, too_wide

from harness.cli import main
from harness.cli import prove as command
from harness.proof.matrix import SOUND, Matrix, RowKey, scenarios, tried
from harness.proof.trials import Cell


@pytest.mark.full
def test_one_defect_is_proven_and_written_in_three_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, text, data = (tmp_path / f"proof.{suffix}" for suffix in ("html", "md", "json"))
    files = ["--html", str(page), "--markdown", str(text), "--json", str(data)]
    assert main(["prove", "takes-a-token-twice", *files]) == 0
    told = capsys.readouterr()
    assert "1 of 1 defects caught. The theorem holds." in told.out
    assert "3 of 3 wallets tried" in told.err, "no bar where nobody watches"
    proof = json.loads(data.read_text(encoding="utf-8"))
    assert proof["holds"]
    assert list(proof["defects"][0]["contracts"]["sportsbook"]["findings"].values()) == [
        ["authentication/used_token"],
        ["explored/pairs", "races/token_used_twice_at_once"],
    ]
    for path in (page, text):
        assert "takes-a-token-twice" in path.read_text(encoding="utf-8")


def test_a_defect_that_escapes_is_named_and_is_an_exit_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def blind(*_: object, **__: object) -> Matrix:
        cells = {"batch/full_batch": Cell()}
        return Matrix({RowKey(SOUND, "casino"): cells, RowKey("works-twenty-five-items", "casino"): cells})

    monkeypatch.setattr(command, "tried", blind)
    assert main(["prove", "works-twenty-five-items"]) == 1
    told = capsys.readouterr().out
    assert "batch/full_batch must be red through completeness, and has passed" in told
    assert "0 of 1 defects caught. The theorem does not hold" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["works-twenty-five-item"], "works-twenty-five-items"),
        (["--accept", "works-twenty-five-items"], "--accept writes the whole matrix"),
    ],
)
def test_a_mistake_in_using_it_is_told(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_an_installed_package_accepts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "bundled", lambda name: tmp_path / name)
    assert main(["prove", "--accept"]) == 2
    assert "--accept is for a checkout of walletproof" in capsys.readouterr().err


@pytest.mark.full
def test_the_number_of_processes_changes_nothing() -> None:
    keys = [RowKey(name, "casino") for name in ("works-twenty-five-items", "forgets-zero", "checks-funds-too-early")]
    chosen = [each for each in scenarios() if each.category in {"batch", "races", "zero_amount"}]
    one, three = (tried(keys, chosen, processes=count) for count in (1, 3))
    assert one == three
    assert list(one.rows) == list(three.rows) == keys


@in_browser
def test_the_page_has_a_heading_for_each_theme_and_fits_a_phone(tmp_path: Path) -> None:
    path = tmp_path / "proof.html"
    assert main(["prove", "takes-a-token-twice", "ignores-the-key", "--html", str(path)]) == 0
    assert "`" not in re.sub(r"<script>.*</script>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    with Page(tmp_path / "chromium") as page:
        page.open(path)
        assert count(page, "#matrix tr.theme") == count(page, ".by-theme") > 0
        for width in WIDTHS:
            page.looks(width=width)
            assert too_wide(page) == []
            assert page.run("[...document.querySelectorAll('#matrix .hit')].some(e => e.checkVisibility())")
        assert not page.complaints
