"""A server in a thread of the test's process. It reports its address when it listens."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from patience import PATIENCE_SECONDS

from mock_server.app import App, Asgi
from mock_server.connections import BoundedServer, Room
from mock_server.limits import Limits
from mock_server.metrics import Metrics

ORDINARY = Limits()


class Listening(BoundedServer):
    """A server that reports when it accepts connections, and its address."""

    def __init__(self, app: Asgi, limits: Limits = ORDINARY, metrics: Metrics | None = None) -> None:
        super().__init__(app, Room(limits, metrics or Metrics()), port=0, log_level="critical")
        self.ready = threading.Event()
        self.port = 0

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        self.port = self.servers[0].sockets[0].getsockname()[1]
        self.ready.set()


@contextlib.contextmanager
def listening(app: App, front: Asgi | None = None) -> Iterator[Listening]:
    """A server of an app with the app's own limits and counts. `front` stands in front of the app."""
    server = Listening(front or app, app.limits, app.metrics)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.ready.wait(PATIENCE_SECONDS)
        yield server
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
