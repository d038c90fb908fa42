"""A report as one HTML file that needs no network, no other file and no server.

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
    return _generated("report.html", page(report))


def render_certificate(certificate: Mapping[str, Any]) -> str:
    """The claims of a certificate as an HTML page."""
    return _rendered("certificate.html", {"certificate": certificate})


def render_proof(proof: Mapping[str, Any]) -> str:
    """The kill matrix as an HTML page."""
    contracts = sorted({name for defect in proof["defects"] for name in defect["contracts"]})
    own = _text("report.css") + _text("proof.css")
    return _rendered("proof.html", {"proof": proof, "contracts": contracts}, style=own, script=_text("proof.js"))


def _rendered(name: str, values: Mapping[str, Any], *, style: str = "", script: str = "") -> str:
    return "".join(_generated(name, values, style=style, script=script))


def _generated(name: str, values: Mapping[str, Any], *, style: str = "", script: str = "") -> Iterator[str]:
    style, script = style or _text("report.css"), script or _text("report.js")
    policy = _POLICY.format(style=_digest(style), script=_digest(script))
    return _environment().get_template(name).generate(style=style, script=script, policy=policy, **values)


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
