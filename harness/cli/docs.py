"""`walletproof docs [PAGE]`: the documentation of this version, without a browser and without a network."""

from __future__ import annotations

import argparse
from difflib import get_close_matches
from pathlib import Path

from harness.cli.command import UsageProblem
from harness.contracts.shared.schema import bundled

NAME = "docs"
HELP = "print a page of the documentation, or the list of its pages"

_FOLDER = "docs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("page", nargs="?", default="", metavar="PAGE", help="such as profile (default: all titles)")
    parser.add_argument("--path", action="store_true", help="print where the page, or the whole folder, lies")


def run(options: argparse.Namespace) -> int:
    """Print the page. Raises UsageProblem if there is none of that name."""
    try:
        folder = bundled(_FOLDER)
    except FileNotFoundError as error:
        raise UsageProblem(str(error)) from None
    pages = {path.stem.lower(): path for path in sorted(folder.glob("*.md"))}
    found = _page(options.page, pages) if options.page else None
    if options.path:
        print(found or folder)
    elif found:
        print(found.read_text(encoding="utf-8"), end="")
    else:
        _list(pages)
    return 0


def _page(name: str, pages: dict[str, Path]) -> Path:
    """The page of a name, in any case, with or without folder and suffix. Raises UsageProblem."""
    wanted = Path(name).name.lower().removesuffix(".md").replace("-", "_")
    if wanted not in pages:
        close = get_close_matches(wanted, pages, n=1)
        raise UsageProblem(
            f"no page {name!r}: {f'did you mean {close[0]}? ' if close else ''}`walletproof docs` lists all"
        )
    return pages[wanted]


def _list(pages: dict[str, Path]) -> None:
    width = max(map(len, pages))
    for name, path in pages.items():
        title = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        print(f"{name.ljust(width)}  {title.replace('`', '')}")
    print("\n`walletproof docs PAGE` prints one")
