"""The values of the kill matrix's page: the defects by theme, each with its cells by folder of scenarios."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.report.html.scenario_rows import titled

_HEATS, _STEP = 4, 5
"""How many shades a cell can have, and how many red scenarios lie between two of them."""


def proof_page(proof: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the page's template."""
    defects: Sequence[Mapping[str, Any]] = proof["defects"]
    return {
        "kind_of_page": "proof",
        "title": f"The kill matrix: {proof['counts']['killed']} of {proof['counts']['defects']} defects caught",
        "proof": proof,
        "contracts": sorted({name for defect in defects for name in defect["contracts"]}),
        "folders": [(name, titled(name)) for name in proof["folders"]],
        "themes": [
            {
                **theme,
                "title": titled(theme["theme"]),
                "rows": [_row(defect, proof["folders"]) for defect in defects if defect["theme"] == theme["theme"]],
            }
            for theme in proof["themes"]
        ],
    }


def _row(defect: Mapping[str, Any], folders: Sequence[str]) -> dict[str, Any]:
    lines = [
        {
            "contract": name,
            "red": found["red"],
            "cells": [_cell(each, found["folders"].get(each, 0)) for each in folders],
        }
        for name, found in defect["contracts"].items()
    ]
    return {**defect, "lines": lines}


def _cell(folder: str, red: int) -> dict[str, Any]:
    heat = min((red + _STEP - 1) // _STEP, _HEATS)
    return {"folder": titled(folder), "red": red or "", "class": f"n hit h{heat}" if red else "n"}
