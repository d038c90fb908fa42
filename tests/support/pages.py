"""What tests ask of a page in the browser: how wide it is, what is visible, what stands where after a jump."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from chromium import CHROMIUM, Page

WIDTHS = (1400, 900, 390)


def in_browser(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs Chromium."""
    needs = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
    marked: Callable[..., None] = pytest.mark.full(needs(test))
    return marked


def too_wide(page: Page) -> Any:
    """What makes the page scroll sideways: tags and classes, or an empty list."""
    return page.run(
        "(() => { const wide = document.documentElement.clientWidth;"
        "if (document.documentElement.scrollWidth <= wide) return [];"
        "return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > wide + 1)"
        ".slice(0, 8).map(e => e.tagName + '.' + (e.getAttribute('class') || '')); })()"
    )


def until(page: Page, condition: str) -> None:
    """Wait until a condition in the page is true, as long as a test may last."""
    page.run(
        "new Promise(done => { const look = () => requestAnimationFrame("
        f"() => ({condition}) ? done() : look()); look(); }})"
    )


def settled(page: Page) -> None:
    """Wait until the page has drawn what was last asked of it, and has unpacked what is open."""
    page.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    packed = "[...document.querySelectorAll('.packed')].some(each => !each.closest('details:not([open])'))"
    until(page, f"!{packed}")


def go_to(page: Page, address: str) -> None:
    """Change the address of the open page, as a link in it does."""
    changed = "addEventListener('hashchange', () => setTimeout(done), {once: true})"
    page.run(f"new Promise(done => {{ {changed}; location.hash = {address!r}; }})")
    settled(page)


def is_covered(page: Page, selector: str) -> Any:
    """What covers the left end of an element's first line, or null if it can be seen."""
    return page.run(
        f"(() => {{ const e = document.querySelector({selector!r}), box = e.getBoundingClientRect();"
        "const at = document.elementFromPoint(box.left + 12, box.top + Math.min(box.height / 2, 14));"
        "if (at && (e.contains(at) || at.contains(e))) return null;"
        "return at ? at.tagName + '.' + at.className : 'outside of the window'; })()"
    )


def count(page: Page, selector: str) -> int:
    """How many elements there are."""
    return int(page.run(f"document.querySelectorAll({selector!r}).length"))


def seen(page: Page, selector: str) -> int:
    """How many elements take up room on the page."""
    return int(page.run(f"[...document.querySelectorAll({selector!r})].filter(e => e.checkVisibility()).length"))


def pages_of(path: Path) -> int:
    """How many pages a PDF file has."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", path.read_bytes()))
