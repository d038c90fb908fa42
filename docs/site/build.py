"""Builds the documentation as a site: `python docs/site/build.py [FOLDER]`, or `make docs`. Every warning is an error.

The pages are those of the repository, at the same paths, and one for each requirement and each scenario. Nothing is
fetched from a network.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from site_pages import ROOT, write
from sphinx.cmd.build import build_main

USUAL = ROOT / "build" / "docs"


def main(arguments: list[str]) -> int:
    """Build into the named folder, and return Sphinx's exit status: 0 without any warning."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=USUAL, help=f"default: {USUAL.relative_to(ROOT)}")
    folder: Path = parser.parse_args(arguments).folder
    with tempfile.TemporaryDirectory() as staged:
        source = Path(staged)
        write(source)
        settings = str(Path(__file__).parent)
        status = build_main(["-W", "--keep-going", "-q", "-E", "-c", settings, "-b", "html", str(source), str(folder)])
    if status == 0:
        print(f"{folder / 'index.html'}: {sum(1 for _ in folder.rglob('*.html'))} pages")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
