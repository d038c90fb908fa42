"""A relay between the wallet and a PostgreSQL server, on a Unix socket, that loses the answer to COMMIT when asked."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from enum import Enum, auto
from pathlib import Path

from postgres_server import SOCKET


class Loss(Enum):
    """What the relay does with the next COMMIT."""

    NONE = auto()
    REQUEST = auto()
    """COMMIT never reaches the server, and the connection is lost."""
    ANSWER = auto()
    """The server carries COMMIT out, and the connection is lost before its answer is delivered."""
    ANSWER_AND_NETWORK = auto()
    """The same, and no new connection is possible until `mend`."""


class Relay:
    """Passes on the bytes of each connection. One COMMIT is lost for each call of `lose`."""

    def __init__(self, folder: Path, server: Path) -> None:
        """Listens in `folder` as the server does in its own."""
        self.address = f"postgresql://walletproof@/postgres?host={folder}"
        self.lost = threading.Event()
        self._server = server
        self._loss = Loss.NONE
        self._down = False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen(16)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, loss: Loss) -> None:
        """Lose the next COMMIT in this way. `lost` is set when that has happened."""
        self.lost.clear()
        self._loss = loss

    def mend(self) -> None:
        """Accept connections again."""
        self._down = False

    def close(self) -> None:
        """Close every connection."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._hang_up()

    def _hang_up(self) -> None:
        with self._lock:
            gone, self._open = self._open, set()
        for each in gone:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self._down:
                    client.close()
                    continue
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(str(self._server))
            except OSError:
                return
            with self._lock:
                self._open |= {client, server}
            back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
            back.start()
            with contextlib.suppress(OSError):
                while data := client.recv(65536):
                    if b"COMMIT" in data and self._loss is not Loss.NONE:
                        self._drop(client, server, data)
                        break
                    server.sendall(data)
            for each in (client, server):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            back.join()
            with self._lock:
                self._open -= {client, server}

    def _drop(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        loss, self._loss = self._loss, Loss.NONE
        # The wallet may open a new connection as soon as it sees that this one has ended.
        self._down = loss is Loss.ANSWER_AND_NETWORK
        client.shutdown(socket.SHUT_RDWR)
        if loss is not Loss.REQUEST:
            # The server carries out a COMMIT that has arrived, although the connection ends after it.
            server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        if self._down:
            self._hang_up()
        self.lost.set()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


@contextlib.contextmanager
def relay(server: Path) -> Iterator[Relay]:
    """A relay to the server that listens on this socket."""
    with tempfile.TemporaryDirectory(prefix="walletproof-") as folder:
        found = Relay(Path(folder), server)
        try:
            yield found
        finally:
            found.close()
