"""`walletproof docs [PAGE]`: the documentation of this version, without a browser and without a network."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path

from harness.cli.command import UsageProblem
from harness.contracts.shared.schema import bundled

_FOLDER, _OF_A_FOLDER = "docs", "README.md"
_FENCE = "```"
_HEADING = re.compile(r"(#+) (.+)")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "page",
        nargs="?",
        default="",
        metavar="PAGE",
        help="such as profile, or PROFILE.md as pages name each other (default: all titles)",
    )
    parser.add_argument("--path", action="store_true", help="print where the page, or the whole folder, lies")


def run(options: argparse.Namespace) -> int:
    """Print the page, or the section that a `#` names. Raises UsageProblem if there is none of that name."""
    try:
        folder = bundled(_FOLDER)
    except FileNotFoundError as error:
        raise UsageProblem(str(error)) from None
    pages = _pages(folder)
    name, _, section = options.page.partition("#")
    found = _page(name, pages) if name else None
    if options.path:
        print(found or folder)
    elif found:
        text = found.read_text(encoding="utf-8")
        print(_section(text, section, name) if section else text, end="")
    else:
        _list(pages)
    return 0


def _pages(folder: Path) -> dict[str, Path]:
    """The pages by name. The page of a folder within it has the folder's name."""
    found = {path.stem.lower(): path for path in folder.glob("*.md")}
    found |= {path.parent.name.lower(): path for path in folder.glob(f"*/{_OF_A_FOLDER}")}
    return dict(sorted(found.items()))


def _page(name: str, pages: dict[str, Path]) -> Path:
    """The page of a name, in any case, with or without folder and suffix. Raises UsageProblem."""
    path = Path(name)
    last = path.parent.name if path.name == _OF_A_FOLDER and path.parent.name else path.name
    wanted = last.lower().removesuffix(".md").replace("-", "_").replace(" ", "_")
    if wanted not in pages:
        close = get_close_matches(wanted, pages, n=1)
        raise UsageProblem(
            f"no page {name!r}: {f'did you mean {close[0]}? ' if close else ''}`walletproof docs` lists all"
        )
    return pages[wanted]


def _section(text: str, wanted: str, page: str) -> str:
    """A section of a page, by the anchor of its heading, with the sections below it. Raises UsageProblem."""
    headings = list(_headings(text))
    anchors = [anchor for _, _, anchor in headings]
    if wanted.lower() not in anchors:
        close = get_close_matches(wanted.lower(), anchors, n=1)
        meant = f": did you mean {page}#{close[0]}?" if close else ""
        raise UsageProblem(f"{page} has no section {wanted!r}{meant}")
    begin, level, _ = headings[anchors.index(wanted.lower())]
    end = next((number for number, other, _ in headings if number > begin and other <= level), None)
    return "".join(text.splitlines(keepends=True)[begin:end])


def _headings(text: str) -> Iterator[tuple[int, int, str]]:
    """Each heading of a page: the index of its line, its level, and its anchor. Lines of examples are none."""
    in_example = False
    for number, line in enumerate(text.splitlines()):
        in_example ^= line.startswith(_FENCE)
        if not in_example and (heading := _HEADING.match(line)):
            yield number, len(heading[1]), _anchor(heading[2])


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\s-]", "", heading.strip().lower()).replace(" ", "-")


def _list(pages: dict[str, Path]) -> None:
    width = max(map(len, pages))
    for name, path in pages.items():
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        print(f"{name.ljust(width)}  {title.replace('`', '')}")
    print("\n`walletproof docs PAGE` prints one; PAGE may be as pages name it: EXIT_STATUS.md, REPORTS.md#waivers")
