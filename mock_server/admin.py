"""The paths beside the contracts: health, metrics, and the admin paths with the rule of who may use them.

Anybody may ask for health and metrics, which name no player and no transaction. An admin path answers to this machine
alone, or with a token to everybody who has it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from harness.model.words import PROVISION_TOKEN
from mock_server.clock import elapsed_ns
from mock_server.wire import JSON_HEADERS, Answer

ADMIN = "/__admin/"
"""The beginning of every admin path."""
HEALTH = "/__health"
METRICS = "/__metrics"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers of a proxy. Its clients are not on this machine, even if the proxy is."""


def is_local(client: Any, headers: Mapping[str, str]) -> bool:
    """True if a request comes from this machine. `client` is the host and the port of the other end, or None."""
    if not client or any(name in headers for name in FORWARDED):
        return False
    try:
        address = ip_address(client[0].partition("%")[0])
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def refusal(token: str, headers: Mapping[str, str], *, local: bool) -> Answer | None:
    """The answer to somebody who may not use an admin path, or None. `token` is empty if none was set.

    A page in a browser on this machine must not use them either. A browser sends `Origin` with each POST.
    """
    if token:
        expected = f"Bearer {token}".encode()
        if hmac.compare_digest(headers.get("authorization", "").encode("latin-1", "replace"), expected):
            return None
        answer = plain(401, "this path needs the header Authorization: Bearer, with the token of --admin-token")
        return answer._replace(headers=(*answer.headers, (b"www-authenticate", b"Bearer")))
    if local and "origin" not in headers:
        return None
    return plain(
        403,
        "this path answers to programs on the wallet's own machine: start the wallet with --admin-token, or "
        f"{PROVISION_TOKEN} in its environment, and send the token as Authorization: Bearer",
    )


class Health:
    """Reports whether the wallet can work."""

    def __init__(self) -> None:
        """The time of the start is now."""
        self._started_ns = elapsed_ns()

    def answer(self, problem: str) -> Answer:
        """The answer to a question for the health: 200, or 503 with the problem."""
        seconds = (elapsed_ns() - self._started_ns) // 1_000_000_000
        content = {"status": "failing" if problem else "ok", "uptime_seconds": seconds}
        if problem:
            content["problem"] = problem
        return Answer(503 if problem else 200, JSON_HEADERS, json.dumps(content).encode())


def plain(status: int, reason: str) -> Answer:
    """An answer that belongs to no contract."""
    return Answer(status, JSON_HEADERS, json.dumps({"error": reason}).encode())


def not_allowed(method: str) -> Answer:
    """The answer to any other method than that one."""
    return Answer(405, ((b"allow", method.encode()),), b"")
