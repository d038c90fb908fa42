"""The wallet as a separate process, and plain HTTP to it, for the tests that need a socket."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from credentials_at_hand import of_casino, of_sportsbook
from patience import PATIENCE_SECONDS

from harness.contracts import load
from harness.model import Operation, Request

ROOT = Path(__file__).resolve().parents[2]
CREDENTIALS = {"casino": of_casino("key", "secret"), "sportsbook": of_sportsbook("user", "password")}
ENVIRONMENT = {
    "WALLET_API_KEY": "key",
    "WALLET_SECRET": "secret",
    "WALLET_USER": "user",
    "WALLET_PASSWORD": "password",
}
DEADLINE_SECONDS = PATIENCE_SECONDS


@dataclass
class Running:
    """A wallet that was started, and the content of its ready line."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.ready["contracts"]["casino"].split(":")[2].partition("/")[0])

    @property
    def input(self) -> IO[str]:
        """The process's standard input."""
        assert self.process.stdin is not None
        return self.process.stdin

    def connect(self) -> http.client.HTTPConnection:
        """A new connection to the wallet."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)

    def raw(self) -> socket.socket:
        """A bare socket to the wallet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_SECONDS)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of the answer to one request."""
        with contextlib.closing(self.connect()) as connection:
            connection.request("POST", path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()

    def provision(self, **fields: object) -> dict[str, str]:
        """Provision a new player."""
        status, body = self.post("/__admin/player", json.dumps({"currency": "EUR", "balance": "100"} | fields).encode())
        assert status == 200, body
        found: dict[str, str] = json.loads(body, parse_float=Decimal)
        return found

    def ask(self, name: str, operation: Operation) -> dict[str, Any]:
        """The answer to one signed operation."""
        request = signed(name, operation)
        return read(self.post(f"/{name}{request.path}", request.body, dict(request.headers))[1])


def signed(name: str, operation: Operation) -> Request:
    """An operation, signed now."""
    return load(name).request(operation, CREDENTIALS[name], time.time_ns() // 1_000_000)


def read(body: bytes) -> dict[str, Any]:
    """An answer's JSON object."""
    found: dict[str, Any] = json.loads(body, parse_float=Decimal)
    return found


def wire(name: str, request: Request) -> bytes:
    """The bytes of a request on the wire. The wallet closes the connection after its answer."""
    head = [f"POST /{name}{request.path} HTTP/1.1", "host: wallet", "connection: close"]
    head.append(f"content-length: {len(request.body)}")
    head += [f"{key}: {value}" for key, value in request.headers]
    return "\r\n".join([*head, "", ""]).encode() + request.body


def start(
    *arguments: str, environment: Mapping[str, str] = ENVIRONMENT, before: Sequence[str] = ()
) -> subprocess.Popen[str]:
    """Start `python -m mock_server`. `before` is the beginning of a command line that runs the rest of it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WALLET_")}
    return subprocess.Popen(
        [*before, sys.executable, "-m", "mock_server", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**clean, **environment},
        text=True,
    )


@contextlib.contextmanager
def running(
    *arguments: str, environment: Mapping[str, str] = ENVIRONMENT, before: Sequence[str] = ()
) -> Iterator[Running]:
    """A wallet with provisioning, which is stopped at the end."""
    arguments = ("--provision", "--ready-json", *arguments)
    with start(*arguments, environment=environment, before=before) as process:
        assert process.stdout is not None
        try:
            yield Running(process, json.loads(process.stdout.readline(), parse_float=Decimal))
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE_SECONDS)


def received(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))
