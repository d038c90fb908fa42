"""Reports, certificates, comparisons and the kill matrix, each as one HTML file that needs no network and no server.

The template engine escapes everything in it. A Content-Security-Policy in the file allows its own style and script by
their digests and nothing else. So everything that a wallet has sent stays text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.report.html.certificate_page import certificate_page
from harness.report.html.comparison import comparison
from harness.report.html.proof_page import proof_page
from harness.report.html.view import page

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_POLICY = "default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"


def render(report: Mapping[str, Any]) -> str:
    """The report as an HTML page."""
    return "".join(render_pieces(report))


def render_pieces(report: Mapping[str, Any]) -> Iterator[str]:
    """The report as an HTML page, piece by piece."""
    return _generated("report", page(report))


def render_certificate(certificate: Mapping[str, Any], report: Mapping[str, Any], token: str, file: str) -> str:
    """A certificate as a page for people, with texts from the report that earned it.

    `token` is the signed certificate without its line break, and `file` is the name of its file.
    """
    return "".join(_generated("certificate", certificate_page(certificate, report, token, file)))


def render_proof(proof: Mapping[str, Any]) -> str:
    """The kill matrix as an HTML page."""
    return "".join(_generated("proof", proof_page(proof)))


def render_comparison(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """The changes from one report to another as an HTML page."""
    return "".join(_generated("comparison", comparison(before, after)))


def _generated(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    """The page of a template, with the style and script that are named like it."""
    style, script = _text("common.css") + _text(f"{name}.css"), _text(f"{name}.js")
    policy = _POLICY.format(style=_digest(style), script=_digest(script))
    template = _environment().get_template(f"{name}.html")
    return template.generate(style=style, script=script, policy=policy, **values)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


@cache
def _text(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """The Content-Security-Policy source that allows exactly this text inline."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"
