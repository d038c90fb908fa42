"""Finds the causes of a run's findings by a dictionary of faults.

The dictionary says for each known bug which scenarios it turns red, by which requirement and check, and which it leaves
green. The whole pattern of a run is compared with it, so a cause that green scenarios refute is not reported.
"""

from __future__ import annotations

from harness.verdict.dictionary.causes_of_run import Explanation, Key, explain, key_of, rank
from harness.verdict.dictionary.known import (
    FILE,
    DictionaryError,
    FaultDictionary,
    Harm,
    KnownBug,
    KnownRow,
    Mark,
    dictionary_in,
    read,
    row_of,
    written,
)
from harness.verdict.dictionary.pattern import mark_of

__all__ = [
    "FILE",
    "DictionaryError",
    "Explanation",
    "FaultDictionary",
    "Harm",
    "Key",
    "KnownBug",
    "KnownRow",
    "Mark",
    "dictionary_in",
    "explain",
    "key_of",
    "mark_of",
    "rank",
    "read",
    "row_of",
    "written",
]
