"""Scenario files: YAML of words, read into `harness.model.Scenario`, every complaint with its line.

A scenario is inert: it has words and never expressions. Something that cannot be said needs a new word, a line in
`words` and a test.
"""

from harness.files.complaints import ScenarioError
from harness.scenario.scenario_files import SUFFIX, load_file, load_folder
from harness.scenario.shapes import SHAPES, render_id
from harness.scenario.written_amounts import AMOUNTS, resolve_amount

__all__ = [
    "AMOUNTS",
    "SHAPES",
    "SUFFIX",
    "ScenarioError",
    "load_file",
    "load_folder",
    "render_id",
    "resolve_amount",
]
