"""The wallet as a process: it binds a port, reports that it is ready, serves and stops."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from harness.contracts import Credentials, load
from mock_server import logs
from mock_server.admin import HEALTH
from mock_server.app import DOCUMENT, App, Asgi
from mock_server.aside import InThread
from mock_server.commits import CommitEachTurn
from mock_server.connections import BoundedServer, Room
from mock_server.limits import Limits
from mock_server.provisioning import PATH
from mock_server.store import Store, open_store
from mock_server.store.address import is_postgres
from mock_server.wallet import Wallet
from mock_server.workers import Workers

BACKLOG = 2048
"""Number of connections that may wait to be accepted. The harness opens many at the same moment."""

GRACE_SECONDS = 10
"""Seconds to wait for unfinished answers after a signal to stop, unless the command line has another number."""

SPARE_FILES = 64
"""Number of open files that are left for the store, the log and the listening socket."""

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
    admin_token: str = field(default="", repr=False)
    wallet_type: type[Wallet] = Wallet
    weather: tuple[str, ...] = ()
    live_weather: bool = False
    grace_seconds: int = GRACE_SECONDS
    limits: Limits = field(default_factory=Limits)
    log_format: str = "text"
    log_level: str = "warning"
    ready_json: bool = False
    stop_with_parent: bool = False
    workers: int = 1


def serve(settings: Settings) -> None:
    """Serve until SIGTERM, SIGINT or, with `stop_with_parent`, the end of standard input. Raises StartError."""
    logs.start_log(settings.log_format, settings.log_level, _secrets(settings))
    listening = listen(settings)
    if settings.workers == 1:
        _serve_on(listening, settings)
        return
    if not is_postgres(settings.store):
        raise StartError("--workers needs a store that several processes share: --store postgresql://...")
    if settings.live_weather:
        raise StartError("--live-weather needs one process, because its requests reach one alone: leave out --workers")
    alone = replace(settings, workers=1, stop_with_parent=True)
    with contextlib.closing(_open(settings)) as store:  # an error of the store or the weather is found here, once
        _server(listening, store, alone)
    workers = Workers(settings.workers, lambda: _work_on(listening, alone), share_input=settings.stop_with_parent)
    if not workers.run(ready_line(settings, listening.getsockname()[1])):
        raise StartError("a worker could not start")


def _work_on(listening: socket.socket, settings: Settings) -> None:
    """Serve in a worker. If the store is away when a worker starts, the log has one line and no traceback."""
    try:
        _serve_on(listening, settings)
    except StartError as error:
        print(f"mock_server: a worker cannot start: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None


def _serve_on(listening: socket.socket, settings: Settings) -> None:
    """Serve on a socket that accepts connections already. Raises StartError."""
    with contextlib.closing(_open(settings)) as store:
        server = _server(listening, store, settings)
        if settings.stop_with_parent:
            threading.Thread(target=_stop_at_end_of_input, args=(server,), daemon=True).start()
        server.run(sockets=[listening])
        server.report_weather()


def _server(listening: socket.socket, store: Store, settings: Settings) -> Server:
    """The server of one process, with the limits, the counts and the weather of this process. Raises StartError."""
    wallet = settings.wallet_type(
        store, settings.credentials, commits=CommitEachTurn(store), gap_ms=GAP_MS, aside=InThread()
    )
    limits = replace(settings.limits, connections=_possible(settings.limits.connections))
    app = App(wallet, provision=settings.provision, admin_token=settings.admin_token, limits=limits)
    return Server(app, settings, ready_line(settings, listening.getsockname()[1]))


def ready_line(settings: Settings, port: int) -> str:
    """The line to print when the wallet accepts connections. It has the base URL of each contract served."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    root = f"http://{host}:{port}"
    urls = {contract: f"{root}/{contract}" for contract in settings.credentials}
    if settings.ready_json:
        provision = root + PATH if settings.provision else None
        return json.dumps({"ready": True, "contracts": urls, "provision": provision, "pid": os.getpid()})
    return (
        f"wallet ready: {', '.join(urls.values())} (each with its OpenAPI document at {DOCUMENT}; health at "
        f"{HEALTH}; stop with Ctrl+C)"
    )


class Server(BoundedServer):
    """The server of one wallet, with our own ready line, and with exit status 0 after a signal."""

    def __init__(self, app: App, settings: Settings, ready: str) -> None:
        """`ready` is printed as soon as connections are accepted. Raises StartError for weather that is unknown."""
        front: Asgi = app
        self._weather = None
        if settings.weather or settings.live_weather:
            # The weather takes time to import, so it is imported only when it is asked for.
            from mock_server.weather.front import Weather
            from mock_server.weather.rules import BadRule

            try:
                front = self._weather = Weather(app, settings.weather, live=settings.live_weather)
            except BadRule as bad:
                raise StartError(str(bad)) from None
        super().__init__(front, Room(app.limits, app.metrics), timeout_graceful_shutdown=settings.grace_seconds)
        self._app = app
        self._ready = ready

    def report_weather(self) -> None:
        """Log how often each rule of the weather has struck. One that never has is a warning."""
        for rule, fired in self._weather.rules if self._weather is not None else ():
            fields = {"rule": str(rule), "fired": fired}
            name, level = ("weather_fired", logging.INFO) if fired else ("weather_never_fired", logging.WARNING)
            logs.event(name, lambda fields=fields: fields, level=level)  # type: ignore[misc]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Report bad health from now on, and wait for the last answers."""
        self._app.stopping = True
        await super().shutdown(sockets)

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


def _secrets(settings: Settings) -> Iterator[str]:
    """The texts that no line of the log may have."""
    yield settings.admin_token
    for name, credentials in settings.credentials.items():
        yield from (credentials[each.name] for each in load(name).credentials if each.secret)


def _possible(connections: int) -> int:
    """The number of connections that this process may open: as many as asked for, or as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if resource.RLIM_INFINITY not in {soft, hard} and soft < wanted:
        soft = min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else max(1, min(connections, soft - SPARE_FILES))


def _stop_at_end_of_input(server: Server) -> None:
    with contextlib.suppress(OSError):  # a standard input that was never open counts as ended
        while os.read(0, 4096):
            pass
    server.should_exit = True
