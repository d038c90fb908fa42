"""The wallet as a process: it binds a port, reports that it is ready, serves and stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import uvicorn

from harness.contracts import Credentials
from mock_server.app import DOCUMENT, App, Asgi
from mock_server.commits import CommitEachTurn
from mock_server.provisioning import PATH
from mock_server.store import Store, open_store
from mock_server.store.address import is_postgres
from mock_server.wallet import Wallet
from mock_server.workers import Workers

BACKLOG = 2048
"""Number of connections that may wait to be accepted. The harness opens many at the same moment."""

GRACE_SECONDS = 1
"""Seconds to wait for unfinished answers after a signal to stop."""


GAP_MS = 5
"""Length of a defect's race window in milliseconds: ten times the spread of a race's requests."""


class StartError(Exception):
    """The wallet cannot start. The text gives the reason and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings from the command line. An empty `store` keeps the data in memory, and `port` 0 selects a free port."""

    host: str = "127.0.0.1"
    port: int = 0
    store: str = ""
    credentials: Mapping[str, Credentials]
    provision: bool = False
    wallet_type: type[Wallet] = Wallet
    latency_ms: int = 0
    ready_json: bool = False
    stop_with_parent: bool = False
    workers: int = 1


def serve(settings: Settings) -> None:
    """Serve until SIGTERM, SIGINT or, with `stop_with_parent`, the end of standard input. Raises StartError."""
    listening = listen(settings)
    if settings.workers == 1:
        _serve_on(listening, settings)
        return
    if not is_postgres(settings.store):
        raise StartError("--workers needs a store that several processes share: --store postgresql://...")
    _open(settings).close()  # an error of the store is found here, once
    alone = replace(settings, workers=1, stop_with_parent=True)
    workers = Workers(settings.workers, lambda: _serve_on(listening, alone), share_input=settings.stop_with_parent)
    if not workers.run(ready_line(settings, listening.getsockname()[1])):
        raise StartError("a worker could not start")


def _serve_on(listening: socket.socket, settings: Settings) -> None:
    """Serve on a socket that accepts connections already. Raises StartError."""
    with contextlib.closing(_open(settings)) as store:
        wallet = settings.wallet_type(store, settings.credentials, commits=CommitEachTurn(store), gap_ms=GAP_MS)
        app = App(wallet, provision=settings.provision)
        server = Server(_weathered(app, settings), ready_line(settings, listening.getsockname()[1]))
        if settings.stop_with_parent:
            threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        server.run(sockets=[listening])


def ready_line(settings: Settings, port: int) -> str:
    """The line to print when the wallet accepts connections. It has the base URL of each contract served."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = f"http://{host}:{port}"
    urls = {contract: f"{root}/{contract}" for contract in settings.credentials}
    if settings.ready_json:
        provision = root + PATH if settings.provision else None
        return json.dumps({"ready": True, "contracts": urls, "provision": provision, "pid": os.getpid()})
    return f"wallet ready: {', '.join(urls.values())} (each with its OpenAPI document at {DOCUMENT}; stop with Ctrl+C)"


class Server(uvicorn.Server):
    """uvicorn with our own ready line, and with exit status 0 after a signal."""

    def __init__(self, app: Asgi, ready: str) -> None:
        """`ready` is printed as soon as connections are accepted."""
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then print the ready line."""
        await super().startup(sockets)
        if self.started:
            print(self._ready, flush=True)  # noqa: T201 - the one line of output that a start has

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal and end with exit status 0, because a signal is the normal way to stop a wallet."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def listen(settings: Settings) -> socket.socket:
    """A socket that already accepts connections. Raises StartError."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StartError(f"cannot listen on {settings.host} port {settings.port}: {reason}") from error


def _open(settings: Settings) -> Store:
    try:
        return open_store(settings.store or ":memory:", durable=bool(settings.store))
    except ImportError:
        raise StartError("PostgreSQL needs psycopg: pip install 'walletproof[postgres]'") from None
    except OSError as error:
        raise StartError(str(error)) from error


def _weathered(app: App, settings: Settings) -> Asgi:
    if not settings.latency_ms:
        return app
    from mock_server.faults import Latency

    return Latency(app, milliseconds=settings.latency_ms)


def _stop_at_end_of_input(server: Server) -> None:
    with contextlib.suppress(OSError):  # a standard input that was never open counts as ended
        while os.read(0, 4096):
            pass
    server.should_exit = True
