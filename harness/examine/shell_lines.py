"""Turns a recorded request into shell lines that send it again, for any POSIX shell, newly signed, without secrets."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from harness.contracts import Contract

_LEFT_OUT = frozenset({"host", "content-length", "user-agent", "accept", "accept-encoding", "connection"})
_LONGEST_BODY = 20_000


def again(contract: Contract, url: str, exchange: Mapping[str, Any]) -> str:
    """Shell lines for one recorded exchange. `url` is the scheme, host and port of the wallet.

    Deliberate errors of the request are kept: a missing header, an altered body, a forged signature. A forgery that
    needs more than one shell line is shown with the recorded headers instead.
    """
    request = exchange["request"]
    if len(request["body"]) > _LONGEST_BODY or request.get("truncated"):
        return f"# the body is too long to show: run the scenario again ({exchange['operation']})"
    forged = exchange.get("alteration", {}).get("forged", "")
    made, computed = _credentials(contract, forged)
    lines = [f"# forged on purpose: {forged.replace('_', ' ')}"] if forged else []
    lines += [f"BODY={shlex.quote(request['body'])}", *made]
    stale = exchange.get("alteration", {}).get("stale_seconds", 0)
    if stale and computed:
        lines = [line.replace("$(date +%s)", f"($(date +%s)-{int(stale)})") for line in lines]
    parts = [f"curl -i -X {shlex.quote(request['method'])} {shlex.quote(url + request['path'])}"]
    for name, value in request["headers"]:
        if name.lower() in _LEFT_OUT:
            continue
        text = computed.get(name.lower())
        # With `name;` curl sends a header without a value. With `name:` it would send no such header.
        recorded = shlex.quote(f"{name}: {value}" if value else f"{name};")
        afresh = _double(f"{name}: {text}") if text else f"'{name};'"
        parts.append(f"  -H {recorded if text is None else afresh}")
    parts.append('  --data-binary "$BODY"')
    return "\n".join([*lines, " \\\n".join(parts)])


def _credentials(contract: Contract, forged: str) -> tuple[list[str], dict[str, str]]:
    """The shell lines and headers that authenticate the request; empty if they cannot be made by hand."""
    recipe = contract.recipe
    if recipe is None:
        return [], {}
    if not forged:
        return list(recipe.shell), dict(recipe.headers)
    shell = contract.forgeries[forged].shell if forged in contract.forgeries else None
    return shell.of(recipe) if shell is not None else ([], {})


def _double(text: str) -> str:
    """The text in double quotes. The shell expands variables in it; all other special characters are escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`")
    return f'"{escaped}"'
