"""The pages of the site as Markdown: those of the repository, and one for each requirement and each scenario."""

from __future__ import annotations

import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from harness.contracts import BUNDLED, Contract, load  # noqa: E402 - the checkout is on the path since the line above
from harness.model import Level, Requirement, Scenario  # noqa: E402
from harness.scenario import load_folder  # noqa: E402
from mock_server.defects import DEFECTS, Defect  # noqa: E402

GUIDES = (
    "*.md",
    "docs/*.md",
    "docs/ci/*.md",
    "bench/*.md",
    "schemas/*/*.md",
)
"""Pages of the repository, as patterns. Each keeps its path, so that links between them hold."""

HERE = "docs/site"
"""The folder of the pages that only the site has: they lie at its root."""

_LINK = re.compile(r"(?P<before>!?\[(?:[^\[\]]|\[[^\]]*\])*\]\()(?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)")

FOLDERS: Mapping[str, str] = {"scenarios": "scenarios/index.md", "docs/ci": "docs/ci/README.md"}
"""The page of the site for a folder that a page links to. `scenarios/<category>` has one, too."""


def write(folder: Path) -> None:
    """Write every page, and every file that a page links to, into an empty folder."""
    pages = dict(_generated())
    for path in _guides():
        pages[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    for path in (ROOT / HERE).glob("*.md"):
        pages[path.name] = path.read_text(encoding="utf-8")
    for name, text in pages.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_linked(name, text, pages, folder), encoding="utf-8")


def _guides() -> Iterator[Path]:
    for pattern in GUIDES:
        yield from sorted(ROOT.glob(pattern))


# ----------------------------------------------------------------------------------------------------------------------
# Links


def _linked(name: str, text: str, pages: Mapping[str, str], folder: Path) -> str:
    """The page with each link to a folder changed to that folder's page, if it has one. Linked files are copied."""

    def changed(found: re.Match[str]) -> str:
        target, anchor = found["target"], found["anchor"] or ""
        if re.match(r"[a-z]+:", target):
            return found[0]
        path = (ROOT / name).parent.joinpath(target).resolve()
        if not path.is_relative_to(ROOT):
            return found[0]
        place = _place(path.relative_to(ROOT).as_posix(), pages)
        if place not in pages and not (ROOT / place).is_file():
            return found["before"].removeprefix("!")[1:-2]
        if place not in pages:
            _copy(place, folder)
        up = "../" * name.count("/")
        return f"{found['before']}{up}{place}{anchor})"

    return _LINK.sub(changed, text)


def _place(path: str, pages: Mapping[str, str]) -> str:
    """The page of a path of the repository, or the path itself."""
    for candidate in (
        FOLDERS.get(path, ""),
        f"{path}/index.md",
        f"{path}/README.md",
        f"{path.removesuffix('.yaml')}.md",
    ):
        if candidate in pages:
            return candidate
    return path


