"""A server in a thread of the test's process. It reports its address when it listens."""

from __future__ import annotations

import threading

import uvicorn

from mock_server.app import Asgi


class Listening(uvicorn.Server):
    """A server that reports when it accepts connections, and its address."""

    def __init__(self, app: Asgi) -> None:
        super().__init__(uvicorn.Config(app, port=0, lifespan="off", ws="none", log_level="critical"))
        self.ready = threading.Event()
        self.port = 0

    async def startup(self, sockets: object = None) -> None:
        await super().startup()
        self.port = self.servers[0].sockets[0].getsockname()[1]
        self.ready.set()
