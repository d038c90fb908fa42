"""A minimal wallet of the arcade's contract, with mistakes that a test can select."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from arcade.authentication import is_signed

OPERATOR = "arcade-7"
Answer = tuple[int, dict[str, Any]]


class Refused(Exception):
    """The wallet refuses the request. The text is the code of the answer."""


@dataclass(slots=True)
class Wallet:
    """Users with their balances, and the transactions so far. `mistake` names the mistake that `answer` makes."""

    public: rsa.RSAPublicKey
    mistake: str = ""
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: dict[str, tuple[dict[str, Any], Answer]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)
    asked: list[str] = field(default_factory=list)
    """The ids of all requests."""

    def answer(self, path: str, headers: Any, body: bytes) -> Answer:
        """HTTP status and JSON object."""
        if path == "/users":
            return self._new_user(json.loads(body, parse_float=Decimal))
        try:
            request = json.loads(body, parse_float=Decimal)
            echo = {} if self.mistake == "no echo" else {"request_id": request.get("request_id")}
        except (ValueError, AttributeError):
            return 400, {"code": "BAD_REQUEST"}
        known = headers.get("arcade-operator") == OPERATOR
        signed = is_signed(body, headers.get("arcade-signature", ""), self.public)
        if self.mistake != "believes everybody" and not (known and signed):
            return 401, {"code": "BAD_SIGNATURE", **echo}
        with self.lock:
            self.asked.append(str(request.get("request_id")))
            try:
                status, found = self._work(path, request)
            except Refused as refused:
                status, found = 400, {"code": str(refused)}
            except KeyError:
                status, found = 400, {"code": "BAD_REQUEST"}
        return status, {**found, **echo}

    def _new_user(self, asked: dict[str, Any]) -> Answer:
        cents = int(Decimal(asked["balance"]) * 100_000)
        self.users[asked["playerId"]] = {"balance": cents, "currency": asked["currency"]}
        return 200, {name: asked[name] for name in ("playerId", "currency", "balance")} | {"sessionId": "none"}

    def _work(self, path: str, request: dict[str, Any]) -> Answer:
        user = self.users.get(request["user"])
        if user is None:
            raise Refused("NO_SUCH_USER")
        if path == "/balance":
            return 200, {"code": "OK", "balance": user["balance"]}
        content = {name: value for name, value in request.items() if name != "request_id"}
        if request["transaction"] in self.done:
            first, answer = self.done[request["transaction"]]
            if first != {**content, "path": path}:
                raise Refused("TRANSACTION_DIFFERS")
            return answer
        change = self._rolled_back(request) if path == "/rollback" else self._change(path, request, user)
        if user["balance"] + change < 0:
            raise Refused("NOT_ENOUGH_MONEY")
        user["balance"] += change
        if path == "/rollback":
            self.undone.add(request["undoes"])
        answer = 200, {"code": "OK", "balance": user["balance"]}
        self.done[request["transaction"]] = {**content, "path": path}, answer
        return answer

    def _change(self, path: str, request: dict[str, Any], user: dict[str, Any]) -> int:
        if request["currency"] != user["currency"]:
            raise Refused("OTHER_CURRENCY")
        if path == "/bet":
            if request["transaction"] in self.undone:
                raise Refused("NO_SUCH_BET")
            return -int(request["amount"])
        bet = self.done.get(request["bet"])
        known = bet is not None and bet[0]["path"] == "/bet" and bet[0]["user"] == request["user"]
        if not known and self.mistake != "pays without a bet":
            raise Refused("NO_SUCH_BET")
        return int(request["amount"])

    def _rolled_back(self, request: dict[str, Any]) -> int:
        found = self.done.get(request["undoes"])
        if found is None or request["undoes"] in self.undone:
            return 0
        undone, _ = found
        if undone["path"] == "/bet":
            return int(undone["amount"])
        return 0 if self.mistake == "keeps wins" else -int(undone["amount"])


@contextmanager
def served(wallet: Wallet) -> Iterator[str]:
    """Serve the wallet on a port of this machine. Yields the root of its addresses."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status, answer = wallet.answer(self.path, self.headers, body)
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments: object) -> None:
            """Write no log."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # A race arrives at once, and Python's default backlog is five.
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