def _copy(path: str, folder: Path) -> None:
    """Copy a file that is no page."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / path, target)


# ----------------------------------------------------------------------------------------------------------------------
# Requirements and scenarios


def _generated() -> Iterator[tuple[str, str]]:
    contracts = {name: load(name) for name in BUNDLED}
    scenarios = load_folder(ROOT / "scenarios", contracts)
    tried: dict[str, list[Scenario]] = defaultdict(list)
    for scenario in scenarios:
        for id in scenario.requirements.values():
            tried[id].append(scenario)
    for contract in contracts.values():
        for requirement in contract.requirements.values():
            yield f"requirements/{requirement.id}.md", _requirement_page(contract, requirement, tried[requirement.id])
    yield "requirements/index.md", _requirements_index(contracts)
    levels = {each.id: each for contract in contracts.values() for each in contract.requirements.values()}
    categories: dict[str, list[Scenario]] = defaultdict(list)
    for scenario in scenarios:
        categories[scenario.id.partition("/")[0]].append(scenario)
        yield f"scenarios/{scenario.id}.md", _scenario_page(scenario, levels)
    for category, own in categories.items():
        yield f"scenarios/{category}/index.md", _category_page(category, own)
    yield "scenarios/index.md", _scenarios_index(categories)


def _requirement_page(contract: Contract, requirement: Requirement, scenarios: list[Scenario]) -> str:
    defects = [each for each in DEFECTS.values() if requirement.id in each.violates]
    return "\n".join(
        [
            _ALONE,
            f"# {requirement.id}",
            "",
            f"**{requirement.level}**: {requirement.text}",
            "",
            f"Contract: {contract.title}. Clause: {requirement.clause}.",
            "",
            f"What the level means: {_MEANING[requirement.level]}",
            "",
            f"## Scenarios ({len(scenarios)})",
            "",
            *([_scenario_line(each, "../scenarios/") for each in scenarios] or [_NONE_OF_ITS_OWN]),
            "",
            f"## Defects that violate it ({len(defects)})",
            "",
            *([f"* `{each.name}`: {each.text}" for each in defects] or ["None of the bundled ones."]),
            "",
        ]
    )


_ALONE = "---\norphan: true\n---\n"
"""The head of a page outside of the navigation, which stands on every page. Indexes and the search lead to it."""

_MEANING: Mapping[Level, str] = {
    Level.MUST: "the published document says so, or money is lost or made otherwise. A violation fails the run.",
    Level.SHOULD: "a violation is a warning. It fails the run only with `--strict`.",
    Level.MAY: "it is observed and reported, and never judged.",
}
_NONE_OF_ITS_OWN = "None is written for it alone: every answer of every scenario is checked for it."


def _requirements_index(contracts: Mapping[str, Contract]) -> str:
    lines = ["# Requirements", ""]
    for name, contract in contracts.items():
        lines += [f"## {name}: {contract.title}", "", "| requirement | level | what it demands |", "|---|---|---|"]
        lines += [
            f"| [{each.id}]({each.id}.md) | {each.level} | {_cell(each.text)} |"
            for each in contract.requirements.values()
        ]
        lines.append("")
    return "\n".join(lines)


def _scenario_page(scenario: Scenario, requirements: Mapping[str, Requirement]) -> str:
    text = (ROOT / "scenarios" / f"{scenario.id}.yaml").read_text(encoding="utf-8")
    up = "../" * (scenario.id.count("/") + 1)
    why = str(_plain(text).get("why", ""))
    judged = [
        f"* {contract}: [{id}]({up}requirements/{id}.md) ({requirements[id].level}) {requirements[id].text}"
        for contract, id in scenario.requirements.items()
    ]
    witnessed = [each for each in DEFECTS.values() if scenario.id in {witness.scenario for witness in each.witnesses}]
    return "\n".join(
        [
            _ALONE,
            f"# {scenario.id.partition('/')[2] or scenario.id}",
            "",
            f"**{scenario.title}**",
            "",
            *([why, ""] if why else []),
            "## Requirement",
            "",
            *judged,
            "",
            "## The file",
            "",
            f"`scenarios/{scenario.id}.yaml` ([the words of the language]({up}docs/SCENARIOS.md))",
            "",
            "```yaml",
            text.rstrip("\n"),
            "```",
            "",
            "## By itself",
            "",
            "```sh",
            f"walletproof certify -k {scenario.id.rpartition('/')[2]}",
            "```",
            *_witness_lines(witnessed),
            "",
        ]
    )


def _witness_lines(defects: list[Defect]) -> Iterator[str]:
    if defects:
        yield ""
        yield "## Defects that it must catch"
        yield ""
        yield from (f"* `{each.name}`: {each.text}" for each in defects)


def _plain(text: str) -> dict[str, Any]:
    """The file as YAML, every scalar as text."""
    found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - this loader makes nothing but texts
    return found if isinstance(found, dict) else {}


def _category_page(category: str, scenarios: list[Scenario]) -> str:
    lines = [f"# {category}", "", *(_scenario_line(each, "../") for each in scenarios), ""]
    return "\n".join([_ALONE, *lines])


def _scenarios_index(categories: Mapping[str, list[Scenario]]) -> str:
    lines = ["# Scenarios", "", "| category | scenarios |", "|---|---:|"]
    lines += [f"| [{name}]({name}/index.md) | {len(own)} |" for name, own in categories.items()]
    return "\n".join([*lines, ""])


def _scenario_line(scenario: Scenario, up: str) -> str:
    return f"* [{scenario.id}]({up}{scenario.id}.md): {scenario.title} ({', '.join(scenario.requirements)})"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
