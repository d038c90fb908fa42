"""Settings of Sphinx for the documentation. `build.py` makes the pages that it reads, and starts it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from harness import __version__

project = "walletproof"
author = "walletproof contributors"
copyright = "walletproof contributors, Apache-2.0"  # noqa: A001 - the name is Sphinx's
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
root_doc = "index"
source_suffix = {".md": "markdown"}
myst_heading_anchors = 4
default_role = "code"
nitpicky = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
add_module_names = False
# The navigation stands on every page: with every name of the API in it, a build takes ten times as long.
toc_object_entries = False
python_use_unqualified_type_names = True
highlight_language = "text"
# Fences of ours with `console` and `jsonc` hold commands and cut JSON, which no lexer has to understand word by word.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"walletproof {__version__}"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_static_path: list[str] = []
"""Nothing is fetched from elsewhere: furo uses the fonts of the system, and the search index is a file of the site."""
