"""Scenario files: YAML that is read into `harness.model.Scenario`. Every complaint has its line.

A scenario contains words and never expressions. To express something new, add a word to `words` and a test.
"""

from harness.files.complaints import ScenarioError
from harness.scenario.scenario_files import SUFFIX, load_file, load_folder, load_text, load_written
from harness.scenario.shapes import SHAPES, render_id
from harness.scenario.written_amounts import AMOUNTS, resolve_amount
from harness.scenario.written_scenarios import text_of

__all__ = [
    "AMOUNTS",
    "SHAPES",
    "SUFFIX",
    "ScenarioError",
    "load_file",
    "load_folder",
    "load_text",
    "load_written",
    "render_id",
    "resolve_amount",
    "text_of",
]
