"""The documentation as a site: built without a warning, without a broken link, and without anything from elsewhere."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from patience import PATIENCE_SECONDS

from harness.contracts import BUNDLED, load

ROOT = Path(__file__).resolve().parents[2]
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}
"""What a browser fetches by itself."""
NAMES_ONLY = {"canonical", "author", "help", "next", "prev"}
"""Kinds of `link` that are not fetched."""
FETCHED_BY_STYLE = re.compile(r"@import|url\(\s*['\"]?(?:https?:)?//")

pytestmark = pytest.mark.full


class Links(HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.targets: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.targets.add(found["href"])
        if tag == "link" and found.get("rel", "") in NAMES_ONLY:
            return
        self.loaded |= {found[name] for kind, name in LOADED if kind == tag and name in found}


def built() -> str:
    """What the build says. It builds once for all processes of a test run, and for `make docs` after them."""
    line = [sys.executable, str(ROOT / "docs" / "site" / "build.py")]
    done = subprocess.run(line, capture_output=True, text=True, timeout=10 * PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def site() -> Path:
    built()
    return ROOT / "build" / "docs"


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Links]:
    return {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}


def test_a_site_of_the_same_sources_is_not_built_again(site: Path) -> None:
    before = (site / "index.html").stat()
    assert "as built before" in built()
    after = (site / "index.html").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("change", ["another text", "another name", "one more", "one less"])
def test_every_change_of_a_source_builds_it_anew(change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "site"))
    digest = runpy.run_path(str(ROOT / "docs" / "site" / "build.py"))["digest"]
    for name in ("one.md", "two.md"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    before = digest(tmp_path)
    assert digest(tmp_path) == before
    match change:
        case "another text":
            (tmp_path / "one.md").write_text("other", encoding="utf-8")
        case "another name":
            (tmp_path / "one.md").rename(tmp_path / "three.md")
        case "one more":
            (tmp_path / "three.md").write_text("text", encoding="utf-8")
        case _:
            (tmp_path / "one.md").unlink()
    assert digest(tmp_path) != before


def test_every_requirement_and_every_scenario_has_a_page(site: Path) -> None:
    for name in BUNDLED:
        for each in load(name).requirements.values():
            page = (site / "requirements" / f"{each.id}.html").read_text(encoding="utf-8")
            assert str(each.level) in page
    for path in (ROOT / "scenarios").rglob("*.yaml"):
        assert (site / path.relative_to(ROOT)).with_suffix(".html").is_file(), path


def test_a_page_of_a_requirement_says_all_of_it(site: Path) -> None:
    page = (site / "requirements" / "CAS-IDM-01.html").read_text(encoding="utf-8")
    requirement = load("casino").requirements["CAS-IDM-01"]
    assert requirement.text in page
    assert requirement.clause in page
    assert "scenarios/idempotency/resent_settlement.html" in page
    assert "forgets-every-transaction" in page


def test_a_page_of_a_scenario_says_all_of_it(site: Path) -> None:
    page = (site / "scenarios" / "idempotency" / "resent_settlement.html").read_text(encoding="utf-8")
    assert "A resent settlement is credited once" in page
    assert "requirements/CAS-IDM-01.html" in page
    assert "the night job runs again" in page


def test_there_is_an_api_page_for_contracts_of_ones_own(site: Path) -> None:
    links = Links((site / "api.html").read_text(encoding="utf-8"))
    assert {"harness.contracts.Contract", "harness.contracts.Contract.sign", "harness.contracts.load"} <= links.ids


def test_every_link_leads_somewhere(site: Path, pages: dict[Path, Links]) -> None:
    assert len(pages) > 500
    assert not [*broken(site, pages)]


def broken(site: Path, pages: dict[Path, Links]) -> Iterator[str]:
    """Each link within the site whose page or place on it does not exist."""
    for page, links in pages.items():
        for target in links.targets | links.loaded:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            path = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            path = path / "index.html" if path.is_dir() else path
            lost = not path.is_file()
            if lost or (parts.fragment and path in pages and unquote(parts.fragment) not in pages[path].ids):
                yield f"{page.relative_to(site)}: {target}"


def test_a_broken_link_would_be_found(site: Path, pages: dict[Path, Links]) -> None:
    page = site / "index.html"
    spoilt = {**pages, page: Links('<a href="docs/PROFILE.html#no-such-place">x</a><a href="docs/LOST.html">y</a>')}
    assert {each.rpartition("/")[2] for each in broken(site, spoilt)} == {"PROFILE.html#no-such-place", "LOST.html"}


def test_nothing_is_fetched_from_elsewhere(site: Path, pages: dict[Path, Links]) -> None:
    assert not [each for links in pages.values() for each in links.loaded if urlsplit(each).netloc]
    for sheet in site.rglob("*.css"):
        assert not FETCHED_BY_STYLE.search(sheet.read_text(encoding="utf-8")), sheet


def test_the_search_finds_requirements_and_scenarios(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    assert "requirements/CAS-IDM-01" in index
    assert "scenarios/idempotency/resent_settlement" in index
    assert (site / "search.html").is_file()
