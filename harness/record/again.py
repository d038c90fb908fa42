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
    altered. A forged signature cannot be made afresh, so the recorded one is named and not computed.
    """
    request = exchange["request"]
    if len(request["body"]) > _LONGEST_BODY or request.get("truncated"):
        return f"# the body is too long to show: run the scenario again ({exchange['operation']})"
    lines = [f"BODY={shlex.quote(request['body'])}"]
    recipe = contract.recipe
    computed = dict(recipe.headers) if recipe is not None and not _spoilt(exchange) else {}
    lines += recipe.shell if recipe is not None and computed else ()
    stale = exchange.get("alteration", {}).get("stale_seconds", 0)
    if stale and computed:
        lines = [line.replace("$(date +%s)", f"($(date +%s)-{int(stale)})") for line in lines]
    parts = [f"curl -i -X {shlex.quote(request['method'])} {shlex.quote(url + request['path'])}"]
    for name, value in request["headers"]:
        if name.lower() in _LEFT_OUT:
            continue
        text = computed.get(name.lower())
        parts.append(f"  -H {_double(f'{name}: {text}')}" if text else f"  -H {shlex.quote(f'{name}: {value}')}")
    parts.append('  --data-binary "$BODY"')
    return "\n".join([*lines, " \\\n".join(parts)])


def _spoilt(exchange: Mapping[str, Any]) -> bool:
    return bool(exchange.get("alteration", {}).get("forged"))


def _double(text: str) -> str:
    """Double quotes, in which variables are still expanded; everything else that a shell would read is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`")
    return f'"{escaped}"'
