"""A bingo wallet of the smallest size: `python wallet.py PORT`. It keeps its books in memory."""

import json
import os
import sys
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

PURSES, MOVES, LOCK = {}, {}, Lock()


def move(path, guest, number, cents):
    """Status and answer for one move; the caller holds the lock."""
    if guest not in PURSES:
        return 404, {"error": "no_such_guest"}
    if number in MOVES:
        asked, answer = MOVES[number]
        return answer if asked == (path, guest, cents) else (409, {"error": "move_differs"})
    change = cents if path == "/prize" else -cents
    if PURSES[guest] + change < 0:
        return 402, {"error": "purse_too_small"}
    PURSES[guest] += change
    MOVES[number] = (path, guest, cents), (200, {"purse": PURSES[guest]})
    return 200, {"purse": PURSES[guest]}


def new_guest(asked):
    """What `--wallet-provision` asks for; for tests only."""
    PURSES[asked["playerId"]] = int(Decimal(asked["balance"]) * 100)
    return 200, {name: asked[name] for name in ("playerId", "currency", "balance")} | {"sessionId": "none"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with LOCK:
            status, answer = self.answer(body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def answer(self, body):
        if self.path == "/guests":
            return new_guest(json.loads(body))
        if self.headers.get("bingo-hall") != os.environ["BINGO_HALL"]:
            return 401, {"error": "bad_token"}
        if self.headers.get("authorization") != f"Bearer {os.environ['BINGO_TOKEN']}":
            return 401, {"error": "bad_token"}
        try:
            asked = json.loads(body)
            return move(self.path, asked["guest"], asked["move"], asked["cents"])
        except (ValueError, KeyError, TypeError):
            return 400, {"error": "bad_request"}

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer.request_queue_size = 128  # a race arrives at once, and five is what Python lets wait
server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
