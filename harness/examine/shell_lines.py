"""A recorded request as shell lines that send it again: quoted for any POSIX shell, signed afresh, without secrets."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from harness.contracts import Contract

_LEFT_OUT = frozenset({"host", "content-length", "user-agent", "accept", "accept-encoding", "connection"})
_LONGEST_BODY = 20_000


def again(contract: Contract, url: str, exchange: Mapping[str, Any]) -> str:
    """Shell lines for one recorded exchange; `url` is the wallet's, above the operation's path.

    What the request did wrong on purpose is kept: a header that was left out stays out, a body that was altered stays
    altered, and a forged signature is forged again. Where that takes more than a line, the recorded one is shown.
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
        # `name;` is how curl is told to send a header without a value; `name:` would leave it out.
        recorded = shlex.quote(f"{name}: {value}" if value else f"{name};")
        afresh = _double(f"{name}: {text}") if text else f"'{name};'"
        parts.append(f"  -H {recorded if text is None else afresh}")
    parts.append('  --data-binary "$BODY"')
    return "\n".join([*lines, " \\\n".join(parts)])


def _credentials(contract: Contract, forged: str) -> tuple[list[str], dict[str, str]]:
    """Lines that compute what proves who asks, and the headers that carry it; nothing where it cannot be made."""
    recipe = contract.recipe
    if recipe is None:
        return [], {}
    if not forged:
        return list(recipe.shell), dict(recipe.headers)
    shell = contract.forgeries[forged].shell if forged in contract.forgeries else None
    return shell.of(recipe) if shell is not None else ([], {})


def _double(text: str) -> str:
    """Double quotes, in which variables are still expanded; everything else that a shell would read is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`")
    return f'"{escaped}"'
